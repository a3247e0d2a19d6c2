import {
  AeronError,
  type AgentInvoker,
  type AuthenticatorSupplier,
  type AuthorisationServiceSupplier,
  BitUtil,
  defineOptions,
  type ErrorHandler,
  type GivenOptionsOf,
  type IdleStrategy,
  Option,
  type OptionsOf,
} from '../../agrona/mod.ts';
import type { Aeron } from '../../client/mod.ts';
import type { Platform } from '../../platform/mod.ts';
import { ChannelUri, LogBufferDescriptor } from '../../protocol/mod.ts';
import {
  type AeronArchiveOptions,
  CONTROL_STREAM_ID_DEFAULT,
  LOCAL_CONTROL_OPTIONS,
  RECORDING_EVENTS_CHANNEL_DEFAULT,
  RECORDING_EVENTS_STREAM_ID_DEFAULT,
} from '../client/mod.ts';
import { DEFAULT_CATALOG_CAPACITY } from './catalog.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const SECOND = 1_000_000_000;
const INT32_MAX = 2 ** 31 - 1;
const MARK_FILE_HEADER_LENGTH = 8 * KIB;
const { TERM_MIN_LENGTH, TERM_MAX_LENGTH } = LogBufferDescriptor;

/** Who runs the archive: the caller's own loop, or a thread of its own. */
const THREADING_MODES = ['INVOKER', 'SHARED', 'DEDICATED'] as const;

function powerOfTwo(value: number): string | undefined {
  return BitUtil.isPowerOfTwo(value) ? undefined : 'must be a power of two';
}

function syncLevel<P extends string>(property: P, what: string) {
  return Option.int({
    property,
    default: 0,
    min: 0,
    max: 2,
    description:
      `When ${what} is on the device. 0: when the system likes, which a crash of the machine may come before. ` +
      '1: before it is acknowledged. 2: and all that the file system knows of the file, too.',
  });
}

function cycleThreshold(property: string, agent: string) {
  return Option.duration({
    property,
    default: SECOND / 10,
    description: `A duty cycle of ${agent} that takes longer is counted.`,
  });
}

/**
 * All options of an archive. Names, properties and defaults are upstream's (`Archive.Context`,
 * `Archive.Configuration`).
 */
