import { AgentInvoker, type OptionSources, resolveOptions } from '../../agrona/mod.ts';
import { defaultPlatform } from '../../platform/mod.ts';
import { ClusteredServiceAgent } from './clustered-service-agent.ts';
import { ContainerResources } from './container-resources.ts';
import { type GivenServiceOptions, SERVICE_OPTIONS, type ServiceOptions } from './service-options.ts';

/**
 * Runs a service under a consensus module of the same machine, TypeScript's or the real one.
 *
 *     const container = ClusteredServiceContainer.launch({ clusteredService, clusterDir });
 *     container.run(() => isToldToStop);       // gives it this thread, or:
 *     loop.add(container.invoker);             // puts it into a loop with others
 *
 * Upstream: `io.aeron.cluster.service.ClusteredServiceContainer`.
 */
export class ClusteredServiceContainer {
  readonly options: ServiceOptions;
  /** Drives the container: `start`, `invoke` over and over, `close`. */
  readonly invoker: AgentInvoker;
  private readonly agent: ClusteredServiceAgent;
  private readonly resources: ContainerResources;

  private constructor(resources: ContainerResources) {
    this.options = resources.options;
    this.resources = resources;
    this.agent = new ClusteredServiceAgent(resources);
    this.invoker = new AgentInvoker(resources.logErrorHandler, resources.errorCounter, this.agent);
  }

  /**
   * Makes a container: connects to the media driver and claims the mark file, waiting for the driver meanwhile.
   *
   * @throws AeronError CONFIGURATION, MARK_FILE_ACTIVE when another container has the directory and service id;
   *   DriverTimeoutError; PlatformError
   */
  static launch(given: GivenServiceOptions, givenSources?: OptionSources): ClusteredServiceContainer {
    const platform = given.platform ?? given.aeron?.context.platform ?? defaultPlatform();
    const sources = givenSources ?? { environment: platform.environment };
    const options = resolveOptions(SERVICE_OPTIONS, given, sources);
    const resources = new ContainerResources(options, platform, sources);
    try {
      return new ClusteredServiceContainer(resources);
    } catch (error) {
      resources.markFile.signalFailedStart();
      resources.close();
      throw error;
    }
  }

  get isClosed(): boolean {
    return this.invoker.isClosed;
  }

  /**
   * Gives the container the current thread until the cluster terminates it, it is closed from within, or
   * `shouldStop` (asked every round, and while it waits) says so.
   */
  run(shouldStop?: () => boolean): void {
    this.agent.shouldStop = shouldStop;
    this.invoker.start();
    while (this.invoker.isRunning && shouldStop?.() !== true) {
      this.resources.idleStrategy.idle(this.invoker.invoke());
    }
    this.invoker.close();
  }

  /** Ends it: the service gets `onTerminate`, once. */
  close(): void {
    this.invoker.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
