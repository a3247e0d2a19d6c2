import {
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
import { type AppVersionValidator, semanticVersionValidator } from './app-version-validator.ts';
import type { ClusteredService } from './clustered-service.ts';

const SECOND_NS = 1_000_000_000;
const MAX_SERVICE_COUNT = 10;

/** The options of `ClusteredServiceContainer.launch`. Upstream: `ClusteredServiceContainer.Context`. */
export const SERVICE_OPTIONS = defineOptions({
  clusteredService: Option.object<ClusteredService>({
    description: 'The application. In code: an object with `onSessionMessage` and what else it wants to hear of.',
  }),
  appVersion: Option.int({
    default: SemanticVersion.compose(0, 0, 1),
    defaultText: '0.0.1',
    description:
      'Version of the application, as `SemanticVersion.compose` makes it. It goes into snapshots, and is compared with those that are loaded and with the log.',
  }),
  appVersionValidator: Option.object<AppVersionValidator, AppVersionValidator>({
    default: semanticVersionValidator,
    defaultText: 'the major version must be the same',
    description: 'Whether a log or a snapshot of another version may be read.',
  }),
  clusterId: Option.int({
    property: 'aeron.cluster.id',
    default: 0,
    description: 'Tells several clusters on one media driver apart; the same as that of the consensus module.',
  }),
  serviceId: Option.int({
    property: 'aeron.cluster.service.id',
    default: 0,
    min: 0,
    max: MAX_SERVICE_COUNT - 1,
    description:
      'Which of the services of a member it is, from 0; `serviceCount` of the consensus module is how many there are.',
  }),
  serviceName: Option.string({
    property: 'aeron.cluster.service.name',
    defaultText: '`clustered-service-<clusterId>-<serviceId>`',
    description: 'For whoever looks at threads, clients and mark files.',
  }),
  clusterDir: Option.string({
    property: 'aeron.cluster.dir',
    default: 'aeron-cluster',
    description: "Directory of the member, shared with its consensus module: the service's mark file goes there.",
  }),
  markFileDir: Option.string({
    property: 'aeron.cluster.mark.file.dir',
    defaultText: '`clusterDir`',
    description:
      'Where the mark file goes instead: in memory, its updates cost no disk writes. A link to it stays in `clusterDir`.',
  }),
  aeronDirectoryName: Option.string({
    property: 'aeron.dir',
    defaultText: 'the default directory of the media driver',
    description: 'Directory of the media driver of the member.',
  }),
  controlChannel: Option.string({
    property: 'aeron.cluster.control.channel',
    default: 'aeron:ipc?term-length=128k',
    description: 'Channel between the services and the consensus module of a member.',
  }),
  consensusModuleStreamId: Option.int({
    property: 'aeron.cluster.consensus.module.stream.id',
    default: 105,
    description: 'Stream of `controlChannel` to the consensus module.',
  }),
  serviceStreamId: Option.int({
    property: 'aeron.cluster.service.stream.id',
    default: 104,
    description: 'Stream of `controlChannel` to the services.',
  }),
  replayChannel: Option.string({
    property: 'aeron.cluster.replay.channel',
    default: 'aeron:ipc',
    description: 'Channel that the archive replays a snapshot on.',
  }),
  replayStreamId: Option.int({
    property: 'aeron.cluster.replay.stream.id',
    default: 103,
    description: 'Stream of `replayChannel`.',
  }),
  snapshotChannel: Option.string({
    property: 'aeron.cluster.snapshot.channel',
    default: 'aeron:ipc?alias=snapshot',
    description:
      'Channel that a snapshot is written to and recorded from. Its term length limits the messages of a snapshot.',
  }),
  snapshotStreamId: Option.int({
    property: 'aeron.cluster.snapshot.stream.id',
    default: 106,
    description: 'Stream of `snapshotChannel`.',
  }),
  isRespondingService: Option.boolean({
    property: 'aeron.cluster.service.responder',
    default: true,
    description:
      'Whether the service answers clients. When not, its sessions are not connected, and their offers fail.',
  }),
  logFragmentLimit: Option.int({
    property: 'aeron.cluster.log.fragment.limit',
    default: 50,
    min: 1,
    description: 'Messages of the log that are processed in one round.',
  }),
  errorBufferLength: Option.size({
    property: 'aeron.cluster.service.error.buffer.length',
    default: 1024 * 1024,
    description: 'Room for distinct errors in the mark file.',
  }),
  cycleThresholdNs: Option.duration({
    property: 'aeron.cluster.service.cycle.threshold',
    default: SECOND_NS / 10,
    description: 'Rounds that take longer are counted: the service blocks.',
  }),
  snapshotDurationThresholdNs: Option.duration({
    property: 'aeron.cluster.service.snapshot.threshold',
    default: SECOND_NS,
    description: 'Snapshots that take longer are counted.',
  }),
  idleStrategy: Option.object<IdleStrategy>({
    defaultText: 'made of `idleStrategyName`',
    description: 'How the container waits. In a node that is one loop: `AgentLoop.idleStrategy`.',
  }),
  idleStrategyName: Option.string({
    property: 'aeron.cluster.idle.strategy',
    default: 'backoff',
    description: "How a thread of its own idles, by upstream's words and class names.",
  }),
  terminationHook: Option.object<() => void>({
    description: 'Called when the cluster has told the service to terminate, or has gone.',
  }),
  errorHandler: Option.object<ErrorHandler>({
    description: 'Gets every error of container and service, beside the error log of the mark file.',
  }),
  logger: Option.object<(text: string) => void>({
    description: 'Gets lines about a predecessor that has failed, and errors that the error log has no room for.',
  }),
  archiveContext: Option.object<AeronArchiveOptions>({
    defaultText: '`localControlChannel` and `localControlStreamId` of the archive',
    description: 'How to reach the archive of the member; its channels must be `aeron:ipc`.',
  }),
  aeron: Option.object<Aeron>({
    defaultText: 'a client of its own',
    description:
      'Client to use: made with `useConductorAgentInvoker: true` and `rethrowingErrorHandler` as `subscriberErrorHandler`. It stays open, unless `ownsAeronClient`.',
  }),
  ownsAeronClient: Option.boolean({
    default: false,
    description: 'Whether closing the container closes the given `aeron` too.',
  }),
  platform: Option.object<Platform>({
    defaultText: 'the default platform',
    description: 'The machine: native or simulated.',
  }),
});

/** What a user gives to `ClusteredServiceContainer.launch`. */
export type GivenServiceOptions = GivenOptionsOf<typeof SERVICE_OPTIONS>;

/** The checked options of a container. */
export type ServiceOptions = OptionsOf<typeof SERVICE_OPTIONS>;