export const ARCHIVE_OPTIONS = defineOptions({
  platform: Option.object<Platform>({
    defaultText: 'the default platform',
    description: 'The machine to run on.',
  }),
  aeronDirectoryName: Option.string({
    property: 'aeron.dir',
    defaultText: 'as for `Aeron.connect`',
    description: 'Directory of the media driver.',
  }),
  aeron: Option.object<Aeron>({
    defaultText: 'one is connected and owned',
    description:
      'The client to use: one with `useConductorAgentInvoker` and a `subscriberErrorHandler` that throws. Stays open.',
  }),
  mediaDriverAgentInvoker: Option.object<AgentInvoker>({
    description: 'Of a driver that runs within the duty cycle of the archive. Needs `threadingMode` INVOKER.',
  }),
  archiveDir: Option.string({
    property: 'aeron.archive.dir',
    default: 'aeron-archive',
    description: 'Directory of catalog and recordings. One archive at a time can use it.',
  }),
  markFileDir: Option.string({
    property: 'aeron.archive.mark.file.dir',
    defaultText: '`archiveDir`',
    description: 'Directory of the mark file, which is written every second: one in memory spares the disk.',
  }),
  deleteArchiveOnStart: Option.boolean({
    property: 'aeron.archive.dir.delete.on.start',
    default: false,
    description: 'Delete all that is in `archiveDir`, all recordings with it, when the archive starts.',
  }),
  archiveId: Option.bigint({
    property: 'aeron.archive.id',
    default: -1n,
    defaultText: '-1: a number that no other archive on the driver has',
    description: 'Tells archives on one driver apart, in counters and for clients.',
  }),

  controlChannelEnabled: Option.boolean({
    property: 'aeron.archive.control.channel.enabled',
    default: true,
    description: 'Take requests over the network; false leaves `localControlChannel` alone.',
  }),
  controlChannel: Option.string({
    property: 'aeron.archive.control.channel',
    description:
      'Where requests come from other machines: a UDP channel. Must be set unless `controlChannelEnabled` is false.',
  }),
  controlStreamId: Option.int({
    property: 'aeron.archive.control.stream.id',
    default: CONTROL_STREAM_ID_DEFAULT,
    description: 'Stream of these requests.',
  }),
  ...LOCAL_CONTROL_OPTIONS,
  controlTermBufferSparse: Option.boolean({
    property: 'aeron.archive.control.term.buffer.sparse',
    default: true,
    description: 'Logs of control streams take space as they are used, for responses where the client does not say.',
  }),
  controlTermBufferLength: Option.size({
    property: 'aeron.archive.control.term.buffer.length',
    default: 64 * KIB,
    min: TERM_MIN_LENGTH,
    max: TERM_MAX_LENGTH,
    check: powerOfTwo,
    description: 'Term length of response streams, where the client does not say.',
  }),
  controlMtuLength: Option.size({
    property: 'aeron.archive.control.mtu.length',
    default: 1408,
    min: 32,
    max: 65504,
    check: (value) => (value % 32 === 0 ? undefined : 'must be a multiple of 32'),
    description: 'MTU of response streams, where the client does not say.',
  }),
  recordingEventsEnabled: Option.boolean({
    property: 'aeron.archive.recording.events.enabled',
    default: false,
    description: 'Tell of the start, progress and stop of recordings on `recordingEventsChannel`.',
  }),
  recordingEventsChannel: Option.string({
    property: 'aeron.archive.recording.events.channel',
    default: RECORDING_EVENTS_CHANNEL_DEFAULT,
    description: 'Where these events go.',
  }),
  recordingEventsStreamId: Option.int({
    property: 'aeron.archive.recording.events.stream.id',
    default: RECORDING_EVENTS_STREAM_ID_DEFAULT,
    description: 'Stream of these events.',
  }),
  replicationChannel: Option.string({
    property: 'aeron.archive.replication.channel',
    description:
      'Where other archives replay to when this one copies from them, unless the request says: `aeron:udp?endpoint=<own host>:0`. Must be set.',
  }),
  archiveClientContext: Option.object<AeronArchiveOptions>({
    defaultText: 'answers come to the host of `controlChannel`, any port',
    description: 'How other archives are spoken to when this one copies from them.',
  }),

  segmentFileLength: Option.size({
    property: 'aeron.archive.segment.file.length',
    default: 128 * MIB,
    min: TERM_MIN_LENGTH,
    max: TERM_MAX_LENGTH,
    check: powerOfTwo,
    description:
      'Length of the files of a recording; that of a term when that is longer. What is deleted is whole files.',
  }),
  fileSyncLevel: syncLevel('aeron.archive.file.sync.level', 'recorded data'),
  catalogFileSyncLevel: syncLevel('aeron.archive.catalog.file.sync.level', 'a change of the catalog'),
  catalogCapacity: Option.size({
    property: 'aeron.archive.catalog.capacity',
    default: DEFAULT_CATALOG_CAPACITY,
    min: 32,
    max: INT32_MAX,
    description: 'Length that the catalog starts with; it grows.',
  }),
  fileIoMaxLength: Option.size({
    property: 'aeron.archive.file.io.max.length',
    default: MIB,
    min: TERM_MIN_LENGTH,
    max: TERM_MAX_LENGTH,
    check: powerOfTwo,
    description: 'Most that is read from or written to a file at once. Less lets others have their turn sooner.',
  }),
  recordChecksum: Option.string({
    property: 'aeron.archive.record.checksum',
    defaultText: 'none',
    description: 'Checksum that each recorded frame gets in place of its session id: CRC-32 or CRC-32C.',
  }),
  replayChecksum: Option.string({
    property: 'aeron.archive.replay.checksum',
    defaultText: 'none',
    description: 'Checksum that each replayed frame must have: the one that it was recorded with.',
  }),
  lowStorageSpaceThreshold: Option.size({
    property: 'aeron.archive.low.storage.space.threshold',
    default: 128 * MIB,
    description: 'No recording starts with less space left on the file system.',
  }),
  maxConcurrentRecordings: Option.int({
    property: 'aeron.archive.max.concurrent.recordings',
    default: 20,
    min: 0,
    description:
      'Requests for more are refused. All publishers of a stream that is recorded count, but none of them is turned away.',
  }),
  maxConcurrentReplays: Option.int({
    property: 'aeron.archive.max.concurrent.replays',
    default: 20,
    min: 0,
    description: 'More are refused.',
  }),

  connectTimeoutNs: Option.duration({
    property: 'aeron.archive.connect.timeout',
    default: 5 * SECOND,
    description:
      'A client that does not connect, or takes no answers, and a replay without a reader, is given up after so long.',
  }),
  sessionLivenessCheckIntervalNs: Option.duration({
    property: 'aeron.archive.session.liveness.check.interval',
    default: SECOND,
    description: 'How often clients are pinged, to find out which are gone.',
  }),
  replayLingerTimeoutNs: Option.duration({
    property: 'aeron.archive.replay.linger.timeout',
    default: 5 * SECOND,
    description: 'How long a replay that is at its end stays, for its reader to ask again for what he lost.',
  }),
  conductorCycleThresholdNs: cycleThreshold('aeron.archive.conductor.cycle.threshold', 'the archive'),
  recorderCycleThresholdNs: cycleThreshold(
    'aeron.archive.recorder.cycle.threshold',
    'the recorder, which has the cycle of the archive,',
  ),
  replayerCycleThresholdNs: cycleThreshold(
    'aeron.archive.replayer.cycle.threshold',
    'the replayer, which has the cycle of the archive,',
  ),

  threadingMode: Option.words(THREADING_MODES, {
    property: 'aeron.archive.threading.mode',
    default: 'SHARED',
    description:
      'Who runs the archive: INVOKER the caller, SHARED one thread. DEDICATED is accepted and runs as SHARED.',
  }),
  idleStrategy: Option.object<IdleStrategy>({
    defaultText: 'as `idleStrategyName` says',
    description: 'How the archive waits: for the driver when it starts, and in its own thread between duty cycles.',
  }),
  idleStrategyName: Option.string({
    property: 'aeron.archive.idle.strategy',
    default: 'backoff',
    description: 'Name of the idle strategy.',
  }),
  recorderIdleStrategyName: Option.string({
    property: 'aeron.archive.recorder.idle.strategy',
    description: "Of upstream's recorder thread; here it has the thread of the archive.",
  }),
  replayerIdleStrategyName: Option.string({
    property: 'aeron.archive.replayer.idle.strategy',
    description: "Of upstream's replayer thread; here it has the thread of the archive.",
  }),
  authenticatorSupplier: Option.object<AuthenticatorSupplier>({
    defaultText: 'lets everybody in',
    description: 'Decides who may connect.',
  }),
  authenticatorSupplierName: Option.words(['io.aeron.security.DefaultAuthenticatorSupplier'], {
    property: 'aeron.archive.authenticator.supplier',
    description: "Upstream's class that lets everybody in; any other is given in code, as `authenticatorSupplier`.",
  }),
  authorisationServiceSupplier: Option.object<AuthorisationServiceSupplier>({
    defaultText: 'as `authorisationServiceName` says',
    description: 'Decides what a client may do.',
  }),
  authorisationServiceName: Option.words(['ALLOW_ALL', 'DENY_ALL'], {
    property: 'aeron.archive.authorisation.service.supplier',
    default: 'ALLOW_ALL',
    description: 'What clients may do; a service that makes a difference is given in code.',
  }),
  errorBufferLength: Option.size({
    property: 'aeron.archive.error.buffer.length',
    default: MIB,
    min: MIB,
    max: INT32_MAX - MARK_FILE_HEADER_LENGTH,
    description: 'Length of the distinct error log in the mark file.',
  }),
  errorHandler: Option.object<ErrorHandler>({
    defaultText: 'none besides the error log',
    description: 'Told of each error that is put into the error log.',
  }),
  logger: Option.object<(text: string) => void>({
    defaultText: 'nobody is told',
    description: 'Told what upstream prints: errors that the full error log has no room for.',
  }),
});

