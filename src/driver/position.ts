import type { AtomicCounter } from '../agrona/mod.ts';

/** A counter with a position in a stream, in bytes, as its one writer uses it. */
export type Position = AtomicCounter;

/** A counter with a position that somebody else writes. */
export type ReadablePosition = Pick<AtomicCounter, 'id' | 'get' | 'close'>;
