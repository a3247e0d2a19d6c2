import type { AtomicBuffer } from '../agrona/mod.ts';
import { alignFrameLength, FRAME_ALIGNMENT, frameLengthVolatile } from './frame-descriptor.ts';

export interface GapHandler {
  /** `length` bytes are missing from `offset` of the term on. */
  onGap(termId: number, offset: number, length: number): void;
}

/**
 * Walks the frames of a term from `termOffset` and tells the handler of the first gap before `limitOffset`.
 * Returns where the gap begins, or `limitOffset` (or past it) when there is none.
 */
export function scanForGap(
  termBuffer: AtomicBuffer,
  termId: number,
  termOffset: number,
  limitOffset: number,
  handler: GapHandler,
): number {
  let offset = termOffset;
  do {
    const frameLength = frameLengthVolatile(termBuffer, offset);
    if (frameLength <= 0) {
      break;
    }
    offset += alignFrameLength(frameLength);
  } while (offset < limitOffset);

  const gapBeginOffset = offset;
  if (offset < limitOffset) {
    offset += FRAME_ALIGNMENT;
    while (offset < limitOffset && frameLengthVolatile(termBuffer, offset) === 0) {
      offset += FRAME_ALIGNMENT;
    }
    handler.onGap(termId, gapBeginOffset, offset - gapBeginOffset);
  }
  return gapBeginOffset;
}
