import { AgentInvoker, type CountersReader } from '../agrona/mod.ts';
import { ClientConductor } from './client-conductor.ts';
import type { ConcurrentPublication } from './concurrent-publication.ts';
import { type AeronContext, type AeronOptions, createContext } from './context.ts';
import type { Counter } from './counter.ts';
import { DriverConnection } from './driver-connection.ts';
import { EventLoopRunner } from './event-loop-runner.ts';
import type { ExclusivePublication } from './exclusive-publication.ts';
import type {
  AvailableCounterHandler,
  AvailableImageHandler,
  UnavailableCounterHandler,
  UnavailableImageHandler,
} from './handlers.ts';
import type { Subscription } from './subscription.ts';

const NO_KEY = new Uint8Array(0);

/**
 * A client of one media driver, used by one thread. Upstream: `io.aeron.Aeron`.
 *
 * Resources are added in one of two ways. The plain form (`addPublication`) is a promise, for ordinary
 * programs: it settles when the driver has answered, rejects with a `RegistrationError` when the driver
 * refuses, and with a `DriverTimeoutError` when it does not answer within `driverTimeoutMs`. The pair of forms
 * for agents (`asyncAddPublication`, then `getPublication` until it is there) never waits.
 *
 * When the driver dies, or has given this client up, everything is closed and the `errorHandler` is told.
 */
export class Aeron {
  /** "None", where an id or a position is expected. */
  static readonly NULL_VALUE = -1;

  readonly context: AeronContext;
  /** What the driver knows this client by. */
  readonly clientId: number;
  /** Drives the client when `useConductorAgentInvoker` was asked for: invoke it in every round of your loop. */
  readonly conductorAgentInvoker: AgentInvoker | undefined;
  readonly #conductor: ClientConductor;
  readonly #invoker: AgentInvoker;
  readonly #runner: EventLoopRunner;

