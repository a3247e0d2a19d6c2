import { AtomicBuffer } from '../../agrona/mod.ts';
import { encodeHeader, FLAGS_FIELD_OFFSET, HDR_TYPE_DATA } from './header-flyweight.ts';

/*
 * Data and padding, on the wire and in a log buffer. The header repeats in front of every fragment.
 *
 *      0        1        2        3        4        5        6        7        8
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    0 |            frame length           |version | flags  | type: 0 or 1    |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    8 |            term offset            |            session id             |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   16 |             stream id             |              term id              |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   24 |                            reserved value                             |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   32 |  payload ...
 *
 * Frames lie at multiples of 32. A padding frame travels as its header alone, whatever its frame length. A
 * datagram of one header with frame length 0 is a heartbeat: it tells where the sender stands and whether the
 * stream has ended.
 */
export const HEADER_LENGTH = 32;
export const TERM_OFFSET_FIELD_OFFSET = 8;
export const SESSION_ID_FIELD_OFFSET = 12;
export const STREAM_ID_FIELD_OFFSET = 16;
export const TERM_ID_FIELD_OFFSET = 20;
export const RESERVED_VALUE_OFFSET = 24;

/** First fragment of a message. */
export const BEGIN_FLAG = 0x80;
/** Last fragment of a message. */
export const END_FLAG = 0x40;
export const BEGIN_AND_END_FLAGS = 0xc0;
/** In a heartbeat: the stream ends at this position. */
export const EOS_FLAG = 0x20;
export const BEGIN_END_AND_EOS_FLAGS = 0xe0;
/** In a heartbeat: the stream was revoked at this position. */
export const REVOKED_FLAG = 0x10;
export const BEGIN_END_EOS_AND_REVOKED_FLAGS = 0xf0;

export const DEFAULT_RESERVE_VALUE = 0n;

export function termOffset(buffer: AtomicBuffer, offset: number): number {
  return buffer.getInt32(offset + TERM_OFFSET_FIELD_OFFSET);
}

export function sessionId(buffer: AtomicBuffer, offset: number): number {
  return buffer.getInt32(offset + SESSION_ID_FIELD_OFFSET);
}

export function streamId(buffer: AtomicBuffer, offset: number): number {
  return buffer.getInt32(offset + STREAM_ID_FIELD_OFFSET);
}

export function termId(buffer: AtomicBuffer, offset: number): number {
  return buffer.getInt32(offset + TERM_ID_FIELD_OFFSET);
}

/** What the application put in front of its payload; nobody between two clients looks at it. */
export function reservedValue(buffer: AtomicBuffer, offset: number): bigint {
  return buffer.getBigInt64(offset + RESERVED_VALUE_OFFSET);
}

export function putReservedValue(buffer: AtomicBuffer, offset: number, value: bigint): void {
  buffer.putBigInt64(offset + RESERVED_VALUE_OFFSET, value);
}

/** Whether a received datagram of `length` bytes is a heartbeat and not data. */
export function isHeartbeat(buffer: AtomicBuffer, offset: number, length: number): boolean {
  return length === HEADER_LENGTH && buffer.getInt32(offset) === 0;
}

export function isEndOfStream(buffer: AtomicBuffer, offset: number): boolean {
  return (buffer.getUint8(offset + FLAGS_FIELD_OFFSET) & EOS_FLAG) !== 0;
}

export function isRevoked(buffer: AtomicBuffer, offset: number): boolean {
  return (buffer.getUint8(offset + FLAGS_FIELD_OFFSET) & REVOKED_FLAG) !== 0;
}

/** A whole header. `length` is header and payload, unaligned; 0 makes a heartbeat. */
export function encode(
  buffer: AtomicBuffer,
  offset: number,
  length: number,
  flags: number,
  type: number,
  termOffset: number,
  sessionId: number,
  streamId: number,
  termId: number,
  reservedValue: bigint = DEFAULT_RESERVE_VALUE,
): void {
  encodeHeader(buffer, offset, length, flags, type);
  buffer.putInt32(offset + TERM_OFFSET_FIELD_OFFSET, termOffset);
  buffer.putInt32(offset + SESSION_ID_FIELD_OFFSET, sessionId);
  buffer.putInt32(offset + STREAM_ID_FIELD_OFFSET, streamId);
  buffer.putInt32(offset + TERM_ID_FIELD_OFFSET, termId);
  buffer.putBigInt64(offset + RESERVED_VALUE_OFFSET, reservedValue);
}

/** The header that a log buffer keeps for its frames: an unfragmented message, length and term offset 0. */
export function createDefaultHeader(sessionId: number, streamId: number, termId: number): AtomicBuffer {
  const header = AtomicBuffer.allocate(HEADER_LENGTH);
  encode(header, 0, 0, BEGIN_AND_END_FLAGS, HDR_TYPE_DATA, 0, sessionId, streamId, termId);
  return header;
}
