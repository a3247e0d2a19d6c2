import type { AtomicBuffer } from '../../agrona/mod.ts';
import type { SocketAddress } from '../../platform/mod.ts';

/**
 * Loses frames on purpose, so that tests see what happens then.
 *
 * Upstream: `io.aeron.driver.ext.LossGenerator`.
 */
export interface LossGenerator {
  /** Asked once for each valid frame of `length` bytes at `offset` that goes to or comes from `address`. */
  shouldDropFrame(address: SocketAddress | undefined, buffer: AtomicBuffer, offset: number, length: number): boolean;
}
