/**
 * One record of a distinct error log, as Agrona's `DistinctErrorLog` lays it out. Records start at multiples
 * of 8; a length of 0 ends the log.
 *
 *      0   length                        int32   of the record, this header included; stored last
 *      4   observation count             int32
 *      8   last observation timestamp    int64   epoch ms
 *     16   first observation timestamp   int64   epoch ms
 *     24   encoded error                 UTF-8
 */
export const LENGTH_OFFSET = 0;
export const OBSERVATION_COUNT_OFFSET = 4;
export const LAST_OBSERVATION_TIMESTAMP_OFFSET = 8;
export const FIRST_OBSERVATION_TIMESTAMP_OFFSET = 16;
export const ENCODED_ERROR_OFFSET = 24;
export const RECORD_ALIGNMENT = 8;
