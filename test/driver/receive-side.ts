import {
  AtomicBuffer,
  type AtomicCounter,
  CachedEpochClock,
  CachedNanoClock,
  CountersManager,
  DutyCycleTracker,
} from '../../src/agrona/mod.ts';
import { DataPacketDispatcher } from '../../src/driver/data-packet-dispatcher.ts';
import {
  DebugReceiveChannelEndpoint,
  type ReceiveLossGenerators,
} from '../../src/driver/debug/debug-receive-channel-endpoint.ts';
import type { DriverContext } from '../../src/driver/driver-context.ts';
import type { FeedbackDelayGenerator } from '../../src/driver/feedback-delay-generator.ts';
import type { PublicationImageRequest } from '../../src/driver/image-creator.ts';
import { LossReport } from '../../src/driver/loss-report.ts';
import { ReadableSockets } from '../../src/driver/media/readable-sockets.ts';
import type { ReceiveChannelEndpoint } from '../../src/driver/media/receive-channel-endpoint.ts';
import { ReceiveDestinationTransport } from '../../src/driver/media/receive-destination-transport.ts';
import { UdpChannel } from '../../src/driver/media/udp-channel.ts';
import { WildcardPortManager } from '../../src/driver/media/wildcard-port-manager.ts';
import { DefaultNameResolver } from '../../src/driver/name-resolver.ts';
import { PublicationImage } from '../../src/driver/publication-image.ts';
import type { RawLog } from '../../src/driver/raw-log.ts';
import { Receiver, type ReceiveSideConductor } from '../../src/driver/receiver.ts';
import type { ResourceConductor } from '../../src/driver/resource-conductor.ts';
import { StaticDelayGenerator, ZERO_DELAY_GENERATOR } from '../../src/driver/static-delay-generator.ts';
import { StaticWindowCongestionControl } from '../../src/driver/static-window-congestion-control.ts';
import type { SubscriptionLink } from '../../src/driver/subscription-link.ts';
import {
  type Memory,
  type Platform,
  SocketAddress,
  type UdpSocket,
  type UdpSocketOptions,
} from '../../src/platform/mod.ts';
import { type SimulatedHost, SimulatedWorld } from '../../src/platform/simulated/mod.ts';
import {
  DataHeaderFlyweight,
  HeaderFlyweight,
  LogBufferDescriptor,
  NakFlyweight,
  SetupFlyweight,
  StatusMessageFlyweight,
  SystemCounterDescriptor,
} from '../../src/protocol/mod.ts';

export const TERM_LENGTH = 64 * 1024;
const MTU_LENGTH = 1408;
export const WINDOW_LENGTH = 32 * 1024;
export const INITIAL_TERM_ID = -7;
export const STREAM_ID = 1001;
export const SESSION_ID = 42;
const CHANNEL = 'aeron:udp?endpoint=10.0.0.2:20800';

const MS = 1_000_000;
const OPTIONS = {
  imageLivenessTimeoutNs: 10_000 * MS,
  statusMessageTimeoutNs: 200 * MS,
  reResolutionCheckIntervalNs: 1_000 * MS,
  socketRcvbufLength: 128 * 1024,
  osMaxSocketRcvbufLength: 4 * 1024 * 1024,
  socketSndbufLength: 0,
  socketMulticastTtl: 0,
  receiverGroupTag: undefined,
  receiverIoVectorCapacity: 16,
};

/** One frame that came back to the sender. */
export interface Feedback {
  readonly type: number;
  readonly flags: number;
  readonly buffer: AtomicBuffer;
  readonly source: SocketAddress;
}

/** A sending host that knows no Aeron: what it sends is written byte by byte, what it gets is kept. */
export class WireSender {
  readonly feedback: Feedback[] = [];
  readonly socket: UdpSocket;
  readonly #memory: Memory;
  readonly #buffer: AtomicBuffer;
  readonly #to: SocketAddress;
  readonly #receive: () => void;