/** What a user gives to `Archive.launch`. */
export type GivenArchiveOptions = GivenOptionsOf<typeof ARCHIVE_OPTIONS>;

/** The options of an archive, all settled. */
export type ArchiveOptions = OptionsOf<typeof ARCHIVE_OPTIONS>;

/** What none of the options can check for itself. @throws AeronError CONFIGURATION */
export function checkArchiveOptions(options: ArchiveOptions): void {
  const complain = (what: string): never => {
    throw new AeronError('CONFIGURATION', what);
  };
  const { catalogFileSyncLevel, controlChannel, controlChannelEnabled, fileSyncLevel, localControlChannel } = options;
  if (catalogFileSyncLevel < fileSyncLevel) {
    complain(`catalogFileSyncLevel ${catalogFileSyncLevel} < fileSyncLevel ${fileSyncLevel}`);
  }
  if (controlChannelEnabled && controlChannel === undefined) {
    complain('controlChannel must be set (AERON_ARCHIVE_CONTROL_CHANNEL), or controlChannelEnabled be false');
  }
  if (controlChannelEnabled && !ChannelUri.parse(controlChannel!).isUdp) {
    complain(`controlChannel must be UDP media: uri=${controlChannel}`);
  }
  if (!ChannelUri.parse(localControlChannel).isIpc) {
    complain(`localControlChannel must be IPC media: uri=${localControlChannel}`);
  }
  if (options.replicationChannel === undefined) {
    complain('replicationChannel must be set (AERON_ARCHIVE_REPLICATION_CHANNEL)');
  }
  if (options.mediaDriverAgentInvoker !== undefined && options.threadingMode !== 'INVOKER') {
    complain('mediaDriverAgentInvoker needs threadingMode INVOKER');
  }
  if (options.aeron !== undefined && options.aeron.conductorAgentInvoker === undefined) {
    complain('aeron must be a client with useConductorAgentInvoker');
  }
  if (!controlChannelEnabled && options.archiveClientContext?.controlResponseChannel === undefined) {
    complain('archiveClientContext.controlResponseChannel must be set when controlChannelEnabled is false');
  }
}

/** How other archives are spoken to. @throws AeronError CONFIGURATION */
export function archiveClientOptions(options: ArchiveOptions, aeron: Aeron, archiveId: bigint): AeronArchiveOptions {
  const { archiveClientContext, controlChannel } = options;
  return {
    clientName: `archive archiveId=${archiveId}`,
    ...archiveClientContext,
    controlResponseChannel: archiveClientContext?.controlResponseChannel ?? responseChannelBeside(controlChannel!),
    aeron,
    ownsAeronClient: false,
  };
}

/** The same host, any port. */
function responseChannelBeside(controlChannel: string): string {
  const endpoint = ChannelUri.parse(controlChannel).get('endpoint');
  const colon = endpoint?.lastIndexOf(':') ?? -1;
  if (colon < 0) {
    throw new AeronError(
      'CONFIGURATION',
      `archiveClientContext.controlResponseChannel must be set: the endpoint of controlChannel, ${endpoint}, is not <host>:<port>`,
    );
  }
  return `aeron:udp?endpoint=${endpoint!.slice(0, colon)}:0`;
}
