import { AeronError } from '../../agrona/mod.ts';

/** What goes wrong in a consensus module. Upstream: `io.aeron.cluster.client.ClusterException`. */
export class ClusterError extends AeronError {}

/**
 * What an operator should know of and that the module copes with by itself: an election, a stream that ended.
 * Upstream: `io.aeron.cluster.client.ClusterEvent`.
 */
export class ClusterEvent extends ClusterError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('CLUSTER_EVENT', message, options);
  }
}
