import type { ConsensusModuleOptions } from '../cluster/consensus/mod.ts';
import { hooksOf, type LaunchHooks } from './launch-hooks.ts';
import { type RunningNode, runInThread } from './node-in-thread.ts';

/**
 * A consensus module in a thread of its own, beside a driver, an archive and services that run elsewhere.
 *
 *     await using consensusModule = await ConsensusModule.launch({ clusterMembers, clusterMemberId: 0, ... });
 *     await consensusModule.ended;
 */
export class ConsensusModule {
  /** Settles when it has ended: closed, or as the cluster was told to. */
  readonly ended: Promise<void>;
  readonly #node: RunningNode;

  private constructor(node: RunningNode) {
    this.#node = node;
    this.ended = node.ended;
  }

  /**
   * Resolves when it has its directory and its driver; it recovers from then on.
   * @throws AeronError CONFIGURATION, MARK_FILE_ACTIVE when another one has the directory; ClusterError
   *   CLUSTER_MEMBERS, ACTIVE_MODULE; DriverTimeoutError
   */
  static async launch(options: ConsensusModuleOptions, hooks: LaunchHooks = {}): Promise<ConsensusModule> {
    const parts = { consensusModule: options };
    return new ConsensusModule(await runInThread('consensus-module', parts, [], hooksOf(hooks), hooks.signal));
  }

  close(): Promise<void> {
    return this.#node.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
