import type { AtomicBuffer } from '../agrona/mod.ts';
import { alignFrameLength, frameLengthVolatile, isPaddingFrame } from './frame-descriptor.ts';

/**
 * Where a block of complete frames that begins at `termOffset` ends, at `limitOffset` at the latest. Padding
 * ends a block, and is a block of its own when it comes first (then it may go past the limit).
 */
export function scan(termBuffer: AtomicBuffer, termOffset: number, limitOffset: number): number {
  let offset = termOffset;
  while (offset < limitOffset) {
    const frameLength = frameLengthVolatile(termBuffer, offset);
    if (frameLength <= 0) {
      break;
    }
    const alignedLength = alignFrameLength(frameLength);
    if (isPaddingFrame(termBuffer, offset)) {
      return offset === termOffset ? offset + alignedLength : offset;
    }
    if (offset + alignedLength > limitOffset) {
      break;
    }
    offset += alignedLength;
  }
  return offset;
}
