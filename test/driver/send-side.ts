import {
  AtomicBuffer,
  type AtomicCounter,
  CachedNanoClock,
  CountersManager,
  DutyCycleTracker,
} from '../../src/agrona/mod.ts';
import {
  DebugSendChannelEndpoint,
  type SendLossGenerators,
} from '../../src/driver/debug/debug-send-channel-endpoint.ts';
import type { DriverContext } from '../../src/driver/driver-context.ts';
import type { FlowControl, FlowControlDefaults } from '../../src/driver/flow-control/flow-control.ts';
import {
  defaultUnicastFlowControlSupplier,
  multicastFlowControlSupplier,
} from '../../src/driver/flow-control/flow-control-suppliers.ts';
import { ReadableSockets } from '../../src/driver/media/readable-sockets.ts';
import type { SendChannelEndpoint } from '../../src/driver/media/send-channel-endpoint.ts';
import { UdpChannel } from '../../src/driver/media/udp-channel.ts';
import { WildcardPortManager } from '../../src/driver/media/wildcard-port-manager.ts';
import { DefaultNameResolver } from '../../src/driver/name-resolver.ts';
import { NetworkPublication } from '../../src/driver/network-publication.ts';
import { NetworkPublicationThreadLocals } from '../../src/driver/network-publication-thread-locals.ts';
import type { PublicationParams } from '../../src/driver/publication-params.ts';
import type { RawLog } from '../../src/driver/raw-log.ts';
import type { ResourceConductor } from '../../src/driver/resource-conductor.ts';
import { RetransmitHandler } from '../../src/driver/retransmit-handler.ts';
import type { SendSideConductor } from '../../src/driver/send-side-conductor.ts';
import { Sender } from '../../src/driver/sender.ts';
import { StaticDelayGenerator } from '../../src/driver/static-delay-generator.ts';
import { type Memory, type Platform, SocketAddress, type UdpSocket } from '../../src/platform/mod.ts';
import { type SimulatedHost, SimulatedWorld } from '../../src/platform/simulated/mod.ts';
import {
  DataHeaderFlyweight,
  FrameDescriptor,
  HeaderFlyweight,
  LogBufferDescriptor,
  NakFlyweight,
  StatusMessageFlyweight,
  SystemCounterDescriptor,
  writePaddingFrame,
} from '../../src/protocol/mod.ts';

export const TERM_LENGTH = 64 * 1024;
export const MTU_LENGTH = 1408;
export const INITIAL_TERM_ID = -3;
export const STREAM_ID = 1001;
export const SESSION_ID = 42;
const RECEIVER_PORT = 20700;
const CHANNEL = `aeron:udp?endpoint=10.0.0.2:${RECEIVER_PORT}`;
export const MS = 1_000_000;
export const SECOND = 1_000 * MS;

export const FLOW_CONTROL_DEFAULTS: FlowControlDefaults = {
  flowControlReceiverTimeoutNs: 5 * SECOND,
  flowControlGroupTag: -1n,
  flowControlGroupMinSize: 0,
  unicastFlowControlRetransmitReceiverWindowMultiple: 16,
  multicastFlowControlRetransmitReceiverWindowMultiple: 4,
};

const OPTIONS = {
  ...FLOW_CONTROL_DEFAULTS,
  statusMessageTimeoutNs: 200 * MS,
  publicationConnectionTimeoutNs: 5 * SECOND,
  publicationUnblockTimeoutNs: 15 * SECOND,
  sendToStatusMessagePollRatio: 6,
  reResolutionCheckIntervalNs: SECOND,
  socketRcvbufLength: 128 * 1024,
  osMaxSocketRcvbufLength: 4 * 1024 * 1024,
  socketSndbufLength: 0,
  socketMulticastTtl: 0,
};

