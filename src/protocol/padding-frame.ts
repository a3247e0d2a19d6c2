import type { AtomicBuffer } from '../agrona/mod.ts';
import { frameLengthRelease, putFrameTermId, putFrameTermOffset, putFrameType } from './frame-descriptor.ts';
import { HDR_TYPE_PAD } from './frames/header-flyweight.ts';
import { applyDefaultHeader } from './log-buffer-descriptor.ts';

/** Writes and publishes a padding frame of `frameLength` bytes, header included. */
export function writePaddingFrame(
  metaData: AtomicBuffer,
  termBuffer: AtomicBuffer,
  termOffset: number,
  termId: number,
  frameLength: number,
): void {
  applyDefaultHeader(metaData, termBuffer, termOffset);
  putFrameType(termBuffer, termOffset, HDR_TYPE_PAD);
  putFrameTermOffset(termBuffer, termOffset);
  putFrameTermId(termBuffer, termOffset, termId);
  frameLengthRelease(termBuffer, termOffset, frameLength);
}
