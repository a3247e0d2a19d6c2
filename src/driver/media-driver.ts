import {
  AeronError,
  type Agent,
  AgentInvoker,
  AgentRunner,
  CompositeAgent,
  createIdleStrategy,
  type IdleStrategy,
  type Option,
  type OptionSources,
  resolveOptions,
} from '../agrona/mod.ts';
import { defaultPlatform, type Platform } from '../platform/mod.ts';
import { CommonContext } from '../protocol/mod.ts';
import { validateOptions, validateSocketBufferLengths } from './configuration-checks.ts';
import { DriverConductor } from './driver-conductor.ts';
import { DriverConductorProxy } from './driver-conductor-proxy.ts';
import type { DriverContext } from './driver-context.ts';
import { recreateDirectory } from './driver-directory.ts';
import { DriverMemory } from './driver-memory.ts';
import { DRIVER_OPTIONS, type DriverOptions, type GivenDriverOptions } from './driver-options.ts';
import { DriverRuntime } from './driver-runtime.ts';
import { Receiver } from './receiver.ts';
import { Sender } from './sender.ts';
import { probeSocketBuffers } from './system-socket-buffers.ts';

/**
 * A media driver: owns a directory, and serves the clients that come to it.
 *
 *     const driver = MediaDriver.launch({ threadingMode: 'INVOKER', aeronDirectoryName });
 *     while (running) driver.sharedAgentInvoker.invoke();
 *     driver.close();
 *
 * With any other threading mode somebody gives it a thread: `run` drives it there until it is told to stop.
 *
 * Upstream: `io.aeron.driver.MediaDriver`.
 */
export class MediaDriver {
  readonly aeronDirectoryName: string;
  readonly options: DriverOptions;
  private readonly invoker: AgentInvoker | undefined;
  private readonly agent: Agent;
  private readonly conductor: DriverConductor;
  private readonly runtime: DriverRuntime;
  private runner: AgentRunner | undefined;
  private hasStarted = false;

  private constructor(runtime: DriverRuntime, options: DriverOptions) {
    const conductorProxy = new DriverConductorProxy();
    const { context } = runtime;
    const sender = new Sender({ context, conductor: conductorProxy });
    const receiver = new Receiver({ context, conductor: conductorProxy });
    this.runtime = runtime;
    this.options = options;
    this.aeronDirectoryName = context.aeronDirectoryName;
    this.conductor = this.newConductor(sender, receiver, conductorProxy);
    this.agent = this.newAgent(new CompositeAgent([sender, readability(context), receiver, this.conductor]));
    this.invoker =
      options.threadingMode === 'INVOKER'
        ? new AgentInvoker(runtime.logErrorHandler, runtime.errorCounter, this.agent)
        : undefined;
  }

  /**
   * Makes a driver; in threading mode INVOKER its agents are started.
   *
   * @throws AeronError ACTIVE_DRIVER, CONFIGURATION, CNC_VERSION, DRIVER_TIMEOUT; PlatformError ENOSPC, EACCES, ...
   */
  static launch(given: GivenDriverOptions = {}, sources?: OptionSources): MediaDriver {
    const platform = given.platform ?? defaultPlatform();
    const options = resolveOptions(DRIVER_OPTIONS, given, sources ?? { environment: platform.environment });
    const runtime = newRuntime(platform, options, directoryOf(platform, options));
    const driver = new MediaDriver(runtime, options);
    runtime.signalReady();
    driver.invoker?.start();
    return driver;
  }

  /** `launch` with a directory of its own when none is given. */
  static launchEmbedded(given: GivenDriverOptions = {}, sources?: OptionSources): MediaDriver {
    const platform = given.platform ?? defaultPlatform();
    const aeronDirectoryName = given.aeronDirectoryName ?? randomDirectoryName(platform);
    return MediaDriver.launch({ ...given, aeronDirectoryName }, sources);
  }

  /** Drives the driver in threading mode INVOKER; undefined in any other. */
  get sharedAgentInvoker(): AgentInvoker | undefined {
    return this.invoker;
  }

  /**
   * Gives the driver the current thread until it is closed, or `shouldStop` (asked every round) says so.
   * @throws AeronError ILLEGAL_STATE in threading mode INVOKER, and when called again
   */
  run(shouldStop?: () => boolean): void {
    if (this.invoker !== undefined || this.hasStarted) {
      throw new AeronError('ILLEGAL_STATE', 'a driver in threading mode INVOKER, or that ran before, cannot be run');
    }
    this.hasStarted = true;
    const idleStrategy = this.newIdleStrategy();
    this.runner = new AgentRunner(idleStrategy, this.runtime.logErrorHandler, this.runtime.errorCounter, this.agent);
    this.runner.run(shouldStop);
  }

