import {
  AeronError,
  type AgentInvoker,
  AgentLoop,
  AgentTerminationError,
  createIdleStrategy,
  formatError,
  type IdleStrategy,
} from '../agrona/mod.ts';
import type { AeronArchiveOptions } from '../archive/client/mod.ts';
import { Archive, type GivenArchiveOptions } from '../archive/server/mod.ts';
import { ConsensusModule, type ConsensusModuleOptions } from '../cluster/consensus/mod.ts';
import { ClusteredServiceContainer, type GivenServiceOptions } from '../cluster/service/mod.ts';
import { type GivenDriverOptions, MediaDriver } from '../driver/mod.ts';
import type { Platform } from '../platform/mod.ts';
import { componentFailed } from './component-failed.ts';

/** The components of a node that share a thread; all of them, or those that are not elsewhere. */
export interface NodeParts {
  readonly driver?: GivenDriverOptions | undefined;
  readonly archive?: GivenArchiveOptions | undefined;
  readonly consensusModule?: ConsensusModuleOptions | undefined;
  readonly services?: readonly GivenServiceOptions[] | undefined;
}

/** What a node has to say to whoever has launched it. */
export interface NodeHooks {
  /** A line about the start of a component, or a warning. */
  log(text: string): void;
  /** A component had an error; it goes on, or ends by itself. */
  error(component: string, text: string): void;
}

interface Member {
  readonly component: string;
  readonly invoker: AgentInvoker;
}

/** How long the components have to end after the first one has: long enough for a cluster to agree on its end. */
const TERMINATION_NS = 10_000_000_000;

/**
 * The components of a node in one loop, for one thread: driver first, then what needs it. While one waits in its
 * start, or for a snapshot, the others go on.
 */
export class NodeLoop {
  readonly aeronDirectoryName: string | undefined;
  readonly #platform: Platform;
  readonly #loop: AgentLoop;
  readonly #threadIdleStrategy: IdleStrategy;
  /** Driver and archive: without one of them the node is at its end. */
  readonly #infrastructure: Member[] = [];
  /** Consensus module and services: they may end by themselves, one after the other. */
  readonly #cluster: Member[] = [];
  #endDeadlineNs: number | undefined;
  /** A client has asked the driver to end. */
  #isTerminated = false;

