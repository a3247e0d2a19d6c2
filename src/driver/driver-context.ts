import type {
  AtomicCounter,
  CachedEpochClock,
  CachedNanoClock,
  CountersManager,
  DutyCycleTracker,
  ErrorHandler,
} from '../agrona/mod.ts';
import type { Platform } from '../platform/mod.ts';
import type { SystemCounterDescriptor } from '../protocol/mod.ts';
import type { DriverOptions } from './driver-options.ts';
import type { LossReport } from './loss-report.ts';
import type { ReadableSockets } from './media/readable-sockets.ts';
import type { WildcardPortManager } from './media/wildcard-port-manager.ts';
import type { NameResolver } from './name-resolver.ts';

/**
 * All that the parts of one driver share: its options, and what was made of them. Built by `MediaDriver`;
 * lives until the driver is closed.
 */
export interface DriverContext extends Omit<DriverOptions, 'platform' | 'aeronDirectoryName'> {
  readonly platform: Platform;
  /** Absolute. */
  readonly aeronDirectoryName: string;
  /** What the conductor last read. */
  readonly cachedNanoClock: CachedNanoClock;
  readonly cachedEpochClock: CachedEpochClock;
  readonly senderCachedNanoClock: CachedNanoClock;
  readonly receiverCachedNanoClock: CachedNanoClock;
  readonly conductorDutyCycleTracker: DutyCycleTracker;
  readonly senderDutyCycleTracker: DutyCycleTracker;
  readonly receiverDutyCycleTracker: DutyCycleTracker;
  readonly nameResolverTimeTracker: DutyCycleTracker;
  /** Counts an error and writes it to the error log; never throws. */
  readonly errorHandler: ErrorHandler;
  readonly countersManager: CountersManager;
  /** By the ids of `SystemCounterDescriptor`. */
  readonly systemCounters: { get(id: SystemCounterDescriptor): AtomicCounter };
  readonly lossReport: LossReport;
  readonly senderPortManager: WildcardPortManager;
  readonly receiverPortManager: WildcardPortManager;
  readonly nameResolver: NameResolver;
  /** All sockets of the driver: which have something, and what wakes an idle one. */
  readonly readableSockets: ReadableSockets;
  /** What a socket gets when nothing is asked for, and when everything is. Bytes. */
  readonly osDefaultSocketSndbufLength: number;
  readonly osMaxSocketSndbufLength: number;
  readonly osDefaultSocketRcvbufLength: number;
  readonly osMaxSocketRcvbufLength: number;
}
