import { describeLives } from './lives.ts';

describeLives('typescript');
