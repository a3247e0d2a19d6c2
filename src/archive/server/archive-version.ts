import { SemanticVersion } from '../../agrona/mod.ts';

/** Of the files of an archive. Another major version is not understood. */
export const ARCHIVE_MAJOR_VERSION = 3;
const MINOR_VERSION = 1;
const PATCH_VERSION = 0;
export const ARCHIVE_SEMANTIC_VERSION = SemanticVersion.compose(ARCHIVE_MAJOR_VERSION, MINOR_VERSION, PATCH_VERSION);
