import { describeStat } from './stat.ts';

describeStat('java');
