import { AERON_VERSIONS } from '../../scripts/java.ts';
import { describeOperations } from './archive-operations.ts';

describeOperations("our archive client on Java's archive", 'java');
describeOperations(`our archive client on the archive of ${AERON_VERSIONS.tutorial}`, 'java', AERON_VERSIONS.tutorial);
