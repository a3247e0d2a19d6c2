import type { AtomicCounter, CachedEpochClock, CachedNanoClock, CountersManager, ErrorHandler } from '../agrona/mod.ts';
import type { Platform, SocketPoller } from '../platform/mod.ts';
import type { LossReport } from './loss-report.ts';
import type { WildcardPortManager } from './media/wildcard-port-manager.ts';
import type { NameResolver } from './name-resolver.ts';
import type { InferableBoolean } from './subscription-params.ts';
import type { SystemCounterDescriptor } from './system-counter-descriptor.ts';

/** Who runs the agents: the caller's own loop, one thread for all, one more for the network, or one each. */
export type ThreadingMode = 'INVOKER' | 'SHARED' | 'SHARED_NETWORK' | 'DEDICATED';

/**
 * The resolved options of a driver: what a user gave, else the environment's, else upstream's default.
 * Lengths are bytes. Upstream: the fields of `MediaDriver.Context`.
 */
export interface DriverOptions {
  readonly aeronDirectoryName: string;
  readonly driverTimeoutMs: number;
  readonly printConfigurationOnStart: boolean;
  readonly warnIfDirectoryExists: boolean;
  readonly dirDeleteOnStart: boolean;
  readonly dirDeleteOnShutdown: boolean;
  readonly threadingMode: ThreadingMode;
  readonly conductorIdleStrategy: string;
  readonly senderIdleStrategy: string;
  readonly receiverIdleStrategy: string;
  readonly sharedNetworkIdleStrategy: string;
  readonly sharedIdleStrategy: string;

  readonly termBufferSparseFile: boolean;
  readonly performStorageChecks: boolean;
  readonly lowStorageWarningThreshold: number;
  readonly filePageSize: number;
  readonly conductorBufferLength: number;
  readonly toClientsBufferLength: number;
  readonly counterValuesBufferLength: number;
  readonly errorBufferLength: number;
  readonly lossReportBufferLength: number;
  readonly publicationTermBufferLength: number;
  readonly ipcTermBufferLength: number;
  /** 0: half a term. */
  readonly publicationTermWindowLength: number;
  readonly ipcPublicationTermWindowLength: number;
  readonly initialWindowLength: number;
  readonly socketSndbufLength: number;
  readonly socketRcvbufLength: number;
  readonly socketMulticastTtl: number;
  readonly mtuLength: number;
  readonly ipcMtuLength: number;

  readonly timerIntervalNs: number;
  readonly clientLivenessTimeoutNs: number;
  readonly imageLivenessTimeoutNs: number;
  readonly publicationUnblockTimeoutNs: number;
  readonly publicationConnectionTimeoutNs: number;
  readonly publicationLingerTimeoutNs: number;
  readonly untetheredWindowLimitTimeoutNs: number;
  /** -1: the same as the window limit timeout. */
  readonly untetheredLingerTimeoutNs: number;
  readonly untetheredRestingTimeoutNs: number;
  readonly statusMessageTimeoutNs: number;
  readonly counterFreeToReuseTimeoutNs: number;
  readonly retransmitUnicastDelayNs: number;
  readonly retransmitUnicastLingerNs: number;
  readonly nakUnicastDelayNs: number;
  readonly nakUnicastRetryDelayRatio: number;
  readonly nakMulticastMaxBackoffNs: number;
  readonly nakMulticastGroupSize: number;
  readonly flowControlReceiverTimeoutNs: number;
  readonly reResolutionCheckIntervalNs: number;
  readonly conductorCycleThresholdNs: number;
  readonly senderCycleThresholdNs: number;
  readonly receiverCycleThresholdNs: number;
  readonly nameResolverThresholdNs: number;

  readonly unicastFlowControlRetransmitReceiverWindowMultiple: number;
  readonly multicastFlowControlRetransmitReceiverWindowMultiple: number;
  /** 'max', 'min', 'tagged', or upstream's name of the supplier or the strategy. */
  readonly unicastFlowControlSupplier: string;
  readonly multicastFlowControlSupplier: string;
  readonly congestionControlSupplier: string;
  readonly flowControlGroupTag: bigint;
  readonly flowControlGroupMinSize: number;
  /** undefined: status messages carry none. */
  readonly receiverGroupTag: bigint | undefined;
  readonly receiverGroupConsideration: InferableBoolean;
  readonly maxResend: number;
  readonly spiesSimulateConnection: boolean;
  readonly reliableStream: boolean;
  readonly tetherSubscriptions: boolean;
  readonly rejoinStream: boolean;
  readonly publicationReservedSessionIdLow: number;
  readonly publicationReservedSessionIdHigh: number;
  readonly sendToStatusMessagePollRatio: number;
  readonly resourceFreeLimit: number;
  readonly streamSessionLimit: number;
  readonly receiverIoVectorCapacity: number;
  readonly networkPublicationMaxMessagesPerSend: number;
  readonly resolverName: string | undefined;
  /** '' or 'low high'. */
  readonly senderWildcardPortRange: string;
  readonly receiverWildcardPortRange: string;

  /** Shares (0 to 1) of frames that are dropped on purpose, for tests; a seed of -1 is a random one. */
  readonly sendDataLossRate: number;
  readonly sendDataLossSeed: number;
  readonly sendControlLossRate: number;
  readonly sendControlLossSeed: number;
  readonly receiveDataLossRate: number;
  readonly receiveDataLossSeed: number;
  readonly receiveControlLossRate: number;
  readonly receiveControlLossSeed: number;
}

/** All that the parts of one driver share. Built by `MediaDriver`; lives until the driver is closed. */
export interface DriverContext extends DriverOptions {
  readonly platform: Platform;
  readonly cachedNanoClock: CachedNanoClock;
  readonly cachedEpochClock: CachedEpochClock;
  readonly senderCachedNanoClock: CachedNanoClock;
  readonly receiverCachedNanoClock: CachedNanoClock;
  /** Counts an error and writes it to the error log. */
  readonly errorHandler: ErrorHandler;
  readonly countersManager: CountersManager;
  /** By the ids of `SystemCounterDescriptor`. */
  readonly systemCounters: { get(id: SystemCounterDescriptor): AtomicCounter };
  readonly senderPortManager: WildcardPortManager;
  readonly receiverPortManager: WildcardPortManager;
  readonly nameResolver: NameResolver;
  readonly lossReport: LossReport;
  /** What the driver's thread sleeps on while it is idle: every socket that is read is in it. */
  readonly socketPoller: SocketPoller;
}
