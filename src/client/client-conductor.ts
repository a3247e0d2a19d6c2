import {
  AeronError,
  type Agent,
  AgentTerminationError,
  CountersDescriptor,
  CountersReader,
  formatDuration,
} from '../agrona/mod.ts';
import type { Platform } from '../platform/mod.ts';
import {
  AeronCounters,
  ChannelEndpointStatus,
  ErrorCode,
  type ErrorResponse,
  type ImageBuffersReady,
  type LogBuffers,
  type PublicationBuffersReady,
  type PublicationErrorFrame,
  SystemCounterDescriptor,
} from '../protocol/mod.ts';
import { ClientLiveness } from './client-liveness.ts';
import { ConcurrentPublication } from './concurrent-publication.ts';
import type { AeronContext } from './context.ts';
import { Counter } from './counter.ts';
import type { DriverConnection } from './driver-connection.ts';
import { DriverEventsAdapter, type DriverEventsListener } from './driver-events-adapter.ts';
import { DriverProxy } from './driver-proxy.ts';
import { ChannelEndpointError, ClientTimeoutError, ConductorServiceTimeoutError, RegistrationError } from './errors.ts';
import { ExclusivePublication } from './exclusive-publication.ts';
import type {
  AvailableCounterHandler,
  AvailableImageHandler,
  UnavailableCounterHandler,
  UnavailableImageHandler,
} from './handlers.ts';
import { Image } from './image.ts';
import { LogRegistry } from './log-registry.ts';
import { PendingCommands } from './pending-commands.ts';
import type { Publication, PublicationParameters } from './publication.ts';
import { Subscription } from './subscription.ts';

type Resource = ConcurrentPublication | ExclusivePublication | Subscription | Counter;

/** What the user closed lingers for this long; what was taken from him, for `resourceLingerDurationNs`. */
const EXPLICIT_CLOSE_LINGER_NS = 1_000_000_000;
/** From this version of the control protocol on, drivers hand out session ids. */
const VERSION_WITH_NEXT_AVAILABLE_SESSION_ID = 0x010000;

/**
 * The client's agent: sends commands, follows what the driver says, keeps the client alive in the driver's
 * eyes, and watches that the driver is.
 */
export class ClientConductor implements Agent, DriverEventsListener {
  readonly roleName = 'aeron-client';
  readonly clientId: number;
  readonly countersReader: CountersReader;
  readonly pending = new PendingCommands();
  readonly availableCounterHandlers = new Map<number, AvailableCounterHandler>();
  readonly unavailableCounterHandlers = new Map<number, UnavailableCounterHandler>();
  readonly closeHandlers = new Map<number, () => void>();
  /** Called when a command was sent, so that a sleeping event loop looks for the answer. */
  onCommand: () => void = () => {};

  readonly #context: AeronContext;
  /** What the client runs on. */
  readonly platform: Platform;
  readonly #connection: DriverConnection;
  readonly #driver: DriverProxy;
  readonly #events: DriverEventsAdapter;
  readonly #liveness: ClientLiveness;
  readonly #logs: LogRegistry;
  readonly #driverTimeoutNs: number;
  readonly #controlProtocolVersion: number;
  readonly #resources = new Map<number, Resource>();
  readonly #pendingSubscriptions = new Map<number, Subscription>();
  /** Channels of publications that the driver has not answered for. */
  readonly #channels = new Map<number, string>();
  readonly #sessionIds = new Map<number, number>();
  #timeOfLastServiceNs: number;
  #isServicing = false;
  #isTerminating = false;
  #isClosed = false;
  /** Why it terminates, for those who still wait for an answer. */
  #cause: unknown;

