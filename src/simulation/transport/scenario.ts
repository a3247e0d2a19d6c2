import type { GivenDriverOptions } from '../../driver/mod.ts';
import type { LinkFaults } from '../../platform/simulated/mod.ts';

/** What one seed plays: drawn whole before the world begins. Times in virtual nanoseconds since the traffic began. */
export interface TransportScenario {
  readonly seed: number;
  /** What a round with work takes, and how far an idle one may jump. */
  readonly cycleNs: number;
  readonly idleNs: number;
  /** Of all links between hosts while the faults last. */
  readonly links: Partial<LinkFaults>;
  /** Of every host to itself while the faults last. */
  readonly loopback: Partial<LinkFaults>;
  readonly hosts: readonly HostScenario[];
  readonly streams: readonly StreamScenario[];
  readonly clients: readonly ClientScenario[];
  readonly faults: readonly Fault[];
  /** When the faults stop and the links become clean. */
  readonly faultsNs: number;
}

export interface HostScenario {
  readonly name: string;
  readonly address: string;
  /** As it stands in channels: the address or the name. */
  readonly channelHost: string;
  readonly clockDriftPpm: number;
  readonly clockOffsetMs: number;
  readonly driver: DriverScenario;
}

/** The options that invariants depend on are always given, and as numbers. */
export type DriverScenario = Omit<GivenDriverOptions, TimeoutOption> & { readonly [O in TimeoutOption]: number };

type TimeoutOption =
  | 'clientLivenessTimeoutNs'
  | 'driverTimeoutMs'
  | 'imageLivenessTimeoutNs'
  | 'publicationUnblockTimeoutNs'
  | 'publicationConnectionTimeoutNs'
  | 'publicationLingerTimeoutNs'
  | 'flowControlReceiverTimeoutNs'
  | 'untetheredRestingTimeoutNs'
  | 'untetheredWindowLimitTimeoutNs'
  | 'timerIntervalNs';

export const STREAM_KINDS = ['ipc', 'unicast', 'multicast', 'mdc-dynamic', 'mdc-manual', 'mds'] as const;
export type StreamKind = (typeof STREAM_KINDS)[number];

/** Whom the sender waits for: the slowest receiver, the fastest, the slowest with the tag. */
export const FLOW_CONTROLS = ['max', 'min', 'tagged'] as const;
type FlowControl = (typeof FLOW_CONTROLS)[number];

/** The tag that tagged flow control waits for. */
export const GROUP_TAG = 77;

export interface StreamScenario {
  readonly streamId: number;
  readonly kind: StreamKind;
  /** Of streams with more than one receiver. */
  readonly flowControl: FlowControl | undefined;
  readonly termLength: number;
  readonly mtu: number;
  /** How far the publisher may be ahead of sender or IPC subscribers, in bytes. */
  readonly publicationWindow: number;
  /** The receivers' window, in bytes. */
  readonly receiverWindow: number;
}

/** A process with an Aeron client, and the programs that share it. */
export interface ClientScenario {
  readonly name: string;
  /** Name of its host. */
  readonly host: string;
  /** Driven by its program's duty cycle instead of living on its event loop. */
  readonly usesInvoker: boolean;
  readonly keepAliveIntervalNs: number;
  readonly publishers: readonly PublisherScenario[];
  readonly subscribers: readonly SubscriberScenario[];
  /** How it ends when all is done. */
  readonly end: 'close' | 'kill';
}

export interface PublisherScenario {
  /** Of all in the scenario; marks its messages. */
  readonly id: number;
  readonly stream: StreamScenario;
  readonly channel: string;
  /** Channels of destinations that the program adds, each when it is time. */
  readonly destinations: readonly TimedChannel[];
  readonly isExclusive: boolean;
  readonly startNs: number;
  readonly messageCount: number;
  /** At most in one turn. */
  readonly burst: number;
  /** Between two bursts. */
  readonly everyNs: number;
  readonly lengths: MessageLengths;
  /** Chance that a message is written in place. */
  readonly claimChance: number;
  /** Chance that padding goes before a message of an exclusive publication. */
  readonly paddingChance: number;
  /** Chance that a claim is given back. */
  readonly abortChance: number;
  /** How long a claim stays open at most. */
  readonly claimHoldNs: number;
  /** Leaves after all messages, while others go on. */
  readonly closesWhenDone: boolean;
}

export interface TimedChannel {
  readonly channel: string;
  readonly atNs: number;
}

/** Bytes, as likely short as long; a share of them of maximum length. */
export interface MessageLengths {
  readonly min: number;
  readonly max: number;
  readonly maximumChance: number;
}

export interface SubscriberScenario {
  readonly id: number;
  readonly stream: StreamScenario;
  readonly channel: string;
  readonly destinations: readonly TimedChannel[];
  /** Reads the log of a publication of its own driver and no network. */
  readonly isSpy: boolean;
  readonly isReliable: boolean;
  readonly isTethered: boolean;
  /** The flow control of the stream waits for it. */
  readonly isCounted: boolean;
  /** Until flow control has heard of it, other receivers, or spies, alone say how far to go. */
  readonly mayBeLeftBehind: boolean;
  readonly startNs: number;
  readonly poll: 'poll' | 'controlled' | 'block';
  readonly fragmentLimit: number;
  /** Between two polls, until the faults stop: slow subscribers. */
  readonly everyNs: number;
  /** Goes away then, and comes back after the second time. */
  readonly leavesAtNs: number | undefined;
  readonly returnsAfterNs: number;
}

/** Why images are rejected. */
export const REJECTION = 'simulated';

/** What goes wrong, and when. */
export type Fault =
  | {
      readonly kind: 'partition';
      readonly atNs: number;
      readonly forNs: number;
      readonly from: string;
      readonly to: string;
      readonly isOneWay: boolean;
    }
  | { readonly kind: 'weather'; readonly atNs: number; readonly forNs: number; readonly links: Partial<LinkFaults> }
  | {
      readonly kind: 'kill-client';
      readonly atNs: number;
      /** In the middle of its code, at the operation on files or network that is so many ahead. */
      readonly afterOperations: number | undefined;
      readonly client: string;
      readonly restartAfterNs: number | undefined;
    }
  | {
      readonly kind: 'close-client';
      readonly atNs: number;
      readonly client: string;
      readonly restartAfterNs: number | undefined;
    }
  | {
      readonly kind: 'close-publication';
      readonly atNs: number;
      readonly publisher: number;
      readonly isRevoked: boolean;
    }
  | { readonly kind: 'pause-client'; readonly atNs: number; readonly forNs: number; readonly client: string }
  | {
      readonly kind: 'drop-destination';
      readonly atNs: number;
      readonly forNs: number;
      /** Which of its program's destinations. */
      readonly index: number;
      readonly program: { readonly publisher: number } | { readonly subscriber: number };
    }
  | { readonly kind: 'reject-image'; readonly atNs: number; readonly subscriber: number }
  | { readonly kind: 'pause-driver'; readonly atNs: number; readonly forNs: number; readonly host: string }
  | {
      readonly kind: 'kill-driver';
      readonly atNs: number;
      readonly host: string;
      readonly afterOperations: number | undefined;
      readonly restartAfterNs: number;
    };
