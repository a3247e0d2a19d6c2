/**
 * # agrona
 *
 * The building blocks under everything: buffers with ordered access, the ring buffer and the broadcast that
 * carry commands and events, counters, the distinct error log, mark files, agents and how they idle, option
 * tables. Byte for byte what Agrona lays out wherever memory or files are shared with others.
 */
export { AeronError } from '../platform/mod.ts';
export { AtomicBuffer, toSafeInteger } from './atomic-buffer.ts';
export { acquireFence, releaseFence } from './memory-order.ts';