  /**
   * Launches and starts the components in this thread, waiting where they wait.
   * @param isToldToStop asked while a component waits in its start
   * @throws what the components throw when they cannot be launched; START_FAILED when one could not start, of which
   *   `hooks` has been told why. Those that were launched are closed again.
   */
  constructor(parts: NodeParts, platform: Platform, hooks: NodeHooks, isToldToStop: () => boolean = () => false) {
    this.#platform = platform;
    const common = (component: string) => ({
      platform,
      logger: (text: string) => hooks.log(text),
      errorHandler: (error: unknown) => {
        if (!(error instanceof AgentTerminationError && isToldToStop())) {
          hooks.error(component, formatError(error));
        }
      },
    });
    const driver =
      parts.driver === undefined
        ? undefined
        : MediaDriver.launch({
            logger: (text) => hooks.log(text),
            ...parts.driver,
            platform,
            threadingMode: 'INVOKER',
            terminationHook: () => {
              this.#isTerminated = true;
            },
          });
    this.aeronDirectoryName = driver?.aeronDirectoryName;
    const clientCount = [parts.archive, parts.consensusModule, ...(parts.services ?? [])].filter(Boolean).length;
    this.#threadIdleStrategy = driver?.newIdleStrategy(clientCount) ?? createIdleStrategy('backoff', platform);
    this.#loop = new AgentLoop(this.#threadIdleStrategy);
    const idleStrategy = stoppable(this.#loop.idleStrategy, isToldToStop);
    try {
      if (driver !== undefined) {
        this.#add('media driver', driver.sharedAgentInvoker!, this.#infrastructure);
      }
      const localArchive = (given: AeronArchiveOptions | undefined) => ({
        archiveContext: { ...localControlOf(parts.archive), ...given },
      });
      const aeronDirectory = driver === undefined ? {} : { aeronDirectoryName: driver.aeronDirectoryName };
      if (parts.archive !== undefined) {
        const component = 'archive';
        const archive = Archive.launch({
          ...common(component),
          ...aeronDirectory,
          ...parts.archive,
          platform,
          idleStrategy,
          threadingMode: 'INVOKER',
        });
        this.#add(component, archive.invoker!, this.#infrastructure);
      }
      if (parts.consensusModule !== undefined) {
        const component = 'consensus module';
        const consensusModule = ConsensusModule.launch({
          ...common(component),
          ...aeronDirectory,
          ...parts.consensusModule,
          ...localArchive(parts.consensusModule.archiveContext),
          platform,
          idleStrategy,
          useAgentInvoker: true,
        });
        this.#add(component, consensusModule.invoker!, this.#cluster);
      }
      for (const service of parts.services ?? []) {
        const component = `service ${service.serviceId ?? 0}`;
        const container = ClusteredServiceContainer.launch({
          ...common(component),
          ...aeronDirectory,
          ...service,
          ...localArchive(service.archiveContext),
          platform,
          idleStrategy,
        });
        this.#add(component, container.invoker, this.#cluster);
      }
    } catch (error) {
      this.#loop.close();
      throw isToldToStop() ? new AeronError('NODE_ENDED', 'told to end before it had started') : error;
    }
  }

  /** Whether the node goes on: nothing has ended, or something has and the others still have time to. */
  get isRunning(): boolean {
    if (this.#isTerminated || this.#infrastructure.some(({ invoker }) => !invoker.isRunning)) {
      return false;
    }
    const running = this.#cluster.filter(({ invoker }) => invoker.isRunning).length;
    if (running === this.#cluster.length) {
      return true;
    }
    const nowNs = this.#platform.clock.nanoTime();
    this.#endDeadlineNs ??= nowNs + TERMINATION_NS;
    return running > 0 && nowNs < this.#endDeadlineNs;
  }

  /**
   * Why a node that is not running any more, and was not told to end, has not ended in order: its driver or archive is
   * gone, or another component could not go on. undefined when nothing is wrong. Ask before it is closed.
   */
  get failure(): AeronError | undefined {
    if (this.#isTerminated) {
      return undefined;
    }
    const failed =
      this.#infrastructure.find(({ invoker }) => !invoker.isRunning) ??
      this.#cluster.find(({ invoker }) => invoker.failure !== undefined);
    if (failed === undefined) {
      return undefined;
    }
    return componentFailed(`the node has ended because its ${failed.component} has`, failed.invoker.failure);
  }

  /** One round of all components. Returns how much work there was. */
  doWork(): number {
    return this.#loop.doWork();
  }

  /**
   * Gives the node the current thread until it ends, or `shouldStop` (asked every round) says so; then closes it.
   * @throws its `failure`
   */
  run(shouldStop: () => boolean): void {
    while (this.isRunning && !shouldStop()) {
      this.#threadIdleStrategy.idle(this.#loop.doWork());
    }
    const failure = shouldStop() ? undefined : this.failure;
    this.close();
    if (failure !== undefined) {
      throw failure;
    }
  }

  /** Closes the components, the last one first. */
  close(): void {
    this.#loop.close();
  }

  #add(component: string, invoker: AgentInvoker, to: Member[]): void {
    to.push({ component, invoker });
    this.#loop.add(invoker);
    if (!invoker.isRunning) {
      throw new AeronError('START_FAILED', `${component} did not start`);
    }
  }
}

/** How those who live beside an archive reach it. */
function localControlOf(archive: GivenArchiveOptions | undefined): AeronArchiveOptions {
  return {
    controlRequestChannel: archive?.localControlChannel,
    controlResponseChannel: archive?.localControlChannel,
    controlRequestStreamId: archive?.localControlStreamId,
  };
}

/** Lets a component out of a wait when the node is told to stop before it has started. */
function stoppable(idleStrategy: IdleStrategy, isToldToStop: () => boolean): IdleStrategy {
  return {
    alias: idleStrategy.alias,
    idle: (workCount) => {
      if (isToldToStop()) {
        throw new AgentTerminationError('told to stop', { isExpected: true });
      }
      idleStrategy.idle(workCount);
    },
    reset: () => idleStrategy.reset(),
  };
}