  constructor(context: AeronContext, connection: DriverConnection) {
    this.#context = context;
    this.platform = context.platform;
    this.#connection = connection;
    this.clientId = connection.toDriver.nextCorrelationId();
    this.#driver = new DriverProxy(connection.toDriver, this.clientId);
    this.#events = new DriverEventsAdapter(connection.fromDriver, this, (error) => this.#handleError(error));
    this.#logs = new LogRegistry(context.platform, context.preTouchMappedMemory);
    this.#driverTimeoutNs = context.driverTimeoutMs * 1_000_000;
    this.countersReader = new CountersReader(connection.countersMetaData, connection.countersValues);
    this.#liveness = new ClientLiveness(context, connection, this.countersReader, this.clientId);
    this.#controlProtocolVersion = this.#readControlProtocolVersion();
    const { availableCounterHandler, unavailableCounterHandler, closeHandler } = context;
    if (availableCounterHandler !== undefined) {
      this.availableCounterHandlers.set(this.#driver.nextCorrelationId(), availableCounterHandler);
    }
    if (unavailableCounterHandler !== undefined) {
      this.unavailableCounterHandlers.set(this.#driver.nextCorrelationId(), unavailableCounterHandler);
    }
    if (closeHandler !== undefined) {
      this.closeHandlers.set(this.#driver.nextCorrelationId(), closeHandler);
    }
    this.#timeOfLastServiceNs = this.platform.clock.nanoTime();
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Sleeps no longer than this between two rounds while nothing is awaited, in milliseconds. */
  get idleSleepMs(): number {
    return this.#context.idleSleepDurationNs / 1_000_000;
  }

  doWork(): number {
    if (this.#isTerminating) {
      throw new AgentTerminationError('the Aeron client terminates', { isExpected: true });
    }
    return this.#service();
  }

  onClose(): void {
    if (this.#isClosed) {
      return;
    }
    this.#isTerminating = true;
    this.#closeResources();
    this.pending.failAll(this.#cause ?? new AeronError('CLIENT_CLOSED', 'the Aeron client was closed'));
    this.#notify(this.closeHandlers, (handler) => handler());
    this.#isClosed = true;
    this.#driver.clientClose();
    const unmap = () => {
      this.#logs.close();
      this.#connection.close();
    };
    if (this.#context.closeLingerDurationNs > 0) {
      this.platform.scheduler.after(this.#context.closeLingerDurationNs / 1_000_000, unmap);
    } else {
      unmap();
    }
  }

  /** @throws AeronError CLIENT_CLOSED */
  nextCorrelationId(): number {
    this.ensureActive();
    return this.#driver.nextCorrelationId();
  }

  asyncAddPublication(channel: string, streamId: number): number {
    this.ensureActive();
    const registrationId = this.#driver.addPublication(channel, streamId);
    this.#channels.set(registrationId, channel);
    return this.#sent(registrationId);
  }

  asyncAddExclusivePublication(channel: string, streamId: number): number {
    this.ensureActive();
    const registrationId = this.#driver.addExclusivePublication(channel, streamId);
    this.#channels.set(registrationId, channel);
    return this.#sent(registrationId);
  }

  asyncAddSubscription(
    channel: string,
    streamId: number,
    availableImageHandler: AvailableImageHandler | undefined = this.#context.availableImageHandler,
    unavailableImageHandler: UnavailableImageHandler | undefined = this.#context.unavailableImageHandler,
  ): number {
    this.ensureActive();
    const registrationId = this.#driver.addSubscription(channel, streamId);
    this.#pendingSubscriptions.set(
      registrationId,
      new Subscription(this, channel, streamId, registrationId, availableImageHandler, unavailableImageHandler),
    );
    return this.#sent(registrationId);
  }

  asyncAddCounter(typeId: number, key: Uint8Array, label: string): number {
    this.ensureActive();
    checkCounter(key, label);
    return this.#sent(this.#driver.addCounter(typeId, key, label));
  }

  asyncAddStaticCounter(typeId: number, key: Uint8Array, label: string, registrationId: bigint): number {
    this.ensureActive();
    checkCounter(key, label);
    return this.#sent(this.#driver.addStaticCounter(typeId, key, label, registrationId));
  }

  asyncAddDestination(registrationId: number, endpointChannel: string): number {
    this.ensureActive();
    return this.#sentUnasked(this.#driver.addDestination(registrationId, endpointChannel));
  }

  asyncRemoveDestination(registrationId: number, endpointChannel: string): number {
    this.ensureActive();
    return this.#sentUnasked(this.#driver.removeDestination(registrationId, endpointChannel));
  }

  asyncRemoveDestinationById(registrationId: number, destinationRegistrationId: number): number {
    this.ensureActive();
    return this.#sentUnasked(this.#driver.removeDestinationById(registrationId, destinationRegistrationId));
  }

  asyncAddRcvDestination(registrationId: number, endpointChannel: string): number {
    this.ensureActive();
    return this.#sentUnasked(this.#driver.addRcvDestination(registrationId, endpointChannel));
  }

  asyncRemoveRcvDestination(registrationId: number, endpointChannel: string): number {
    this.ensureActive();
    return this.#sentUnasked(this.#driver.removeRcvDestination(registrationId, endpointChannel));
  }

  asyncRejectImage(imageCorrelationId: number, position: number, reason: string): number {
    this.ensureActive();
    return this.#sent(this.#driver.rejectImage(imageCorrelationId, position, reason));
  }

  /** A driver too old to be asked gives no answer: the id is then a random one, at once. */
  asyncNextSessionId(streamId: number): number {
    this.ensureActive();
    if (this.#controlProtocolVersion >= VERSION_WITH_NEXT_AVAILABLE_SESSION_ID) {
      return this.#sent(this.#driver.nextAvailableSessionId(streamId));
    }
    const correlationId = this.#driver.nextCorrelationId();
    this.#sessionIds.set(correlationId, this.platform.random.nextInt32());
    return correlationId;
  }

  getPublication(registrationId: number): ConcurrentPublication | undefined {
    const resource = this.#find(registrationId);
    return resource instanceof ConcurrentPublication ? resource : undefined;
  }

  getExclusivePublication(registrationId: number): ExclusivePublication | undefined {
    const resource = this.#find(registrationId);
    return resource instanceof ExclusivePublication ? resource : undefined;
  }

  getSubscription(registrationId: number): Subscription | undefined {
    const resource = this.#find(registrationId);
    return resource instanceof Subscription ? resource : undefined;
  }

  getCounter(correlationId: number): Counter | undefined {
    const resource = this.#find(correlationId);
    return resource instanceof Counter ? resource : undefined;
  }

  /** The answer, once. */
  getNextSessionId(correlationId: number): number | undefined {
    this.#find(correlationId);
    const sessionId = this.#sessionIds.get(correlationId);
    this.#sessionIds.delete(correlationId);
    return sessionId;
  }

  isCommandActive(correlationId: number): boolean {
    if (this.#isClosed) {
      return false;
    }
    this.ensureActive();
    if (this.pending.isActive(correlationId)) {
      this.#service();
    }
    return this.pending.isActive(correlationId);
  }

  /** Settles as the driver answers; rejects with its RegistrationError, or a DriverTimeoutError without an answer. */
  async awaitCommand(correlationId: number): Promise<void> {
    if (this.pending.isActive(correlationId)) {
      const done = this.pending.wait(correlationId, this.platform.clock.nanoTime() + this.#driverTimeoutNs);
      this.onCommand();
      await done;
    }
  }

  removePublication(publication: Publication): void {
    if (this.#isTerminating) {
      return;
    }
    this.#resources.delete(publication.registrationId);
    this.#closePublication(publication, EXPLICIT_CLOSE_LINGER_NS);
    this.#sent(this.#driver.removePublication(publication.registrationId, publication.isRevokedOnClose));
  }

  asyncRemovePublication(registrationId: number): void {
    if (this.#isTerminating) {
      return;
    }
    const resource = this.#resources.get(registrationId);
    if (resource instanceof ConcurrentPublication || resource instanceof ExclusivePublication) {
      this.removePublication(resource);
    } else if (resource !== undefined) {
      throw wrongKind(registrationId, 'publication');
    } else if (this.pending.forget(registrationId)) {
      this.#channels.delete(registrationId);
      this.#sent(this.#driver.removePublication(registrationId, false));
    }
  }

  removeSubscription(subscription: Subscription): void {
    if (this.#isTerminating) {
      return;
    }
    this.#resources.delete(subscription.registrationId);
    this.#closeSubscription(subscription, EXPLICIT_CLOSE_LINGER_NS);
    this.#sent(this.#driver.removeSubscription(subscription.registrationId));
  }

  asyncRemoveSubscription(registrationId: number): void {
    if (this.#isTerminating) {
      return;
    }
    const resource = this.#resources.get(registrationId);
    if (resource instanceof Subscription) {
      this.removeSubscription(resource);
    } else if (resource !== undefined) {
      throw wrongKind(registrationId, 'subscription');
    } else if (this.pending.forget(registrationId)) {
      this.#pendingSubscriptions.delete(registrationId);
      this.#sent(this.#driver.removeSubscription(registrationId));
    }
  }

  /** The counter is closed already. */
  removeCounter(counter: Counter): void {
    if (!this.#isTerminating && this.#resources.delete(counter.correlationId) && counter.isClientOwned) {
      this.#sent(this.#driver.removeCounter(counter.correlationId));
    }
  }

  asyncRemoveCounter(correlationId: number): void {
    if (this.#isTerminating) {
      return;
    }
    const resource = this.#resources.get(correlationId);
    if (resource instanceof Counter) {
      resource.close();
    } else if (resource !== undefined) {
      throw wrongKind(correlationId, 'counter');
    } else if (this.pending.forget(correlationId)) {
      this.#sent(this.#driver.removeCounter(correlationId));
    }
  }

  /** A `ChannelEndpointStatus`, of what may have no counter for it. */
  channelStatus(channelStatusId: number): number {
    if (channelStatusId === ChannelEndpointStatus.NO_ID_ALLOCATED) {
      return ChannelEndpointStatus.ACTIVE;
    }
    if (channelStatusId === 0) {
      return ChannelEndpointStatus.INITIALIZING;
    }
    return this.countersReader.getCounterValue(channelStatusId);
  }

  /** @throws AeronError CLIENT_CLOSED */
  ensureActive(): void {
    if (this.#isTerminating) {
      throw new AeronError('CLIENT_CLOSED', `the Aeron client is ${this.#isClosed ? 'closed' : 'closing'}`, {
        cause: this.#cause,
      });
    }
  }

  onError(response: ErrorResponse): void {
    const { offendingCommandCorrelationId: correlationId, errorCode, errorMessage } = response;
    if (errorCode === ErrorCode.CHANNEL_ENDPOINT_ERROR) {
      this.#onChannelEndpointError(correlationId, errorMessage);
    }
    if (!this.pending.isActive(correlationId)) {
      return;
    }
    this.#channels.delete(correlationId);
    this.#pendingSubscriptions.delete(correlationId);
    this.pending.fail(correlationId, new RegistrationError(correlationId, errorCode, errorMessage));
  }

  onNewPublication(ready: PublicationBuffersReady): void {
    this.#onPublicationReady(ready, (parameters) => new ConcurrentPublication(parameters));
  }

  onNewExclusivePublication(ready: PublicationBuffersReady): void {
    this.#onPublicationReady(ready, (parameters) => new ExclusivePublication(parameters));
  }

  onSubscriptionReady(correlationId: number, channelStatusId: number): void {
    const subscription = this.#pendingSubscriptions.get(correlationId);
    if (subscription !== undefined) {
      this.#pendingSubscriptions.delete(correlationId);
      subscription.channelStatusId = channelStatusId;
      this.#resources.set(correlationId, subscription);
      this.pending.complete(correlationId);
    }
  }

  onAvailableImage(ready: ImageBuffersReady): void {
    const subscription = this.#resources.get(ready.subscriptionRegistrationId);
    if (!(subscription instanceof Subscription)) {
      return;
    }
    const logBuffers = this.#map(ready.correlationId, ready.logFileName, subscription.channel);
    const image = new Image({
      subscription,
      sessionId: ready.sessionId,
      correlationId: ready.correlationId,
      sourceIdentity: ready.sourceIdentity,
      subscriberPositionId: ready.subscriberPositionId,
      countersValues: this.#connection.countersValues,
      subscriberPositionOffset: CountersDescriptor.counterOffset(ready.subscriberPositionId),
      logBuffers,
      errorHandler: this.#context.subscriberErrorHandler,
    });
    subscription.addImage(image);
    this.#call(() => subscription.availableImageHandler?.(image));
  }

  onUnavailableImage(correlationId: number, subscriptionRegistrationId: number): void {
    const subscription = this.#resources.get(subscriptionRegistrationId);
    if (!(subscription instanceof Subscription)) {
      return;
    }
    const image = subscription.removeImage(correlationId);
    if (image !== undefined) {
      this.#logs.release(correlationId, this.#context.resourceLingerDurationNs);
      this.#call(() => subscription.unavailableImageHandler?.(image));
    }
  }

  onOperationSuccess(correlationId: number): void {
    this.pending.complete(correlationId);
  }

  onCounterReady(correlationId: number, counterId: number): void {
    if (this.pending.isActive(correlationId)) {
      this.#resources.set(
        correlationId,
        new Counter(this, this.#connection.countersValues, counterId, correlationId, correlationId, true),
      );
      this.pending.complete(correlationId);
    }
    this.#notify(this.availableCounterHandlers, (handler) => handler(this.countersReader, correlationId, counterId));
  }

  onUnavailableCounter(registrationId: number, counterId: number): void {
    this.#notify(this.unavailableCounterHandlers, (handler) => handler(this.countersReader, registrationId, counterId));
  }

  onStaticCounter(correlationId: number, counterId: number): void {
    if (this.pending.isActive(correlationId)) {
      const registrationId = this.countersReader.getCounterRegistrationIdBigInt(counterId);
      this.#resources.set(
        correlationId,
        new Counter(this, this.#connection.countersValues, counterId, correlationId, registrationId, false),
      );
      this.pending.complete(correlationId);
    }
  }

  onClientTimeout(clientId: number): void {
    if (clientId === this.clientId && !this.#isTerminating) {
      this.#terminate(
        new ClientTimeoutError(
          'the driver has timed this client out: it was not driven for longer than aeron.client.liveness.timeout',
        ),
      );
    }
  }

  onPublicationError(errorFrame: PublicationErrorFrame): void {
    const handler = this.#context.publicationErrorFrameHandler;
    const concerned = [...this.#resources.values()].some(
      (resource) =>
        (resource instanceof ConcurrentPublication || resource instanceof ExclusivePublication) &&
        resource.originalRegistrationId === errorFrame.registrationId,
    );
    if (concerned) {
      this.#call(() => handler?.(errorFrame));
    }
  }

  onNextAvailableSessionId(correlationId: number, sessionId: number): void {
    if (this.pending.isActive(correlationId)) {
      this.#sessionIds.set(correlationId, sessionId);
      this.pending.complete(correlationId);
    }
  }

  #sent(correlationId: number): number {
    this.pending.add(correlationId);
    return correlationId;
  }

  /** Of a command that leaves no resource to ask for: its failure goes to the error handler, unless it is awaited. */
  #sentUnasked(correlationId: number): number {
    this.pending.add(correlationId, (error) => this.#handleError(error));
    return correlationId;
  }

  /** A resource that has become ready. @throws RegistrationError when the driver refused it. */
  #find(registrationId: number): Resource | undefined {
    this.ensureActive();
    if (this.pending.isActive(registrationId)) {
      this.#service();
    }
    const failure = this.pending.takeFailure(registrationId);
    if (failure !== undefined) {
      throw failure;
    }
    return this.#resources.get(registrationId);
  }

  #onPublicationReady(
    ready: PublicationBuffersReady,
    create: (parameters: PublicationParameters) => ConcurrentPublication | ExclusivePublication,
  ): void {
    const { correlationId, registrationId } = ready;
    if (!this.pending.isActive(correlationId)) {
      return;
    }
    const channel = this.#channels.get(correlationId)!;
    this.#channels.delete(correlationId);
    try {
      const publication = create({
        conductor: this,
        channel,
        streamId: ready.streamId,
        sessionId: ready.sessionId,
        registrationId: correlationId,
        originalRegistrationId: registrationId,
        positionLimitId: ready.publicationLimitCounterId,
        channelStatusId: ready.channelStatusCounterId,
        countersValues: this.#connection.countersValues,
        positionLimitOffset: CountersDescriptor.counterOffset(ready.publicationLimitCounterId),
        logBuffers: this.#map(registrationId, ready.logFileName, channel),
      });
      this.#resources.set(correlationId, publication);
      this.pending.complete(correlationId);
    } catch (error) {
      this.pending.fail(correlationId, error);
      this.#driver.removePublication(correlationId, false);
    }
  }

  /** `statusIndicatorId` is the channel's; drivers of old versions report in this way. */
  #onChannelEndpointError(statusIndicatorId: number, message: string): void {
    for (const resource of this.#resources.values()) {
      if (!(resource instanceof Counter) && resource.channelStatusId === statusIndicatorId) {
        this.#handleError(new ChannelEndpointError(statusIndicatorId, message));
      }
    }
  }

  #map(registrationId: number, logFileName: string, channel: string): LogBuffers {
    try {
      return this.#logs.acquire(registrationId, logFileName);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new AeronError(
        'LOG_BUFFER_UNAVAILABLE',
        `client ${this.clientId} failed to map the log of registration ${registrationId} on ${channel}: ${why}`,
        { cause },
      );
    }
  }

  #service(): number {
    if (this.#isServicing) {
      return 0;
    }
    this.#isServicing = true;
    try {
      let workCount = this.#checkTimeouts(this.platform.clock.nanoTime());
      if (!this.#isTerminating) {
        workCount += this.#receive();
      }
      return workCount;
    } finally {
      this.#isServicing = false;
    }
  }

  #receive(): number {
    try {
      return this.#events.receive();
    } catch (error) {
      this.#terminate(error);
      return 0;
    }
  }

  #checkTimeouts(nowNs: number): number {
    if (nowNs - this.#timeOfLastServiceNs <= this.#context.idleSleepDurationNs) {
      return 0;
    }
    const { interServiceTimeoutNs } = this.#connection;
    const intervalNs = nowNs - this.#timeOfLastServiceNs;
    if (intervalNs > interServiceTimeoutNs) {
      this.#terminate(
        new ConductorServiceTimeoutError(
          `service interval exceeded: timeout=${formatDuration(interServiceTimeoutNs)}, interval=${intervalNs}ns; ` +
            'drive the client more often, or raise aeron.client.liveness.timeout of the driver',
        ),
      );
      return 1;
    }
    this.#timeOfLastServiceNs = nowNs;
    this.pending.checkDeadlines(
      nowNs,
      () => `no response from the media driver within ${formatDuration(this.#driverTimeoutNs)}`,
    );
    return this.#checkLiveness(nowNs) + this.#logs.checkLingering(nowNs);
  }

  #checkLiveness(nowNs: number): number {
    try {
      return this.#liveness.check(nowNs);
    } catch (error) {
      this.#terminate(error);
      return 1;
    }
  }

  /** Gives everything up; the next round ends the agent. */
  #terminate(cause: unknown): void {
    this.#isTerminating = true;
    this.#cause = cause;
    this.#closeResources();
    this.pending.failAll(cause);
    this.#context.errorHandler(cause);
  }

  #closeResources(): void {
    const resources = [...this.#resources.values()];
    this.#resources.clear();
    this.#pendingSubscriptions.clear();
    this.#channels.clear();
    const lingerNs = this.#context.resourceLingerDurationNs;
    for (const resource of resources) {
      if (resource instanceof Subscription) {
        this.#closeSubscription(resource, lingerNs);
      } else if (resource instanceof Counter) {
        this.#closeCounter(resource);
      } else {
        this.#closePublication(resource, lingerNs);
      }
    }
  }

  #closePublication(publication: Publication, lingerNs: number): void {
    publication.isClosed = true;
    this.#logs.release(publication.originalRegistrationId, lingerNs);
  }

  #closeSubscription(subscription: Subscription, lingerNs: number): void {
    const images = subscription.closeImages();
    for (const image of images) {
      this.#logs.release(image.correlationId, lingerNs);
    }
    for (const image of images) {
      this.#call(() => subscription.unavailableImageHandler?.(image));
    }
  }

  #closeCounter(counter: Counter): void {
    if (counter.isClientOwned) {
      counter.internalClose();
      this.onUnavailableCounter(counter.correlationId, counter.id);
    }
  }

  #notify<H>(handlers: ReadonlyMap<number, H>, call: (handler: H) => unknown): void {
    for (const handler of handlers.values()) {
      this.#call(() => call(handler));
    }
  }

  /** A handler of the user's, which may be an async function. */
  #call(callback: () => unknown): void {
    try {
      const result = callback();
      if (result instanceof Promise) {
        result.catch((error) => this.#handleError(error));
      }
    } catch (error) {
      this.#handleError(error);
    }
  }

  #handleError(error: unknown): void {
    if (!this.#isClosed) {
      this.#context.errorHandler(error);
    }
  }

  #readControlProtocolVersion(): number {
    const id = SystemCounterDescriptor.CONTROL_PROTOCOL_VERSION;
    const counters = this.countersReader;
    const isThere =
      id <= counters.maxCounterId &&
      counters.getCounterState(id) === CountersDescriptor.RECORD_ALLOCATED &&
      counters.getCounterTypeId(id) === AeronCounters.DRIVER_SYSTEM_COUNTER_TYPE_ID &&
      counters.getCounterRegistrationId(id) === id;
    return isThere ? counters.getCounterValue(id) : 0;
  }
}

function checkCounter(key: Uint8Array, label: string): void {
  const { MAX_KEY_LENGTH, MAX_LABEL_LENGTH } = CountersDescriptor;
  if (key.length > MAX_KEY_LENGTH) {
    throw new AeronError('OUT_OF_RANGE', `a counter's key has up to ${MAX_KEY_LENGTH} bytes, not ${key.length}`);
  }
  if (label.length > MAX_LABEL_LENGTH) {
    throw new AeronError('OUT_OF_RANGE', `a counter's label has up to ${MAX_LABEL_LENGTH} bytes, not ${label.length}`);
  }
}

function wrongKind(registrationId: number, kind: string): AeronError {
  return new AeronError('WRONG_RESOURCE', `registration id ${registrationId} is not that of a ${kind}`);
}
