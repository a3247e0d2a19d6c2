import type { AtomicBuffer } from '../../agrona/mod.ts';
import { isFrameAligned } from '../frame-descriptor.ts';
import { TERM_MAX_LENGTH, TERM_MIN_LENGTH } from '../log-buffer-descriptor.ts';
import { HEADER_LENGTH as DATA_HEADER_LENGTH } from './data-header-flyweight.ts';
import { encodeHeader, HDR_TYPE_SETUP } from './header-flyweight.ts';

/*
 * What a sender says about its stream until somebody answers, and when a status message asks for it.
 *
 *      0        1        2        3        4        5        6        7        8
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    0 |         frame length: 40          |version | flags  |     type: 5     |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    8 |            term offset            |            session id             |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   16 |             stream id             |          initial term id          |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   24 |          active term id           |            term length            |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   32 |            mtu length             |          multicast ttl            |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 */
export const HEADER_LENGTH = 40;
const TERM_OFFSET_FIELD_OFFSET = 8;
const SESSION_ID_FIELD_OFFSET = 12;
const STREAM_ID_FIELD_OFFSET = 16;
const INITIAL_TERM_ID_FIELD_OFFSET = 20;
const ACTIVE_TERM_ID_FIELD_OFFSET = 24;
const TERM_LENGTH_FIELD_OFFSET = 28;
const MTU_LENGTH_FIELD_OFFSET = 32;
const TTL_FIELD_OFFSET = 36;

/** The sender wants a response channel set up towards it. */
export const SEND_RESPONSE_SETUP_FLAG = 0x80;
/** The receivers form a group, however the channel looks. */
export const GROUP_FLAG = 0x40;

/** The largest MTU there is, in bytes. */
export const MAX_UDP_PAYLOAD_LENGTH = 65504;

export function termOffset(buffer: AtomicBuffer, offset: number): number {
  return buffer.getInt32(offset + TERM_OFFSET_FIELD_OFFSET);
}

export function sessionId(buffer: AtomicBuffer, offset: number): number {
  return buffer.getInt32(offset + SESSION_ID_FIELD_OFFSET);
}

export function streamId(buffer: AtomicBuffer, offset: number): number {
  return buffer.getInt32(offset + STREAM_ID_FIELD_OFFSET);
}

export function initialTermId(buffer: AtomicBuffer, offset: number): number {
  return buffer.getInt32(offset + INITIAL_TERM_ID_FIELD_OFFSET);
}

export function activeTermId(buffer: AtomicBuffer, offset: number): number {
  return buffer.getInt32(offset + ACTIVE_TERM_ID_FIELD_OFFSET);
}

export function termLength(buffer: AtomicBuffer, offset: number): number {
  return buffer.getInt32(offset + TERM_LENGTH_FIELD_OFFSET);
}

export function mtuLength(buffer: AtomicBuffer, offset: number): number {
  return buffer.getInt32(offset + MTU_LENGTH_FIELD_OFFSET);
}

export function ttl(buffer: AtomicBuffer, offset: number): number {
  return buffer.getInt32(offset + TTL_FIELD_OFFSET);
}

export function encode(
  buffer: AtomicBuffer,
  offset: number,
  flags: number,
  termOffset: number,
  sessionId: number,
  streamId: number,
  initialTermId: number,
  activeTermId: number,
  termLength: number,
  mtuLength: number,
  ttl: number,
): void {
  encodeHeader(buffer, offset, HEADER_LENGTH, flags, HDR_TYPE_SETUP);
  buffer.putInt32(offset + TERM_OFFSET_FIELD_OFFSET, termOffset);
  buffer.putInt32(offset + SESSION_ID_FIELD_OFFSET, sessionId);
  buffer.putInt32(offset + STREAM_ID_FIELD_OFFSET, streamId);
  buffer.putInt32(offset + INITIAL_TERM_ID_FIELD_OFFSET, initialTermId);
  buffer.putInt32(offset + ACTIVE_TERM_ID_FIELD_OFFSET, activeTermId);
  buffer.putInt32(offset + TERM_LENGTH_FIELD_OFFSET, termLength);
  buffer.putInt32(offset + MTU_LENGTH_FIELD_OFFSET, mtuLength);
  buffer.putInt32(offset + TTL_FIELD_OFFSET, ttl);
}

/** Whether a log buffer can be made of what the frame says: term length, offset within it, MTU. */
export function isValid(buffer: AtomicBuffer, offset: number): boolean {
  const length = termLength(buffer, offset);
  const begin = termOffset(buffer, offset);
  const mtu = mtuLength(buffer, offset);
  return (
    length >= TERM_MIN_LENGTH &&
    length <= TERM_MAX_LENGTH &&
    (length & (length - 1)) === 0 &&
    begin >= 0 &&
    begin < length &&
    isFrameAligned(begin) &&
    mtu >= DATA_HEADER_LENGTH &&
    mtu <= MAX_UDP_PAYLOAD_LENGTH &&
    isFrameAligned(mtu)
  );
}