const PARAMS: PublicationParams = {
  lingerTimeoutNs: 5 * SECOND,
  entityTag: -1,
  untetheredWindowLimitTimeoutNs: 5 * SECOND,
  untetheredLingerTimeoutNs: 5 * SECOND,
  untetheredRestingTimeoutNs: 10 * SECOND,
  termLength: TERM_LENGTH,
  mtuLength: MTU_LENGTH,
  publicationWindowLength: TERM_LENGTH / 2,
  initialTermId: INITIAL_TERM_ID,
  termId: INITIAL_TERM_ID,
  termOffset: 0,
  hasPosition: false,
  sessionId: SESSION_ID,
  isSessionIdTagged: false,
  maxResend: 16,
  signalEos: true,
  isSparse: true,
  spiesSimulateConnection: false,
  isResponse: false,
  responseCorrelationId: -1,
};

/** One datagram that the sender sent. */
export interface Datagram {
  readonly type: number;
  readonly flags: number;
  readonly buffer: AtomicBuffer;
  readonly length: number;
}

export interface StatusMessageValues {
  readonly flags: number;
  readonly sessionId: number;
  readonly streamId: number;
  readonly windowLength: number;
  readonly receiverId: bigint;
  readonly groupTag: bigint | undefined;
}

/** A receiving host that knows no Aeron: what it gets is kept, what it answers is written byte by byte. */
export class WireReceiver {
  readonly datagrams: Datagram[] = [];
  readonly socket: UdpSocket;
  /** What a caller writes at its start goes out by `sendRaw` as it is. */
  readonly buffer: AtomicBuffer;
  readonly #memory: Memory;
  readonly #to: () => SocketAddress;
  readonly #poll: () => void;

  constructor(platform: Platform, bind: SocketAddress, to: () => SocketAddress) {
    this.#memory = platform.allocate(64 * 1024);
    this.buffer = AtomicBuffer.over(this.#memory);
    this.#to = to;
    this.socket = platform.network.openUdp({ bind, receiveBufferLength: 4 * 1024 * 1024 });
    const batch = platform.network.createReceiveBatch(16, 2048);
    const received = AtomicBuffer.over(batch.memory);
    this.#poll = () => {
      for (let count = this.socket.receive(batch); count > 0; count = this.socket.receive(batch)) {
        for (let i = 0; i < count; i++) {
          const length = batch.lengths[i]!;
          const buffer = AtomicBuffer.copyOf(received.copyBytes(i * 2048, length));
          const type = HeaderFlyweight.headerType(buffer, 0);
          this.datagrams.push({ type, flags: HeaderFlyweight.flags(buffer, 0), buffer, length });
        }
      }
    };
  }

  /** What came of one type, since the beginning. */
  received(type: number): Datagram[] {
    this.#poll();
    return this.datagrams.filter((datagram) => datagram.type === type);
  }

  setups(): Datagram[] {
    return this.received(HeaderFlyweight.HDR_TYPE_SETUP);
  }

  heartbeats(): Datagram[] {
    return this.received(HeaderFlyweight.HDR_TYPE_DATA).filter(({ buffer }) => buffer.getInt32(0) === 0);
  }

  /** Data and padding frames as [position, datagram length]. */
  frames(): Array<[position: number, length: number]> {
    this.#poll();
    return this.datagrams
      .filter(({ type, buffer }) => (type === 0 || type === 1) && buffer.getInt32(0) !== 0)
      .map(({ buffer, length }) => [positionOf(buffer), length]);
  }

  forget(): void {
    this.#poll();
    this.datagrams.length = 0;
  }

  /** The receiver is at `position`; by default with a window of 8 KiB. */
  statusMessage(position: number, values: Partial<StatusMessageValues> = {}): void {
    const length = encodeStatusMessage(this.buffer, position, values);
    this.sendRaw(length);
  }

  requestSetup(values: Partial<StatusMessageValues> = {}): void {
    this.statusMessage(0, { ...values, flags: StatusMessageFlyweight.SEND_SETUP_FLAG, windowLength: 0 });
  }

  nak(position: number, length: number): void {
    const termId = INITIAL_TERM_ID + Math.floor(position / TERM_LENGTH);
    NakFlyweight.encode(this.buffer, 0, SESSION_ID, STREAM_ID, termId, position % TERM_LENGTH, length);
    this.sendRaw(NakFlyweight.HEADER_LENGTH);
  }

