import {
  type AuthenticatorSupplier,
  type AuthorisationServiceSupplier,
  defineOptions,
  type ErrorHandler,
  type GivenOptionsOf,
  type IdleStrategy,
  Option,
  type OptionsOf,
  SemanticVersion,
} from '../../agrona/mod.ts';
import type { AeronArchiveOptions } from '../../archive/client/mod.ts';
import type { Aeron } from '../../client/mod.ts';
import type { Platform } from '../../platform/mod.ts';
import type { ClusterTimeUnit } from '../codecs/mod.ts';
import type { ClusterClock } from './cluster-clock.ts';

const SECOND_NS = 1_000_000_000;
const MILLISECOND_NS = 1_000_000;
const NULL_VALUE = -1;
const MAX_SERVICE_COUNT = 10;

const MILLISECOND_CLUSTER_CLOCK = 'io.aeron.cluster.MillisecondClusterClock';
export const NANOSECOND_CLUSTER_CLOCK = 'io.aeron.cluster.NanosecondClusterClock';
const DEFAULT_AUTHENTICATOR_SUPPLIER = 'io.aeron.security.DefaultAuthenticatorSupplier';

const CLUSTER_CLOCK_WORD = Option.words([MILLISECOND_CLUSTER_CLOCK, NANOSECOND_CLUSTER_CLOCK], {
  property: 'aeron.cluster.clock',
  default: MILLISECOND_CLUSTER_CLOCK,
  description:
    'The unit of cluster time: of timestamps in the log and of timers. The same on all members, for ever. In code also a `ClusterClock` of your own.',
});

/** A word, or an object. */
const CLUSTER_CLOCK: Option.Option<string | ClusterClock, string | ClusterClock> = {
  ...CLUSTER_CLOCK_WORD,
  type: `${CLUSTER_CLOCK_WORD.type}, or an object`,
  accept: (given) => (typeof given === 'object' ? given : CLUSTER_CLOCK_WORD.accept(given as ClusterClockWord)),
  format: String,
};

type ClusterClockWord = typeof MILLISECOND_CLUSTER_CLOCK | typeof NANOSECOND_CLUSTER_CLOCK;

/**
 * Makes what is told the cluster time, from the time unit of the cluster.
 * Upstream: `ConsensusModule.Context.clusterTimeConsumerSupplier`, which is given the whole context.
 */
export type ClusterTimeConsumerSupplier = (timeUnit: ClusterTimeUnit) => (clusterTime: bigint) => void;

/** Whether data of one application version can be used by another. Upstream: `io.aeron.cluster.VersionValidator`. */
export type VersionValidator = (contextAppVersion: number, appVersionUnderTest: number) => boolean;

