import type { AtomicBuffer } from '../agrona/mod.ts';
import type { Header } from './header.ts';

/**
 * Called for each fragment of a poll, on the caller's stack. `buffer` is the log itself: what lies from
 * `offset` for `length` bytes may be read during the call and not after it; `header` is reused for the next.
 */
export type FragmentHandler = (buffer: AtomicBuffer, offset: number, length: number, header: Header) => void;

/** A `FragmentHandler` that says how the poll goes on. */
export type ControlledFragmentHandler = (
  buffer: AtomicBuffer,
  offset: number,
  length: number,
  header: Header,
) => ControlledFragmentAction;

export const ControlledFragmentAction = {
  /** Stop, and deliver this fragment again at the next poll. */
  ABORT: 'ABORT',
  /** Stop after this fragment. */
  BREAK: 'BREAK',
  /** Go on, and move the subscriber position past this fragment now, so that the publisher sees room at once. */
  COMMIT: 'COMMIT',
  /** Go on; the position moves at the end of the poll. */
  CONTINUE: 'CONTINUE',
} as const;
export type ControlledFragmentAction = (typeof ControlledFragmentAction)[keyof typeof ControlledFragmentAction];

/** Called with whole frames, headers among them, that lie behind each other in one term. */
export type BlockHandler = (
  buffer: AtomicBuffer,
  offset: number,
  length: number,
  sessionId: number,
  termId: number,
) => void;

/** A `BlockHandler` that is also told where the block lies in the log file, to copy it from there. */
export type RawBlockHandler = (
  logFileName: string,
  fileOffset: number,
  buffer: AtomicBuffer,
  offset: number,
  length: number,
  sessionId: number,
  termId: number,
) => void;

/**
 * Gives the reserved value of a frame that is about to be published. The frame, header and payload, lies in
 * `termBuffer` from `termOffset` for `frameLength` bytes: a checksum can be made of it.
 */
export type ReservedValueSupplier = (termBuffer: AtomicBuffer, termOffset: number, frameLength: number) => bigint;