  sendRaw(length: number): void {
    this.socket.send(this.#memory, 0, length, this.#to());
  }
}

/** Returns the length. */
export function encodeStatusMessage(
  buffer: AtomicBuffer,
  position: number,
  values: Partial<StatusMessageValues> = {},
): number {
  return StatusMessageFlyweight.encode(
    buffer,
    0,
    values.flags ?? 0,
    values.sessionId ?? SESSION_ID,
    values.streamId ?? STREAM_ID,
    (INITIAL_TERM_ID + Math.floor(position / TERM_LENGTH)) | 0,
    ((position % TERM_LENGTH) + TERM_LENGTH) % TERM_LENGTH,
    values.windowLength ?? 8192,
    values.receiverId ?? 7n,
    values.groupTag,
  );
}

function positionOf(buffer: AtomicBuffer): number {
  const termCount = DataHeaderFlyweight.termId(buffer, 0) - INITIAL_TERM_ID;
  return termCount * TERM_LENGTH + DataHeaderFlyweight.termOffset(buffer, 0);
}

export interface SendSideOptions {
  readonly seed?: number;
  readonly channel?: string;
  readonly params?: Partial<PublicationParams>;
  readonly isExclusive?: boolean;
  readonly lossGenerators?: SendLossGenerators;
  readonly retransmitDelayNs?: number;
}

export interface PublicationCounters {
  readonly publisherPos: AtomicCounter;
  readonly publisherLimit: AtomicCounter;
  readonly senderPosition: AtomicCounter;
  readonly senderLimit: AtomicCounter;
  readonly senderBpe: AtomicCounter;
  readonly senderNaksReceived: AtomicCounter;
}

/**
 * The send side of a driver on a simulated host with one publication, whose client and conductor the test
 * plays, and hosts to send to.
 */
export class SendSide {
  readonly world: SimulatedWorld;
  readonly platform: Platform;
  readonly receiverHost: SimulatedHost;
  readonly countersManager: CountersManager;
  readonly context: DriverContext;
  readonly errors: unknown[] = [];
  /** What the conductor was asked for, in words. */
  readonly events: string[] = [];
  readonly sender: Sender;
  readonly endpoint: SendChannelEndpoint;
  readonly counters: PublicationCounters;
  readonly publication: NetworkPublication;
  readonly rawLog: RawLog;
  readonly mdcDestinations: AtomicCounter;
  readonly #options: SendSideOptions;

  constructor(options: SendSideOptions = {}) {
    this.#options = options;
    this.world = new SimulatedWorld({ seed: options.seed ?? 1 });
    this.receiverHost = this.world.host('receiver', { addresses: ['10.0.0.2', '10.0.0.3'] });
    const process = this.world.host('sender', { addresses: ['10.0.0.1'] }).process('driver');
    this.platform = process.platform;
    this.countersManager = new CountersManager(
      AtomicBuffer.allocate(1024 * 512),
      AtomicBuffer.allocate(1024 * 128),
      this.platform.clock,
    );
    this.mdcDestinations = this.countersManager.newCounter('mdc-num-dest');
    this.context = this.#createContext();
    this.context.senderCachedNanoClock.update(this.platform.clock.nanoTime());
    this.sender = new Sender({ context: this.context, conductor: this.conductor });
    this.endpoint = this.#newEndpoint(options.channel ?? CHANNEL);
    this.rawLog = newRawLog(this.platform);
    this.counters = this.#newCounters();
    this.publication = this.#newPublication();
    this.sender.onStart();
    this.sender.onRegisterSendChannelEndpoint(this.endpoint);
    this.endpoint.incRef();
    this.publication.incRef();
    this.sender.onNewNetworkPublication(this.publication);
    process.run(() => this.sender.doWork() + this.publication.updatePublisherPositionAndLimit());
  }

  newReceiver(bind = `10.0.0.2:${RECEIVER_PORT}`): WireReceiver {
    const [host, port] = bind.split(':');
    return new WireReceiver(this.receiverHost.process('receiver').platform, SocketAddress.of(host!, Number(port)), () =>
      SocketAddress.of('10.0.0.1', this.endpoint.receiveSocket!.localAddress.port),
    );
  }

  counter(id: SystemCounterDescriptor): number {
    return this.context.systemCounters.get(id).get();
  }

