import type { AtomicBuffer } from '../../agrona/mod.ts';
import { alignFrameLength, isFrameAligned } from '../frame-descriptor.ts';
import * as DataHeader from './data-header-flyweight.ts';
import * as ErrorFrame from './error-flyweight.ts';
import {
  CURRENT_VERSION,
  HDR_TYPE_DATA,
  HDR_TYPE_ERR,
  HDR_TYPE_NAK,
  HDR_TYPE_PAD,
  HDR_TYPE_RES,
  HDR_TYPE_RSP_SETUP,
  HDR_TYPE_RTTM,
  HDR_TYPE_SETUP,
  HDR_TYPE_SM,
  headerType,
  MIN_HEADER_LENGTH,
  typeName,
  version,
} from './header-flyweight.ts';
import * as Nak from './nak-flyweight.ts';
import * as ResponseSetup from './response-setup-flyweight.ts';
import * as RttMeasurement from './rtt-measurement-flyweight.ts';
import * as Setup from './setup-flyweight.ts';
import * as StatusMessage from './status-message-flyweight.ts';

/** Why a datagram is not looked at any further. 0 means that it is. */
export const FrameRefusal = {
  NONE: 0,
  /** Fewer bytes than any frame has, or than this type's header has. */
  TOO_SHORT: 1,
  WRONG_VERSION: 2,
  UNKNOWN_TYPE: 3,
  /** The frame length, or one of a later frame in the datagram, is impossible or goes past the datagram. */
  BAD_FRAME_LENGTH: 4,
  /** A data frame or what follows it does not lie at a multiple of 32. */
  MISALIGNED: 5,
  /** Fields that contradict each other or a limit of the protocol. */
  BAD_FIELDS: 6,
} as const;
export type FrameRefusal = (typeof FrameRefusal)[keyof typeof FrameRefusal];

const REASONS = [
  'accepted',
  'too short',
  'of a wrong version',
  'of an unknown type',
  'of an impossible frame length',
  'not aligned to 32 bytes',
  'with fields out of their limits',
] as const;

/**
 * Whether a datagram of `length` bytes at an 8-aligned offset is a frame, or a run of data frames, whose
 * fields can be read and whose bytes can go into a log buffer. It says nothing about whether the stream is
 * known or the position plausible. Allocation-free; for every datagram that comes in.
 */
export function validateFrame(buffer: AtomicBuffer, offset: number, length: number): FrameRefusal {
  if (length < MIN_HEADER_LENGTH) {
    return FrameRefusal.TOO_SHORT;
  }
  if (version(buffer, offset) !== CURRENT_VERSION) {
    return FrameRefusal.WRONG_VERSION;
  }
  switch (headerType(buffer, offset)) {
    case HDR_TYPE_PAD:
    case HDR_TYPE_DATA:
      return validateDataFrames(buffer, offset, length);
    case HDR_TYPE_SM:
      return validateFixed(buffer, offset, length, StatusMessage.HEADER_LENGTH);
    case HDR_TYPE_NAK:
      return validateFixed(buffer, offset, length, Nak.HEADER_LENGTH);
    case HDR_TYPE_SETUP:
      return (
        validateFixed(buffer, offset, length, Setup.HEADER_LENGTH) || validateFields(Setup.isValid(buffer, offset))
      );
    case HDR_TYPE_RTTM:
      return validateFixed(buffer, offset, length, RttMeasurement.HEADER_LENGTH);
    case HDR_TYPE_ERR:
      return (
        validateFixed(buffer, offset, length, ErrorFrame.HEADER_LENGTH) ||
        validateFields(ErrorFrame.isValid(buffer, offset))
      );
    case HDR_TYPE_RSP_SETUP:
      return validateFixed(buffer, offset, length, ResponseSetup.HEADER_LENGTH);
    case HDR_TYPE_RES:
      return validateFixed(buffer, offset, length, MIN_HEADER_LENGTH);
    default:
      return FrameRefusal.UNKNOWN_TYPE;
  }
}

/** For a log: what came and what is wrong with it. */
export function describeRefusal(refusal: FrameRefusal, buffer: AtomicBuffer, offset: number, length: number): string {
  const what = length < MIN_HEADER_LENGTH ? 'datagram' : `${typeName(headerType(buffer, offset))} frame`;
  return `${what} of ${length} bytes is ${REASONS[refusal]}`;
}

function validateFixed(buffer: AtomicBuffer, offset: number, length: number, headerLength: number): FrameRefusal {
  if (length < headerLength) {
    return FrameRefusal.TOO_SHORT;
  }
  const frameLength = buffer.getInt32(offset);
  return frameLength < headerLength || frameLength > length ? FrameRefusal.BAD_FRAME_LENGTH : FrameRefusal.NONE;
}

function validateFields(areValid: boolean): FrameRefusal {
  return areValid ? FrameRefusal.NONE : FrameRefusal.BAD_FIELDS;
}

/** A heartbeat, or frames end to end of which a longer padding frame, as its header alone, may be the last. */
function validateDataFrames(buffer: AtomicBuffer, offset: number, length: number): FrameRefusal {
  if (length < DataHeader.HEADER_LENGTH) {
    return FrameRefusal.TOO_SHORT;
  }
  const termOffset = DataHeader.termOffset(buffer, offset);
  if (!isFrameAligned(length) || !isFrameAligned(termOffset)) {
    return FrameRefusal.MISALIGNED;
  }
  if (termOffset < 0) {
    return FrameRefusal.BAD_FIELDS;
  }
  if (DataHeader.isHeartbeat(buffer, offset, length)) {
    return FrameRefusal.NONE;
  }
  const end = offset + length;
  let frameOffset = offset;
  while (frameOffset < end) {
    const frameLength = buffer.getInt32(frameOffset);
    if (frameLength < DataHeader.HEADER_LENGTH || frameLength > MAX_FRAME_LENGTH) {
      return FrameRefusal.BAD_FRAME_LENGTH;
    }
    const next = frameOffset + alignFrameLength(frameLength);
    if (next > end) {
      const isPadding = headerType(buffer, frameOffset) === HDR_TYPE_PAD;
      return isPadding && frameOffset + DataHeader.HEADER_LENGTH === end
        ? FrameRefusal.NONE
        : FrameRefusal.BAD_FRAME_LENGTH;
    }
    frameOffset = next;
  }
  return FrameRefusal.NONE;
}

/** No frame is longer than the longest term: padding can fill one. */
const MAX_FRAME_LENGTH = 1024 * 1024 * 1024;
