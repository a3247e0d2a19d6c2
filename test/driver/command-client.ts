import assert from 'node:assert/strict';
import {
  AeronError,
  AtomicBuffer,
  BroadcastReceiver,
  CopyBroadcastReceiver,
  CountersReader,
  ErrorLogReader,
  ManyToOneRingBuffer,
} from '../../src/agrona/mod.ts';
import { type GivenDriverOptions, MediaDriver } from '../../src/driver/mod.ts';
import type { Platform } from '../../src/platform/mod.ts';
import { type SimulatedHost, type SimulatedProcess, SimulatedWorld } from '../../src/platform/simulated/mod.ts';
import {
  ClientTimeoutFlyweight,
  CncFile,
  CorrelatedMessageFlyweight,
  CounterMessageFlyweight,
  CounterUpdateFlyweight,
  DestinationMessageFlyweight,
  ErrorResponseFlyweight,
  ControlProtocolEvents as Event,
  ImageBuffersReadyFlyweight,
  ImageMessageFlyweight,
  LogBuffers,
  NextAvailableSessionIdFlyweight,
  OperationSucceededFlyweight,
  PublicationBuffersReadyFlyweight,
  PublicationErrorFrameFlyweight,
  PublicationMessageFlyweight,
  RemoveMessageFlyweight,
  RemovePublicationFlyweight,
  StaticCounterFlyweight,
  SubscriptionMessageFlyweight,
  SubscriptionReadyFlyweight,
  type SystemCounterDescriptor,
} from '../../src/protocol/mod.ts';

export const MS = 1_000_000;
export const SECOND = 1_000 * MS;
export const TERM_LENGTH = 64 * 1024;
export const DIRECTORY = '/dev/shm/aeron';

type Encode<T> = (buffer: AtomicBuffer, offset: number, message: T) => number;
type Decode<T> = (msgTypeId: number, buffer: AtomicBuffer, offset: number, length: number) => T;
/** A message of the driver: its type, and the fields of whichever message it is. */
export type DriverEvent = { readonly type: number } & Readonly<Record<string, unknown>>;

const DECODERS: ReadonlyMap<number, Decode<object>> = new Map<number, Decode<object>>([
  [Event.ON_ERROR, ErrorResponseFlyweight.decode],
  [Event.ON_AVAILABLE_IMAGE, ImageBuffersReadyFlyweight.decode],
  [Event.ON_PUBLICATION_READY, PublicationBuffersReadyFlyweight.decode],
  [Event.ON_EXCLUSIVE_PUBLICATION_READY, PublicationBuffersReadyFlyweight.decode],
  [Event.ON_OPERATION_SUCCESS, OperationSucceededFlyweight.decode],
  [Event.ON_UNAVAILABLE_IMAGE, ImageMessageFlyweight.decode],
  [Event.ON_SUBSCRIPTION_READY, SubscriptionReadyFlyweight.decode],
  [Event.ON_COUNTER_READY, CounterUpdateFlyweight.decode],
  [Event.ON_UNAVAILABLE_COUNTER, CounterUpdateFlyweight.decode],
  [Event.ON_CLIENT_TIMEOUT, ClientTimeoutFlyweight.decode],
  [Event.ON_STATIC_COUNTER, StaticCounterFlyweight.decode],
  [Event.ON_PUBLICATION_ERROR, PublicationErrorFrameFlyweight.decode],
  [Event.ON_NEXT_AVAILABLE_SESSION_ID, NextAvailableSessionIdFlyweight.decode],
]);

/** A driver in a simulated world, where time passes as the test says. */
export class DriverFixture {
  readonly world: SimulatedWorld;
  readonly host: SimulatedHost;
  readonly process: SimulatedProcess;
  readonly driver: MediaDriver;
  readonly logged: string[] = [];
  private readonly clients: CommandClient[] = [];

  constructor(options: GivenDriverOptions = {}, world = new SimulatedWorld({ seed: 7 }), hostName = 'a') {
    this.world = world;
    this.host = world.hosts.get(hostName) ?? world.host(hostName, { addresses: [`10.0.0.${world.hosts.size + 1}`] });
    this.process = this.host.process('driver');
    this.driver = MediaDriver.launch({
      platform: this.process.platform,
      threadingMode: 'INVOKER',
      aeronDirectoryName: DIRECTORY,
      publicationTermBufferLength: TERM_LENGTH,
      ipcTermBufferLength: TERM_LENGTH,
      counterValuesBufferLength: 1024 * 1024,
      termBufferSparseFile: true,
      logger: (text) => this.logged.push(text),
      ...options,
    });
    this.process.run(() => this.driver.sharedAgentInvoker!.invoke());
  }