  get invalidPackets(): number {
    return this.counter(SystemCounterDescriptor.INVALID_PACKETS);
  }

  get senderPosition(): number {
    return this.counters.senderPosition.get();
  }

  get senderLimit(): number {
    return this.counters.senderLimit.get();
  }

  /** Lets the world run until the condition holds; an error after a simulated minute. */
  until(what: string, condition: () => boolean): void {
    if (!this.world.runUntil(condition, 60 * SECOND)) {
      throw new Error(`not within a minute: ${what}`);
    }
  }

  run(durationNs: number): void {
    const end = this.world.now + durationNs;
    this.world.runUntil(() => this.world.now >= end, durationNs);
  }

  /** Has the publication connected to a receiver at position 0. */
  connect(receiver: WireReceiver, values: Partial<StatusMessageValues> = {}): void {
    receiver.statusMessage(this.senderPosition, values);
    this.until('connected', () => LogBufferDescriptor.isConnected(this.rawLog.metaData));
  }

  /** As a client: appends one message of `payloadLength` bytes; returns the position behind it. */
  publish(payloadLength: number): number {
    const frameLength = DataHeaderFlyweight.HEADER_LENGTH + payloadLength;
    const aligned = FrameDescriptor.alignFrameLength(frameLength);
    const { metaData } = this.rawLog;
    const termCount = LogBufferDescriptor.activeTermCount(metaData);
    const index = LogBufferDescriptor.indexByTermCount(termCount);
    const offset = LogBufferDescriptor.getAndAddRawTail(metaData, index, aligned);
    const termId = LogBufferDescriptor.rawTailTermId();
    const term = this.rawLog.termBuffers[index]!;
    if (offset + aligned > TERM_LENGTH) {
      if (offset < TERM_LENGTH) {
        writePaddingFrame(metaData, term, offset, termId, TERM_LENGTH - offset);
      }
      LogBufferDescriptor.rotateLog(metaData, termCount, termId);
      return this.publish(payloadLength);
    }
    DataHeaderFlyweight.encode(term, offset, -frameLength, 0xc0, 1, offset, SESSION_ID, STREAM_ID, termId);
    term.setMemory(offset + DataHeaderFlyweight.HEADER_LENGTH, payloadLength, offset & 0x7f);
    FrameDescriptor.frameLengthRelease(term, offset, frameLength);
    return termCount * TERM_LENGTH + offset + aligned;
  }

  onTimeEvent(): void {
    const { clock } = this.platform;
    this.publication.onTimeEvent(clock.nanoTime(), clock.epochTimeMs(), this.resourceConductor);
  }

  /** For `onTimeEvent`. */
  readonly resourceConductor = {
    cleanupSpies: () => this.events.push('cleanup spies'),
    cleanupPublication: () => this.events.push('cleanup publication'),
    notifyUnavailableImageLink: () => this.events.push('unavailable'),
    notifyAvailableImageLink: () => this.events.push('available'),
  } as unknown as ResourceConductor;

  readonly conductor: SendSideConductor = {
    reResolveEndpoint: (endpoint) => this.events.push(`re-resolve ${endpoint}`),
    sendChannelEndpointClosed: () => this.events.push('endpoint closed'),
    responseSetup: (id, sessionId) => this.events.push(`response setup ${id} ${sessionId}`),
    responseConnected: (id) => this.events.push(`response connected ${id}`),
    onPublicationError: ({ destinationRegistrationId, sessionId, streamId, receiverId, groupTag, errorMessage }) => {
      const ids = `${destinationRegistrationId} ${sessionId} ${streamId} ${receiverId} ${groupTag}`;
      this.events.push(`publication error ${ids} ${errorMessage}`);
    },
  };

  #createContext(): DriverContext {
    const systemCounters = new Map(
      Object.entries(SystemCounterDescriptor).map(([name, id]) => [id, this.countersManager.newCounter(name)]),
    );
    const context: Partial<DriverContext> = {
      ...OPTIONS,
      platform: this.platform,
      senderCachedNanoClock: new CachedNanoClock(),
      countersManager: this.countersManager,
      systemCounters: { get: (id: SystemCounterDescriptor) => systemCounters.get(id)! } as never,
      errorHandler: (error) => this.errors.push(error),
      senderDutyCycleTracker: new DutyCycleTracker(
        this.countersManager.newCounter('max'),
        this.countersManager.newCounter('exceeded'),
        SECOND,
      ),
      nameResolver: new DefaultNameResolver(this.platform.network),
      senderPortManager: new WildcardPortManager({ low: 0, high: 0 }, true),
      readableSockets: new ReadableSockets(this.platform.network.createPoller()),
    };
    return context as DriverContext;
  }

