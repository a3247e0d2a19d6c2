import type { AtomicBuffer } from '../../agrona/mod.ts';
import { encodeHeader, HDR_TYPE_RSP_SETUP } from './header-flyweight.ts';

/*
 * A response publication tells the requester which session its answers come on.
 *
 *      0        1        2        3        4        5        6        7        8
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    0 |         frame length: 20          |version | flags  |    type: 11     |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    8 |            session id             |             stream id             |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   16 |       response session id         |
 *      +--------+--------+--------+--------+
 */
export const HEADER_LENGTH = 20;
const SESSION_ID_FIELD_OFFSET = 8;
const STREAM_ID_FIELD_OFFSET = 12;
const RESPONSE_SESSION_ID_FIELD_OFFSET = 16;

export function sessionId(buffer: AtomicBuffer, offset: number): number {
  return buffer.getInt32(offset + SESSION_ID_FIELD_OFFSET);
}

export function streamId(buffer: AtomicBuffer, offset: number): number {
  return buffer.getInt32(offset + STREAM_ID_FIELD_OFFSET);
}

export function responseSessionId(buffer: AtomicBuffer, offset: number): number {
  return buffer.getInt32(offset + RESPONSE_SESSION_ID_FIELD_OFFSET);
}

export function encode(
  buffer: AtomicBuffer,
  offset: number,
  sessionId: number,
  streamId: number,
  responseSessionId: number,
): void {
  encodeHeader(buffer, offset, HEADER_LENGTH, 0, HDR_TYPE_RSP_SETUP);
  buffer.putInt32(offset + SESSION_ID_FIELD_OFFSET, sessionId);
  buffer.putInt32(offset + STREAM_ID_FIELD_OFFSET, streamId);
  buffer.putInt32(offset + RESPONSE_SESSION_ID_FIELD_OFFSET, responseSessionId);
}
