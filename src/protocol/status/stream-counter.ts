/*
 * Key of the counters that belong to one stream of one session, as positions and limits:
 *
 *      0        1        2        3        4        5        6        7        8
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    0 |                            registration id                            |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    8 |            session id             |             stream id             |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   16 |          channel length           | channel, cut to 92 bytes ...
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *
 * The label is 'name: registration-id session-id stream-id channel', for subscriber positions with
 * ' @join-position' behind it. Upstream: `io.aeron.driver.status.StreamCounter`.
 */
export const REGISTRATION_ID_OFFSET = 0;
export const SESSION_ID_OFFSET = 8;
export const STREAM_ID_OFFSET = 12;
export const CHANNEL_OFFSET = 16;
export const MAX_CHANNEL_LENGTH = 92;
