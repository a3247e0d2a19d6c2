import { describeCrowds } from './crowds.ts';

describeCrowds('typescript');
