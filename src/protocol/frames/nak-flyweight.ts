import type { AtomicBuffer } from '../../agrona/mod.ts';
import { isFrameAligned } from '../frame-descriptor.ts';
import { encodeHeader, HDR_TYPE_NAK } from './header-flyweight.ts';

/*
 * A receiver misses `length` bytes of a term.
 *
 *      0        1        2        3        4        5        6        7        8
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    0 |         frame length: 28          |version | flags  |     type: 2     |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    8 |            session id             |             stream id             |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   16 |              term id              |            term offset            |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   24 |              length               |
 *      +--------+--------+--------+--------+
 */
export const HEADER_LENGTH = 28;
const SESSION_ID_FIELD_OFFSET = 8;
const STREAM_ID_FIELD_OFFSET = 12;
const TERM_ID_FIELD_OFFSET = 16;
const TERM_OFFSET_FIELD_OFFSET = 20;
const LENGTH_FIELD_OFFSET = 24;

export function sessionId(buffer: AtomicBuffer, offset: number): number {
  return buffer.getInt32(offset + SESSION_ID_FIELD_OFFSET);
}

export function streamId(buffer: AtomicBuffer, offset: number): number {
  return buffer.getInt32(offset + STREAM_ID_FIELD_OFFSET);
}

export function termId(buffer: AtomicBuffer, offset: number): number {
  return buffer.getInt32(offset + TERM_ID_FIELD_OFFSET);
}

export function termOffset(buffer: AtomicBuffer, offset: number): number {
  return buffer.getInt32(offset + TERM_OFFSET_FIELD_OFFSET);
}

export function length(buffer: AtomicBuffer, offset: number): number {
  return buffer.getInt32(offset + LENGTH_FIELD_OFFSET);
}

export function encode(
  buffer: AtomicBuffer,
  offset: number,
  sessionId: number,
  streamId: number,
  termId: number,
  termOffset: number,
  length: number,
): void {
  encodeHeader(buffer, offset, HEADER_LENGTH, 0, HDR_TYPE_NAK);
  buffer.putInt32(offset + SESSION_ID_FIELD_OFFSET, sessionId);
  buffer.putInt32(offset + STREAM_ID_FIELD_OFFSET, streamId);
  buffer.putInt32(offset + TERM_ID_FIELD_OFFSET, termId);
  buffer.putInt32(offset + TERM_OFFSET_FIELD_OFFSET, termOffset);
  buffer.putInt32(offset + LENGTH_FIELD_OFFSET, length);
}

/** Whether the range lies within one term of this length. */
export function isValid(buffer: AtomicBuffer, offset: number, termLength: number): boolean {
  const begin = termOffset(buffer, offset);
  const missing = length(buffer, offset);
  return begin >= 0 && begin < termLength && isFrameAligned(begin) && missing >= 0 && begin + missing <= termLength;
}
