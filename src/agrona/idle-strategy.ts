import { AeronError, type Platform, type SocketPoller } from '../platform/mod.ts';
import { parseDuration } from './units.ts';

/** What a thread does between two rounds of a duty cycle. An instance belongs to one thread. */
export interface IdleStrategy {
  /** Upstream's word for it: 'backoff', 'spin', ... */
  readonly alias: string;
  /** Idles unless `workCount`, what the last round got done, is above 0. */
  idle(workCount: number): void;
  /** Forgets how long it has been idle. */
  reset(): void;
}

/** The one question an idle strategy has for the platform. */
type Parking = Pick<Platform, 'park'>;

/** Never idles: lowest latency, one core. For loops that a caller paces himself. */
export class NoOpIdleStrategy implements IdleStrategy {
  readonly alias = 'noop';

  idle(_workCount: number): void {}

  reset(): void {}
}

/**
 * Never idles either. Upstream tells the processor that it spins, for which JavaScript has no word; kept
 * apart from `noop` because configurations name it.
 */
export class BusySpinIdleStrategy implements IdleStrategy {
  readonly alias = 'spin';

  idle(_workCount: number): void {}

  reset(): void {}
}

/** Offers the core to other threads and comes back at once when none wants it. */
export class YieldingIdleStrategy implements IdleStrategy {
  readonly alias = 'yield';
  private readonly platform: Parking;

  constructor(platform: Parking) {
    this.platform = platform;
  }

  idle(workCount: number): void {
    if (workCount <= 0) {
      this.platform.park(0);
    }
  }

  reset(): void {}
}

const DEFAULT_SLEEP_NS = 1_000;

/** Sleeps for the same time whenever there was nothing to do. */
export class SleepingIdleStrategy implements IdleStrategy {
  readonly alias = 'sleep-ns';
  private readonly platform: Parking;
  private readonly sleepNs: number;

  constructor(platform: Parking, sleepNs: number = DEFAULT_SLEEP_NS) {
    checkPeriod('sleep period', sleepNs);
    this.platform = platform;
    this.sleepNs = sleepNs;
  }

  idle(workCount: number): void {
    if (workCount <= 0) {
      this.platform.park(this.sleepNs);
    }
  }

  reset(): void {}
}

/** `SleepingIdleStrategy` counted in milliseconds, 1 by default. */
export class SleepingMillisIdleStrategy implements IdleStrategy {
  readonly alias = 'sleep-ms';
  private readonly sleeping: SleepingIdleStrategy;

  constructor(platform: Parking, sleepMs: number = 1) {
    this.sleeping = new SleepingIdleStrategy(platform, sleepMs * 1_000_000);
  }

  idle(workCount: number): void {
    this.sleeping.idle(workCount);
  }

  reset(): void {}
}

/** How a backoff goes from spinning over yielding to sleeping. */
export interface BackoffOptions {
  /** Idle rounds that do nothing, 10 by default. */
  readonly maxSpins?: number;
  /** Idle rounds after those that yield, 20 by default. */
  readonly maxYields?: number;
  /** The first sleep after those, which doubles from round to round; 1 us by default. */
  readonly minParkPeriodNs?: number;
  /** The longest sleep: what the first message after a quiet time may have to wait; 1 ms by default. */
  readonly maxParkPeriodNs?: number;
}

/** The state that both backing-off strategies share: how long the next park is, or that there is none yet. */
class Backoff {
  private readonly maxSpins: number;
  private readonly maxIdlesBeforePark: number;
  private readonly minParkPeriodNs: number;
  private readonly maxParkPeriodNs: number;
  private idles = 0;
  private parkPeriodNs: number;

  constructor(options: BackoffOptions) {
    const { maxSpins = 10, maxYields = 20, minParkPeriodNs = 1_000, maxParkPeriodNs = 1_000_000 } = options;
    checkPeriod('minParkPeriodNs', minParkPeriodNs);
    checkPeriod('maxParkPeriodNs', maxParkPeriodNs);
    this.maxSpins = maxSpins;
    this.maxIdlesBeforePark = maxSpins + maxYields;
    this.minParkPeriodNs = minParkPeriodNs;
    this.maxParkPeriodNs = Math.max(minParkPeriodNs, maxParkPeriodNs);
    this.parkPeriodNs = minParkPeriodNs;
  }

  /** Whether the next idle is one of those that only spin, of which there are `limit` at most. */
  spin(limit: number): boolean {
    if (this.idles >= Math.min(this.maxSpins, limit)) {
      return false;
    }
    this.idles++;
    return true;
  }

