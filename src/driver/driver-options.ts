import {
  BroadcastBufferDescriptor,
  CountersDescriptor,
  defineOptions,
  type GivenOptionsOf,
  Option,
  type OptionsOf,
  RingBufferDescriptor,
} from '../agrona/mod.ts';
import type { Platform } from '../platform/mod.ts';
import { LogBufferDescriptor } from '../protocol/mod.ts';
import { MAX_UDP_PAYLOAD_LENGTH } from './configuration-checks.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const MS = 1_000_000;
const SECOND = 1000 * MS;
const INT32_MAX = 2 ** 31 - 1;

const { TERM_MIN_LENGTH, TERM_MAX_LENGTH, PAGE_MIN_SIZE, PAGE_MAX_SIZE } = LogBufferDescriptor;

/** Who runs the agents: the caller's own loop, one thread for all, one more for the network, or one each. */
const THREADING_MODES = ['INVOKER', 'SHARED', 'SHARED_NETWORK', 'DEDICATED'] as const;
export type ThreadingMode = (typeof THREADING_MODES)[number];

/** May a client end the driver? `token` is what it sent along. */
export type TerminationValidator = (aeronDirectoryName: string, token: Uint8Array) => boolean;

function powerOfTwo(value: number): string | undefined {
  return Number.isInteger(Math.log2(value)) ? undefined : 'must be a power of two';
}

function powerOfTwoAnd(trailerLength: number): (value: number) => string | undefined {
  return (value) => powerOfTwo(value - trailerLength) && `must be a power of two and ${trailerLength} bytes of trailer`;
}

function frameAligned(value: number): string | undefined {
  return value % 32 === 0 ? undefined : 'must be a multiple of 32';
}

function idleStrategy(property: string, agents: string) {
  return Option.string({
    property,
    default: 'backoff',
    description: `How the thread of ${agents} waits when there is nothing to do.`,
  });
}

function idleStrategyInitArgs(property: string, strategy: string) {
  return Option.string({
    property,
    defaultText: 'none',
    description: `Arguments of ${strategy}: a duration for sleeping, 'spins-yields-min-max' for backoff.`,
  });
}

function lossRate(property: string, frames: string) {
  return Option.double({
    property,
    default: 0,
    min: 0,
    max: 1,
    description: `Share of ${frames} to drop on purpose, for tests.`,
  });
}

function streamLoss(property: string, kind: string, example: string) {
  return Option.string({
    property,
    default: '',
    defaultText: 'none',
    description: `${kind} of data frames to drop on purpose, for tests: '${example}'.`,
  });
}

function fixedLoss(property: string) {
  return streamLoss(property, 'A stretch', 'term-id=7|term-offset=0|length=4096');
}

function multiGapLoss(property: string) {
  return streamLoss(property, 'Stretches', 'term-id=7|gap-radix=4096|gap-length=64|total-gaps=10');
}

function lossSeed(property: string, frames: string) {
  return Option.long({
    property,
    default: -1,
    description: `Seed of the loss of ${frames}; -1 takes a random one.`,
  });
}

/**
 * All options of the media driver. Defaults and property names are upstream's (`MediaDriver.Context`,
 * `Configuration`); variables are the C driver's.
 */
