import type { AtomicBuffer } from '../agrona/mod.ts';
import { frameLengthRelease } from './frame-descriptor.ts';

/**
 * Puts a received run of frames (`length` bytes of `packet` at `packetOffset`, validated) into a term unless
 * something is there already. The first frame's length is written last, so that a reader sees all of it or
 * nothing.
 */
export function insert(
  termBuffer: AtomicBuffer,
  termOffset: number,
  packet: AtomicBuffer,
  packetOffset: number,
  length: number,
): void {
  if (termBuffer.getInt32(termOffset) !== 0) {
    return;
  }
  termBuffer.putBytes(termOffset + 4, packet, packetOffset + 4, length - 4);
  frameLengthRelease(termBuffer, termOffset, packet.getInt32(packetOffset));
}