  /** SPIN, 0 to yield, or how long to park. */
  next(): number {
    if (this.idles < this.maxIdlesBeforePark) {
      return this.idles++ < this.maxSpins ? SPIN : 0;
    }
    const parkNs = this.parkPeriodNs;
    this.parkPeriodNs = Math.min(parkNs * 2, this.maxParkPeriodNs);
    return parkNs;
  }

  reset(): void {
    this.idles = 0;
    this.parkPeriodNs = this.minParkPeriodNs;
  }
}

const SPIN = -1;

/** From this sleep on a quiet thread sleeps as long as it may. */
const QUIET_FROM_NS = 1_000_000;

/** Spins, then yields, then sleeps longer and longer: the usual choice. */
export class BackoffIdleStrategy implements IdleStrategy {
  readonly alias = 'backoff';
  private readonly platform: Parking;
  private readonly backoff: Backoff;

  constructor(platform: Parking, options: BackoffOptions = {}) {
    this.platform = platform;
    this.backoff = new Backoff(options);
  }

  idle(workCount: number): void {
    if (workCount > 0) {
      this.backoff.reset();
      return;
    }
    const parkNs = this.backoff.next();
    if (parkNs !== SPIN) {
      this.platform.park(parkNs);
    }
  }

  reset(): void {
    this.backoff.reset();
  }
}

/** What a thread that sleeps on sockets knows of those it does not sleep on. */
export interface Quiet {
  /** What sleeps of 1 ms and more become while only sockets and time matter; 0 while others do. */
  parkNs(): number;
  /** Whether all the others are in this very thread, so that there is nothing to spin for between two datagrams. */
  isAlone(): boolean;
}

const NEVER_QUIET: Quiet = { parkNs: () => 0, isAlone: () => false };

/** For work that a timer has begun: what one agent left another one has found by then. */
const SPINS_WITHOUT_NEWS = 2;

/**
 * Work between two sleeps (bytes and messages, as agents count them) from which on more is on its way. A thread that takes
 * the core from whoever sends it, at each datagram, makes both work in small pieces: so it lets the others go on first.
 * Chosen by measuring clusters on two cores: a message that is alone counts for less, a thousand on their way for more.
 */
const BUSY_WORK = 4096;

/**
 * `BackoffIdleStrategy` that sleeps in the kernel on the sockets of a poller: it wakes at the first datagram,
 * so that the longest park bounds the latency of shared memory alone and can be long. A thread that is alone with
 * its sockets sleeps as soon as it has spun: yielding and short sleeps would only keep the core from the process that
 * the next datagram comes from.
 */
export class SocketWaitIdleStrategy implements IdleStrategy {
  readonly alias = 'socket-wait';
  private readonly platform: Parking;
  private readonly poller: SocketPoller;
  private readonly backoff: Backoff;
  private readonly quiet: Quiet;
  private hasSleptAlone = false;
  private workSinceSleep = 0;
  /** The last sleep was ended by a datagram, so that more may come at once; and not by a timer. */
  private hasNews = true;

  constructor(platform: Parking, poller: SocketPoller, options: BackoffOptions = {}, quiet: Quiet = NEVER_QUIET) {
    this.platform = platform;
    this.poller = poller;
    this.backoff = new Backoff(options);
    this.quiet = quiet;
  }

  idle(workCount: number): void {
    if (workCount > 0) {
      this.workSinceSleep += workCount;
      this.reset();
    } else if (this.quiet.isAlone()) {
      this.idleAlone();
    } else {
      this.idleAmongOthers();
    }
  }

  reset(): void {
    this.backoff.reset();
    this.hasSleptAlone = false;
  }

  private idleAlone(): void {
    if (this.backoff.spin(this.hasNews ? Number.POSITIVE_INFINITY : SPINS_WITHOUT_NEWS)) {
      return;
    }
    // The first sleep is short, for what has a deadline soon: the gap behind a datagram, the answer to another.
    const durationNs = this.hasSleptAlone ? Math.max(QUIET_FROM_NS, this.quiet.parkNs()) : QUIET_FROM_NS;
    this.hasSleptAlone = true;
    this.wait(durationNs);
  }

  private idleAmongOthers(): void {
    const parkNs = this.backoff.next();
    if (parkNs === SPIN) {
      return;
    }
    if (parkNs === 0) {
      this.platform.park(0);
      return;
    }
    this.wait(parkNs >= QUIET_FROM_NS ? Math.max(parkNs, this.quiet.parkNs()) : parkNs);
  }