  constructor(platform: Platform, options: UdpSocketOptions, to: SocketAddress) {
    this.#memory = platform.allocate(64 * 1024);
    this.#buffer = AtomicBuffer.over(this.#memory);
    this.#to = to;
    this.socket = platform.network.openUdp(options);
    const batch = platform.network.createReceiveBatch(16, 2048);
    const received = AtomicBuffer.over(batch.memory);
    this.#receive = () => {
      for (let count = this.socket.receive(batch); count > 0; count = this.socket.receive(batch)) {
        for (let i = 0; i < count; i++) {
          const buffer = AtomicBuffer.copyOf(received.copyBytes(i * 2048, batch.lengths[i]!));
          const type = HeaderFlyweight.headerType(buffer, 0);
          this.feedback.push({ type, flags: HeaderFlyweight.flags(buffer, 0), buffer, source: batch.source(i) });
        }
      }
    };
  }

  get address(): SocketAddress {
    return this.socket.localAddress;
  }

  /** Takes what has arrived into `feedback`. */
  poll(): void {
    this.#receive();
  }

  statusMessages(): Feedback[] {
    this.poll();
    return this.feedback.filter(({ type }) => type === HeaderFlyweight.HDR_TYPE_SM);
  }

  setupRequests(): Feedback[] {
    return this.statusMessages().filter(({ flags }) => (flags & StatusMessageFlyweight.SEND_SETUP_FLAG) !== 0);
  }

  naks(): Array<[termId: number, termOffset: number, length: number]> {
    this.poll();
    return this.feedback
      .filter(({ type }) => type === HeaderFlyweight.HDR_TYPE_NAK)
      .map(({ buffer }) => [
        NakFlyweight.termId(buffer, 0),
        NakFlyweight.termOffset(buffer, 0),
        NakFlyweight.length(buffer, 0),
      ]);
  }

  setup(values: Partial<SetupValues> = {}): void {
    const setup = { ...DEFAULT_SETUP, ...values };
    SetupFlyweight.encode(
      this.#buffer,
      0,
      setup.flags,
      setup.termOffset,
      setup.sessionId,
      STREAM_ID,
      setup.initialTermId,
      setup.activeTermId,
      setup.termLength,
      setup.mtuLength,
      setup.ttl,
    );
    this.sendRaw(SetupFlyweight.HEADER_LENGTH);
  }

  /** One frame with `payload` at a position of the default session. */
  data(position: number, payload: Uint8Array, sessionId = SESSION_ID): void {
    const length = DataHeaderFlyweight.HEADER_LENGTH + payload.length;
    this.#encode(position, length, 0xc0, HeaderFlyweight.HDR_TYPE_DATA, sessionId);
    this.#buffer.putBytes(DataHeaderFlyweight.HEADER_LENGTH, payload, 0, payload.length);
    this.sendRaw((length + 31) & ~31);
  }

  padding(position: number, length: number): void {
    this.#encode(position, length, 0xc0, HeaderFlyweight.HDR_TYPE_PAD, SESSION_ID);
    this.sendRaw(DataHeaderFlyweight.HEADER_LENGTH);
  }

  heartbeat(position: number, flags = 0xc0, sessionId = SESSION_ID): void {
    this.#encode(position, 0, flags, HeaderFlyweight.HDR_TYPE_DATA, sessionId);
    this.sendRaw(DataHeaderFlyweight.HEADER_LENGTH);
  }

  /** What a caller has written into it goes out as it is. */
  get buffer(): AtomicBuffer {
    return this.#buffer;
  }

  sendRaw(length: number): void {
    this.socket.send(this.#memory, 0, length, this.#to);
  }

  #encode(position: number, length: number, flags: number, type: number, sessionId: number): void {
    const termId = (INITIAL_TERM_ID + Math.floor(position / TERM_LENGTH)) | 0;
    const termOffset = position % TERM_LENGTH;
    this.#buffer.setMemory(0, 2048, 0);
    DataHeaderFlyweight.encode(this.#buffer, 0, length, flags, type, termOffset, sessionId, STREAM_ID, termId);
  }
}

