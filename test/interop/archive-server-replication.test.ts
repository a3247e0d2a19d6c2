import { describeReplication } from './archive-replication.ts';

describeReplication('java', 'typescript');
describeReplication('typescript', 'java');
describeReplication('typescript', 'typescript');
