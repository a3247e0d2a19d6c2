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
  rethrowingErrorHandler,
} from '../../agrona/mod.ts';
import type { Aeron, AeronOptions } from '../../client/mod.ts';
import { defaultPlatform, type Platform } from '../../platform/mod.ts';
import { ChannelUri } from '../../protocol/mod.ts';
import type { ControlledEgressListener, EgressListener } from './egress-listener.ts';
import { parseIngressEndpoints } from './ingress-endpoints.ts';

const SECOND_NS = 1_000_000_000;
const MAX_CLIENT_NAME_LENGTH = 100;

/** The options of a cluster client. Upstream: `io.aeron.cluster.client.AeronCluster.Context`. */
export const AERON_CLUSTER_OPTIONS = defineOptions({
  messageTimeoutNs: Option.duration({
    property: 'aeron.cluster.message.timeout',
    default: 5 * SECOND_NS,
    min: 1,
    description:
      'How long a session may take to come about, and, after a new leader was announced, how long it may take to reach it.',
  }),
  newLeaderTimeoutNs: Option.duration({
    min: 1,
    defaultText: "twice the cluster's leader heartbeat timeout, as it reports it; 20 s for clusters that do not",
    description: 'How long the client waits for a new leader after it has lost the old one, before it closes.',
  }),
  ingressEndpoints: Option.string({
    property: 'aeron.cluster.ingress.endpoints',
    description:
      "Ingress endpoints of the members, '0=host:port,1=host:port,...': each becomes the endpoint of `ingressChannel`. " +
      'Not for multicast or IPC ingress. A redirect replaces them by those that the cluster knows.',
    check: complaintOfEndpoints,
  }),
  ingressChannel: Option.string({
    property: 'aeron.cluster.ingress.channel',
    description: "Channel to the cluster: 'aeron:udp' with `ingressEndpoints`, a multicast address, or 'aeron:ipc'.",
  }),
  ingressStreamId: Option.int({
    property: 'aeron.cluster.ingress.stream.id',
    default: 101,
    description: 'Stream of the ingress; as in the cluster.',
  }),
  egressChannel: Option.string({
    property: 'aeron.cluster.egress.channel',
    description:
      'Channel that the cluster answers on, with an address that its members can reach; port 0 lets the system choose. ' +
      "A multicast address lets clients see each other's egress.",
  }),
  egressStreamId: Option.int({
    property: 'aeron.cluster.egress.stream.id',
    default: 102,
    description: 'Stream of the egress.',
  }),
  clientName: Option.string({
    property: 'aeron.cluster.client.name',
    default: '',
    description: "Name of this client in the cluster's logs and counters.",
    check: (name) =>
      name.length > MAX_CLIENT_NAME_LENGTH
        ? `has ${name.length} characters of at most ${MAX_CLIENT_NAME_LENGTH}`
        : undefined,
  }),
  isIngressExclusive: Option.boolean({
    default: true,
    description: 'Whether the ingress publication is exclusive: faster, and not shared with others here.',
  }),
  aeronDirectoryName: Option.string({
    property: 'aeron.dir',
    defaultText: 'as for `Aeron.connect`',
    description: 'Directory of the media driver to connect to, unless `aeron` is given.',
  }),
  aeron: Option.object<Aeron>({
    defaultText: 'one of its own',
    description: 'Aeron client to use. It is not closed with the cluster client, unless `ownsAeronClient`.',
  }),
  ownsAeronClient: Option.boolean({
    default: false,
    description: 'Whether `aeron` is closed together with the cluster client.',
  }),
  agentInvoker: Option.object<AgentInvoker>({
    description: 'Invoked while the client connects, as the invoker of an embedded driver.',
  }),
  idleStrategy: Option.object<IdleStrategy>({
    defaultText: 'backs off to 1 us',
    description: 'How the thread idles between attempts to send, and in `connectBlocking`.',
  }),
  credentialsSupplier: Option.object<CredentialsSupplier>({
    defaultText: 'no credentials',
    description: 'What the client proves who it is with.',
  }),
  egressListener: Option.object<EgressListener>({
    defaultText: 'none: `pollEgress` fails at a message',
    description: 'Gets what `pollEgress` finds.',
  }),
  controlledEgressListener: Option.object<ControlledEgressListener>({
    defaultText: 'none: `controlledPollEgress` fails at a message',
    description: 'Gets what `controlledPollEgress` finds.',
  }),
  errorHandler: Option.object<ErrorHandler>({
    defaultText: 'as for `Aeron.connect`',
    description: 'Of the Aeron client that this client makes for itself.',
  }),
  platform: Option.object<Platform>({
    defaultText: 'that of `aeron`, or the default platform',
    description: 'The machine: native or simulated.',
  }),
});

