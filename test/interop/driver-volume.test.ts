import { describeVolume } from './volume.ts';

describeVolume('typescript');
