import { describeStat } from './stat.ts';

describeStat('typescript');
