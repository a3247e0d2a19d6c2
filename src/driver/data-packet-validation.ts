import type { AtomicBuffer } from '../agrona/mod.ts';
import { DataHeaderFlyweight, FrameDescriptor, HeaderFlyweight } from '../protocol/mod.ts';

/** What `validateDataPacket` returns for a datagram that must not get into a term. */
export const INVALID_PACKET = -1;

const FRAME_ALIGNMENT_MASK = FrameDescriptor.FRAME_ALIGNMENT - 1;

/**
 * Walks the frames of a received datagram of data or padding: each must lie where its header says, start at a
 * multiple of 32 within the term and end in it, and together they must fill the datagram exactly. A padding
 * frame at the end may be longer than what was sent of it.
 *
 * Returns the bytes of the term that the datagram stands for, 0 for a heartbeat, or `INVALID_PACKET`. The
 * datagram starts at a multiple of 8 of the buffer and holds at least one header.
 *
 * Upstream: `PublicationImage.validatePacket`; it takes frames shorter than their header, this does not.
 */
export function validateDataPacket(
  buffer: AtomicBuffer,
  packetOffset: number,
  length: number,
  termLength: number,
): number {
  const termOffset = DataHeaderFlyweight.termOffset(buffer, packetOffset);
  if (termOffset < 0 || termOffset >= termLength || !FrameDescriptor.isFrameAligned(termOffset)) {
    return INVALID_PACKET;
  }
  if (DataHeaderFlyweight.isHeartbeat(buffer, packetOffset, length)) {
    return 0;
  }
  const limit = length - DataHeaderFlyweight.HEADER_LENGTH;
  let offset = 0;
  let type = -1;
  do {
    const frameOffset = packetOffset + offset;
    const frameLength = buffer.getInt32(frameOffset);
    if (frameLength < DataHeaderFlyweight.HEADER_LENGTH || frameLength > termLength) {
      return INVALID_PACKET;
    }
    type = HeaderFlyweight.headerType(buffer, frameOffset);
    if (type !== HeaderFlyweight.HDR_TYPE_DATA && type !== HeaderFlyweight.HDR_TYPE_PAD) {
      return INVALID_PACKET;
    }
    if (DataHeaderFlyweight.termOffset(buffer, frameOffset) !== termOffset + offset) {
      return INVALID_PACKET;
    }
    offset += (frameLength + FRAME_ALIGNMENT_MASK) & ~FRAME_ALIGNMENT_MASK;
    if (termOffset + offset > termLength) {
      return INVALID_PACKET;
    }
  } while (offset <= limit);

  const isFilled = offset === length || (offset > length && type === HeaderFlyweight.HDR_TYPE_PAD);
  return isFilled ? offset : INVALID_PACKET;
}

/**
 * Writes the time of reception into the first fragment of each message of a valid datagram, `timestampOffset`
 * bytes behind the start of the frame; fragments that are too short go without.
 */
export function stampReceiveTime(
  buffer: AtomicBuffer,
  packetOffset: number,
  length: number,
  timestampOffset: number,
  epochNs: bigint,
): void {
  let offset = 0;
  while (offset < length) {
    const frameOffset = packetOffset + offset;
    const frameLength = buffer.getInt32(frameOffset);
    const isMessageBegin =
      HeaderFlyweight.headerType(buffer, frameOffset) === HeaderFlyweight.HDR_TYPE_DATA &&
      (HeaderFlyweight.flags(buffer, frameOffset) & DataHeaderFlyweight.BEGIN_FLAG) !== 0;
    if (isMessageBegin && timestampOffset + 8 <= frameLength) {
      buffer.putBigInt64(frameOffset + timestampOffset, epochNs);
    }
    offset += (frameLength + FRAME_ALIGNMENT_MASK) & ~FRAME_ALIGNMENT_MASK;
  }
}