  /**
   * The strategy of the options for the thread that drives this driver, together with others or alone: 'backoff'
   * sleeps on the driver's sockets.
   * @param localClientCount how many clients the same thread drives
   */
  newIdleStrategy(localClientCount = 0): IdleStrategy {
    const { platform, readableSockets } = this.runtime.context;
    const { sharedIdleStrategy, sharedIdleStrategyInitArgs: initArgs } = this.options;
    return createIdleStrategy(sharedIdleStrategy, platform, {
      poller: readableSockets.poller,
      quiet: {
        parkNs: () => this.conductor.quietParkNs(localClientCount),
        isAlone: () => this.conductor.isAlone(localClientCount),
      },
      ...(initArgs === undefined ? {} : { initArgs }),
    });
  }

  /**
   * Closes sockets, logs and files; of a driver that runs, called from within its duty cycle (the termination
   * hook) or once `run` has returned. Clients find out by the heartbeat.
   */
  close(): void {
    if (this.invoker !== undefined) {
      this.invoker.close();
    } else if (this.runner !== undefined) {
      this.runner.close();
    } else {
      this.agent.onClose?.();
    }
  }

  private newConductor(
    sender: Sender,
    receiver: Receiver,
    driverConductorProxy: DriverConductorProxy,
  ): DriverConductor {
    const { runtime } = this;
    return new DriverConductor({
      ...runtime.context,
      toDriverCommands: runtime.toDriverCommands,
      clientProxy: runtime.clientProxy,
      logFactory: runtime.logFactory,
      senderProxy: sender,
      receiverProxy: receiver,
      driverConductorProxy,
    });
  }

  private newAgent(agents: CompositeAgent): Agent {
    const { runtime } = this;
    return {
      roleName: agents.roleName,
      onStart: () => agents.onStart(),
      doWork: () => agents.doWork(),
      onClose: () => {
        try {
          agents.onClose();
        } finally {
          runtime.close();
        }
      },
    };
  }
}

/** Asks for readable sockets between sender and receiver: what was sent to this machine arrives in the same round. */
function readability({ readableSockets }: DriverContext): Agent {
  return {
    roleName: 'poller',
    doWork: () => {
      readableSockets.refresh();
      return 0;
    },
  };
}

function newRuntime(platform: Platform, options: DriverOptions, aeronDirectoryName: string): DriverRuntime {
  const system = probeSocketBuffers(platform);
  const logger = options.logger ?? (() => {});
  validateOptions(options, platform);
  validateSocketBufferLengths(options, system, logger);
  recreateDirectory({ ...options, platform, aeronDirectoryName, logger });
  if (options.printConfigurationOnStart) {
    logger(describeConfiguration(options, aeronDirectoryName));
  }
  let memory: DriverMemory | undefined;
  try {
    memory = new DriverMemory(platform, aeronDirectoryName, options);
    return new DriverRuntime(platform, aeronDirectoryName, options, system, memory);
  } catch (error) {
    memory?.close();
    // Or the next driver would wait for this one to finish its start.
    platform.files.removeTree(aeronDirectoryName);
    throw error;
  }
}

function directoryOf(platform: Platform, options: DriverOptions): string {
  const { environment } = platform;
  const name = options.aeronDirectoryName ?? CommonContext.defaultAeronDirectoryName(environment);
  const trimmed = name.length > 1 ? name.replace(/\/+$/, '') : name;
  return trimmed.startsWith('/') ? trimmed : `${environment.currentDirectory}/${trimmed}`;
}

function randomDirectoryName(platform: Platform): string {
  const bytes = new Uint8Array(16);
  platform.random.fill(bytes);
  const suffix = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${CommonContext.defaultAeronDirectoryName(platform.environment)}-${suffix}`;
}

function describeConfiguration(options: DriverOptions, aeronDirectoryName: string): string {
  const lines = Object.entries<Option.Option>(DRIVER_OPTIONS).map(([name, option]) => {
    return `    ${name}=${option.format(options[name as keyof DriverOptions])}`;
  });
  return [`MediaDriver in ${aeronDirectoryName} {`, ...lines, '}'].join('\n');
}
