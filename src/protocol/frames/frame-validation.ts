import type { AtomicBuffer } from '../../agrona/mod.ts';
import { isFrameAligned } from '../frame-descriptor.ts';
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
  /** The frame length is less than the type's header, or more than the datagram has. */
  BAD_FRAME_LENGTH: 4,
  /** A data frame does not lie at, or end at, a multiple of 32. */
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
 * Whether a datagram of `length` bytes at an 8-aligned offset begins with a frame whose fields can be read and
 * make sense by themselves. Of a run of data frames only the first is looked at, and nothing is said of whether
 * the stream is known or the position plausible. Allocation-free; for every datagram that comes in.
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

/** The first frame only: what follows it is looked at by whoever knows the term it goes to. */
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
  const frameLength = buffer.getInt32(offset);
  const isPossible =
    headerType(buffer, offset) === HDR_TYPE_PAD
      ? frameLength >= DataHeader.HEADER_LENGTH
      : frameLength >= DataHeader.HEADER_LENGTH && frameLength <= length;
  return isPossible || DataHeader.isHeartbeat(buffer, offset, length)
    ? FrameRefusal.NONE
    : FrameRefusal.BAD_FRAME_LENGTH;
}
