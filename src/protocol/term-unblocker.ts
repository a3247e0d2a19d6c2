import type { AtomicBuffer } from '../agrona/mod.ts';
import { FRAME_ALIGNMENT, frameLengthVolatile } from './frame-descriptor.ts';
import { writePaddingFrame } from './padding-frame.ts';

export const UnblockStatus = {
  NO_ACTION: 'NO_ACTION',
  UNBLOCKED: 'UNBLOCKED',
  /** The padding reaches the end of the term: the log has to be rotated too. */
  UNBLOCKED_TO_END: 'UNBLOCKED_TO_END',
} as const;
export type UnblockStatus = (typeof UnblockStatus)[keyof typeof UnblockStatus];

/**
 * Turns what a publisher claimed at `blockedOffset` and, having died, will never publish, into padding: up to
 * the length it announced, or to the next frame, or to the end of the term.
 *
 * When none of these is there, the claim may still be written, and is left alone; unless the log `isAbandoned`
 * by all its publishers: then everything up to the tail becomes padding. (Upstream leaves it alone even then,
 * so that a publication whose publisher died between the fragments of a message never ends.)
 */
export function unblock(
  metaData: AtomicBuffer,
  termBuffer: AtomicBuffer,
  blockedOffset: number,
  tailOffset: number,
  termId: number,
  isAbandoned = false,
): UnblockStatus {
  const frameLength = frameLengthVolatile(termBuffer, blockedOffset);
  if (frameLength < 0) {
    writePaddingFrame(metaData, termBuffer, blockedOffset, termId, -frameLength);
    return UnblockStatus.UNBLOCKED;
  }
  if (frameLength > 0) {
    return UnblockStatus.NO_ACTION;
  }
  let status: UnblockStatus = UnblockStatus.NO_ACTION;
  let offset = blockedOffset + FRAME_ALIGNMENT;
  while (offset < tailOffset) {
    if (frameLengthVolatile(termBuffer, offset) !== 0) {
      if (isZeroed(termBuffer, blockedOffset, offset)) {
        writePaddingFrame(metaData, termBuffer, blockedOffset, termId, offset - blockedOffset);
        status = UnblockStatus.UNBLOCKED;
      }
      break;
    }
    offset += FRAME_ALIGNMENT;
  }
  if (offset === termBuffer.capacity && frameLengthVolatile(termBuffer, blockedOffset) === 0) {
    writePaddingFrame(metaData, termBuffer, blockedOffset, termId, offset - blockedOffset);
    status = UnblockStatus.UNBLOCKED_TO_END;
  } else if (offset === tailOffset && isAbandoned) {
    writePaddingFrame(metaData, termBuffer, blockedOffset, termId, offset - blockedOffset);
    status = UnblockStatus.UNBLOCKED;
  }
  return status;
}

/** Whether, looking back from `to`, no frame has begun: a slow publisher may have woken up meanwhile. */
function isZeroed(termBuffer: AtomicBuffer, from: number, to: number): boolean {
  for (let offset = to - FRAME_ALIGNMENT; offset >= from; offset -= FRAME_ALIGNMENT) {
    if (frameLengthVolatile(termBuffer, offset) !== 0) {
      return false;
    }
  }
  return true;
}
