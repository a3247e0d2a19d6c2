import {
  AtomicBuffer,
  type AtomicCounter,
  BroadcastBufferDescriptor,
  BroadcastTransmitter,
  CountersManager,
  ManyToOneRingBuffer,
  RingBufferDescriptor,
} from '../../src/agrona/mod.ts';
import type { Platform } from '../../src/platform/mod.ts';
import {
  AeronCounters,
  ClientTimeoutFlyweight,
  CncFile,
  CorrelatedMessageFlyweight,
  CounterMessageFlyweight,
  CounterUpdateFlyweight,
  DataHeaderFlyweight,
  DestinationByIdMessageFlyweight,
  DestinationMessageFlyweight,
  ErrorResponseFlyweight,
  ControlProtocolEvents as Events,
  GetNextAvailableSessionIdMessageFlyweight,
  ImageBuffersReadyFlyweight,
  ImageMessageFlyweight,
  LogBufferDescriptor,
  LogBuffers,
  NextAvailableSessionIdFlyweight,
  OperationSucceededFlyweight,
  PublicationBuffersReadyFlyweight,
  type PublicationErrorFrame,
  PublicationErrorFrameFlyweight,
  type PublicationMessage,
  PublicationMessageFlyweight,
  RejectImageFlyweight,
  RemoveMessageFlyweight,
  RemovePublicationFlyweight,
  StaticCounterFlyweight,
  StaticCounterMessageFlyweight,
  type SubscriptionMessage,
  SubscriptionMessageFlyweight,
  SubscriptionReadyFlyweight,
  SystemCounterDescriptor,
} from '../../src/protocol/mod.ts';

export const TERM_LENGTH = 64 * 1024;
const PAGE_SIZE = 4096;
const COUNTERS = 256;

interface Stream {
  readonly id: number;
  readonly sessionId: number;
  readonly streamId: number;
  readonly channel: string;
  readonly log: LogBuffers;
  readonly limit: AtomicCounter;
  references: number;
  cleanTerms: number;
}

interface Link {
  readonly subscriptionId: number;
  readonly stream: Stream;
  readonly position: AtomicCounter;
}

/** A command as the driver read it: its type and what it says. */
export interface Command {
  readonly type: number;
  readonly message: Readonly<Record<string, unknown>> & { readonly clientId: number; readonly correlationId: number };
}

export interface FakeDriverOptions {
  readonly clientLivenessTimeoutNs?: number;
  /** 0 for a driver from before control protocol versions. */
  readonly controlProtocolVersion?: number;
  /** Bytes of the command buffer without its trailer. */
  readonly commandBufferLength?: number;
}

/**
 * A driver that knows IPC alone and checks nothing: it writes down the commands it reads, answers them, and
 * connects publications and subscriptions of one stream id. What it answers can be replaced by the test.
 */
export class FakeDriver {
  readonly commands: Command[] = [];
  readonly counters: CountersManager;
  readonly cnc: CncFile;
  /** Asked first about each command; true: it has been seen to. */
  intercept: (command: Command) => boolean = () => false;
  /** Does not say that it lives, when false. */
  isBeating = true;
  readonly #platform: Platform;
  readonly #directory: string;
  readonly #ring: ManyToOneRingBuffer;
  readonly #transmitter: BroadcastTransmitter;
  readonly #scratch = AtomicBuffer.allocate(4096);
  readonly #streams = new Map<number, Stream>();
  readonly #publications = new Map<number, Stream>();
  readonly #subscriptions = new Map<number, SubscriptionMessage>();
  readonly #links: Link[] = [];
  readonly #heartbeats = new Map<number, AtomicCounter>();
  #nextSessionId = 100;

  constructor(platform: Platform, directory: string, options: FakeDriverOptions = {}) {
    this.#platform = platform;
    this.#directory = directory;
    platform.files.makeDirectories(directory);
    this.cnc = CncFile.create(platform, directory, {
      toDriverBufferLength: (options.commandBufferLength ?? 64 * 1024) + RingBufferDescriptor.TRAILER_LENGTH,
      toClientsBufferLength: 64 * 1024 + BroadcastBufferDescriptor.TRAILER_LENGTH,
      countersMetaDataBufferLength: COUNTERS * 512,
      countersValuesBufferLength: COUNTERS * 128,
      errorLogBufferLength: 64 * 1024,
      clientLivenessTimeoutNs: options.clientLivenessTimeoutNs ?? 10_000_000_000,
      startTimestampMs: platform.clock.epochTimeMs(),
      pid: platform.processes.pid,
      filePageSize: PAGE_SIZE,
    });
    this.#ring = new ManyToOneRingBuffer(this.cnc.toDriverBuffer);
    this.#transmitter = new BroadcastTransmitter(this.cnc.toClientsBuffer);
    this.counters = new CountersManager(this.cnc.countersMetaDataBuffer, this.cnc.countersValuesBuffer, platform.clock);
    for (let id = 0; id <= SystemCounterDescriptor.CONTROL_PROTOCOL_VERSION; id++) {
      this.counters.allocate(`system ${id}`, AeronCounters.DRIVER_SYSTEM_COUNTER_TYPE_ID);
      this.counters.setCounterRegistrationId(id, id);
    }
    const version = options.controlProtocolVersion ?? Events.CONTROL_PROTOCOL_SEMANTIC_VERSION;
    this.counters.setCounterValue(SystemCounterDescriptor.CONTROL_PROTOCOL_VERSION, version);
    this.#ring.setConsumerHeartbeatTime(platform.clock.epochTimeMs());
    this.cnc.signalReady();
  }

