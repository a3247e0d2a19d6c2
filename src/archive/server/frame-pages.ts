import type { AtomicBuffer } from '../../agrona/mod.ts';

/** What a system writes as a whole, as upstream sees it. */
const PAGE_LENGTH = 4096;
/** Of the longest frame, with its header. */
const MAX_FRAME_LENGTH = 65_536;

/**
 * Whether a frame at `frameOffset` of a file reaches into another page, of which it then has nothing but zeros: as it
 * looks when the page never got to the device, or when the application sent zeros. `offset` is that of the frame in the
 * buffer, `length` is aligned. Upstream: `Catalog.hasDataInAllPagesAfterStraddle`.
 */
export function hasEmptyPage(buffer: AtomicBuffer, offset: number, length: number, frameOffset: number): boolean {
  const end = frameOffset + length;
  for (let page = nextPage(frameOffset); page < end; page += PAGE_LENGTH) {
    const from = offset + page - frameOffset;
    if (isZero(buffer, from, Math.min(PAGE_LENGTH, end - page))) {
      return true;
    }
  }
  return false;
}

/** Whether any page in the last 64 KiB of a block, hence any of its last frame, is zeros. Quick, where there is data. */
export function findEmptyPage(buffer: AtomicBuffer, offset: number, length: number, fileOffset: number): boolean {
  const skipped = Math.max(0, length - MAX_FRAME_LENGTH);
  return hasEmptyPage(buffer, offset + skipped, length - skipped, fileOffset + skipped);
}

function nextPage(offset: number): number {
  return offset - (offset % PAGE_LENGTH) + PAGE_LENGTH;
}

/** Frames are whole words. */
function isZero(buffer: AtomicBuffer, offset: number, length: number): boolean {
  const words = buffer.i32;
  const end = (offset + length) >>> 2;
  for (let i = offset >>> 2; i < end; i++) {
    if (words[i] !== 0) {
      return false;
    }
  }
  return true;
}
