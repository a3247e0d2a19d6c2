import { describeCrowds } from './crowds.ts';

describeCrowds('java');
