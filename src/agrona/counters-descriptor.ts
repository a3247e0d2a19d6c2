import { CACHE_LINE_LENGTH } from './bit-util.ts';

/**
 * Two buffers side by side, as Agrona's `CountersReader` lays them out; the i-th record of each belongs to
 * counter i. The values buffer, 128 bytes a counter:
 *
 *       0   value             int64
 *       8   registration id   int64
 *      16   owner id          int64
 *      24   reference id      int64
 *      32   (padding up to 128)
 *
 * The metadata buffer, 512 bytes a counter:
 *
 *       0   state             int32   0 unused, 1 allocated, -1 reclaimed
 *       4   type id           int32
 *       8   free for reuse    int64   epoch ms from which the id may be used again; 2^63 - 1 while in use
 *      16   key               112 bytes
 *     128   label length      int32
 *     132   label             380 bytes
 */
export const COUNTER_LENGTH = CACHE_LINE_LENGTH * 2;
export const REGISTRATION_ID_OFFSET = 8;
export const OWNER_ID_OFFSET = 16;
export const REFERENCE_ID_OFFSET = 24;

export const TYPE_ID_OFFSET = 4;
export const FREE_FOR_REUSE_DEADLINE_OFFSET = 8;
export const KEY_OFFSET = 16;
export const LABEL_OFFSET = CACHE_LINE_LENGTH * 2;
export const METADATA_LENGTH = CACHE_LINE_LENGTH * 8;
/** Bytes for a key. */
export const MAX_KEY_LENGTH = LABEL_OFFSET - KEY_OFFSET;
/** Bytes for a label without the length in front of it. */
export const MAX_LABEL_LENGTH = METADATA_LENGTH - LABEL_OFFSET - 4;

export const RECORD_UNUSED = 0;
export const RECORD_ALLOCATED = 1;
export const RECORD_RECLAIMED = -1;

export const DEFAULT_TYPE_ID = 0;
export const DEFAULT_REGISTRATION_ID = 0;
export const DEFAULT_OWNER_ID = 0;
export const DEFAULT_REFERENCE_ID = 0;
/** "No counter" where a counter id is expected. */
export const NULL_COUNTER_ID = -1;
/** The free-for-reuse deadline of a counter in use. */
export const NOT_FREE_TO_REUSE = 0x7fff_ffff_ffff_ffffn;

/** Where in the values buffer a counter is. */
export function counterOffset(counterId: number): number {
  return counterId * COUNTER_LENGTH;
}

/** Where in the metadata buffer a counter is. */
export function metaDataOffset(counterId: number): number {
  return counterId * METADATA_LENGTH;
}
