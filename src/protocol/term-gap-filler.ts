import type { AtomicBuffer } from '../agrona/mod.ts';
import { FRAME_ALIGNMENT } from './frame-descriptor.ts';
import { writePaddingFrame } from './padding-frame.ts';

/**
 * Fills a gap of a term with a padding frame, so that what lies behind it becomes readable; for streams that
 * prefer losing data to waiting for it. False, and nothing written, when something has arrived in the gap.
 */
export function tryFillGap(
  metaData: AtomicBuffer,
  termBuffer: AtomicBuffer,
  termId: number,
  gapOffset: number,
  gapLength: number,
): boolean {
  for (let offset = gapOffset + gapLength - FRAME_ALIGNMENT; offset >= gapOffset; offset -= FRAME_ALIGNMENT) {
    if (termBuffer.getInt32(offset) !== 0) {
      return false;
    }
  }
  writePaddingFrame(metaData, termBuffer, gapOffset, termId, gapLength);
  return true;
}
