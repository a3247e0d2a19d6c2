import {
  AeronError,
  type AgentInvoker,
  BackoffIdleStrategy,
  type CredentialsSupplier,
  defineOptions,
  type ErrorHandler,
  type GivenOptionsOf,
  type IdleStrategy,
  NullCredentialsSupplier,
  Option,
  type OptionsOf,
  resolveOptions,
} from '../../agrona/mod.ts';
import type { Aeron } from '../../client/mod.ts';
import { defaultPlatform, type Platform } from '../../platform/mod.ts';
import { ChannelUri } from '../../protocol/mod.ts';
import type { RecordingSignalConsumer } from './recording-signal.ts';

const SECOND_NS = 1_000_000_000;
const MAX_CLIENT_NAME_LENGTH = 100;

/** Where an archive takes requests from clients on its own machine, unless it is told otherwise. */
export const LOCAL_CONTROL_CHANNEL_DEFAULT = 'aeron:ipc?term-length=64k';
export const CONTROL_STREAM_ID_DEFAULT = 10;
/** Where an archive tells of its recordings' progress, unless it is told otherwise. */
export const RECORDING_EVENTS_CHANNEL_DEFAULT = 'aeron:udp?control-mode=dynamic|control=localhost:8030';
export const RECORDING_EVENTS_STREAM_ID_DEFAULT = 30;

/** The options of `AeronArchive.connect`. Upstream: `AeronArchive.Context` and `AeronArchive.Configuration`. */
export const AERON_ARCHIVE_OPTIONS = defineOptions({
  controlRequestChannel: Option.string({
    property: 'aeron.archive.control.channel',
    description:
      "Where the archive takes requests: its `controlChannel`, or 'aeron:ipc' on the same driver. Must be set.",
  }),
  controlRequestStreamId: Option.int({
    property: 'aeron.archive.control.stream.id',
    default: CONTROL_STREAM_ID_DEFAULT,
    description: 'Stream of the requests.',
  }),
  controlResponseChannel: Option.string({
    property: 'aeron.archive.control.response.channel',
    description:
      "Where the answers come: 'aeron:udp?endpoint=localhost:0' with an address that the archive can reach, 'aeron:udp?control-mode=response|control=<the archive's address>', or 'aeron:ipc'. Must be set.",
  }),
  controlResponseStreamId: Option.int({
    property: 'aeron.archive.control.response.stream.id',
    default: 20,
    description: 'Stream of the answers.',
  }),
  recordingEventsChannel: Option.string({
    property: 'aeron.archive.recording.events.channel',
    description:
      'Where the archive tells of the progress of recordings. Kept for whoever subscribes to it; the client does not.',
  }),
  recordingEventsStreamId: Option.int({
    property: 'aeron.archive.recording.events.stream.id',
    default: RECORDING_EVENTS_STREAM_ID_DEFAULT,
    description: 'Stream of the recording events.',
  }),
  messageTimeoutNs: Option.duration({
    property: 'aeron.archive.message.timeout',
    default: 10 * SECOND_NS,
    min: 1,
    description: 'How long to wait for a connection, for room to send a request, and for its answer.',
  }),
  messageRetryAttempts: Option.int({
    property: 'aeron.archive.message.retry.attempts',
    default: 3,
    min: 1,
    description: 'How often an `ArchiveProxy` offers a request, without waiting in between, before it returns false.',
  }),
  controlTermBufferLength: Option.size({
    property: 'aeron.archive.control.term.buffer.length',
    default: 64 * 1024,
    description:
      'Term length of both control streams, where their channels do not say. An eighth of it is the longest request.',
  }),
  controlTermBufferSparse: Option.boolean({
    property: 'aeron.archive.control.term.buffer.sparse',
    default: true,
    description:
      'Whether the files of the control streams take room only as they are used, where the channels do not say.',
  }),
  controlMtuLength: Option.size({
    property: 'aeron.archive.control.mtu.length',
    default: 1408,
    description: 'MTU of both control streams, where their channels do not say.',
  }),
  clientName: Option.string({
    property: 'aeron.archive.client.name',
    default: '',
    description: 'Name of this client, for whoever looks at the control sessions of the archive.',
    check: (name) =>
      name.length > MAX_CLIENT_NAME_LENGTH
        ? `has ${name.length} characters of at most ${MAX_CLIENT_NAME_LENGTH}`
        : undefined,
  }),
  aeronDirectoryName: Option.string({
    property: 'aeron.dir',
    defaultText: 'as for `Aeron.connect`',
    description: 'Directory of the media driver, when no `aeron` is given.',
  }),
  aeron: Option.object<Aeron>({
    defaultText: 'one is connected and owned',
    description:
      'The client to use. One that is driven by its invoker makes the blocking forms possible; `asyncConnect` needs one.',
  }),
  ownsAeronClient: Option.boolean({
    default: false,
    description: 'Whether closing the archive client closes the given `aeron` too.',
  }),
  credentialsSupplier: Option.object<CredentialsSupplier>({
    defaultText: 'empty credentials',
    description: "What the archive's authenticator is shown.",
  }),
  recordingSignalConsumer: Option.object<RecordingSignalConsumer>({
    description: 'Told of signals that come while answers are polled for.',
  }),
  errorHandler: Option.object<ErrorHandler>({
    description: 'Gets errors that the archive sends and nobody has asked for.',
  }),
  idleStrategy: Option.object<IdleStrategy>({
    defaultText: 'backoff',
    description: 'Asked while the blocking forms wait.',
  }),
  agentInvoker: Option.object<AgentInvoker>({
    description: 'Of an embedded driver or archive in this thread: invoked while the client waits.',
  }),
  platform: Option.object<Platform>({
    defaultText: 'that of `aeron`, or the default platform',
    description: 'The machine: native or simulated.',
  }),
});