/** What a user gives to `AeronCluster.connect`. */
export type AeronClusterOptions = GivenOptionsOf<typeof AERON_CLUSTER_OPTIONS>;

/** The options of a cluster client, all settled but for the Aeron client. */
export type AeronClusterContext = OptionsOf<typeof AERON_CLUSTER_OPTIONS> & {
  readonly ingressChannel: string;
  /** Does not rejoin streams that were lost. */
  readonly egressChannel: string;
  readonly idleStrategy: IdleStrategy;
  readonly credentialsSupplier: CredentialsSupplier;
  readonly egressListener: EgressListener;
  readonly controlledEgressListener: ControlledEgressListener;
  readonly platform: Platform;
};

/** @throws AeronError CONFIGURATION, NO_PLATFORM; ControlProtocolError for a channel that cannot be read */
export function createContext(options: AeronClusterOptions): AeronClusterContext {
  const platform = options.platform ?? options.aeron?.context.platform ?? defaultPlatform();
  const resolved = resolveOptions(AERON_CLUSTER_OPTIONS, options, { environment: platform.environment });
  const { ingressChannel, egressChannel, ingressEndpoints } = resolved;
  if (ingressChannel === undefined || ingressChannel === '') {
    throw missing('ingressChannel', 'aeron.cluster.ingress.channel', "'aeron:udp' with ingressEndpoints, for instance");
  }
  if (egressChannel === undefined || egressChannel === '') {
    throw missing('egressChannel', 'aeron.cluster.egress.channel', "'aeron:udp?endpoint=localhost:0', for instance");
  }
  if (ChannelUri.parse(ingressChannel).isIpc && ingressEndpoints !== undefined) {
    throw new AeronError(
      'CONFIGURATION',
      `ingressEndpoints = '${ingressEndpoints}' must not be given with IPC ingress ('${ingressChannel}')`,
    );
  }
  return {
    ...resolved,
    platform,
    ingressChannel,
    egressChannel: withoutRejoin(egressChannel),
    idleStrategy:
      resolved.idleStrategy ??
      new BackoffIdleStrategy(platform, { maxSpins: 1, maxYields: 10, minParkPeriodNs: 1000, maxParkPeriodNs: 1000 }),
    credentialsSupplier: resolved.credentialsSupplier ?? new NullCredentialsSupplier(),
    egressListener: resolved.egressListener ?? { onMessage: () => complain('egressListener') },
    controlledEgressListener: resolved.controlledEgressListener ?? {
      onMessage: () => complain('controlledEgressListener'),
    },
  };
}

/** For the client that a cluster client makes for itself. Errors of listeners come out of the poll. */
export function aeronOptions(context: AeronClusterContext): AeronOptions {
  return {
    platform: context.platform,
    aeronDirectoryName: context.aeronDirectoryName,
    errorHandler: context.errorHandler,
    subscriberErrorHandler: rethrowingErrorHandler,
    clientName: context.clientName === '' ? 'cluster-client' : context.clientName,
  };
}

/** A lost egress stream is not taken up again by itself: the session would not know that something is missing. */
function withoutRejoin(egressChannel: string): string {
  const uri = ChannelUri.parse(egressChannel);
  if (!uri.isUdp) {
    return egressChannel;
  }
  uri.put('rejoin', 'false');
  return uri.toString();
}

function complaintOfEndpoints(endpoints: string): string | undefined {
  try {
    parseIngressEndpoints(endpoints);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function missing(name: string, property: string, example: string): AeronError {
  return new AeronError('CONFIGURATION', `option ${name} must be given: ${example}; also set by ${property}`);
}

function complain(name: string): never {
  throw new AeronError('CONFIGURATION', `a message has come, and there is no ${name} in the options to take it`);
}