  doWork(): number {
    if (this.isBeating) {
      this.#ring.setConsumerHeartbeatTime(this.#platform.clock.epochTimeMs());
    }
    for (const stream of this.#streams.values()) {
      this.#updateLimit(stream);
    }
    return this.#ring.read((type, buffer, index, length) => {
      const command = decode(type, buffer, index, length);
      this.commands.push(command);
      if (!this.#heartbeats.has(command.message.clientId) && type !== Events.CLIENT_CLOSE) {
        this.#addHeartbeat(command.message.clientId);
      }
      if (!this.intercept(command)) {
        this.#answer(command);
      }
    });
  }

  /** Ends as a driver does that is told to: clients see it at once. */
  shutDown(): void {
    this.#ring.setConsumerHeartbeatTime(-1);
    this.isBeating = false;
  }

  typesOf(commands = this.commands): number[] {
    return commands.map(({ type }) => type);
  }

  heartbeatOf(clientId: number): AtomicCounter | undefined {
    return this.#heartbeats.get(clientId);
  }

  error(correlationId: number, errorCode: number, errorMessage: string): void {
    const message = { offendingCommandCorrelationId: correlationId, errorCode, errorMessage };
    this.#transmit(Events.ON_ERROR, ErrorResponseFlyweight.encode(this.#scratch, 0, message));
  }

  success(correlationId: number): void {
    this.#transmit(
      Events.ON_OPERATION_SUCCESS,
      OperationSucceededFlyweight.encode(this.#scratch, 0, { correlationId }),
    );
  }

  clientTimeout(clientId: number): void {
    this.#transmit(Events.ON_CLIENT_TIMEOUT, ClientTimeoutFlyweight.encode(this.#scratch, 0, { clientId }));
  }

  publicationError(errorFrame: PublicationErrorFrame): void {
    this.#transmit(Events.ON_PUBLICATION_ERROR, PublicationErrorFrameFlyweight.encode(this.#scratch, 0, errorFrame));
  }

  counterReady(correlationId: number, counterId: number): void {
    const length = CounterUpdateFlyweight.encode(this.#scratch, 0, { correlationId, counterId });
    this.#transmit(Events.ON_COUNTER_READY, length);
  }

  counterUnavailable(correlationId: number, counterId: number): void {
    const length = CounterUpdateFlyweight.encode(this.#scratch, 0, { correlationId, counterId });
    this.#transmit(Events.ON_UNAVAILABLE_COUNTER, length);
  }

  /** Any bytes as an event. */
  transmit(type: number, bytes: Uint8Array): void {
    this.#transmitter.transmit(type, bytes, 0, bytes.length);
  }

  /** Where the log of the n-th stream lies. */
  logPath(id: number): string {
    return `${this.#directory}/${id}.logbuffer`;
  }

  #answer({ type, message }: Command): void {
    const { correlationId } = message;
    switch (type) {
      case Events.ADD_PUBLICATION:
        this.#addPublication(message as never, false);
        break;
      case Events.ADD_EXCLUSIVE_PUBLICATION:
        this.#addPublication(message as never, true);
        break;
      case Events.ADD_SUBSCRIPTION:
        this.#addSubscription(message as never);
        break;
      case Events.REMOVE_PUBLICATION:
        this.success(correlationId);
        this.#removePublication(message['registrationId'] as number);
        break;
      case Events.REMOVE_SUBSCRIPTION:
        this.success(correlationId);
        this.#removeSubscription(message['registrationId'] as number);
        break;
      case Events.ADD_COUNTER: {
        const id = this.counters.allocate(message['label'] as string, message['typeId'] as number);
        this.counters.setCounterRegistrationId(id, correlationId);
        this.counterReady(correlationId, id);
        break;
      }
      case Events.ADD_STATIC_COUNTER: {
        const counterId = this.counters.allocate(message['label'] as string, message['typeId'] as number);
        this.counters.setCounterRegistrationId(counterId, message['registrationId'] as bigint);
        const length = StaticCounterFlyweight.encode(this.#scratch, 0, { correlationId, counterId });
        this.#transmit(Events.ON_STATIC_COUNTER, length);
        break;
      }
      case Events.GET_NEXT_AVAILABLE_SESSION_ID: {
        const event = { correlationId, nextSessionId: this.#nextSessionId++ };
        const length = NextAvailableSessionIdFlyweight.encode(this.#scratch, 0, event);
        this.#transmit(Events.ON_NEXT_AVAILABLE_SESSION_ID, length);
        break;
      }
      case Events.CLIENT_CLOSE:
        break;
      default:
        this.success(correlationId);
    }
  }

  #addPublication(message: PublicationMessage, isExclusive: boolean): void {
    const { correlationId, channel, streamId } = message;
    let stream = [...this.#streams.values()].find((each) => !isExclusive && each.streamId === streamId);
    if (stream === undefined) {
      stream = this.#createStream(correlationId, channel, streamId);
    }
    stream.references++;
    this.#publications.set(correlationId, stream);
    const length = PublicationBuffersReadyFlyweight.encode(this.#scratch, 0, {
      correlationId,
      registrationId: stream.id,
      sessionId: stream.sessionId,
      streamId,
      publicationLimitCounterId: stream.limit.id,
      channelStatusCounterId: -1,
      logFileName: stream.log.path,
    });
    this.#transmit(isExclusive ? Events.ON_EXCLUSIVE_PUBLICATION_READY : Events.ON_PUBLICATION_READY, length);
    for (const subscription of this.#subscriptions.values()) {
      this.#connect(subscription, stream);
    }
  }

  #createStream(id: number, channel: string, streamId: number): Stream {
    const log = LogBuffers.create(this.#platform, this.logPath(id), TERM_LENGTH, PAGE_SIZE, { sparse: true });
    const sessionId = this.#nextSessionId++;
    const { metaData } = log;
    metaData.putInt32(LogBufferDescriptor.LOG_INITIAL_TERM_ID_OFFSET, 1);
    metaData.putInt32(LogBufferDescriptor.LOG_MTU_LENGTH_OFFSET, 1408);
    LogBufferDescriptor.storeDefaultFrameHeader(
      metaData,
      DataHeaderFlyweight.createDefaultHeader(sessionId, streamId, 1),
    );
    LogBufferDescriptor.initialiseTails(metaData, 1, 1, 0);
    LogBufferDescriptor.putEndOfStreamPosition(metaData, LogBufferDescriptor.NO_END_OF_STREAM);
    const limit = this.counters.newCounter('pub-lmt', AeronCounters.DRIVER_PUBLISHER_LIMIT_TYPE_ID);
    const stream = { id, sessionId, streamId, channel, log, limit, references: 0, cleanTerms: 0 };
    this.#streams.set(id, stream);
    return stream;
  }

  #addSubscription(message: SubscriptionMessage): void {
    const { correlationId } = message;
    this.#subscriptions.set(correlationId, message);
    const length = SubscriptionReadyFlyweight.encode(this.#scratch, 0, { correlationId, channelStatusCounterId: -1 });
    this.#transmit(Events.ON_SUBSCRIPTION_READY, length);
    for (const stream of this.#streams.values()) {
      this.#connect(message, stream);
    }
  }

  #connect(subscription: SubscriptionMessage, stream: Stream): void {
    const subscriptionId = subscription.correlationId;
    const isConnected = this.#links.some((link) => link.subscriptionId === subscriptionId && link.stream === stream);
    if (isConnected || subscription.streamId !== stream.streamId) {
      return;
    }
    const position = this.counters.newCounter('sub-pos', AeronCounters.DRIVER_SUBSCRIBER_POSITION_TYPE_ID);
    position.setRelease(this.#positionOf(stream));
    this.#links.push({ subscriptionId, stream, position });
    LogBufferDescriptor.putIsConnected(stream.log.metaData, true);
    this.#updateLimit(stream);
    const length = ImageBuffersReadyFlyweight.encode(this.#scratch, 0, {
      correlationId: stream.id,
      sessionId: stream.sessionId,
      streamId: stream.streamId,
      subscriptionRegistrationId: subscriptionId,
      subscriberPositionId: position.id,
      logFileName: stream.log.path,
      sourceIdentity: 'aeron:ipc',
    });
    this.#transmit(Events.ON_AVAILABLE_IMAGE, length);
  }

  #removePublication(registrationId: number): void {
    const stream = this.#publications.get(registrationId);
    if (stream === undefined) {
      return;
    }
    this.#publications.delete(registrationId);
    stream.references--;
    if (stream.references > 0) {
      return;
    }
    LogBufferDescriptor.putEndOfStreamPosition(stream.log.metaData, this.#positionOf(stream));
    for (const link of this.#links.filter((each) => each.stream === stream)) {
      this.unlink(link.subscriptionId, stream.id);
    }
    this.#streams.delete(stream.id);
    stream.log.close();
    this.#platform.files.remove(stream.log.path);
  }

  #removeSubscription(registrationId: number): void {
    this.#subscriptions.delete(registrationId);
    for (const link of this.#links.filter((each) => each.subscriptionId === registrationId)) {
      this.#links.splice(this.#links.indexOf(link), 1);
      link.position.close();
      this.#updateLimit(link.stream);
      LogBufferDescriptor.putIsConnected(
        link.stream.log.metaData,
        this.#links.some((each) => each.stream === link.stream),
      );
    }
  }

  /** Takes an image away from a subscription. */
  unlink(subscriptionId: number, streamRegistrationId: number): void {
    const index = this.#links.findIndex(
      (link) => link.subscriptionId === subscriptionId && link.stream.id === streamRegistrationId,
    );
    const [link] = this.#links.splice(index, 1);
    const length = ImageMessageFlyweight.encode(this.#scratch, 0, {
      correlationId: link!.stream.id,
      subscriptionRegistrationId: subscriptionId,
      streamId: link!.stream.streamId,
      channel: link!.stream.channel,
    });
    this.#transmit(Events.ON_UNAVAILABLE_IMAGE, length);
  }

  /** Cleans the terms that all have consumed, and lets the publishers go half a term beyond the slowest. */
  #updateLimit(stream: Stream): void {
    const positions = this.#links.filter((link) => link.stream === stream).map((link) => link.position.get());
    if (positions.length === 0) {
      stream.limit.setRelease(0);
      return;
    }
    const consumed = Math.min(...positions);
    for (; (stream.cleanTerms + 1) * TERM_LENGTH <= consumed; stream.cleanTerms++) {
      stream.log.termBuffers[stream.cleanTerms % 3]!.u8.fill(0);
    }
    stream.limit.setRelease(consumed + TERM_LENGTH / 2);
  }

  #positionOf(stream: Stream): number {
    const offset = LogBufferDescriptor.activeRawTailVolatile(stream.log.metaData);
    const termCount = (LogBufferDescriptor.rawTailTermId() - 1) | 0;
    return termCount * TERM_LENGTH + Math.min(offset, TERM_LENGTH);
  }

  #addHeartbeat(clientId: number): void {
    const counter = this.counters.newCounter(
      `client-heartbeat: id=${clientId}`,
      AeronCounters.DRIVER_HEARTBEAT_TYPE_ID,
      (key) => key.putInt64(0, clientId),
    );
    counter.setRelease(this.#platform.clock.epochTimeMs());
    this.#heartbeats.set(clientId, counter);
  }

  #transmit(type: number, length: number): void {
    this.#transmitter.transmit(type, this.#scratch, 0, length);
  }
}