export const DRIVER_OPTIONS = defineOptions({
  platform: Option.object<Platform>({
    defaultText: 'the default platform',
    description: 'The machine to run on.',
  }),
  aeronDirectoryName: Option.string({
    property: 'aeron.dir',
    defaultText: '`/dev/shm/aeron-<user>`, or `aeron-<user>` in the temporary directory where there is no /dev/shm',
    description: 'Directory of the files that driver and clients share. One driver at a time can use it.',
  }),
  driverTimeoutMs: Option.duration({
    property: 'aeron.driver.timeout',
    default: 10_000,
    unit: 'ms',
    description: 'A driver that has shown no sign of life for this long is taken for dead.',
  }),
  printConfigurationOnStart: Option.boolean({
    property: 'aeron.print.configuration',
    default: false,
    description: 'Print all options when the driver starts.',
  }),
  warnIfDirectoryExists: Option.boolean({
    property: 'aeron.dir.warn.if.exists',
    default: false,
    description: 'Warn when the directory is there already.',
  }),
  dirDeleteOnStart: Option.boolean({
    property: 'aeron.dir.delete.on.start',
    default: false,
    description: 'Delete the directory without a look whether a driver is using it.',
  }),
  dirDeleteOnShutdown: Option.boolean({
    property: 'aeron.dir.delete.on.shutdown',
    default: false,
    description: 'Delete the directory when the driver is closed.',
  }),
  threadingMode: Option.words(THREADING_MODES, {
    property: 'aeron.threading.mode',
    default: 'SHARED',
    description:
      'Who runs conductor, sender and receiver: INVOKER the caller, SHARED one thread. ' +
      'SHARED_NETWORK and DEDICATED are accepted and run as SHARED.',
  }),
  conductorIdleStrategy: idleStrategy('aeron.conductor.idle.strategy', 'the conductor'),
  conductorIdleStrategyInitArgs: idleStrategyInitArgs(
    'aeron.conductor.idle.strategy.init.args',
    '`conductorIdleStrategy`',
  ),
  senderIdleStrategy: idleStrategy('aeron.sender.idle.strategy', 'the sender'),
  senderIdleStrategyInitArgs: idleStrategyInitArgs('aeron.sender.idle.strategy.init.args', '`senderIdleStrategy`'),
  receiverIdleStrategy: idleStrategy('aeron.receiver.idle.strategy', 'the receiver'),
  receiverIdleStrategyInitArgs: idleStrategyInitArgs(
    'aeron.receiver.idle.strategy.init.args',
    '`receiverIdleStrategy`',
  ),
  sharedNetworkIdleStrategy: idleStrategy('aeron.sharednetwork.idle.strategy', 'sender and receiver'),
  sharedNetworkIdleStrategyInitArgs: idleStrategyInitArgs(
    'aeron.sharednetwork.idle.strategy.init.args',
    '`sharedNetworkIdleStrategy`',
  ),
  sharedIdleStrategy: idleStrategy('aeron.shared.idle.strategy', 'all agents'),
  sharedIdleStrategyInitArgs: idleStrategyInitArgs('aeron.shared.idle.strategy.init.args', '`sharedIdleStrategy`'),
  terminationValidator: Option.object<TerminationValidator>({
    defaultText: 'as `terminationPolicy` says',
    description: "Decides on a client's request to end the driver, given the token it sent.",
  }),
  terminationPolicy: Option.words(
    [
      'deny',
      'allow',
      'io.aeron.driver.DefaultDenyTerminationValidator',
      'io.aeron.driver.DefaultAllowTerminationValidator',
    ],
    {
      property: 'aeron.driver.termination.validator',
      default: 'deny',
      description: 'Whether clients may end the driver.',
    },
  ),
  terminationHook: Option.object<() => void>({
    defaultText: 'nothing happens',
    description: 'Called when a client may and wants to end the driver: closes it.',
  }),
  logger: Option.object<(text: string) => void>({
    defaultText: 'nobody is told',
    description:
      'Told what upstream prints: warnings, errors that the full error log has no room for, the configuration.',
  }),

  termBufferSparseFile: Option.boolean({
    property: 'aeron.term.buffer.sparse.file',
    default: false,
    description:
      'Term buffers take space on the file system as they are written. False reserves and touches all of it first: ' +
      'slower to add, without page faults later, and out of space is an error instead of a crash.',
  }),
  performStorageChecks: Option.boolean({
    property: 'aeron.perform.storage.checks',
    default: true,
    description: 'Look for space on the file system before a log buffer is made.',
  }),
  lowStorageWarningThreshold: Option.size({
    property: 'aeron.low.file.store.warning.threshold',
    default: 160 * MIB,
    description: 'Usable space at or below which making a log buffer logs a warning.',
  }),
  filePageSize: Option.size({
    property: 'aeron.file.page.size',
    default: 4 * KIB,
    min: PAGE_MIN_SIZE,
    max: PAGE_MAX_SIZE,
    check: powerOfTwo,
    description: 'Length of log buffer files is a multiple of this.',
  }),
  conductorBufferLength: Option.size({
    property: 'aeron.conductor.buffer.length',
    default: MIB + RingBufferDescriptor.TRAILER_LENGTH,
    min: MIB + RingBufferDescriptor.TRAILER_LENGTH,
    max: INT32_MAX,
    check: powerOfTwoAnd(RingBufferDescriptor.TRAILER_LENGTH),
    description: 'Ring buffer of commands from clients: a power of two and 768 bytes of trailer.',
  }),
  toClientsBufferLength: Option.size({
    property: 'aeron.clients.buffer.length',
    default: MIB + BroadcastBufferDescriptor.TRAILER_LENGTH,
    min: MIB + BroadcastBufferDescriptor.TRAILER_LENGTH,
    max: INT32_MAX,
    check: powerOfTwoAnd(BroadcastBufferDescriptor.TRAILER_LENGTH),
    description: 'Broadcast buffer of answers to clients: a power of two and 128 bytes of trailer.',
  }),
  counterValuesBufferLength: Option.size({
    property: 'aeron.counters.buffer.length',
    default: 8 * MIB,
    min: MIB,
    max: 500 * MIB,
    check: (value) =>
      value % CountersDescriptor.COUNTER_LENGTH === 0 ? undefined : 'must be a multiple of a counter, 128 bytes',
    description: 'Values of counters, 128 bytes each. When all are in use, nothing that needs a counter can be added.',
  }),
  errorBufferLength: Option.size({
    property: 'aeron.error.buffer.length',
    default: 4 * MIB,
    min: 4 * MIB,
    max: INT32_MAX,
    description: 'Log of distinct errors.',
  }),
  lossReportBufferLength: Option.size({
    property: 'aeron.loss.report.buffer.length',
    default: MIB,
    min: MIB,
    max: INT32_MAX,
    description: 'Report of loss by stream and source. Loss of streams that do not fit any more is not reported.',
  }),
  publicationTermBufferLength: Option.size({
    property: 'aeron.term.buffer.length',
    default: 16 * MIB,
    min: TERM_MIN_LENGTH,
    max: TERM_MAX_LENGTH,
    check: powerOfTwo,
    description: 'Term of a network publication that does not ask for another. A log has three of them.',
  }),
  ipcTermBufferLength: Option.size({
    property: 'aeron.ipc.term.buffer.length',
    default: 64 * MIB,
    min: TERM_MIN_LENGTH,
    max: TERM_MAX_LENGTH,
    check: powerOfTwo,
    description: 'Term of an IPC publication that does not ask for another. A log has three of them.',
  }),
  publicationTermWindowLength: Option.size({
    property: 'aeron.publication.term.window.length',
    default: 0,
    max: TERM_MAX_LENGTH,
    description: 'How far a network publication may be ahead of the sender; 0 and anything above mean half a term.',
  }),
  ipcPublicationTermWindowLength: Option.size({
    property: 'aeron.ipc.publication.term.window.length',
    default: 0,
    max: TERM_MAX_LENGTH,
    description:
      'How far an IPC publication may be ahead of its slowest subscriber; 0 and anything above mean half a term.',
  }),
  initialWindowLength: Option.size({
    property: 'aeron.rcv.initial.window.length',
    default: 128 * KIB,
    max: TERM_MAX_LENGTH,
    description: 'Receiver window. At least an MTU, and no more than the socket can buffer, or bursts are lost.',
  }),
  socketSndbufLength: Option.size({
    property: 'aeron.socket.so_sndbuf',
    default: 0,
    max: INT32_MAX,
    description: "SO_SNDBUF of sockets; 0 leaves the system's default.",
  }),
  socketRcvbufLength: Option.size({
    property: 'aeron.socket.so_rcvbuf',
    default: 128 * KIB,
    max: INT32_MAX,
    description: "SO_RCVBUF of sockets; 0 leaves the system's default.",
  }),
  socketMulticastTtl: Option.int({
    property: 'aeron.socket.multicast.ttl',
    default: 0,
    min: 0,
    max: 255,
    description: "Hops that multicast may take; 0 leaves the system's default of 1.",
  }),
  mtuLength: Option.size({
    property: 'aeron.mtu.length',
    default: 1408,
    min: 64,
    max: MAX_UDP_PAYLOAD_LENGTH,
    check: frameAligned,
    description: 'Longest datagram of a network publication, without UDP and IP headers. Longer messages are split.',
  }),
  ipcMtuLength: Option.size({
    property: 'aeron.ipc.mtu.length',
    default: 1408,
    min: 64,
    max: MAX_UDP_PAYLOAD_LENGTH,
    check: frameAligned,
    description: 'Longest fragment of an IPC publication. Longer messages are split.',
  }),

  timerIntervalNs: Option.duration({
    property: 'aeron.timer.interval',
    default: SECOND,
    min: 1,
    description: 'How often the conductor looks for what has timed out.',
  }),
  clientLivenessTimeoutNs: Option.duration({
    property: 'aeron.client.liveness.timeout',
    default: 10 * SECOND,
    description: 'A client without a sign of life for this long is gone, and with it all it has added.',
  }),
  imageLivenessTimeoutNs: Option.duration({
    property: 'aeron.image.liveness.timeout',
    default: 10 * SECOND,
    description: 'An image without data or heartbeats for this long is gone.',
  }),
  publicationUnblockTimeoutNs: Option.duration({
    property: 'aeron.publication.unblock.timeout',
    default: 15 * SECOND,
    description: 'After which a claim that its publisher never finished is skipped. Above the client liveness timeout.',
  }),
  publicationConnectionTimeoutNs: Option.duration({
    property: 'aeron.publication.connection.timeout',
    default: 5 * SECOND,
    description: 'A publication without status messages for this long is not connected.',
  }),
  publicationLingerTimeoutNs: Option.duration({
    property: 'aeron.publication.linger.timeout',
    default: 5 * SECOND,
    description: 'How long a closed and drained publication still answers NAKs.',
  }),
  untetheredWindowLimitTimeoutNs: Option.duration({
    property: 'aeron.untethered.window.limit.timeout',
    default: 5 * SECOND,
    description: 'How long an untethered subscriber may be behind before its image is taken away.',
  }),
  untetheredLingerTimeoutNs: Option.duration({
    property: 'aeron.untethered.linger.timeout',
    default: -1,
    min: -1,
    defaultText: 'the window limit timeout (-1)',
    description: 'How long such a subscriber may still read before it no longer counts.',
  }),
  untetheredRestingTimeoutNs: Option.duration({
    property: 'aeron.untethered.resting.timeout',
    default: 10 * SECOND,
    description: 'After which such a subscriber joins again.',
  }),
  statusMessageTimeoutNs: Option.duration({
    property: 'aeron.rcv.status.message.timeout',
    default: 200 * MS,
    description: 'Status messages are sent at least this often.',
  }),
  counterFreeToReuseTimeoutNs: Option.duration({
    property: 'aeron.counters.free.to.reuse.timeout',
    default: SECOND,
    description: 'How long the id of a freed counter is not used again.',
  }),
  retransmitUnicastDelayNs: Option.duration({
    property: 'aeron.retransmit.unicast.delay',
    default: 0,
    description: 'Wait before a NAK is answered.',
  }),
  retransmitUnicastLingerNs: Option.duration({
    property: 'aeron.retransmit.unicast.linger',
    default: 10 * MS,
    description: 'For how long the same NAK is then not answered again.',
  }),
  nakUnicastDelayNs: Option.duration({
    property: 'aeron.nak.unicast.delay',
    default: 1000,
    min: 1000,
    description: 'Wait between seeing loss and the first NAK to a unicast source.',
  }),
  nakUnicastRetryDelayRatio: Option.long({
    property: 'aeron.nak.unicast.retry.delay.ratio',
    default: 100,
    min: 1,
    description: 'Wait before the NAK is repeated, as a multiple of the first wait.',
  }),
  nakMulticastMaxBackoffNs: Option.duration({
    property: 'aeron.nak.multicast.max.backoff',
    default: 10 * MS,
    min: 1,
    description: 'Longest random wait before a NAK to a multicast source.',
  }),
  nakMulticastGroupSize: Option.int({
    property: 'aeron.nak.multicast.group.size',
    default: 10,
    min: 1,
    description: 'Receivers that a multicast group is expected to have; spreads their NAKs.',
  }),
  flowControlReceiverTimeoutNs: Option.duration({
    property: 'aeron.flow.control.receiver.timeout',
    default: 5 * SECOND,
    description: 'A receiver without status messages for this long no longer limits min and tagged flow control.',
  }),
  reResolutionCheckIntervalNs: Option.duration({
    property: 'aeron.driver.reresolution.check.interval',
    default: SECOND,
    min: 1,
    description: 'How often names of silent destinations are looked up again.',
  }),
  conductorCycleThresholdNs: Option.duration({
    property: 'aeron.driver.conductor.cycle.threshold',
    default: 100 * MS,
    description: 'Duty cycles of the conductor longer than this are counted.',
  }),
  senderCycleThresholdNs: Option.duration({
    property: 'aeron.driver.sender.cycle.threshold',
    default: 100 * MS,
    description: 'Duty cycles of the sender longer than this are counted.',
  }),
  receiverCycleThresholdNs: Option.duration({
    property: 'aeron.driver.receiver.cycle.threshold',
    default: 100 * MS,
    description: 'Duty cycles of the receiver longer than this are counted.',
  }),
  nameResolverThresholdNs: Option.duration({
    property: 'aeron.name.resolver.threshold',
    variables: ['AERON_DRIVER_NAME_RESOLVER_THRESHOLD'],
    default: 5 * SECOND,
    description: 'Name look-ups longer than this are counted.',
  }),

  unicastFlowControlRetransmitReceiverWindowMultiple: Option.int({
    property: 'aeron.unicast.flow.control.rrwm',
    default: 16,
    min: 1,
    description: 'Most bytes a NAK of a unicast receiver is answered with, as a multiple of its window.',
  }),
  multicastFlowControlRetransmitReceiverWindowMultiple: Option.int({
    property: 'aeron.multicast.flow.control.rrwm',
    default: 4,
    min: 1,
    description: 'Most bytes a NAK of a receiver in a group is answered with, as a multiple of its window.',
  }),
  multicastFlowControlStrategy: Option.words(
    [
      'max',
      'min',
      'tagged',
      'io.aeron.driver.MaxMulticastFlowControlSupplier',
      'io.aeron.driver.MinMulticastFlowControlSupplier',
      'io.aeron.driver.TaggedMulticastFlowControlSupplier',
      'io.aeron.driver.DefaultMulticastFlowControlSupplier',
      'io.aeron.driver.MaxMulticastFlowControl',
      'io.aeron.driver.MinMulticastFlowControl',
      'io.aeron.driver.TaggedMulticastFlowControl',
      'aeron_max_multicast_flow_control_strategy_supplier',
      'aeron_min_flow_control_strategy_supplier',
      'aeron_tagged_flow_control_strategy_supplier',
    ],
    {
      property: 'aeron.multicast.FlowControl.supplier',
      variables: ['AERON_MULTICAST_FLOWCONTROL_SUPPLIER', 'AERON_MULTICAST_FLOW_CONTROL_STRATEGY'],
      default: 'max',
      description:
        'Flow control of multicast and multi-destination-cast without `fc=`: as fast as the fastest receiver, ' +
        'the slowest, or the slowest of those with the tag.',
    },
  ),
  flowControlGroupTag: Option.bigint({
    property: 'aeron.flow.control.group.tag',
    default: -1n,
    description: 'Tag of the receivers that tagged flow control waits for.',
  }),
  flowControlGroupMinSize: Option.int({
    property: 'aeron.flow.control.group.min.size',
    default: 0,
    min: 0,
    description: 'Receivers that min and tagged flow control need before the publication is connected.',
  }),
  receiverGroupTag: Option.bigint({
    property: 'aeron.receiver.group.tag',
    defaultText: 'none',
    description: 'Tag that receivers of this driver send along with status messages.',
  }),
  receiverGroupConsideration: Option.words(['infer', 'true', 'false'], {
    property: 'aeron.receiver.group.consideration',
    default: 'infer',
    description: 'Whether receivers take themselves for members of a group (NAK backoff), or infer it.',
  }),
  maxResend: Option.int({
    property: 'aeron.max.resend',
    default: 16,
    min: 1,
    max: 256,
    description: 'Retransmissions a publication with a group of receivers keeps track of at once.',
  }),
  spiesSimulateConnection: Option.boolean({
    property: 'aeron.spies.simulate.connection',
    default: false,
    description: 'A publication with a spy and without receivers is connected.',
  }),
  reliableStream: Option.boolean({
    property: 'aeron.reliable.stream',
    default: true,
    description: 'Subscriptions without `reliable=` ask for what was lost; false fills gaps with padding instead.',
  }),
  tetherSubscriptions: Option.boolean({
    property: 'aeron.tether.subscriptions',
    default: true,
    description: 'Subscriptions without `tether=` hold the publisher back when they are slow.',
  }),
  rejoinStream: Option.boolean({
    property: 'aeron.rejoin.stream',
    default: true,
    description: 'Subscriptions without `rejoin=` join a stream again after they lost it.',
  }),
  publicationReservedSessionIdLow: Option.int({
    property: 'aeron.publication.reserved.session.id.low',
    default: -1,
    description: 'First of the session ids that the driver never gives by itself.',
  }),
  publicationReservedSessionIdHigh: Option.int({
    property: 'aeron.publication.reserved.session.id.high',
    default: 1000,
    description: 'Last of the session ids that the driver never gives by itself.',
  }),
  sendToStatusMessagePollRatio: Option.int({
    property: 'aeron.send.to.status.poll.ratio',
    default: 6,
    min: 1,
    max: 255,
    description: 'Duty cycles with data sent between looks for status messages.',
  }),
  resourceFreeLimit: Option.int({
    property: 'aeron.driver.resource.free.limit',
    default: 1,
    min: 1,
    description: 'Log buffers unmapped and deleted in one duty cycle at most.',
  }),
  streamSessionLimit: Option.int({
    property: 'aeron.driver.stream.session.limit',
    default: INT32_MAX,
    min: 1,
    description: 'Sessions of one stream of a channel that a subscription takes at once.',
  }),
  receiverIoVectorCapacity: Option.int({
    property: 'aeron.receiver.io.vector.capacity',
    default: 16,
    min: 1,
    max: 64,
    description: 'Datagrams received in one call.',
  }),
  networkPublicationMaxMessagesPerSend: Option.int({
    property: 'aeron.network.publication.max.messages.per.send',
    default: 16,
    min: 1,
    max: 64,
    description: 'Datagrams of one publication sent in one call.',
  }),
  resolverName: Option.string({
    property: 'aeron.driver.resolver.name',
    defaultText: 'none',
    description: 'Name of this driver.',
  }),
  senderWildcardPortRange: Option.string({
    property: 'aeron.sender.wildcard.port.range',
    default: '',
    defaultText: 'the ports of the system',
    description: "First and last port, with a space between, for publications' control sockets with port 0.",
  }),
  receiverWildcardPortRange: Option.string({
    property: 'aeron.receiver.wildcard.port.range',
    default: '',
    defaultText: 'the ports of the system',
    description: 'First and last port, with a space between, for subscriptions with port 0.',
  }),
  sendDataLossRate: lossRate('aeron.debug.send.data.loss.rate', 'data frames sent'),
  sendDataLossSeed: lossSeed('aeron.debug.send.data.loss.seed', 'data frames sent'),
  sendDataFixedLossArgs: fixedLoss('aeron.debug.send.data.fixed.loss.args'),
  sendDataMultiGapLossArgs: multiGapLoss('aeron.debug.send.data.multi.gap.loss.args'),
  sendControlLossRate: lossRate('aeron.debug.send.control.loss.rate', 'status messages and NAKs received by senders'),
  sendControlLossSeed: lossSeed('aeron.debug.send.control.loss.seed', 'status messages and NAKs received by senders'),
  receiveDataLossRate: lossRate('aeron.debug.receive.data.loss.rate', 'data frames received'),
  receiveDataLossSeed: lossSeed('aeron.debug.receive.data.loss.seed', 'data frames received'),
  receiveDataFixedLossArgs: fixedLoss('aeron.debug.receive.data.fixed.loss.args'),
  receiveDataMultiGapLossArgs: multiGapLoss('aeron.debug.receive.data.multi.gap.loss.args'),
  receiveControlLossRate: lossRate('aeron.debug.receive.control.loss.rate', 'status messages and NAKs sent'),
  receiveControlLossSeed: lossSeed('aeron.debug.receive.control.loss.seed', 'status messages and NAKs sent'),
});

/** The checked options of a driver. */
export type DriverOptions = OptionsOf<typeof DRIVER_OPTIONS>;

/** What a user may give; the rest comes from the environment, properties files and defaults. */
export type GivenDriverOptions = GivenOptionsOf<typeof DRIVER_OPTIONS>;
