import { describeReplication } from './archive-replication.ts';

describeReplication('java', 'java');
