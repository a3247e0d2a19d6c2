import { describeLongMessages } from './long-messages.ts';

describeLongMessages('typescript');