interface SetupValues {
  flags: number;
  termOffset: number;
  sessionId: number;
  initialTermId: number;
  activeTermId: number;
  termLength: number;
  mtuLength: number;
  ttl: number;
}

const DEFAULT_SETUP: SetupValues = {
  flags: 0,
  termOffset: 0,
  sessionId: SESSION_ID,
  initialTermId: INITIAL_TERM_ID,
  activeTermId: INITIAL_TERM_ID,
  termLength: TERM_LENGTH,
  mtuLength: MTU_LENGTH,
  ttl: 0,
};

export interface ImagePositions {
  readonly hwm: AtomicCounter;
  readonly rebuild: AtomicCounter;
  readonly subscriber: AtomicCounter;
}

export interface ReceiveSideOptions {
  readonly seed?: number;
  readonly channel?: string;
  readonly isReliable?: boolean;
  readonly delayGenerator?: FeedbackDelayGenerator;
  readonly streamSessionLimit?: number;
  /** The conductor makes no image, and tells the receiver so. */
  readonly refusesImages?: boolean;
  readonly lossGenerators?: ReceiveLossGenerators;
  readonly context?: Partial<DriverContext>;
}

/**
 * The receive side of a driver on a simulated host, with a conductor that makes images as the real one does
 * and plays their only subscriber, and a host to send to it.
 */
export class ReceiveSide {
  readonly world: SimulatedWorld;
  readonly senderHost: SimulatedHost;
  readonly platform: Platform;
  readonly context: DriverContext;
  readonly counters: CountersManager;
  readonly errors: unknown[] = [];
  readonly receiver: Receiver;
  readonly endpoint: ReceiveChannelEndpoint;
  readonly images: PublicationImage[] = [];
  readonly lossReportBuffer = AtomicBuffer.allocate(4096);
  /** What the conductor was told, in words. */
  readonly events: string[] = [];
  readonly closedDestinations: ReceiveDestinationTransport[] = [];
  readonly #positions = new Map<PublicationImage, ImagePositions>();
  readonly #options: ReceiveSideOptions;
  readonly #requests: (() => void)[] = [];
  #nextId = 1;

