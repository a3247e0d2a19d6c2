import { AeronError, AgentInvoker, AgentRunner, type OptionSources } from '../../agrona/mod.ts';
import { ConsensusModuleAgent } from './consensus-module-agent.ts';
import { type ConsensusModuleContext, createContext } from './context.ts';
import type { ConsensusModuleOptions } from './options.ts';
import { Resources } from './resources.ts';

/**
 * A member of a cluster: agrees with the others on a log, and has the services of its node apply it.
 *
 *     const consensusModule = ConsensusModule.launch({ useAgentInvoker: true, clusterMembers, ... });
 *     while (running) consensusModule.invoker.invoke();
 *     consensusModule.close();
 *
 * Without an invoker, `run` gives it the current thread. Upstream: `io.aeron.cluster.ConsensusModule`.
 */
export class ConsensusModule {
  readonly context: ConsensusModuleContext;
  /** With `useAgentInvoker`; undefined otherwise. Started by whoever drives it, an `AgentLoop` for instance. */
  readonly invoker: AgentInvoker | undefined;
  readonly #agent: ConsensusModuleAgent;
  readonly #resources: Resources;
  #runner: AgentRunner | undefined;
  #hasStarted = false;

  private constructor(context: ConsensusModuleContext) {
    this.context = context;
    this.#resources = new Resources(context);
    this.#agent = new ConsensusModuleAgent(context, this.#resources);
    const { logErrorHandler, errorCounter } = this.#resources;
    this.invoker = context.useAgentInvoker ? new AgentInvoker(logErrorHandler, errorCounter, this.#agent) : undefined;
  }

  /**
   * Makes a consensus module: takes its directory, connects to the driver, and waits, by asking the idle strategy,
   * for its counters. It recovers as it is driven.
   *
   * @throws AeronError CONFIGURATION, MARK_FILE_ACTIVE; ClusterError CLUSTER_MEMBERS, ACTIVE_MODULE;
   *   DriverTimeoutError; PlatformError
   */
  static launch(given: ConsensusModuleOptions, sources?: OptionSources): ConsensusModule {
    return new ConsensusModule(createContext(given, sources));
  }

  /**
   * Gives it the current thread until it ends, or `shouldStop` (asked every round) says so.
   * @throws AeronError ILLEGAL_STATE with an invoker, and when called again
   */
  run(shouldStop?: () => boolean): void {
    if (this.invoker !== undefined || this.#hasStarted) {
      throw new AeronError('ILLEGAL_STATE', 'a consensus module runs once, and not with useAgentInvoker');
    }
    this.#hasStarted = true;
    const { logErrorHandler, errorCounter } = this.#resources;
    this.#runner = new AgentRunner(this.context.idleStrategy, logErrorHandler, errorCounter, this.#agent);
    this.#runner.run(shouldStop);
  }

  /** Ends it. What services and log need to be told is said before. */
  close(): void {
    if (this.invoker !== undefined) {
      this.invoker.close();
    } else if (this.#runner !== undefined) {
      this.#runner.close();
    } else {
      this.#resources.markFile.signalTerminated();
      this.#resources.close();
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
