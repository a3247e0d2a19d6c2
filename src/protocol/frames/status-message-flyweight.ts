import type { AtomicBuffer } from '../../agrona/mod.ts';
import { isFrameAligned } from '../frame-descriptor.ts';
import { encodeHeader, HDR_TYPE_SM } from './header-flyweight.ts';

/*
 * How far a receiver has come and how much more it takes. The 64-bit fields are not aligned.
 *
 *      0        1        2        3        4        5        6        7        8
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    0 |      frame length: 36 or 44       |version | flags  |     type: 3     |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    8 |            session id             |             stream id             |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   16 |        consumption term id        |      consumption term offset      |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   24 |      receiver window length       |            receiver id
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   32    receiver id                      |  application specific feedback:   |
 *      +--------+--------+--------+--------+                                   +
 *   40 |  nothing, or 8 bytes with the receiver's group tag
 *      +--------+--------+--------+--------+
 */
export const HEADER_LENGTH = 36;
const SESSION_ID_FIELD_OFFSET = 8;
const STREAM_ID_FIELD_OFFSET = 12;
const CONSUMPTION_TERM_ID_FIELD_OFFSET = 16;
const CONSUMPTION_TERM_OFFSET_FIELD_OFFSET = 20;
const RECEIVER_WINDOW_FIELD_OFFSET = 24;
const RECEIVER_ID_FIELD_OFFSET = 28;
const GROUP_TAG_FIELD_OFFSET = 36;
const GROUP_TAG_LENGTH = 8;

/** The receiver has no setup for this stream and asks for one. */
export const SEND_SETUP_FLAG = 0x80;
/** The receiver is done with the stream. */
export const END_OF_STREAM_FLAG = 0x40;

export function sessionId(buffer: AtomicBuffer, offset: number): number {
  return buffer.getInt32(offset + SESSION_ID_FIELD_OFFSET);
}

export function streamId(buffer: AtomicBuffer, offset: number): number {
  return buffer.getInt32(offset + STREAM_ID_FIELD_OFFSET);
}

export function consumptionTermId(buffer: AtomicBuffer, offset: number): number {
  return buffer.getInt32(offset + CONSUMPTION_TERM_ID_FIELD_OFFSET);
}

export function consumptionTermOffset(buffer: AtomicBuffer, offset: number): number {
  return buffer.getInt32(offset + CONSUMPTION_TERM_OFFSET_FIELD_OFFSET);
}

export function receiverWindowLength(buffer: AtomicBuffer, offset: number): number {
  return buffer.getInt32(offset + RECEIVER_WINDOW_FIELD_OFFSET);
}

export function receiverId(buffer: AtomicBuffer, offset: number): bigint {
  return buffer.getBigInt64(offset + RECEIVER_ID_FIELD_OFFSET);
}

/** Bytes of application specific feedback. */
export function asfLength(buffer: AtomicBuffer, offset: number): number {
  return buffer.getInt32(offset) - HEADER_LENGTH;
}

/** Whether the feedback is a group tag; upstream knows no other. */
export function hasGroupTag(buffer: AtomicBuffer, offset: number): boolean {
  return asfLength(buffer, offset) === GROUP_TAG_LENGTH;
}

/** Only where `hasGroupTag`. */
export function groupTag(buffer: AtomicBuffer, offset: number): bigint {
  return buffer.getBigInt64(offset + GROUP_TAG_FIELD_OFFSET);
}

/** Returns the frame's length. */
export function encode(
  buffer: AtomicBuffer,
  offset: number,
  flags: number,
  sessionId: number,
  streamId: number,
  consumptionTermId: number,
  consumptionTermOffset: number,
  receiverWindowLength: number,
  receiverId: bigint,
  groupTag: bigint | undefined,
): number {
  let length = HEADER_LENGTH;
  buffer.putInt32(offset + SESSION_ID_FIELD_OFFSET, sessionId);
  buffer.putInt32(offset + STREAM_ID_FIELD_OFFSET, streamId);
  buffer.putInt32(offset + CONSUMPTION_TERM_ID_FIELD_OFFSET, consumptionTermId);
  buffer.putInt32(offset + CONSUMPTION_TERM_OFFSET_FIELD_OFFSET, consumptionTermOffset);
  buffer.putInt32(offset + RECEIVER_WINDOW_FIELD_OFFSET, receiverWindowLength);
  buffer.putBigInt64(offset + RECEIVER_ID_FIELD_OFFSET, receiverId);
  if (groupTag !== undefined) {
    buffer.putBigInt64(offset + GROUP_TAG_FIELD_OFFSET, groupTag);
    length += GROUP_TAG_LENGTH;
  }
  encodeHeader(buffer, offset, length, flags, HDR_TYPE_SM);
  return length;
}

/** Whether a stream with this term length can have a receiver at that offset with that window. */
export function isValid(buffer: AtomicBuffer, offset: number, termLength: number): boolean {
  const termOffset = consumptionTermOffset(buffer, offset);
  const windowLength = receiverWindowLength(buffer, offset);
  return (
    termOffset >= 0 &&
    termOffset < termLength &&
    isFrameAligned(termOffset) &&
    windowLength >= 0 &&
    windowLength <= termLength >> 1
  );
}