const DECODERS: Record<number, (type: number, buffer: AtomicBuffer, index: number, length: number) => object> = {
  [Events.ADD_PUBLICATION]: PublicationMessageFlyweight.decode,
  [Events.ADD_EXCLUSIVE_PUBLICATION]: PublicationMessageFlyweight.decode,
  [Events.REMOVE_PUBLICATION]: RemovePublicationFlyweight.decode,
  [Events.ADD_SUBSCRIPTION]: SubscriptionMessageFlyweight.decode,
  [Events.REMOVE_SUBSCRIPTION]: RemoveMessageFlyweight.decode,
  [Events.ADD_COUNTER]: CounterMessageFlyweight.decode,
  [Events.ADD_STATIC_COUNTER]: StaticCounterMessageFlyweight.decode,
  [Events.REMOVE_COUNTER]: RemoveMessageFlyweight.decode,
  [Events.ADD_DESTINATION]: DestinationMessageFlyweight.decode,
  [Events.REMOVE_DESTINATION]: DestinationMessageFlyweight.decode,
  [Events.ADD_RCV_DESTINATION]: DestinationMessageFlyweight.decode,
  [Events.REMOVE_RCV_DESTINATION]: DestinationMessageFlyweight.decode,
  [Events.REMOVE_DESTINATION_BY_ID]: DestinationByIdMessageFlyweight.decode,
  [Events.REJECT_IMAGE]: RejectImageFlyweight.decode,
  [Events.GET_NEXT_AVAILABLE_SESSION_ID]: GetNextAvailableSessionIdMessageFlyweight.decode,
  [Events.CLIENT_CLOSE]: CorrelatedMessageFlyweight.decode,
};

function decode(type: number, buffer: AtomicBuffer, index: number, length: number): Command {
  return { type, message: DECODERS[type]!(type, buffer, index, length) as Command['message'] };
}
