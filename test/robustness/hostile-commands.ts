import type { AtomicBuffer } from '../../src/agrona/mod.ts';
import type { Prng } from '../../src/platform/simulated/mod.ts';
import {
  ControlProtocolEvents as Command,
  CorrelatedMessageFlyweight,
  CounterMessageFlyweight,
  DestinationByIdMessageFlyweight,
  DestinationMessageFlyweight,
  GetNextAvailableSessionIdMessageFlyweight,
  PublicationMessageFlyweight,
  RejectImageFlyweight,
  RemovePublicationFlyweight,
  StaticCounterMessageFlyweight,
  SubscriptionMessageFlyweight,
  TerminateDriverFlyweight,
} from '../../src/protocol/mod.ts';

/** Ids of made-up clients and their resources: far from those of real ones, which are counted up from 1. */
const FOREIGN_IDS = 2 ** 40 + 1_000_000_000;
/** Streams that no good client is on. */
const FOREIGN_STREAM_IDS = [7001, 7002, 7003];
const EXTREMES = [0, 1, -1, 7, 255, 0xffff, 1_000_000, 0x7fffffff, -0x80000000];
/** Neither space on the file system nor a name server is asked for: the machine is not the victim. */
const VALUES = ['', '0', '-1', '64k', '64m', '65536', '1408', 'true', 'manual', 'dynamic', 'response', 'tag:5', 'min'];
const ADDRESS_KEYS = ['control', 'endpoint', 'interface'];
const ADDRESSES = [
  '',
  ':',
  '127.0.0.1',
  '127.0.0.1:0',
  '127.0.0.1:99999',
  '127.0.0.1:-1',
  '127.0.0.1/8',
  '[::1]:1',
  '[::1',
];
const HOST = '=127.0.0.1:';
/** Bytes of a command before the name of a host in its channel, if it has one. */
const BEFORE_HOST = 40;
const KEYS = [
  'alias',
  'control-mode',
  'eos',
  'fc',
  'group',
  'gtag',
  'init-term-id',
  'linger',
  'mtu',
  'rcv-wnd',
  'rejoin',
  'reliable',
  'response-correlation-id',
  'session-id',
  'so-rcvbuf',
  'ssc',
  'stream-id',
  'tags',
  'term-id',
  'term-length',
  'term-offset',
  'tether',
  'ttl',
];

export interface HostileCommand {
  readonly msgTypeId: number;
  readonly length: number;
}

type Make = () => number;

/**
 * Commands of clients that do not exist or have lost their minds: of unknown types, cut off, with strings that
 * reach beyond their end, random channels, other clients' ids and ids that nobody has.
 */
export class HostileCommands {
  /** How many of each kind were made. */
  readonly counts: Record<string, number> = {};
  readonly #random: Prng;
  readonly #buffer: AtomicBuffer;
  readonly #channels: readonly string[];
  readonly #commands: readonly (readonly [msgTypeId: number, make: Make])[];
  #nextId = FOREIGN_IDS;

  /** Commands are made at the beginning of `buffer`, of at least 64 KiB. `channels` are those of good clients. */
  constructor(random: Prng, buffer: AtomicBuffer, channels: readonly string[]) {
    this.#random = random;
    this.#buffer = buffer;
    this.#channels = channels;
    this.#commands = this.#wellFormed();
  }

