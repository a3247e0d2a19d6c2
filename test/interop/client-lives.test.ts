import { describeLives } from './lives.ts';

describeLives('java');
