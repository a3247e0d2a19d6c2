import {
  type AtomicCounter,
  BroadcastTransmitter,
  CachedEpochClock,
  CachedNanoClock,
  CountersManager,
  countedErrorHandler,
  DistinctErrorLog,
  DutyCycleTracker,
  type ErrorHandler,
  formatError,
  loggingErrorHandler,
  ManyToOneRingBuffer,
} from '../agrona/mod.ts';
import type { Platform } from '../platform/mod.ts';
import { SystemCounterDescriptor } from '../protocol/mod.ts';
import { ClientProxy } from './client-proxy.ts';
import type { SystemSocketBuffers } from './configuration-checks.ts';
import type { DriverContext } from './driver-context.ts';
import type { DriverMemory } from './driver-memory.ts';
import type { DriverOptions } from './driver-options.ts';
import { LogFactory } from './log-factory.ts';
import { LossReport } from './loss-report.ts';
import { ReadableSockets } from './media/readable-sockets.ts';
import { parsePortRange, WildcardPortManager } from './media/wildcard-port-manager.ts';
import { DefaultNameResolver } from './name-resolver.ts';
import { SystemCounters } from './system-counters.ts';

const MS_IN_NS = 1_000_000;

/**
 * What a driver is made of before its agents are: the files it shares, what lies in them, and the context
 * that its parts are given. The agents are closed before it is.
 *
 * Upstream: `MediaDriver.Context.conclude`.
 */
export class DriverRuntime {
  readonly context: DriverContext;
  readonly toDriverCommands: ManyToOneRingBuffer;
  readonly clientProxy: ClientProxy;
  readonly logFactory: LogFactory;
  readonly errorCounter: AtomicCounter;
  /** Logs without counting, for whoever counts by itself. */
  readonly logErrorHandler: ErrorHandler;
  private readonly platform: Platform;
  private readonly aeronDirectoryName: string;
  private readonly memory: DriverMemory;
  private readonly options: DriverOptions;
  private isClosed = false;

  /**
   * Owns the memory from now on, unless it throws.
   * @throws PlatformError ENOSPC, ...; AeronError CONFIGURATION
   */
  constructor(
    platform: Platform,
    aeronDirectoryName: string,
    options: DriverOptions,
    system: SystemSocketBuffers,
    memory: DriverMemory,
  ) {
    this.platform = platform;
    this.aeronDirectoryName = aeronDirectoryName;
    this.options = options;
    const senderPortManager = new WildcardPortManager(parsePortRange(options.senderWildcardPortRange), true);
    const receiverPortManager = new WildcardPortManager(parsePortRange(options.receiverWildcardPortRange), false);
    this.memory = memory;
    const { cncFile, lossReportBuffer } = memory;

    const cachedEpochClock = new CachedEpochClock();
    cachedEpochClock.update(platform.clock.epochTimeMs());
    const countersManager = new CountersManager(
      cncFile.countersMetaDataBuffer,
      cncFile.countersValuesBuffer,
      cachedEpochClock,
      Math.ceil(options.counterFreeToReuseTimeoutNs / MS_IN_NS),
    );
    const systemCounters = new SystemCounters(countersManager, options);
    this.errorCounter = systemCounters.get(SystemCounterDescriptor.ERRORS);
    this.logErrorHandler = this.newErrorHandler(new DistinctErrorLog(cncFile.errorLogBuffer, platform.clock));
    const errorHandler = countedErrorHandler(this.logErrorHandler, this.errorCounter);

    this.toDriverCommands = new ManyToOneRingBuffer(cncFile.toDriverBuffer);
    this.clientProxy = new ClientProxy(new BroadcastTransmitter(cncFile.toClientsBuffer));
    const bytesMapped = systemCounters.get(SystemCounterDescriptor.BYTES_CURRENTLY_MAPPED);
    bytesMapped.setRelease(this.memory.length);
    this.logFactory = new LogFactory({
      ...options,
      platform,
      aeronDirectoryName,
      onWarning: errorHandler,
      onMapped: (bytes) => bytesMapped.getAndAddRelease(bytes),
    });
    this.context = {
      ...options,
      ...system,
      platform,
      aeronDirectoryName,
      cachedNanoClock: new CachedNanoClock(),
      cachedEpochClock,
      senderCachedNanoClock: new CachedNanoClock(),
      receiverCachedNanoClock: new CachedNanoClock(),
      ...newTrackers(options, systemCounters),
      errorHandler,
      countersManager,
      systemCounters,
      lossReport: new LossReport(lossReportBuffer),
      senderPortManager,
      receiverPortManager,
      nameResolver: new DefaultNameResolver(platform.network),
      readableSockets: new ReadableSockets(platform.network.createPoller()),
    };
  }

  /** Clients may come. */
  signalReady(): void {
    // Upstream takes one, too: no registration has the id 0.
    this.toDriverCommands.nextCorrelationId();
    this.toDriverCommands.setConsumerHeartbeatTime(this.platform.clock.epochTimeMs());
    this.memory.cncFile.signalReady();
  }

  close(): void {
    if (this.isClosed) {
      return;
    }
    this.isClosed = true;
    this.errorCounter.disconnectCountersManager();
    this.errorCounter.close();
    this.context.readableSockets.poller.close();
    this.memory.close();
    if (this.options.dirDeleteOnShutdown) {
      this.platform.files.removeTree(this.aeronDirectoryName);
    }
  }

  private newErrorHandler(log: DistinctErrorLog): ErrorHandler {
    const logger = this.options.logger ?? (() => {});
    const logging = loggingErrorHandler(log, logger);
    return (error) => {
      if (this.isClosed) {
        logger(formatError(error));
      } else {
        logging(error);
      }
    };
  }
}

function newTrackers(options: DriverOptions, counters: SystemCounters) {
  const tracker = (max: SystemCounterDescriptor, exceeded: SystemCounterDescriptor, thresholdNs: number) =>
    new DutyCycleTracker(counters.get(max), counters.get(exceeded), thresholdNs);
  const D = SystemCounterDescriptor;
  return {
    conductorDutyCycleTracker: tracker(
      D.CONDUCTOR_MAX_CYCLE_TIME,
      D.CONDUCTOR_CYCLE_TIME_THRESHOLD_EXCEEDED,
      options.conductorCycleThresholdNs,
    ),
    senderDutyCycleTracker: tracker(
      D.SENDER_MAX_CYCLE_TIME,
      D.SENDER_CYCLE_TIME_THRESHOLD_EXCEEDED,
      options.senderCycleThresholdNs,
    ),
    receiverDutyCycleTracker: tracker(
      D.RECEIVER_MAX_CYCLE_TIME,
      D.RECEIVER_CYCLE_TIME_THRESHOLD_EXCEEDED,
      options.receiverCycleThresholdNs,
    ),
    nameResolverTimeTracker: tracker(
      D.NAME_RESOLVER_MAX_TIME,
      D.NAME_RESOLVER_TIME_THRESHOLD_EXCEEDED,
      options.nameResolverThresholdNs,
    ),
  };
}