  constructor(options: ReceiveSideOptions = {}) {
    this.#options = options;
    this.world = new SimulatedWorld({ seed: options.seed ?? 1 });
    this.senderHost = this.world.host('sender', { addresses: ['10.0.0.1'] });
    const process = this.world.host('receiver', { addresses: ['10.0.0.2'] }).process('driver');
    this.platform = process.platform;
    this.counters = new CountersManager(
      AtomicBuffer.allocate(1024 * 512),
      AtomicBuffer.allocate(1024 * 128),
      this.platform.clock,
    );
    this.context = this.#createContext();
    this.receiver = new Receiver({ context: this.context, conductor: this.#createConductor() });
    this.endpoint = this.newEndpoint(options.channel ?? CHANNEL);
    this.receiver.onStart();
    process.run(() => this.#runRequests() + this.#trackImages() + this.receiver.doWork());
    this.receiver.onRegisterReceiveChannelEndpoint(this.endpoint);
  }

  newSender(to = '10.0.0.2', port = 20800): WireSender {
    const { platform } = this.senderHost.process('sender');
    return new WireSender(platform, { bind: SocketAddress.of('10.0.0.1', 0) }, SocketAddress.of(to, port));
  }

  /** Sends to the group, and hears what is sent to the group of its control address. */
  newMulticastSender(group: string, controlGroup: string, port: number): WireSender {
    const { platform } = this.senderHost.process('sender');
    const multicastInterface = platform.network.interfaces().find(({ address }) => address.host === '10.0.0.1')!;
    const options = {
      bind: SocketAddress.of('0.0.0.0', port),
      reuseAddress: true,
      multicastGroup: SocketAddress.of(controlGroup, port),
      multicastInterface,
    };
    return new WireSender(platform, options, SocketAddress.of(group, port));
  }

  newEndpoint(channel: string): ReceiveChannelEndpoint {
    const dispatcher = new DataPacketDispatcher(
      this.#createConductor(),
      this.receiver,
      this.#options.streamSessionLimit ?? 0x7fffffff,
      this.context.errorHandler,
    );
    const endpoint = new DebugReceiveChannelEndpoint(
      this.parse(channel),
      dispatcher,
      { statusIndicator: this.counters.newCounter('rcv-channel'), localSocketAddressIndicator: undefined },
      this.context,
      this.#options.lossGenerators ?? { data: undefined, control: undefined },
    );
    endpoint.openChannel();
    endpoint.indicateActive();
    return endpoint;
  }

  parse(channel: string, isDestination = false): UdpChannel {
    const environment = { network: this.platform.network, nameResolver: this.context.nameResolver };
    return UdpChannel.parse(channel, environment, isDestination);
  }

  addDestination(channel: string): ReceiveDestinationTransport {
    const indicator = this.counters.newCounter('rcv-local-sockaddr', 14);
    const transport = new ReceiveDestinationTransport(
      this.parse(channel, true),
      indicator,
      this.endpoint,
      this.context,
    );
    transport.openChannel();
    transport.indicateActive();
    this.receiver.onAddDestination(this.endpoint, transport);
    return transport;
  }

  counter(id: SystemCounterDescriptor): number {
    return this.context.systemCounters.get(id).get();
  }

  get invalidPackets(): number {
    return this.counter(SystemCounterDescriptor.INVALID_PACKETS);
  }

  /** The only image; there must be one. */
  get image(): PublicationImage {
    const [image] = this.images;
    if (image === undefined) {
      throw new Error('there is no image');
    }
    return image;
  }

  /** Lets the world run until the condition holds; an error after a simulated minute. */
  until(what: string, condition: () => boolean): void {
    if (!this.world.runUntil(condition, 60_000 * MS)) {
      throw new Error(`not within a minute: ${what}`);
    }
  }

  /** Subscribes, and has `sender` bring up the image of its default session. */
  connect(sender: WireSender, setup: Partial<SetupValues> = {}): PublicationImage {
    this.receiver.onAddSubscription(this.endpoint, STREAM_ID);
    sender.setup(setup);
    this.until('image', () => this.images.length === 1 && this.image.state === 'ACTIVE');
    return this.image;
  }

  /** Where hwm, rebuild and subscriber of an image stand. */
  positions(image: PublicationImage = this.image): ImagePositions {
    return this.#positions.get(image)!;
  }

  get hwm(): number {
    return this.positions().hwm.get();
  }

  get rebuilt(): number {
    return this.positions().rebuild.get();
  }

  /** The subscriber has read so far. */
  consumeTo(position: number): void {
    this.positions().subscriber.setRelease(position);
  }

  /** For `onTimeEvent`. */
  readonly resourceConductor = {
    transitionImageToLinger: () => this.events.push('linger'),
    cleanupImage: () => this.events.push('cleanup'),
    tryCloseReceiveChannelEndpoint: () => this.events.push('try close endpoint'),
    notifyUnavailableImageLink: () => this.events.push('unavailable'),
    notifyAvailableImageLink: () => this.events.push('available'),
  } as unknown as ResourceConductor;

  onTimeEvent(image: PublicationImage = this.image): void {
    image.onTimeEvent(this.platform.clock.nanoTime(), this.platform.clock.epochTimeMs(), this.resourceConductor);
  }

  #createContext(): DriverContext {
    const systemCounters = new Map(
      Object.entries(SystemCounterDescriptor).map(([name, id]) => [id, this.counters.newCounter(name)]),
    );
    const context: Partial<DriverContext> = {
      ...OPTIONS,
      platform: this.platform,
      receiverCachedNanoClock: new CachedNanoClock(),
      cachedNanoClock: new CachedNanoClock(),
      cachedEpochClock: new CachedEpochClock(),
      countersManager: this.counters,
      systemCounters: { get: (id: SystemCounterDescriptor) => systemCounters.get(id)! } as never,
      errorHandler: (error) => this.errors.push(error),
      receiverDutyCycleTracker: new DutyCycleTracker(
        this.counters.newCounter('max'),
        this.counters.newCounter('exceeded'),
        1_000 * MS,
      ),
      lossReport: new LossReport(this.lossReportBuffer),
      nameResolver: new DefaultNameResolver(this.platform.network),
      receiverPortManager: new WildcardPortManager({ low: 0, high: 0 }, false),
      readableSockets: new ReadableSockets(this.platform.network.createPoller()),
      ...this.#options.context,
    };
    return context as DriverContext;
  }

  #createConductor(): ReceiveSideConductor {
    return {
      createPublicationImage: (request) => this.#requests.push(() => this.#createImage(request)),
      reResolveControl: (control) => this.events.push(`re-resolve ${control}`),
      receiveChannelEndpointClosed: () => this.events.push('endpoint closed'),
      closeReceiveDestination: (transport) => this.closedDestinations.push(transport),
    };
  }

  #createImage(request: PublicationImageRequest): void {
    const { sessionId, streamId, initialTermId, activeTermId, termOffset, termLength, transportIndex, flags } = request;
    const { controlAddress, sourceAddress, channelEndpoint } = request;
    if (this.#options.refusesImages === true) {
      this.events.push('image refused');
      this.receiver.onRemoveInitInProgress(channelEndpoint, sessionId, streamId);
      return;
    }
    const { isReliable = true, delayGenerator = new StaticDelayGenerator(1_000, 100_000) } = this.#options;
    const hwm = this.counters.newCounter('rcv-hwm');
    const rebuild = this.counters.newCounter('rcv-pos');
    const subscriber = this.counters.newCounter('sub-pos');
    const image = new PublicationImage(this.context, {
      correlationId: this.#nextId++,
      channelEndpoint,
      transportIndex,
      controlAddress,
      sessionId,
      streamId,
      initialTermId,
      activeTermId,
      termOffset,
      flags,
      isReliable,
      untetheredTimeouts: { windowLimitNs: 5_000 * MS, lingerNs: 1_000 * MS, restingNs: 10_000 * MS },
      rawLog: newRawLog(this.platform, termLength),
      delayGenerator: isReliable ? delayGenerator : ZERO_DELAY_GENERATOR,
      hwmPosition: hwm,
      rebuildPosition: rebuild,
      receiverNaksSent: this.counters.newCounter('rcv-naks-sent'),
      sourceIdentity: sourceAddress.key,
      congestionControl: new StaticWindowCongestionControl(termLength, WINDOW_LENGTH),
    });
    subscriber.setRelease(image.joinPosition());
    image.addSubscriber({ isTether: true } as SubscriptionLink, subscriber, this.platform.clock.nanoTime());
    this.#positions.set(image, { hwm, rebuild, subscriber });
    channelEndpoint.incRefImages();
    this.images.push(image);
    this.receiver.onNewPublicationImage(channelEndpoint, image);
  }

  #runRequests(): number {
    const requests = this.#requests.splice(0);
    for (const request of requests) {
      request();
    }
    return requests.length;
  }

  #trackImages(): number {
    const nowNs = this.platform.clock.nanoTime();
    let workCount = 0;
    for (const image of this.images) {
      workCount += image.trackRebuild(nowNs);
    }
    return workCount;
  }
}

function newRawLog(platform: Platform, termLength: number): RawLog {
  const memory = platform.allocate(3 * termLength + LogBufferDescriptor.LOG_META_DATA_LENGTH);
  const [first, second, third] = [0, 1, 2].map((i) => AtomicBuffer.over(memory, i * termLength, termLength));
  return {
    termLength,
    fileName: '/images/1.logbuffer',
    termBuffers: [first!, second!, third!],
    metaData: AtomicBuffer.over(memory, 3 * termLength, LogBufferDescriptor.LOG_META_DATA_LENGTH),
    memory,
    free: () => true,
  };
}
