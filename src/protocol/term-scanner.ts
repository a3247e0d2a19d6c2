import type { AtomicBuffer } from '../agrona/mod.ts';
import { alignFrameLength, frameLengthVolatile, isPaddingFrame } from './frame-descriptor.ts';
import { HEADER_LENGTH } from './frames/data-header-flyweight.ts';

let paddingFound = 0;

/**
 * How many bytes of complete frames, from `offset` on and at most `maxLength`, can go into one datagram. A
 * padding frame counts as its header and ends the run: `padding()` then has the bytes behind its header. When
 * the first frame alone is longer than `maxLength`, minus its aligned length is returned. A frame that claims
 * to reach past the end of the term is none, and the run ends before it.
 */
export function scanForAvailability(termBuffer: AtomicBuffer, offset: number, maxLength: number): number {
  const limit = Math.min(maxLength, termBuffer.capacity - offset);
  let available = 0;
  let padding = 0;
  do {
    const termOffset = offset + available;
    const frameLength = frameLengthVolatile(termBuffer, termOffset);
    if (frameLength <= 0) {
      break;
    }
    let alignedLength = alignFrameLength(frameLength);
    if (alignedLength <= 0 || alignedLength > termBuffer.capacity - termOffset) {
      break;
    }
    if (isPaddingFrame(termBuffer, termOffset)) {
      padding = alignedLength - HEADER_LENGTH;
      alignedLength = HEADER_LENGTH;
    }
    available += alignedLength;
    if (available > limit) {
      available = alignedLength === available ? -available : available - alignedLength;
      padding = 0;
      break;
    }
  } while (padding === 0 && available < limit);
  paddingFound = padding;
  return available;
}

/** Bytes behind the header of the padding frame that ended this thread's last scan; 0 when none did. */
export function padding(): number {
  return paddingFound;
}
