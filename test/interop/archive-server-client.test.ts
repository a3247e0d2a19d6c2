import { describeOperations } from './archive-operations.ts';

describeOperations('our archive client on our archive', 'typescript');