  private constructor(context: AeronContext, connection: DriverConnection) {
    this.context = context;
    this.#conductor = new ClientConductor(context, connection);
    this.clientId = this.#conductor.clientId;
    this.#invoker = new AgentInvoker(context.errorHandler, undefined, this.#conductor);
    this.conductorAgentInvoker = context.useConductorAgentInvoker ? this.#invoker : undefined;
    this.#runner = new EventLoopRunner(context.platform, this.#conductor, this.#invoker, {
      onlyWhileAwaited: context.useConductorAgentInvoker,
      driverInvoker: context.driverAgentInvoker,
    });
    this.#conductor.onCommand = () => this.#runner.wake();
    this.#invoker.start();
    this.#runner.wake();
  }

  /**
   * Connects to the media driver of a directory, once there is one.
   * @throws DriverTimeoutError when there is none within `driverTimeoutMs`; AeronError CONFIGURATION,
   *   CNC_VERSION for a driver that does not speak this protocol, CNC_INVALID for a damaged file.
   */
  static async connect(options: AeronOptions = {}): Promise<Aeron> {
    const context = createContext(options);
    return new Aeron(context, await DriverConnection.connect(context));
  }

  /** As `connect`, and blocks the thread until then: for agents in a thread of their own. */
  static connectBlocking(options: AeronOptions = {}): Aeron {
    const context = createContext(options);
    return new Aeron(context, DriverConnection.connectBlocking(context));
  }

  get isClosed(): boolean {
    return this.#conductor.isClosed;
  }

  /** Counters of the driver and all its clients. @throws AeronError CLIENT_CLOSED */
  get countersReader(): CountersReader {
    this.#conductor.ensureActive();
    return this.#conductor.countersReader;
  }

  /** A number that no other client of the driver gets. @throws AeronError CLIENT_CLOSED */
  nextCorrelationId(): number {
    return this.#conductor.nextCorrelationId();
  }

  /** A session id that no publication of the stream on this driver has. */
  async nextSessionId(streamId: number): Promise<number> {
    const correlationId = this.asyncNextSessionId(streamId);
    await this.#conductor.awaitCommand(correlationId);
    return this.getNextSessionId(correlationId)!;
  }

  asyncNextSessionId(streamId: number): number {
    return this.#conductor.asyncNextSessionId(streamId);
  }

  /** The answer, once; undefined while it is not there. @throws RegistrationError */
  getNextSessionId(correlationId: number): number | undefined {
    return this.#conductor.getNextSessionId(correlationId);
  }

  /** A publication that shares its session and log with others of the same channel and stream. */
  async addPublication(channel: string, streamId: number): Promise<ConcurrentPublication> {
    const registrationId = this.asyncAddPublication(channel, streamId);
    await this.#conductor.awaitCommand(registrationId);
    return this.getPublication(registrationId)!;
  }

  asyncAddPublication(channel: string, streamId: number): number {
    return this.#conductor.asyncAddPublication(channel, streamId);
  }

  /** undefined while it is not there. @throws RegistrationError when the driver has refused it */
  getPublication(registrationId: number): ConcurrentPublication | undefined {
    return this.#conductor.getPublication(registrationId);
  }

  /** A publication with a session and a log of its own. */
  async addExclusivePublication(channel: string, streamId: number): Promise<ExclusivePublication> {
    const registrationId = this.asyncAddExclusivePublication(channel, streamId);
    await this.#conductor.awaitCommand(registrationId);
    return this.getExclusivePublication(registrationId)!;
  }

  asyncAddExclusivePublication(channel: string, streamId: number): number {
    return this.#conductor.asyncAddExclusivePublication(channel, streamId);
  }

  /** undefined while it is not there. @throws RegistrationError when the driver has refused it */
  getExclusivePublication(registrationId: number): ExclusivePublication | undefined {
    return this.#conductor.getExclusivePublication(registrationId);
  }

  /** Closes the publication of either kind, also one that is still being added. */
  asyncRemovePublication(registrationId: number): void {
    this.#conductor.asyncRemovePublication(registrationId);
  }

  /** The handlers replace those of the client's options. */
  async addSubscription(
    channel: string,
    streamId: number,
    availableImageHandler?: AvailableImageHandler,
    unavailableImageHandler?: UnavailableImageHandler,
  ): Promise<Subscription> {
    const registrationId = this.asyncAddSubscription(channel, streamId, availableImageHandler, unavailableImageHandler);
    await this.#conductor.awaitCommand(registrationId);
    return this.getSubscription(registrationId)!;
  }

  asyncAddSubscription(
    channel: string,
    streamId: number,
    availableImageHandler?: AvailableImageHandler,
    unavailableImageHandler?: UnavailableImageHandler,
  ): number {
    return this.#conductor.asyncAddSubscription(channel, streamId, availableImageHandler, unavailableImageHandler);
  }

  /** undefined while it is not there. @throws RegistrationError when the driver has refused it */
  getSubscription(registrationId: number): Subscription | undefined {
    return this.#conductor.getSubscription(registrationId);
  }

  /** Closes the subscription, also one that is still being added. */
  asyncRemoveSubscription(registrationId: number): void {
    this.#conductor.asyncRemoveSubscription(registrationId);
  }

  /** `typeId` tells what the counter is about: 1000 and above are free for applications. The key has up to 112 bytes. */
  async addCounter(typeId: number, label: string, key: Uint8Array = NO_KEY): Promise<Counter> {
    const correlationId = this.asyncAddCounter(typeId, label, key);
    await this.#conductor.awaitCommand(correlationId);
    return this.getCounter(correlationId)!;
  }

  asyncAddCounter(typeId: number, label: string, key: Uint8Array = NO_KEY): number {
    return this.#conductor.asyncAddCounter(typeId, key, label);
  }

  /** A counter that outlives this client: the one that was added before with this type and registration id, or a new one. */
  async addStaticCounter(
    typeId: number,
    label: string,
    registrationId: bigint,
    key: Uint8Array = NO_KEY,
  ): Promise<Counter> {
    const correlationId = this.asyncAddStaticCounter(typeId, label, registrationId, key);
    await this.#conductor.awaitCommand(correlationId);
    return this.getCounter(correlationId)!;
  }

  asyncAddStaticCounter(typeId: number, label: string, registrationId: bigint, key: Uint8Array = NO_KEY): number {
    return this.#conductor.asyncAddStaticCounter(typeId, key, label, registrationId);
  }

  /** By the id that the async form returned; undefined while it is not there. @throws RegistrationError */
  getCounter(correlationId: number): Counter | undefined {
    return this.#conductor.getCounter(correlationId);
  }

  /** Closes the counter, also one that is still being added. */
  asyncRemoveCounter(correlationId: number): void {
    this.#conductor.asyncRemoveCounter(correlationId);
  }

  /** Whether the driver has still to answer the command. */
  isCommandActive(correlationId: number): boolean {
    return this.#conductor.isCommandActive(correlationId);
  }

  /** Whether the driver has still to answer any command. */
  get hasActiveCommands(): boolean {
    return this.#conductor.pending.hasActive;
  }

  /** The number that takes the handler away again. */
  addAvailableCounterHandler(handler: AvailableCounterHandler): number {
    return this.#addHandler(this.#conductor.availableCounterHandlers, handler);
  }

  /** Whether it was there. */
  removeAvailableCounterHandler(registrationId: number): boolean {
    return this.#conductor.availableCounterHandlers.delete(registrationId);
  }

  addUnavailableCounterHandler(handler: UnavailableCounterHandler): number {
    return this.#addHandler(this.#conductor.unavailableCounterHandlers, handler);
  }

  removeUnavailableCounterHandler(registrationId: number): boolean {
    return this.#conductor.unavailableCounterHandlers.delete(registrationId);
  }

  /** Called once, when the client closes for whatever reason; its resources are closed by then. */
  addCloseHandler(handler: () => void): number {
    return this.#addHandler(this.#conductor.closeHandlers, handler);
  }

  removeCloseHandler(registrationId: number): boolean {
    return this.#conductor.closeHandlers.delete(registrationId);
  }

  /** Closes everything that was added. Further use of it is harmless and gets nothing done. */
  close(): void {
    this.#runner.stop();
    this.#invoker.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #addHandler<H>(handlers: Map<number, H>, handler: H): number {
    const registrationId = this.nextCorrelationId();
    handlers.set(registrationId, handler);
    return registrationId;
  }
}
