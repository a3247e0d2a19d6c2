import { describeVolume } from './volume.ts';

describeVolume('java');
