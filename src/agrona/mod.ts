/**
 * # agrona
 *
 * The building blocks under everything: buffers with ordered access, the ring buffer and the broadcast that
 * carry commands and events, counters, the distinct error log, mark files, agents and how they idle, option
 * tables. Byte for byte what Agrona lays out wherever memory or files are shared with others.
 *
 *     producers --write--> ManyToOneRingBuffer --read--> one consumer        (clients -> driver)
 *     one BroadcastTransmitter --transmit--> buffer --receive--> receivers   (driver -> clients)
 *     CountersManager --allocate--> AtomicCounter ... CountersReader         (anybody looks on)
 *     errors --ErrorHandler--> DistinctErrorLog ... ErrorLogReader           (also after a crash)
 *     Agent --driven by--> AgentInvoker (your loop) | AgentRunner (a thread) --between rounds--> IdleStrategy
 *     AgentInvoker ... --several in one thread--> AgentLoop --while one of them waits--> the others
 *
 * In use:
 *
 *     const buffer = AtomicBuffer.allocate(64 * 1024 + RingBufferDescriptor.TRAILER_LENGTH);
 *     const ring = new ManyToOneRingBuffer(buffer);
 *     const message = AtomicBuffer.ofString('hello');
 *     ring.write(7, message, 0, message.capacity);
 *     ring.read((msgTypeId, source, index, length) => source.getStringWithoutLength(index, length));
 *
 *     const counters = new CountersManager(metaData, values, platform.clock, 1_000);
 *     const errors = counters.newCounter('Errors', 0);
 *     const handler = countedErrorHandler(loggingErrorHandler(new DistinctErrorLog(log, platform.clock)), errors);
 *     new AgentRunner(new BackoffIdleStrategy(platform), handler, undefined, agent).run();
 *
 *     const OPTIONS = defineOptions({
 *       mtuLength: Option.size({ property: 'aeron.mtu.length', default: 1408, max: 65504, description: '...' }),
 *     });
 *     const { mtuLength } = resolveOptions(OPTIONS, given, { environment: platform.environment });
 */
export { AeronError } from '../platform/mod.ts';
export { type Agent, AgentTerminationError, CompositeAgent } from './agent.ts';
export { AgentInvoker } from './agent-invoker.ts';
export { AgentLoop } from './agent-loop.ts';
export { AgentRunner } from './agent-runner.ts';
export { AtomicBuffer, toSafeInteger } from './atomic-buffer.ts';
export { AtomicCounter } from './atomic-counter.ts';
export {
  type Authenticator,
  type AuthenticatorSupplier,
  DEFAULT_AUTHENTICATOR,
  type SessionProxy,
} from './authenticator.ts';
export {
  ALLOW_ALL,
  type AuthorisationService,
  type AuthorisationServiceSupplier,
  DENY_ALL,
} from './authorisation-service.ts';
export * as BitUtil from './bit-util.ts';
export * as BroadcastBufferDescriptor from './broadcast-buffer-descriptor.ts';
export { BroadcastReceiver, CopyBroadcastReceiver } from './broadcast-receiver.ts';
export { BroadcastTransmitter } from './broadcast-transmitter.ts';
export { CachedEpochClock, CachedNanoClock, type EpochClock, type NanoClock } from './clocks.ts';
export { ComponentMarkFile, type OpenMarkFile } from './component-mark-file.ts';
export * as CountersDescriptor from './counters-descriptor.ts';
export { type CounterKey, CountersManager } from './counters-manager.ts';
export { CountersReader } from './counters-reader.ts';
export { type CredentialsSupplier, NullCredentialsSupplier } from './credentials-supplier.ts';
export { DistinctErrorLog } from './distinct-error-log.ts';
export { makeDurableDirectories } from './durable-directories.ts';
export { DutyCycleTracker } from './duty-cycle-tracker.ts';
export {
  countedErrorHandler,
  type ErrorHandler,
  loggingErrorHandler,
  rethrowingErrorHandler,
} from './error-handler.ts';
export * as ErrorLogDescriptor from './error-log-descriptor.ts';
export { describeErrorLog, saveExistingErrors } from './error-log-file.ts';
export * as ErrorLogReader from './error-log-reader.ts';
export { formatError } from './format-error.ts';
export {
  BackoffIdleStrategy,
  type BackoffOptions,
  BusySpinIdleStrategy,
  createIdleStrategy,
  IDLE_STRATEGY_WORDS,
  type IdleStrategy,
  NoOpIdleStrategy,
  SleepingIdleStrategy,
  SleepingMillisIdleStrategy,
  SocketWaitIdleStrategy,
  YieldingIdleStrategy,
} from './idle-strategy.ts';
export { dateAndTime, timeOfDay } from './local-time.ts';
export {
  ControlledMessageAction,
  type ControlledMessageHandler,
  INSUFFICIENT_CAPACITY,
  ManyToOneRingBuffer,
  type MessageHandler,
} from './many-to-one-ring-buffer.ts';
export { ACTIVATION_IN_PROGRESS_TIMESTAMP, MarkFile, type MarkFileLayout, type MarkFileOptions } from './mark-file.ts';
export { ensureMarkFileLink, resolveMarkFileDir } from './mark-file-link.ts';
export { acquireFence, releaseFence } from './memory-order.ts';
export * as Option from './option.ts';
export {
  defineOptions,
  findUnknownProperties,
  type GivenOptionsOf,
  type OptionSources,
  type OptionsOf,
  type OptionTable,
  renderOptionTable,
  resolveOptions,
  type UnknownProperty,
} from './option-table.ts';
export { parseProperties } from './properties-file.ts';
export * as RecordDescriptor from './record-descriptor.ts';
export * as RingBufferDescriptor from './ring-buffer-descriptor.ts';
export * as SemanticVersion from './semantic-version.ts';
export { formatDuration, formatSize, parseDuration, parseSize } from './units.ts';
