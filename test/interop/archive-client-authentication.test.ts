import { describeAuthentication } from './archive-authentication.ts';

describeAuthentication("our archive client and the authenticator of Java's archive", 'java');