  #newEndpoint(channel: string): SendChannelEndpoint {
    const udpChannel = UdpChannel.parse(channel, {
      network: this.platform.network,
      nameResolver: this.context.nameResolver,
    });
    const counters = {
      statusIndicator: this.countersManager.newCounter('snd-channel'),
      localSocketAddressIndicator: this.countersManager.newCounter('snd-local-sockaddr', 14),
      mdcDestinations: this.mdcDestinations,
    };
    const endpoint = new DebugSendChannelEndpoint(
      udpChannel,
      counters,
      this.context,
      this.#options.lossGenerators ?? { data: undefined, control: undefined },
    );
    endpoint.openChannel();
    endpoint.indicateActive();
    return endpoint;
  }

  #newCounters(): PublicationCounters {
    const newCounter = (label: string) => this.countersManager.newCounter(label);
    return {
      publisherPos: newCounter('pub-pos'),
      publisherLimit: newCounter('pub-lmt'),
      senderPosition: newCounter('snd-pos'),
      senderLimit: newCounter('snd-lmt'),
      senderBpe: newCounter('snd-bpe'),
      senderNaksReceived: newCounter('snd-naks-received'),
    };
  }

  #newFlowControl(): FlowControl {
    const { udpChannel } = this.endpoint;
    const supplier = udpChannel.hasGroupSemantics
      ? multicastFlowControlSupplier('max')
      : defaultUnicastFlowControlSupplier;
    return supplier({
      udpChannel,
      streamId: STREAM_ID,
      sessionId: SESSION_ID,
      registrationId: 1,
      defaults: this.context,
      newReceiversCounter: () => this.countersManager.newCounter('fc-receivers'),
      onError: this.context.errorHandler,
    });
  }

  #newPublication(): NetworkPublication {
    const { isExclusive = true, retransmitDelayNs = 0 } = this.#options;
    return new NetworkPublication({
      registrationId: 1,
      context: this.context,
      params: { ...PARAMS, ...this.#options.params },
      channelEndpoint: this.endpoint,
      rawLog: this.rawLog,
      counters: this.counters,
      streamId: STREAM_ID,
      flowControl: this.#newFlowControl(),
      retransmitHandler: new RetransmitHandler(
        new StaticDelayGenerator(retransmitDelayNs),
        new StaticDelayGenerator(10 * MS),
        this.endpoint.udpChannel.hasGroupSemantics,
        16,
        this.context.systemCounters.get(SystemCounterDescriptor.RETRANSMIT_OVERFLOW),
      ),
      threadLocals: new NetworkPublicationThreadLocals(this.platform, 16),
      isExclusive,
    });
  }
}

function newRawLog(platform: Platform): RawLog {
  const memory = platform.allocate(3 * TERM_LENGTH + LogBufferDescriptor.LOG_META_DATA_LENGTH);
  const [first, second, third] = [0, 1, 2].map((i) => AtomicBuffer.over(memory, i * TERM_LENGTH, TERM_LENGTH));
  const metaData = AtomicBuffer.over(memory, 3 * TERM_LENGTH, LogBufferDescriptor.LOG_META_DATA_LENGTH);
  LogBufferDescriptor.initialiseTails(metaData, INITIAL_TERM_ID, INITIAL_TERM_ID, 0);
  LogBufferDescriptor.storeDefaultFrameHeader(
    metaData,
    DataHeaderFlyweight.createDefaultHeader(SESSION_ID, STREAM_ID, INITIAL_TERM_ID),
  );
  return {
    termLength: TERM_LENGTH,
    fileName: '/publications/1.logbuffer',
    termBuffers: [first!, second!, third!],
    metaData,
    memory,
    free: () => true,
  };
}
