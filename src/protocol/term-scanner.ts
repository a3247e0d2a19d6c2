import type { AtomicBuffer } from '../agrona/mod.ts';
import { alignFrameLength, TYPE_OFFSET } from './frame-descriptor.ts';
import { HEADER_LENGTH } from './frames/data-header-flyweight.ts';
import { HDR_TYPE_PAD } from './frames/header-flyweight.ts';

/** The word of a frame whose upper half is the type. */
const TYPE_WORD = TYPE_OFFSET >>> 2;

let paddingFound = 0;

/**
 * How many bytes of complete frames, from `offset` on and at most `maxLength`, can go into one datagram. A
 * padding frame counts as its header and ends the run: `padding()` then has the bytes behind its header. When
 * the first frame alone is longer than `maxLength`, minus its aligned length is returned. A frame that claims
 * to reach past the end of the term is none, and the run ends before it.
 */
export function scanForAvailability(termBuffer: AtomicBuffer, offset: number, maxLength: number): number {
  const limit = Math.min(maxLength, termBuffer.capacity - offset);
  const words = termBuffer.i32;
  let available = 0;
  let padding = 0;
  do {
    const termOffset = offset + available;
    const word = termOffset >>> 2;
    const frameLength = Atomics.load(words, word);
    if (frameLength <= 0) {
      break;
    }
    let alignedLength = alignFrameLength(frameLength);
    if (alignedLength <= 0 || alignedLength > termBuffer.capacity - termOffset) {
      break;
    }
    if (words[word + TYPE_WORD]! >>> 16 === HDR_TYPE_PAD) {
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
