import type { AtomicBuffer } from '../../agrona/mod.ts';
import { encodeHeader, HDR_TYPE_RTTM } from './header-flyweight.ts';

/*
 * A question how long the way there and back takes, and its answer, which repeats the question's time.
 *
 *      0        1        2        3        4        5        6        7        8
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    0 |         frame length: 40          |version | flags  |     type: 6     |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    8 |            session id             |             stream id             |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   16 |                 echo timestamp, ns, of the asker's clock              |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   24 |         reception delta, ns, from receiving to answering              |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   32 |                              receiver id                              |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 */
export const HEADER_LENGTH = 40;
const SESSION_ID_FIELD_OFFSET = 8;
const STREAM_ID_FIELD_OFFSET = 12;
const ECHO_TIMESTAMP_FIELD_OFFSET = 16;
const RECEPTION_DELTA_FIELD_OFFSET = 24;
const RECEIVER_ID_FIELD_OFFSET = 32;

/** Set in the question: an answer is wanted. The answer itself has it clear. */
export const REPLY_FLAG = 0x80;

export function sessionId(buffer: AtomicBuffer, offset: number): number {
  return buffer.getInt32(offset + SESSION_ID_FIELD_OFFSET);
}

export function streamId(buffer: AtomicBuffer, offset: number): number {
  return buffer.getInt32(offset + STREAM_ID_FIELD_OFFSET);
}

/** A reading of a clock that may be another machine's: repeat it, do not interpret it. */
export function echoTimestampNs(buffer: AtomicBuffer, offset: number): bigint {
  return buffer.getBigInt64(offset + ECHO_TIMESTAMP_FIELD_OFFSET);
}

export function receptionDeltaNs(buffer: AtomicBuffer, offset: number): bigint {
  return buffer.getBigInt64(offset + RECEPTION_DELTA_FIELD_OFFSET);
}

export function receiverId(buffer: AtomicBuffer, offset: number): bigint {
  return buffer.getBigInt64(offset + RECEIVER_ID_FIELD_OFFSET);
}

export function encode(
  buffer: AtomicBuffer,
  offset: number,
  flags: number,
  sessionId: number,
  streamId: number,
  echoTimestampNs: bigint,
  receptionDeltaNs: bigint,
  receiverId: bigint,
): void {
  encodeHeader(buffer, offset, HEADER_LENGTH, flags, HDR_TYPE_RTTM);
  buffer.putInt32(offset + SESSION_ID_FIELD_OFFSET, sessionId);
  buffer.putInt32(offset + STREAM_ID_FIELD_OFFSET, streamId);
  buffer.putBigInt64(offset + ECHO_TIMESTAMP_FIELD_OFFSET, echoTimestampNs);
  buffer.putBigInt64(offset + RECEPTION_DELTA_FIELD_OFFSET, receptionDeltaNs);
  buffer.putBigInt64(offset + RECEIVER_ID_FIELD_OFFSET, receiverId);
}