  get platform(): Platform {
    return this.process.platform;
  }

  client(): CommandClient {
    const client = new CommandClient(this.world, this.host.process('client').platform);
    this.clients.push(client);
    return client;
  }

  passNs(durationNs: number): void {
    this.world.run(durationNs);
  }

  logFiles(): string[] {
    const { files } = this.platform;
    return [...files.list(`${DIRECTORY}/publications`), ...files.list(`${DIRECTORY}/images`)];
  }

  close(): void {
    for (const client of this.clients) {
      client.close();
    }
    this.driver.close();
  }
}

/** What a client's library is to the driver: commands written, events read, a heartbeat kept. */
export class CommandClient {
  readonly world: SimulatedWorld;
  readonly clientId: number;
  readonly counters: CountersReader;
  readonly events: DriverEvent[] = [];
  readonly toDriver: ManyToOneRingBuffer;
  private readonly platform: Platform;
  private readonly cncFile: CncFile;
  private readonly receiver: CopyBroadcastReceiver;
  private readonly buffer = AtomicBuffer.allocate(128 * 1024);
  private readonly logs: LogBuffers[] = [];

  constructor(world: SimulatedWorld, platform: Platform) {
    const cncFile = CncFile.tryMap(platform, DIRECTORY);
    assert(cncFile instanceof CncFile, String(cncFile));
    this.world = world;
    this.platform = platform;
    this.cncFile = cncFile;
    this.toDriver = new ManyToOneRingBuffer(cncFile.toDriverBuffer);
    this.receiver = new CopyBroadcastReceiver(new BroadcastReceiver(cncFile.toClientsBuffer), 128 * 1024);
    this.counters = new CountersReader(cncFile.countersMetaDataBuffer, cncFile.countersValuesBuffer);
    this.clientId = this.toDriver.nextCorrelationId();
  }

  close(): void {
    for (const log of this.logs) {
      log.close();
    }
    this.cncFile.close();
  }

  // ---- commands: each returns its correlation id ----

  addPublication(channel: string, streamId = 1001): number {
    return this.command(Event.ADD_PUBLICATION, PublicationMessageFlyweight.encode, { channel, streamId });
  }

  addExclusivePublication(channel: string, streamId = 1001): number {
    return this.command(Event.ADD_EXCLUSIVE_PUBLICATION, PublicationMessageFlyweight.encode, { channel, streamId });
  }

  addSubscription(channel: string, streamId = 1001): number {
    const message = { channel, streamId, registrationCorrelationId: -1 };
    return this.command(Event.ADD_SUBSCRIPTION, SubscriptionMessageFlyweight.encode, message);
  }

  removePublication(registrationId: number, revoke = false): number {
    return this.command(Event.REMOVE_PUBLICATION, RemovePublicationFlyweight.encode, { registrationId, revoke });
  }

  removeSubscription(registrationId: number): number {
    return this.command(Event.REMOVE_SUBSCRIPTION, RemoveMessageFlyweight.encode, { registrationId });
  }

  addCounter(typeId: number, label: string, key = new Uint8Array(0)): number {
    return this.command(Event.ADD_COUNTER, CounterMessageFlyweight.encode, { typeId, label, key });
  }

  removeCounter(registrationId: number): number {
    return this.command(Event.REMOVE_COUNTER, RemoveMessageFlyweight.encode, { registrationId });
  }

  destination(msgTypeId: number, registrationCorrelationId: number, channel: string): number {
    return this.command(msgTypeId, DestinationMessageFlyweight.encode, { registrationCorrelationId, channel });
  }

  closeClient(): number {
    return this.command(Event.CLIENT_CLOSE, CorrelatedMessageFlyweight.encode, {});
  }

  command<T extends { clientId: number; correlationId: number }>(
    msgTypeId: number,
    encode: Encode<T>,
    message: Omit<T, 'clientId' | 'correlationId'>,
  ): number {
    const correlationId = this.toDriver.nextCorrelationId();
    const length = encode(this.buffer, 0, { ...message, clientId: this.clientId, correlationId } as T);
    this.raw(msgTypeId, this.buffer, length);
    return correlationId;
  }

