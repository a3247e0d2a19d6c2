import type { AtomicBuffer } from '../agrona/mod.ts';
import {
  activeTermCount,
  computeTermOffsetFromPosition,
  indexByTermCount,
  rawTailTermId,
  rawTailVolatile,
  rotateLog,
} from './log-buffer-descriptor.ts';
import * as TermUnblocker from './term-unblocker.ts';

/**
 * Frees a publication's log at the position where its consumers have been stuck for too long, or, when it
 * `isAbandoned` by all its publishers, at once. True when it did something; the caller counts it and looks
 * again later.
 */
export function unblock(
  termBuffers: readonly AtomicBuffer[],
  metaData: AtomicBuffer,
  blockedPosition: number,
  termLength: number,
  isAbandoned = false,
): boolean {
  const blockedTermCount = Math.floor(blockedPosition / termLength);
  const blockedOffset = computeTermOffsetFromPosition(blockedPosition, termLength);
  const termCount = activeTermCount(metaData);
  if (termCount === blockedTermCount - 1 && blockedOffset === 0) {
    rawTailVolatile(metaData, indexByTermCount(termCount));
    rotateLog(metaData, termCount, rawTailTermId());
    return true;
  }
  const blockedIndex = indexByTermCount(blockedTermCount);
  const tailOffset = Math.min(rawTailVolatile(metaData, blockedIndex), termLength);
  const termId = rawTailTermId();
  const termBuffer = termBuffers[blockedIndex]!;
  const status = TermUnblocker.unblock(metaData, termBuffer, blockedOffset, tailOffset, termId, isAbandoned);
  if (status === TermUnblocker.UnblockStatus.UNBLOCKED_TO_END) {
    rotateLog(metaData, blockedTermCount, termId);
  }
  return status !== TermUnblocker.UnblockStatus.NO_ACTION;
}
