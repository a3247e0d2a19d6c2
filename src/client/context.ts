import {
  AeronError,
  type AgentInvoker,
  defineOptions,
  type ErrorHandler,
  type GivenOptionsOf,
  Option,
  type OptionsOf,
  resolveOptions,
  rethrowingErrorHandler,
} from '../agrona/mod.ts';
import { defaultPlatform, type Platform } from '../platform/mod.ts';
import { CommonContext } from '../protocol/mod.ts';
import type {
  AvailableCounterHandler,
  AvailableImageHandler,
  PublicationErrorFrameHandler,
  UnavailableCounterHandler,
  UnavailableImageHandler,
} from './handlers.ts';

const SECOND_NS = 1_000_000_000;
const MAX_CLIENT_NAME_LENGTH = 100;

/** The options of `Aeron.connect`. Upstream: `Aeron.Context` and `CommonContext`. */
export const AERON_OPTIONS = defineOptions({
  aeronDirectoryName: Option.string({
    property: 'aeron.dir',
    defaultText: '`/dev/shm/aeron-<user>`, or `<temporary directory>/aeron-<user>` where there is no `/dev/shm`',
    description: 'Directory of the media driver to connect to.',
  }),
  driverTimeoutMs: Option.duration({
    property: 'aeron.driver.timeout',
    default: 10_000,
    unit: 'ms',
    description:
      'How long to wait for a driver to come up, to answer a command, and to give a sign of life, before it counts as dead.',
  }),
  keepAliveIntervalNs: Option.duration({
    default: SECOND_NS / 2,
    description:
      "How often the client gives the driver a sign of life; must be below the driver's client liveness timeout.",
  }),
  idleSleepDurationNs: Option.duration({
    property: 'aeron.client.idle.sleep.duration',
    default: 16_000_000,
    max: SECOND_NS,
    description: 'How long the conductor sleeps when it has nothing to do: how late it may see an image come or go.',
  }),
  resourceLingerDurationNs: Option.duration({
    property: 'aeron.client.resource.linger.duration',
    default: 3 * SECOND_NS,
    description: 'How long the log of an image that became unavailable stays mapped.',
  }),
  closeLingerDurationNs: Option.duration({
    property: 'aeron.client.close.linger.duration',
    default: 0,
    description: 'How long all logs stay mapped after the client was closed.',
  }),
  preTouchMappedMemory: Option.boolean({
    property: 'aeron.pre.touch.mapped.memory',
    default: false,
    description: 'Touch every page of a log when it is mapped: a slower start and no page faults later.',
  }),
  clientName: Option.string({
    property: 'aeron.client.name',
    default: '',
    description: 'Name beside the heartbeat counter of the client, for whoever looks at the counters.',
    check: (name) =>
      name.length > MAX_CLIENT_NAME_LENGTH
        ? `has ${name.length} characters of at most ${MAX_CLIENT_NAME_LENGTH}`
        : undefined,
  }),
  useConductorAgentInvoker: Option.boolean({
    default: false,
    description:
      'The caller drives the client with `aeron.conductorAgentInvoker`; otherwise it lives on the event loop of its thread.',
  }),
  driverAgentInvoker: Option.object<AgentInvoker>({
    description:
      'Invoker of an embedded driver, invoked while the client waits for it. Needs `useConductorAgentInvoker`.',
  }),
  platform: Option.object<Platform>({
    defaultText: 'the default platform',
    description: 'The machine: native or simulated.',
  }),
  errorHandler: Option.object<ErrorHandler>({
    defaultText: 'throws on the event loop, which ends an ordinary process',
    description: 'Gets what has no caller to be thrown at, a lost driver among it.',
  }),
  subscriberErrorHandler: Option.object<ErrorHandler>({
    defaultText: 'the `errorHandler` when given; otherwise the error is thrown out of the poll',
    description: 'Gets what fragment handlers throw.',
  }),
  availableImageHandler: Option.object<AvailableImageHandler>({
    description: 'Told of images that come, for subscriptions without a handler of their own.',
  }),
  unavailableImageHandler: Option.object<UnavailableImageHandler>({
    description: 'Told of images that go, for subscriptions without a handler of their own.',
  }),
  availableCounterHandler: Option.object<AvailableCounterHandler>({ description: 'Told of counters that come.' }),
  unavailableCounterHandler: Option.object<UnavailableCounterHandler>({ description: 'Told of counters that go.' }),
  publicationErrorFrameHandler: Option.object<PublicationErrorFrameHandler>({
    description: 'Told when a receiver has rejected a stream of this client.',
  }),
  closeHandler: Option.object<() => void>({ description: 'Called when the client closes, for whatever reason.' }),
});

/** What a user gives to `Aeron.connect`. */
export type AeronOptions = GivenOptionsOf<typeof AERON_OPTIONS>;

type Resolved = OptionsOf<typeof AERON_OPTIONS>;

/** The options of a client, all settled. */
export type AeronContext = Resolved & {
  readonly aeronDirectoryName: string;
  readonly platform: Platform;
  readonly errorHandler: ErrorHandler;
  readonly subscriberErrorHandler: ErrorHandler;
};

/** @throws AeronError CONFIGURATION, NO_PLATFORM */
export function createContext(options: AeronOptions): AeronContext {
  const platform = options.platform ?? defaultPlatform();
  const resolved = resolveOptions(AERON_OPTIONS, options, { environment: platform.environment });
  if (resolved.driverAgentInvoker !== undefined && !resolved.useConductorAgentInvoker) {
    throw new AeronError('CONFIGURATION', '`driverAgentInvoker` needs `useConductorAgentInvoker: true`');
  }
  return {
    ...resolved,
    platform,
    aeronDirectoryName: resolved.aeronDirectoryName ?? CommonContext.defaultAeronDirectoryName(platform.environment),
    errorHandler: resolved.errorHandler ?? ((error) => throwOnEventLoop(platform, error)),
    subscriberErrorHandler: resolved.subscriberErrorHandler ?? resolved.errorHandler ?? rethrowingErrorHandler,
  };
}

function throwOnEventLoop(platform: Platform, error: unknown): void {
  platform.scheduler.soon(() => {
    throw error;
  });
}
