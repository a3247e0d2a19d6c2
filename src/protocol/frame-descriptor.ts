import type { AtomicBuffer } from '../agrona/mod.ts';
import {
  SESSION_ID_FIELD_OFFSET,
  TERM_ID_FIELD_OFFSET,
  TERM_OFFSET_FIELD_OFFSET,
} from './frames/data-header-flyweight.ts';
import {
  FLAGS_FIELD_OFFSET,
  HDR_TYPE_PAD,
  TYPE_FIELD_OFFSET,
  VERSION_FIELD_OFFSET,
} from './frames/header-flyweight.ts';

/*
 * A frame as it lies in a term. The fields are those of the data header (data-header-flyweight.ts); here are
 * the accesses that matter for memory order. The frame length is what publishes a frame:
 *
 *      0   nothing written here yet
 *    < 0   claimed, being written; the absolute value is what it will be
 *    > 0   complete: header and payload can be read
 *
 * so it is read with `frameLengthVolatile` before anything else of the frame and written with
 * `frameLengthRelease` after everything else.
 */

/** Every frame starts at a multiple of this. */
export const FRAME_ALIGNMENT = 32;
/** No message is longer, whatever the term length. */
export const MAX_MESSAGE_LENGTH = 16 * 1024 * 1024;

export const BEGIN_FRAG_FLAG = 0x80;
export const END_FRAG_FLAG = 0x40;
export const UNFRAGMENTED = 0xc0;

export const VERSION_OFFSET = VERSION_FIELD_OFFSET;
export const FLAGS_OFFSET = FLAGS_FIELD_OFFSET;
export const TYPE_OFFSET = TYPE_FIELD_OFFSET;
export const TERM_OFFSET = TERM_OFFSET_FIELD_OFFSET;
export const TERM_ID_OFFSET = TERM_ID_FIELD_OFFSET;
export const SESSION_ID_OFFSET = SESSION_ID_FIELD_OFFSET;

export const PADDING_FRAME_TYPE = HDR_TYPE_PAD;

/** The next multiple of 32, for lengths up to 2^31 - 32. */
export function alignFrameLength(length: number): number {
  return (length + (FRAME_ALIGNMENT - 1)) & -FRAME_ALIGNMENT;
}

export function isFrameAligned(length: number): boolean {
  return (length & (FRAME_ALIGNMENT - 1)) === 0;
}

/** The longest message that a log of this term length takes: an eighth of a term, at most 16 MiB. */
export function computeMaxMessageLength(termLength: number): number {
  return Math.min(termLength >> 3, MAX_MESSAGE_LENGTH);
}

export function frameLength(termBuffer: AtomicBuffer, termOffset: number): number {
  return termBuffer.getInt32(termOffset);
}

/** The length of the frame at an aligned offset, before which nothing else of it may be read. */
export function frameLengthVolatile(termBuffer: AtomicBuffer, termOffset: number): number {
  return termBuffer.getInt32Volatile(termOffset);
}

/** Publishes the frame at an aligned offset (or, with a negative length, claims it). */
export function frameLengthRelease(termBuffer: AtomicBuffer, termOffset: number, length: number): void {
  termBuffer.putInt32Release(termOffset, length);
}

export function frameVersion(termBuffer: AtomicBuffer, termOffset: number): number {
  return termBuffer.getUint8(termOffset + VERSION_FIELD_OFFSET);
}

export function frameFlags(termBuffer: AtomicBuffer, termOffset: number): number {
  return termBuffer.getUint8(termOffset + FLAGS_FIELD_OFFSET);
}

export function putFrameFlags(termBuffer: AtomicBuffer, termOffset: number, flags: number): void {
  termBuffer.putInt8(termOffset + FLAGS_FIELD_OFFSET, flags);
}

export function frameType(termBuffer: AtomicBuffer, termOffset: number): number {
  return termBuffer.getUint16(termOffset + TYPE_FIELD_OFFSET);
}

export function putFrameType(termBuffer: AtomicBuffer, termOffset: number, type: number): void {
  termBuffer.putInt16(termOffset + TYPE_FIELD_OFFSET, type);
}

export function isPaddingFrame(termBuffer: AtomicBuffer, termOffset: number): boolean {
  return termBuffer.getUint16(termOffset + TYPE_FIELD_OFFSET) === HDR_TYPE_PAD;
}

export function frameTermId(termBuffer: AtomicBuffer, termOffset: number): number {
  return termBuffer.getInt32(termOffset + TERM_ID_FIELD_OFFSET);
}

export function putFrameTermId(termBuffer: AtomicBuffer, termOffset: number, termId: number): void {
  termBuffer.putInt32(termOffset + TERM_ID_FIELD_OFFSET, termId);
}

/** Writes where the frame lies into the frame itself. */
export function putFrameTermOffset(termBuffer: AtomicBuffer, termOffset: number): void {
  termBuffer.putInt32(termOffset + TERM_OFFSET_FIELD_OFFSET, termOffset);
}

export function frameSessionId(termBuffer: AtomicBuffer, termOffset: number): number {
  return termBuffer.getInt32(termOffset + SESSION_ID_FIELD_OFFSET);
}