  private wait(durationNs: number): void {
    this.hasNews = this.poller.wait(durationNs) > 0;
    if (this.hasNews) {
      this.reset();
      if (this.workSinceSleep > BUSY_WORK) {
        this.platform.park(0);
      }
    }
    this.workSinceSleep = 0;
  }
}

/** Every name a strategy goes by: Agrona's alias, the C driver's words, the Java class. */
const STRATEGY_NAMES: Readonly<Record<string, string>> = {
  noop: 'noop',
  aeron_idle_strategy_noop: 'noop',
  'org.agrona.concurrent.NoOpIdleStrategy': 'noop',
  spin: 'spin',
  busy_spin: 'spin',
  aeron_idle_strategy_busy_spinning: 'spin',
  'org.agrona.concurrent.BusySpinIdleStrategy': 'spin',
  yield: 'yield',
  yielding: 'yield',
  aeron_idle_strategy_yielding: 'yield',
  'org.agrona.concurrent.YieldingIdleStrategy': 'yield',
  'sleep-ns': 'sleep-ns',
  sleeping: 'sleep-ns',
  aeron_idle_strategy_sleeping: 'sleep-ns',
  'org.agrona.concurrent.SleepingIdleStrategy': 'sleep-ns',
  'sleep-ms': 'sleep-ms',
  'org.agrona.concurrent.SleepingMillisIdleStrategy': 'sleep-ms',
  backoff: 'backoff',
  aeron_idle_strategy_backoff: 'backoff',
  'org.agrona.concurrent.BackoffIdleStrategy': 'backoff',
};

/** The words that `createIdleStrategy` prefers, for help texts. */
export const IDLE_STRATEGY_WORDS: readonly string[] = [...new Set(Object.values(STRATEGY_NAMES))];

/**
 * The strategy of a name out of a configuration. `initArgs` is the C driver's `..._IDLE_STRATEGY_INIT_ARGS`: a
 * duration for the sleeping ones ('5us'), 'spins-yields-min-max' for backoff ('10-20-1us-1ms'). With a
 * `poller`, 'backoff' sleeps on its sockets, sooner and longer while `quiet` says so.
 * @throws AeronError CONFIGURATION naming what was not understood
 */
export function createIdleStrategy(
  name: string,
  platform: Parking,
  options: { initArgs?: string; poller?: SocketPoller; quiet?: Quiet } = {},
): IdleStrategy {
  const { initArgs, poller, quiet } = options;
  switch (STRATEGY_NAMES[name]) {
    case 'noop':
      return new NoOpIdleStrategy();
    case 'spin':
      return new BusySpinIdleStrategy();
    case 'yield':
      return new YieldingIdleStrategy(platform);
    case 'sleep-ns':
      return new SleepingIdleStrategy(platform, parsePeriod(initArgs));
    case 'sleep-ms':
      return new SleepingIdleStrategy(platform, parsePeriod(initArgs) ?? 1_000_000);
    case 'backoff': {
      const backoff = initArgs === undefined ? {} : parseBackoffArguments(initArgs);
      return poller === undefined
        ? new BackoffIdleStrategy(platform, backoff)
        : new SocketWaitIdleStrategy(platform, poller, backoff, quiet);
    }
    default:
      throw new AeronError(
        'CONFIGURATION',
        `'${name}' is no idle strategy; known are ${IDLE_STRATEGY_WORDS.join(', ')}`,
      );
  }
}

function parsePeriod(initArgs: string | undefined): number | undefined {
  return initArgs === undefined ? undefined : parseDuration(initArgs);
}

function parseBackoffArguments(initArgs: string): BackoffOptions {
  const match = /^(\d+)-(\d+)-(\d+[a-z]*)-(\d+[a-z]*)$/i.exec(initArgs);
  if (match === null) {
    throw new AeronError(
      'CONFIGURATION',
      `backoff takes spins-yields-minPark-maxPark, for example 10-20-1us-1ms, not '${initArgs}'`,
    );
  }
  return {
    maxSpins: Number(match[1]),
    maxYields: Number(match[2]),
    minParkPeriodNs: parseDuration(match[3]!),
    maxParkPeriodNs: parseDuration(match[4]!),
  };
}

function checkPeriod(name: string, periodNs: number): void {
  if (!Number.isSafeInteger(periodNs) || periodNs < 1) {
    throw new AeronError('CONFIGURATION', `an idle strategy's ${name} is at least 1 ns, not ${periodNs}`);
  }
}
