import { describeAuthentication } from './archive-authentication.ts';

describeAuthentication('our archive client and the authenticator of our archive', 'typescript');