  /** Makes the next one at the beginning of the buffer. */
  next(): HostileCommand {
    const kind = this.#pick(['well-formed', 'well-formed', 'mutated', 'truncated', 'bad length', 'unknown', 'noise']);
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
    const [msgTypeId, make] = this.#pick(this.#commands);
    const length = make();
    switch (kind) {
      case 'mutated':
        for (let i = this.#random.below(3); i >= 0; i--) {
          this.#buffer.putInt8(this.#random.below(Math.min(length, BEFORE_HOST)), this.#random.nextInt32());
        }
        return { msgTypeId, length };
      case 'truncated':
        return { msgTypeId, length: this.#random.below(length) };
      case 'bad length': {
        const word = 16 + 4 * this.#random.below((BEFORE_HOST - 16) >> 2);
        this.#buffer.putInt32(word, this.#pick([...EXTREMES, length, length - word - 3]));
        return { msgTypeId, length };
      }
      case 'unknown':
        return { msgTypeId: this.#unknownType(), length };
      case 'noise':
        return { msgTypeId, length: this.#noise() };
      default:
        return { msgTypeId, length };
    }
  }

  #wellFormed(): readonly (readonly [msgTypeId: number, make: Make])[] {
    const buffer = this.#buffer;
    const publication = () =>
      PublicationMessageFlyweight.encode(buffer, 0, {
        ...this.#ids(),
        streamId: this.#streamId(),
        channel: this.#channel(),
      });
    const subscription = () =>
      SubscriptionMessageFlyweight.encode(buffer, 0, {
        ...this.#ids(),
        registrationCorrelationId: -1,
        streamId: this.#streamId(),
        channel: this.#channel(),
      });
    const destination = () =>
      DestinationMessageFlyweight.encode(buffer, 0, {
        ...this.#ids(),
        registrationCorrelationId: this.#someId(),
        channel: this.#channel(),
      });
    const remove = () =>
      RemovePublicationFlyweight.encode(buffer, 0, {
        ...this.#ids(),
        registrationId: this.#someId(),
        revoke: this.#random.chance(0.5),
      });
    const correlated = () => CorrelatedMessageFlyweight.encode(buffer, 0, this.#ids());
    const counter = () => ({
      ...this.#ids(),
      typeId: this.#random.nextInt32(),
      key: new Uint8Array(this.#random.below(200)),
      label: this.#text(this.#random.below(500)),
    });
    return [
      [Command.ADD_PUBLICATION, publication],
      [Command.ADD_EXCLUSIVE_PUBLICATION, publication],
      [Command.ADD_SUBSCRIPTION, subscription],
      [Command.ADD_SUBSCRIPTION, subscription],
      [Command.ADD_DESTINATION, destination],
      [Command.REMOVE_DESTINATION, destination],
      [Command.ADD_RCV_DESTINATION, destination],
      [Command.REMOVE_RCV_DESTINATION, destination],
      [Command.REMOVE_PUBLICATION, remove],
      [Command.REMOVE_SUBSCRIPTION, remove],
      [Command.REMOVE_COUNTER, remove],
      [Command.CLIENT_KEEPALIVE, correlated],
      [Command.CLIENT_CLOSE, correlated],
      [Command.ADD_COUNTER, () => CounterMessageFlyweight.encode(buffer, 0, counter())],
      [
        Command.ADD_STATIC_COUNTER,
        () =>
          StaticCounterMessageFlyweight.encode(buffer, 0, {
            ...counter(),
            registrationId: BigInt(this.#random.below(50)),
          }),
      ],
      [
        Command.REJECT_IMAGE,
        () =>
          RejectImageFlyweight.encode(buffer, 0, {
            ...this.#ids(),
            imageCorrelationId: this.#someId(),
            position: this.#random.nextInt32(),
            reason: this.#text(this.#random.below(3_000)),
          }),
      ],
      [
        Command.REMOVE_DESTINATION_BY_ID,
        () =>
          DestinationByIdMessageFlyweight.encode(buffer, 0, {
            ...this.#ids(),
            resourceRegistrationId: this.#someId(),
            destinationRegistrationId: this.#someId(),
          }),
      ],
      [
        Command.GET_NEXT_AVAILABLE_SESSION_ID,
        () =>
          GetNextAvailableSessionIdMessageFlyweight.encode(buffer, 0, { ...this.#ids(), streamId: this.#streamId() }),
      ],
      [
        Command.TERMINATE_DRIVER,
        () =>
          TerminateDriverFlyweight.encode(buffer, 0, {
            ...this.#ids(),
            token: new Uint8Array(this.#random.below(100)),
          }),
      ],
    ];
  }

  #noise(): number {
    const length = this.#random.below(300);
    for (let i = 16; i < length; i++) {
      this.#buffer.putInt8(i, this.#random.nextInt32());
    }
    this.#ids();
    return length;
  }

  #ids(): { clientId: number; correlationId: number } {
    const clientId = this.#random.chance(0.9) ? FOREIGN_IDS - 1 - this.#random.below(8) : -this.#random.below(1_000);
    return { clientId, correlationId: this.#nextId++ };
  }

  /** Often of something that was added lately. */
  #someId(): number {
    return this.#random.chance(0.8) ? Math.max(FOREIGN_IDS, this.#nextId - 1 - this.#random.below(50)) : -1;
  }

  #streamId(): number {
    return this.#random.chance(0.8) ? this.#pick(FOREIGN_STREAM_IDS) : this.#random.nextInt32();
  }

  #unknownType(): number {
    return this.#pick([0x13, 0x99, 0x0f01, 0x0f0a, 0x7fffffff, 1 + this.#random.below(0x7ffffffe)]);
  }

  #channel(): string {
    const channel = this.#pick(this.#channels);
    switch (this.#random.below(5)) {
      case 0:
        return channel;
      case 1:
        return this.#pick([`aeron-spy:${channel}`, 'aeron:udp?control-mode=manual', 'aeron:ipc?alias=x']);
      case 2:
        return this.#withParams(channel);
      case 3: {
        const hostIndex = channel.indexOf(HOST);
        const choice = this.#random.below(channel.length - (hostIndex < 0 ? 0 : HOST.length));
        const index = hostIndex < 0 || choice < hostIndex ? choice : choice + HOST.length;
        return channel.slice(0, index) + this.#text(this.#random.below(4)) + channel.slice(index + 1);
      }
      default:
        return this.#text(this.#random.chance(0.1) ? 5_000 : this.#random.below(60));
    }
  }

  #withParams(channel: string): string {
    const params = Array.from({ length: 1 + this.#random.below(4) }, () => this.#param());
    return `${channel}${channel.includes('?') ? '|' : '?'}${params.join('|')}`;
  }

  #param(): string {
    if (this.#random.chance(0.2)) {
      return `${this.#pick(ADDRESS_KEYS)}=${this.#pick(ADDRESSES)}`;
    }
    return `${this.#pick(KEYS)}=${this.#random.chance(0.8) ? this.#pick(VALUES) : this.#text(5)}`;
  }

  /** Printable mostly. Without letters, or it might be the name of a host. */
  #text(length: number): string {
    let text = '';
    for (let i = 0; i < length; i++) {
      const code = this.#random.chance(0.05) ? 1 + this.#random.below(0xd7ff) : 33 + this.#random.below(31);
      text += String.fromCharCode(code);
    }
    return text;
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#random.below(items.length)]!;
  }
}
