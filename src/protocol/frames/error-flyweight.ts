import type { AtomicBuffer } from '../../agrona/mod.ts';
import { encodeHeader, flags, HDR_TYPE_ERR } from './header-flyweight.ts';

/*
 * A receiver refuses a stream and says why. Since Aeron 1.47.
 *
 *      0        1        2        3        4        5        6        7        8
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    0 |     frame length: 40 + text       |version | flags  |     type: 4     |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    8 |            session id             |             stream id             |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   16 |                              receiver id                              |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   24 |                 group tag, where the flag says there is one           |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   32 |            error code             |        error text length          |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   40 |  error text ...
 */
export const HEADER_LENGTH = 40;
const SESSION_ID_FIELD_OFFSET = 8;
const STREAM_ID_FIELD_OFFSET = 12;
const RECEIVER_ID_FIELD_OFFSET = 16;
const GROUP_TAG_FIELD_OFFSET = 24;
const ERROR_CODE_FIELD_OFFSET = 32;
const ERROR_STRING_FIELD_OFFSET = 36;

export const MAX_ERROR_MESSAGE_LENGTH = 1023;
export const MAX_ERROR_FRAME_LENGTH = HEADER_LENGTH + MAX_ERROR_MESSAGE_LENGTH;
export const HAS_GROUP_ID_FLAG = 0x08;

const utf8Encoder = new TextEncoder();

export function sessionId(buffer: AtomicBuffer, offset: number): number {
  return buffer.getInt32(offset + SESSION_ID_FIELD_OFFSET);
}

export function streamId(buffer: AtomicBuffer, offset: number): number {
  return buffer.getInt32(offset + STREAM_ID_FIELD_OFFSET);
}

export function receiverId(buffer: AtomicBuffer, offset: number): bigint {
  return buffer.getBigInt64(offset + RECEIVER_ID_FIELD_OFFSET);
}

export function hasGroupTag(buffer: AtomicBuffer, offset: number): boolean {
  return (flags(buffer, offset) & HAS_GROUP_ID_FLAG) !== 0;
}

/** Only where `hasGroupTag`. */
export function groupTag(buffer: AtomicBuffer, offset: number): bigint {
  return buffer.getBigInt64(offset + GROUP_TAG_FIELD_OFFSET);
}

export function errorCode(buffer: AtomicBuffer, offset: number): number {
  return buffer.getInt32(offset + ERROR_CODE_FIELD_OFFSET);
}

/** Only of a valid frame. */
export function errorMessage(buffer: AtomicBuffer, offset: number): string {
  return buffer.getString(offset + ERROR_STRING_FIELD_OFFSET);
}

/** Returns the frame's length. Text beyond 1023 bytes is cut off. */
export function encode(
  buffer: AtomicBuffer,
  offset: number,
  sessionId: number,
  streamId: number,
  receiverId: bigint,
  groupTag: bigint | undefined,
  errorCode: number,
  errorMessage: string,
): number {
  const text = utf8Encoder.encode(errorMessage).subarray(0, MAX_ERROR_MESSAGE_LENGTH);
  const length = HEADER_LENGTH + text.length;
  encodeHeader(buffer, offset, length, groupTag === undefined ? 0 : HAS_GROUP_ID_FLAG, HDR_TYPE_ERR);
  buffer.putInt32(offset + SESSION_ID_FIELD_OFFSET, sessionId);
  buffer.putInt32(offset + STREAM_ID_FIELD_OFFSET, streamId);
  buffer.putBigInt64(offset + RECEIVER_ID_FIELD_OFFSET, receiverId);
  buffer.putBigInt64(offset + GROUP_TAG_FIELD_OFFSET, groupTag ?? 0n);
  buffer.putInt32(offset + ERROR_CODE_FIELD_OFFSET, errorCode);
  buffer.putInt32(offset + ERROR_STRING_FIELD_OFFSET, text.length);
  buffer.putBytes(offset + HEADER_LENGTH, text, 0, text.length);
  return length;
}

/** Whether the text lies within the frame and the limit. The header must be known to be there. */
export function isValid(buffer: AtomicBuffer, offset: number): boolean {
  const textLength = buffer.getInt32(offset + ERROR_STRING_FIELD_OFFSET);
  return (
    textLength >= 0 && textLength <= MAX_ERROR_MESSAGE_LENGTH && HEADER_LENGTH + textLength <= buffer.getInt32(offset)
  );
}