/** What a user gives to `AeronArchive.connect`. */
export type AeronArchiveOptions = GivenOptionsOf<typeof AERON_ARCHIVE_OPTIONS>;

/** The options of an archive client, all settled but for its Aeron. */
export type UnconnectedContext = OptionsOf<typeof AERON_ARCHIVE_OPTIONS> & {
  readonly controlRequestChannel: string;
  readonly controlResponseChannel: string;
  readonly credentialsSupplier: CredentialsSupplier;
  readonly idleStrategy: IdleStrategy;
  readonly platform: Platform;
};

/** The options of an archive client, all settled. */
export type AeronArchiveContext = UnconnectedContext & { readonly aeron: Aeron };

/** @throws AeronError CONFIGURATION, NO_PLATFORM; ControlProtocolError INVALID_CHANNEL */
export function createContext(options: AeronArchiveOptions): UnconnectedContext {
  const platform = options.platform ?? options.aeron?.context.platform ?? defaultPlatform();
  const resolved = resolveOptions(AERON_ARCHIVE_OPTIONS, options, { environment: platform.environment });
  const channel = (name: 'controlRequestChannel' | 'controlResponseChannel'): string => {
    const given = resolved[name];
    if (given === undefined) {
      const [variable] = AERON_ARCHIVE_OPTIONS[name].variables;
      throw new AeronError('CONFIGURATION', `option ${name} must be set; also set by ${variable}`);
    }
    return withControlParameters(given, resolved);
  };
  return {
    ...resolved,
    controlRequestChannel: channel('controlRequestChannel'),
    controlResponseChannel: channel('controlResponseChannel'),
    credentialsSupplier: resolved.credentialsSupplier ?? new NullCredentialsSupplier(),
    idleStrategy: resolved.idleStrategy ?? new BackoffIdleStrategy(platform),
    platform,
  };
}

/** Gives everybody in this thread whom the client waits for a turn. Returns what there was to do. */
export function runInvokers(context: AeronArchiveContext): number {
  return (context.aeron.conductorAgentInvoker?.invoke() ?? 0) + (context.agentInvoker?.invoke() ?? 0);
}

function withControlParameters(channel: string, options: OptionsOf<typeof AERON_ARCHIVE_OPTIONS>): string {
  const uri = ChannelUri.parse(channel);
  const defaults: ReadonlyArray<readonly [name: string, value: string]> = [
    ['term-length', String(options.controlTermBufferLength)],
    ['mtu', String(options.controlMtuLength)],
    ['sparse', String(options.controlTermBufferSparse)],
  ];
  for (const [name, value] of defaults) {
    if (!uri.containsKey(name)) {
      uri.put(name, value);
    }
  }
  return uri.toString();
}