  /** Any bytes as a command. */
  raw(msgTypeId: number, bytes: AtomicBuffer | Uint8Array, length: number): void {
    this.world.runUntil(() => this.toDriver.write(msgTypeId, bytes, 0, length), SECOND);
  }

  // ---- events ----

  /** Reads what the driver has said so far. */
  poll(): readonly DriverEvent[] {
    const handler = (type: number, buffer: AtomicBuffer, index: number, length: number) => {
      this.events.push({ type, ...DECODERS.get(type)?.(type, buffer, index, length) });
    };
    while (this.receiver.receive(handler) > 0) {
      // All of them.
    }
    return this.events;
  }

  /** The first event of a type for which the fields are as given, once it is there. */
  await(type: number, fields: Readonly<Record<string, unknown>> = {}, timeoutNs = SECOND): DriverEvent {
    const find = () =>
      this.poll().find(
        (event) => event.type === type && Object.entries(fields).every(([name, value]) => event[name] === value),
      );
    this.world.runUntil(() => find() !== undefined, timeoutNs);
    const event = find();
    assert(event !== undefined, `no event ${type} ${JSON.stringify(fields)} among ${describe(this.events)}`);
    return event;
  }

  /** The answer to a command: whichever event has its correlation id. */
  answer(correlationId: number): DriverEvent {
    const find = () =>
      this.poll().find(
        (event) => event.correlationId === correlationId || event.offendingCommandCorrelationId === correlationId,
      );
    this.world.runUntil(() => find() !== undefined, SECOND);
    const event = find();
    assert(event !== undefined, `no answer to ${correlationId} among ${describe(this.events)}`);
    return event;
  }

  /** The error that a command was refused with. */
  refusal(correlationId: number): { errorCode: number; errorMessage: string } {
    const event = this.answer(correlationId);
    assert.equal(event.type, Event.ON_ERROR, describe([event]));
    return event as unknown as { errorCode: number; errorMessage: string };
  }

  sawNothing(type: number, fields: Readonly<Record<string, unknown>> = {}): boolean {
    return !this.poll().some(
      (event) => event.type === type && Object.entries(fields).every(([name, value]) => event[name] === value),
    );
  }

  // ---- shared memory ----

  mapLog(event: DriverEvent): LogBuffers {
    const log = new LogBuffers(this.platform, event.logFileName as string);
    this.logs.push(log);
    return log;
  }

  counter(counterId: unknown): number {
    return this.counters.getCounterValue(counterId as number);
  }

  setCounter(counterId: unknown, value: number): void {
    this.cncFile.countersValuesBuffer.putInt64Release((counterId as number) * 128, value);
  }

  /** Writes its heartbeat, as a living client does that the driver knows. */
  keepAlive(): void {
    const counterId = this.counters.findByTypeIdAndRegistrationId(11, this.clientId);
    if (counterId >= 0) {
      this.setCounter(counterId, this.platform.clock.epochTimeMs());
    }
  }

  /** Lets time pass with the client alive. */
  liveFor(durationNs: number): void {
    for (let passedNs = 0; passedNs < durationNs; passedNs += SECOND) {
      this.keepAlive();
      this.world.run(Math.min(SECOND, durationNs - passedNs));
    }
  }

  systemCounter(descriptor: SystemCounterDescriptor): number {
    return this.counter(descriptor);
  }

  labels(): string[] {
    const labels: string[] = [];
    this.counters.forEach((_value, _counterId, label) => {
      labels.push(label);
    });
    return labels;
  }

  errorsLogged(): string[] {
    const errors: string[] = [];
    ErrorLogReader.read(this.cncFile.errorLogBuffer, (count, _first, _last, error) => {
      errors.push(`${count}x ${error.split('\n')[0]}`);
    });
    return errors;
  }
}

function describe(events: readonly DriverEvent[]): string {
  return JSON.stringify(events, (_key, value) => (typeof value === 'bigint' ? `${value}n` : value));
}

export function assertCode(error: unknown, code: string): boolean {
  assert(AeronError.is(error), String(error));
  assert.equal(error.code, code, error.message);
  return true;
}

export { Event };