/** The options of a consensus module. Upstream: `io.aeron.cluster.ConsensusModule.Context`. */
export const CONSENSUS_MODULE_OPTIONS = defineOptions({
  aeronDirectoryName: Option.string({
    property: 'aeron.dir',
    defaultText: 'as for `Aeron.connect`',
    description: 'Directory of the media driver of this node.',
  }),
  deleteDirOnStart: Option.boolean({
    default: false,
    description:
      'Empties the cluster directory at the start: the member forgets its votes and its log, so only for tests.',
  }),
  clusterDir: Option.string({
    property: 'aeron.cluster.dir',
    default: 'aeron-cluster',
    description: 'Where the recording log, the node state and the mark file of this member are.',
  }),
  clusterServicesDirectoryName: Option.string({
    property: 'aeron.cluster.services.dir',
    defaultText: '`clusterDir`',
    description: 'Where the services have their mark files, for tools that look at them.',
  }),
  markFileDir: Option.string({
    property: 'aeron.cluster.mark.file.dir',
    defaultText: '`clusterDir`',
    description: 'Where the mark file goes; a link to it stays in the cluster directory.',
  }),
  fileSyncLevel: Option.int({
    property: 'aeron.cluster.file.sync.level',
    variables: ['AERON_ARCHIVE_FILE_SYNC_LEVEL'],
    default: 0,
    min: 0,
    max: 2,
    description:
      'How durable recording log and node state are: 0 left to the system, 1 data on the device, 2 with what the file system knows of the file. By default as the archive is told in its environment.',
  }),
  appVersion: Option.int({
    default: SemanticVersion.compose(0, 0, 1),
    defaultText: '0.0.1',
    description:
      'Version of the application (`SemanticVersion.compose`), written to log and snapshots. Members, logs and snapshots of another one are refused as `appVersionValidator` says.',
  }),
  appVersionValidator: Option.object<VersionValidator>({
    defaultText: 'the same major version',
    description: 'Says whether what another `appVersion` has written may be used.',
  }),
  clusterId: Option.int({
    property: 'aeron.cluster.id',
    default: 0,
    description: 'Tells clusters apart whose nodes share a media driver.',
  }),
  clusterMemberId: Option.int({
    property: 'aeron.cluster.member.id',
    default: 0,
    description: 'Which of the `clusterMembers` this is.',
  }),
  appointedLeaderId: Option.int({
    property: 'aeron.cluster.appointed.leader.id',
    default: NULL_VALUE,
    description: 'The only member that may lead; -1: any.',
  }),
  clusterMembers: Option.string({
    property: 'aeron.cluster.members',
    description:
      "All members, alike on each: 'id,ingress,consensus,log,catchup,archive' of each, endpoints as host:port, separated by '|'. Must be set.",
  }),
  memberEndpoints: Option.string({
    property: 'aeron.cluster.member.endpoints',
    default: '',
    description:
      'The five endpoints of this member once more: it refuses to start when `clusterMembers` says otherwise.',
  }),
  clusterConsensusEndpoints: Option.string({
    property: 'aeron.cluster.consensus.endpoints',
    default: '',
    description: 'Of dynamic membership, which upstream has given up. Has no effect.',
  }),
  ingressChannel: Option.string({
    property: 'aeron.cluster.ingress.channel',
    description: "Where clients send to; without an endpoint the member's own ingress endpoint is put in. Must be set.",
  }),
  ingressStreamId: Option.int({
    property: 'aeron.cluster.ingress.stream.id',
    default: 101,
    description: 'Stream of the ingress.',
  }),
  isIpcIngressAllowed: Option.boolean({
    property: 'aeron.cluster.ingress.ipc.allowed',
    default: false,
    description: 'Whether the leader takes clients of its own machine by IPC as well.',
  }),
  ingressFragmentLimit: Option.int({
    property: 'aeron.cluster.ingress.fragment.limit',
    default: 50,
    min: 1,
    description: 'Fragments of ingress that are read in a round.',
  }),
  egressChannel: Option.string({
    property: 'aeron.cluster.egress.channel',
    description: 'Parameters that are put into the response channel of every client, such as an interface.',
  }),
  logChannel: Option.string({
    property: 'aeron.cluster.log.channel',
    default: 'aeron:udp?term-length=64m',
    description:
      'The log. Without an endpoint the leader sends it to each member; with a multicast endpoint, to that. Its term length and MTU are fixed by the first recording.',
  }),
  logStreamId: Option.int({
    property: 'aeron.cluster.log.stream.id',
    default: 100,
    description: 'Stream of the log.',
  }),
  logFragmentLimit: Option.int({
    property: 'aeron.cluster.log.fragment.limit',
    default: 50,
    min: 1,
    description: 'Fragments of the log that a follower reads in a round.',
  }),
  replayChannel: Option.string({
    property: 'aeron.cluster.replay.channel',
    default: 'aeron:ipc',
    description: 'Where log and snapshots are replayed.',
  }),
  replayStreamId: Option.int({
    property: 'aeron.cluster.replay.stream.id',
    default: 103,
    description: 'Stream of replays.',
  }),
  controlChannel: Option.string({
    property: 'aeron.cluster.control.channel',
    default: 'aeron:ipc?term-length=128k',
    description: 'Where consensus module and services of this node talk.',
  }),
  consensusModuleStreamId: Option.int({
    property: 'aeron.cluster.consensus.module.stream.id',
    default: 105,
    description: 'Stream from the services to the consensus module.',
  }),
  serviceStreamId: Option.int({
    property: 'aeron.cluster.service.stream.id',
    default: 104,
    description: 'Stream from the consensus module to the services.',
  }),
  snapshotChannel: Option.string({
    property: 'aeron.cluster.snapshot.channel',
    default: 'aeron:ipc?alias=snapshot',
    description: "Where the consensus module's snapshots are recorded from.",
  }),
  snapshotStreamId: Option.int({
    property: 'aeron.cluster.snapshot.stream.id',
    default: 107,
    description: "Stream of the consensus module's snapshots. The property is also that of the services.",
  }),
  consensusChannel: Option.string({
    property: 'aeron.cluster.consensus.channel',
    default: 'aeron:udp',
    description: 'Where members talk to each other; their consensus endpoints are put in.',
  }),
  consensusStreamId: Option.int({
    property: 'aeron.cluster.consensus.stream.id',
    default: 108,
    description: 'Stream of the consensus channel.',
  }),
  replicationChannel: Option.string({
    property: 'aeron.cluster.replication.channel',
    description:
      "Where this member's archive takes what it copies from others: 'aeron:udp?endpoint=host:0' with an address that they can reach. Must be set.",
  }),
  followerCatchupChannel: Option.string({
    property: 'aeron.cluster.follower.catchup.channel',
    default: 'aeron:udp',
    description:
      "Parameters of the replay that a leader sends to a follower that is behind; the follower's catchup endpoint is put in.",
  }),
  leaderArchiveControlChannel: Option.string({
    property: 'aeron.cluster.leader.archive.control.channel',
    default: 'aeron:udp?term-length=64k',
    description: "How a leader's archive is asked for its log; the leader's archive endpoint is put in.",
  }),
  enableControlOnConsensusChannel: Option.boolean({
    property: 'aeron.cluster.consensus.control.enable',
    default: true,
    description: "Whether messages to members go out of the address of this member's consensus endpoint.",
  }),
  enableControlOnLogChannel: Option.boolean({
    property: 'aeron.cluster.log.control.enable',
    default: true,
    description: "Whether the log goes out of the address of this member's log endpoint.",
  }),
  serviceCount: Option.int({
    property: 'aeron.cluster.service.count',
    default: 1,
    min: 1,
    max: MAX_SERVICE_COUNT,
    description: 'Services of each node. All members have the same.',
  }),
  maxConcurrentSessions: Option.int({
    property: 'aeron.cluster.max.sessions',
    default: 10,
    min: 0,
    description: 'Clients at a time; more are turned away.',
  }),
  sessionTimeoutNs: Option.duration({
    property: 'aeron.cluster.session.timeout',
    default: 10 * SECOND_NS,
    description: 'A client that says nothing for this long, also no keep-alive, is closed.',
  }),
  leaderHeartbeatTimeoutNs: Option.duration({
    property: 'aeron.cluster.leader.heartbeat.timeout',
    default: 10 * SECOND_NS,
    min: 1,
    description:
      'Followers that hear nothing of their leader for this long elect another; a leader without a quorum, or whose services do not join its log, for this long steps down.',
  }),
  leaderHeartbeatIntervalNs: Option.duration({
    property: 'aeron.cluster.leader.heartbeat.interval',
    default: 200 * MILLISECOND_NS,
    min: 1,
    description: 'How often a leader without news says its commit position all the same.',
  }),
  startupCanvassTimeoutNs: Option.duration({
    property: 'aeron.cluster.startup.canvass.timeout',
    default: 60 * SECOND_NS,
    description:
      'How long a starting member waits for all others before a quorum is enough. At least twice the heartbeat time-out.',
  }),
  electionTimeoutNs: Option.duration({
    property: 'aeron.cluster.election.timeout',
    default: SECOND_NS,
    min: 1,
    description: 'How long votes are waited for; nominations wait a random time of up to half of it.',
  }),
  electionStatusIntervalNs: Option.duration({
    property: 'aeron.cluster.election.status.interval',
    default: 100 * MILLISECOND_NS,
    min: 1,
    description: 'How often members say how long their log is before an election.',
  }),
  terminationTimeoutNs: Option.duration({
    property: 'aeron.cluster.termination.timeout',
    default: 10 * SECOND_NS,
    description: 'How long a leader that ends the cluster waits for the others.',
  }),
  cycleThresholdNs: Option.duration({
    property: 'aeron.cluster.cycle.threshold',
    default: 100 * MILLISECOND_NS,
    description: 'Duty cycles above this are counted.',
  }),
  totalSnapshotDurationThresholdNs: Option.duration({
    property: 'aeron.cluster.total.snapshot.threshold',
    default: SECOND_NS,
    description: 'Snapshots that take longer are counted.',
  }),
  replicationProgressTimeoutNs: Option.duration({
    property: 'aeron.cluster.replication.progress.timeout',
    default: 10 * SECOND_NS,
    min: 1,
    description: 'A copy of a standby snapshot that does not go on for this long is given up.',
  }),
  replicationProgressIntervalNs: Option.duration({
    property: 'aeron.cluster.replication.progress.interval',
    default: 0,
    defaultText: 'a tenth of `replicationProgressTimeoutNs`',
    description: 'How often the progress of such a copy is looked at.',
  }),
  acceptStandbySnapshots: Option.boolean({
    property: 'aeron.cluster.accept.standby.snapshots',
    default: false,
    description: 'Whether snapshots that standbys tell of are entered into the recording log.',
  }),
  standbySnapshotNotificationProcessingDelayNs: Option.duration({
    property: 'aeron.cluster.standby.snapshot.notification.processing.delay',
    default: 0,
    description: 'How long such a snapshot waits, once its position is committed here, before it is entered.',
  }),
  errorBufferLength: Option.size({
    property: 'aeron.cluster.error.buffer.length',
    default: 1024 * 1024,
    min: 1024 * 1024,
    description: 'Room for distinct errors in the mark file.',
  }),
  clusterClock: CLUSTER_CLOCK,
  clusterTimeConsumerSupplier: Option.object<ClusterTimeConsumerSupplier>({
    description: 'Makes what is told the cluster time in every round, in the unit of `clusterClock`.',
  }),
  timerServiceSupplier: Option.words(
    ['io.aeron.cluster.WheelTimerServiceSupplier', 'io.aeron.cluster.PriorityHeapTimerServiceSupplier'],
    {
      property: 'aeron.cluster.timer.service.supplier',
      default: 'io.aeron.cluster.WheelTimerServiceSupplier',
      description: 'Kept for configurations of upstream: timers are in a heap by deadline either way.',
    },
  ),
  wheelTickResolutionNs: Option.duration({
    property: 'aeron.cluster.wheel.tick.resolution',
    default: 8 * MILLISECOND_NS,
    description: 'Of the timer wheel of upstream. Has no effect: timers expire at their deadline.',
  }),
  ticksPerWheel: Option.int({
    property: 'aeron.cluster.ticks.per.wheel',
    default: 128,
    description: 'Of the timer wheel of upstream. Has no effect.',
  }),
  agentRoleName: Option.string({
    property: 'aeron.cluster.consensus.module.agent.role.name',
    defaultText: '`consensus-module-<clusterId>-<clusterMemberId>`',
    description: 'Name of the agent, and of its client with driver and archive.',
  }),
  useAgentInvoker: Option.boolean({
    default: false,
    description: 'The caller drives the consensus module with its `invoker`; otherwise `run` gives it a thread.',
  }),
  idleStrategy: Option.object<IdleStrategy>({
    defaultText: 'backoff',
    description:
      'Asked between rounds by `run`, and whenever something has to be waited for; in a loop with other agents, that of the loop.',
  }),
  idleStrategyName: Option.string({
    property: 'aeron.cluster.idle.strategy',
    default: 'backoff',
    description: "What `idleStrategy` is, when none is given: 'backoff', 'spin', ... or upstream's class names.",
  }),
  aeron: Option.object<Aeron>({
    defaultText: 'one is connected and owned',
    description:
      'The client to use: driven by its invoker, and with `rethrowingErrorHandler` as its `subscriberErrorHandler`.',
  }),
  ownsAeronClient: Option.boolean({
    default: false,
    description: 'Whether closing the consensus module closes the given `aeron` too.',
  }),
  archiveContext: Option.object<Omit<AeronArchiveOptions, 'aeron' | 'ownsAeronClient'>>({
    defaultText: '`localControlChannel` and `localControlStreamId` of the archive',
    description: "How this node's archive is reached. Its channels must be IPC.",
  }),
  authenticatorSupplier: Option.object<AuthenticatorSupplier>({
    defaultText: 'lets everybody in',
    description: 'Makes what decides who may connect.',
  }),
  authenticatorSupplierName: Option.words([DEFAULT_AUTHENTICATOR_SUPPLIER], {
    property: 'aeron.cluster.authenticator.supplier',
    default: DEFAULT_AUTHENTICATOR_SUPPLIER,
    description: "Upstream's class that lets everybody in; any other is given in code, as `authenticatorSupplier`.",
  }),
  authorisationServiceSupplier: Option.object<AuthorisationServiceSupplier>({
    defaultText: 'as `authorisationServiceName` says',
    description: 'Makes what decides what an authenticated client may ask for.',
  }),
  authorisationServiceName: Option.words(['ALLOW_ALL', 'DENY_ALL'], {
    property: 'aeron.cluster.authorisation.service.supplier',
    defaultText: 'allows what backups and standbys ask for, and denies admin requests',
    description: 'What clients, backups and standbys may do; a service that makes a difference is given in code.',
  }),
  terminationHook: Option.object<() => void>({
    description: 'Called when the consensus module ends by itself, as told or because it cannot go on.',
  }),
  errorHandler: Option.object<ErrorHandler>({
    defaultText: 'the distinct error log in the mark file',
    description: 'Gets errors after they were counted.',
  }),
  logger: Option.object<(text: string) => void>({
    defaultText: 'says nothing',
    description: 'Gets what an operator should read.',
  }),
  platform: Option.object<Platform>({
    defaultText: 'the default platform',
    description: 'The machine: native or simulated.',
  }),
});

/** What a user gives to `ConsensusModule.launch`. */
export type ConsensusModuleOptions = GivenOptionsOf<typeof CONSENSUS_MODULE_OPTIONS>;

export type ResolvedOptions = OptionsOf<typeof CONSENSUS_MODULE_OPTIONS>;
