import type { AtomicBuffer } from '../../src/agrona/mod.ts';
import type { Prng } from '../../src/platform/simulated/mod.ts';
import {
  DataHeaderFlyweight,
  ErrorFlyweight,
  HeaderFlyweight,
  NakFlyweight,
  ResponseSetupFlyweight,
  RttMeasurementFlyweight,
  SetupFlyweight,
  StatusMessageFlyweight,
} from '../../src/protocol/mod.ts';

/** A stream that must not be disturbed, and whose ids the frames pretend to belong to. */
export interface VictimStream {
  readonly streamId: number;
  readonly sessionId: number;
  readonly initialTermId: number;
  readonly termLength: number;
  /** Counter of what its sender has sent. */
  readonly senderPositionId: number;
}

const { HDR_TYPE_DATA, HDR_TYPE_PAD } = HeaderFlyweight;
const HEADER_LENGTH = DataHeaderFlyweight.HEADER_LENGTH;
const INT32_MAX = 0x7fffffff;
const INT32_MIN = -0x80000000;
const EXTREMES = [0, 1, -1, 7, 8, 31, 32, 33, 0xffff, 0x10000, INT32_MAX, INT32_MIN, INT32_MIN + 1];
/** What UDP over IPv4 can carry. */
const MAX_DATAGRAM_LENGTH = 65_507;
/* Fields of a setup frame, and the length of the text in an error frame. */
const TERM_OFFSET_FIELD_OFFSET = 8;
const ACTIVE_TERM_ID_FIELD_OFFSET = 24;
const TERM_LENGTH_FIELD_OFFSET = 28;
const MTU_LENGTH_FIELD_OFFSET = 32;
const ERROR_STRING_FIELD_OFFSET = 36;
/** Terms that a victim will not get to while the test runs. */
const FAR_TERMS = 1_000_000;

/**
 * Datagrams that no sender or receiver would send: noise, frames whose parts contradict each other, and
 * well-formed frames of streams and for positions that cannot be. None is what an honest peer of a victim
 * could have sent, or the victim would be right to believe it.
 */
export class HostileFrames {
  /** How many of each kind were made. */
  readonly counts: Record<string, number> = {};
  readonly #random: Prng;
  readonly #buffer: AtomicBuffer;
  readonly #victims: readonly VictimStream[];
  readonly #counterValue: (counterId: number) => number;
  readonly #kinds: readonly (readonly [name: string, make: () => number])[];

  /** Frames are made at the beginning of `buffer`, of at least 64 KiB. */
  constructor(
    random: Prng,
    buffer: AtomicBuffer,
    victims: readonly VictimStream[],
    counterValue: (counterId: number) => number,
  ) {
    this.#counterValue = counterValue;
    this.#random = random;
    this.#buffer = buffer;
    this.#victims = victims;
    this.#kinds = [
      ['noise', () => this.#noise()],
      ['noise with a header', () => this.#noiseWithHeader()],
      ['empty', () => 0],
      ['huge', () => this.#huge()],
      ['contradictory data', () => this.#contradictoryData()],
      ['data far away', () => this.#dataFarAway()],
      ['end of stream far away', () => this.#endOfStreamFarAway()],
      ['data of strangers', () => this.#dataOfStrangers()],
      ['setup of strangers', () => this.#setup(this.#random.nextInt32(), this.#victim())],
      ['absurd setup', () => this.#absurdSetup()],
      ['setup of a victim', () => this.#setup(this.#victim().sessionId, this.#victim())],
      ['RTT', () => this.#rtt()],
      ['status message', () => this.#statusMessage()],
      ['NAK', () => this.#nak()],
      ['error', () => this.#error()],
      ['response setup', () => this.#responseSetup()],
      ['mutated', () => this.#mutated()],
    ];
  }

  /** Makes the next one; returns its length in bytes. */
  next(): number {
    const [name, make] = this.#pick(this.#kinds);
    this.counts[name] = (this.counts[name] ?? 0) + 1;
    return make();
  }

  #noise(length = this.#random.below(2_000)): number {
    for (let i = 0; i < length; i += 4) {
      this.#buffer.putInt32(i, this.#random.nextInt32());
    }
    return length;
  }

  #noiseWithHeader(): number {
    const length = this.#noise(8 + this.#random.below(1_500));
    const type = this.#random.chance(0.8) ? this.#random.below(16) : this.#random.nextInt32();
    const lengths = [length, length - 1, length + 1, length * 2, length & ~31, ...EXTREMES];
    this.#buffer.putInt32(HeaderFlyweight.FRAME_LENGTH_FIELD_OFFSET, this.#pick(lengths));
    this.#buffer.putInt8(HeaderFlyweight.VERSION_FIELD_OFFSET, this.#random.chance(0.8) ? 0 : this.#random.below(256));
    this.#buffer.putInt16(HeaderFlyweight.TYPE_FIELD_OFFSET, type);
    this.#keepFromVictims();
    return length;
  }

  #huge(): number {
    const victim = this.#victim();
    const length = MAX_DATAGRAM_LENGTH - this.#random.below(64);
    this.#data(this.#stranger(), victim, length, HDR_TYPE_DATA, 0, victim.initialTermId);
    return length;
  }

  /** Of a victim, just where its receiver waits for data, and not to be believed. */
  #contradictoryData(): number {
    const victim = this.#victim();
    const { sessionId, termLength } = victim;
    const { termId, termOffset } = this.#near(victim);
    const length = HEADER_LENGTH * (3 + this.#random.below(40));
    this.#data(sessionId, victim, length, HDR_TYPE_DATA, termOffset, termId);
    switch (this.#random.below(8)) {
      case 0: {
        const lengths = [0, -1, 1, 31, length + 1, length + 32, INT32_MAX, INT32_MIN, -length];
        this.#buffer.putInt32(0, this.#pick(lengths));
        return length;
      }
      case 1: {
        const offsets = [-32, -1, 1, 17, INT32_MIN, INT32_MAX, termLength, termLength - 32, termOffset + 8];
        this.#buffer.putInt32(DataHeaderFlyweight.TERM_OFFSET_FIELD_OFFSET, this.#pick(offsets));
        return length;
      }
      case 2:
        this.#buffer.putInt8(HeaderFlyweight.VERSION_FIELD_OFFSET, 1 + this.#random.below(255));
        return length;
      case 3:
        return length - 1 - this.#random.below(31);
      case 4:
        // A second frame that says it lies elsewhere.
        this.#buffer.putInt32(0, HEADER_LENGTH);
        this.#header(HEADER_LENGTH, length - HEADER_LENGTH, sessionId, victim, termOffset + 64, termId);
        return length;
      case 5:
        // A second frame that is longer than the datagram.
        this.#buffer.putInt32(0, HEADER_LENGTH);
        this.#header(HEADER_LENGTH, length, sessionId, victim, termOffset + 32, termId);
        return length;
      case 6:
        // A first frame that does not fill the datagram, with noise behind it.
        this.#buffer.putInt32(0, length - HEADER_LENGTH);
        this.#header(length - HEADER_LENGTH, INT32_MIN, this.#stranger(), victim, this.#random.nextInt32(), termId);
        return length;
      default:
        return HEADER_LENGTH - 1 - this.#random.below(24);
    }
  }

  /** Well-formed data of a victim that its receiver cannot have room for. */
  #dataFarAway(): number {
    const victim = this.#victim();
    const length = HEADER_LENGTH * (2 + this.#random.below(20));
    const type = this.#random.chance(0.2) ? HDR_TYPE_PAD : HDR_TYPE_DATA;
    this.#data(victim.sessionId, victim, length, type, 0, this.#farTermId(victim));
    return length;
  }

  #endOfStreamFarAway(): number {
    const victim = this.#victim();
    const flags = this.#pick([
      DataHeaderFlyweight.BEGIN_END_AND_EOS_FLAGS,
      DataHeaderFlyweight.BEGIN_END_EOS_AND_REVOKED_FLAGS,
      DataHeaderFlyweight.BEGIN_AND_END_FLAGS,
    ]);
    DataHeaderFlyweight.encode(
      this.#buffer,
      0,
      0,
      flags,
      HDR_TYPE_DATA,
      32 * this.#random.below(64),
      victim.sessionId,
      victim.streamId,
      this.#farTermId(victim),
    );
    return HEADER_LENGTH;
  }

  #dataOfStrangers(): number {
    const victim = this.#victim();
    const length = HEADER_LENGTH * (1 + this.#random.below(40));
    this.#data(this.#stranger(), victim, length, HDR_TYPE_DATA, 32 * this.#random.below(100), victim.initialTermId);
    return length;
  }

  #setup(sessionId: number, victim: VictimStream): number {
    const initialTermId = this.#random.chance(0.5) ? victim.initialTermId : this.#random.nextInt32();
    const activeTermId = (initialTermId + this.#random.below(3)) | 0;
    const termOffset = 32 * this.#random.below(100);
    SetupFlyweight.encode(
      this.#buffer,
      0,
      this.#random.below(256),
      termOffset,
      sessionId,
      victim.streamId,
      initialTermId,
      activeTermId,
      64 * 1024,
      1408,
      this.#random.below(256),
    );
    return SetupFlyweight.HEADER_LENGTH;
  }

  #absurdSetup(): number {
    const length = this.#setup(this.#stranger(), this.#victim());
    const [offset, values] = this.#pick<readonly [number, readonly number[]]>([
      [TERM_LENGTH_FIELD_OFFSET, [...EXTREMES, 100_000, 2 ** 30 + 2 ** 29]],
      [MTU_LENGTH_FIELD_OFFSET, [...EXTREMES, 65_504, 65_536, 1_409, 9_000]],
      [ACTIVE_TERM_ID_FIELD_OFFSET, [...EXTREMES, this.#random.nextInt32()]],
      [TERM_OFFSET_FIELD_OFFSET, [...EXTREMES, 64 * 1024, 64 * 1024 - 32]],
    ]);
    this.#buffer.putInt32(offset, this.#pick(values));
    return length;
  }

  #rtt(): number {
    const victim = this.#victim();
    RttMeasurementFlyweight.encode(
      this.#buffer,
      0,
      this.#random.below(256),
      this.#random.chance(0.5) ? victim.sessionId : this.#random.nextInt32(),
      victim.streamId,
      this.#int64(),
      this.#int64(),
      this.#random.chance(0.5) ? 0n : this.#int64(),
    );
    return RttMeasurementFlyweight.HEADER_LENGTH;
  }

  #statusMessage(): number {
    const victim = this.#victim();
    const flags = this.#pick([
      0,
      StatusMessageFlyweight.SEND_SETUP_FLAG,
      StatusMessageFlyweight.END_OF_STREAM_FLAG,
      this.#random.below(256),
    ]);
    return StatusMessageFlyweight.encode(
      this.#buffer,
      0,
      flags,
      this.#random.chance(0.8) ? victim.sessionId : this.#random.nextInt32(),
      victim.streamId,
      this.#farTermId(victim),
      this.#random.chance(0.5) ? this.#offsetWithin(victim) : this.#pick([...EXTREMES, victim.termLength]),
      this.#random.chance(0.5) ? this.#random.below(victim.termLength / 2) : this.#pick(EXTREMES),
      this.#int64(),
      this.#random.chance(0.3) ? this.#int64() : undefined,
    );
  }

  #nak(): number {
    const victim = this.#victim();
    NakFlyweight.encode(
      this.#buffer,
      0,
      this.#random.chance(0.8) ? victim.sessionId : this.#random.nextInt32(),
      victim.streamId,
      this.#random.chance(0.5) ? this.#farTermId(victim) : this.#near(victim).termId,
      this.#random.chance(0.5) ? this.#offsetWithin(victim) : this.#pick([...EXTREMES, victim.termLength]),
      this.#random.chance(0.5) ? 32 * this.#random.below(100) : this.#pick([...EXTREMES, victim.termLength]),
    );
    return NakFlyweight.HEADER_LENGTH;
  }

  #error(): number {
    const victim = this.#victim();
    const length = ErrorFlyweight.encode(
      this.#buffer,
      0,
      this.#random.chance(0.8) ? victim.sessionId : this.#random.nextInt32(),
      victim.streamId,
      this.#int64(),
      this.#random.chance(0.3) ? this.#int64() : undefined,
      this.#random.nextInt32(),
      'ä'.repeat(this.#random.below(600)),
    );
    if (this.#random.chance(0.5)) {
      this.#buffer.putInt32(ERROR_STRING_FIELD_OFFSET, this.#pick([...EXTREMES, length]));
    }
    return length;
  }

  #responseSetup(): number {
    const victim = this.#victim();
    const { sessionId, streamId } = victim;
    ResponseSetupFlyweight.encode(this.#buffer, 0, sessionId, streamId, this.#random.nextInt32());
    return ResponseSetupFlyweight.HEADER_LENGTH;
  }

  /** A frame of strangers with some bytes changed, cut off or added. */
  #mutated(): number {
    const make = this.#pick([
      () => this.#dataOfStrangers(),
      () => this.#setup(this.#stranger(), this.#victim()),
      () => this.#statusMessage(),
      () => this.#error(),
      () => this.#rtt(),
    ]);
    const length = make();
    this.#buffer.putInt32(DataHeaderFlyweight.SESSION_ID_FIELD_OFFSET, this.#stranger());
    for (let i = this.#random.below(6); i >= 0; i--) {
      this.#buffer.putInt8(this.#random.below(Math.min(length, 48)), this.#random.nextInt32());
    }
    this.#keepFromVictims();
    return this.#random.chance(0.5) ? length : this.#random.below(length + 64);
  }

  /** Noise must not happen to be data of a victim, wherever a type keeps its session id. */
  #keepFromVictims(): void {
    for (const offset of [8, 12]) {
      if (this.#victims.some(({ sessionId }) => sessionId === this.#buffer.getInt32(offset))) {
        this.#buffer.putInt32(offset, this.#stranger());
      }
    }
  }

  /** A session id that no victim has. */
  #stranger(): number {
    for (;;) {
      const sessionId = this.#random.chance(0.7) ? this.#random.below(200) : this.#random.nextInt32();
      if (!this.#victims.some((victim) => victim.sessionId === sessionId)) {
        return sessionId;
      }
    }
  }

  #data(
    sessionId: number,
    victim: VictimStream,
    length: number,
    type: number,
    termOffset: number,
    termId: number,
  ): void {
    for (let i = HEADER_LENGTH; i < Math.min(length, 256); i += 4) {
      this.#buffer.putInt32(i, this.#random.nextInt32());
    }
    this.#header(0, length, sessionId, victim, termOffset, termId, type);
  }

  #header(
    offset: number,
    length: number,
    sessionId: number,
    { streamId }: VictimStream,
    termOffset: number,
    termId: number,
    type: number = HDR_TYPE_DATA,
  ): void {
    const flags = DataHeaderFlyweight.BEGIN_AND_END_FLAGS;
    DataHeaderFlyweight.encode(this.#buffer, offset, length, flags, type, termOffset, sessionId, streamId, termId | 0);
  }

  /** Where the victim's receiver has room, as far as one can know from outside. */
  #near({ senderPositionId, initialTermId, termLength }: VictimStream): { termId: number; termOffset: number } {
    const position = this.#counterValue(senderPositionId) + HEADER_LENGTH * this.#random.below(256);
    return { termId: (initialTermId + Math.floor(position / termLength)) | 0, termOffset: position % termLength };
  }

  #offsetWithin({ termLength }: VictimStream): number {
    return HEADER_LENGTH * this.#random.below(termLength / HEADER_LENGTH);
  }

  #farTermId({ initialTermId }: VictimStream): number {
    const distance = this.#random.chance(0.5)
      ? FAR_TERMS + this.#random.below(FAR_TERMS)
      : -1 - this.#random.below(1_000);
    return (initialTermId + distance) | 0;
  }

  #int64(): bigint {
    return (BigInt(this.#random.nextInt32()) << 32n) | BigInt(this.#random.nextInt32() >>> 0);
  }

  #victim(): VictimStream {
    return this.#pick(this.#victims);
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#random.below(items.length)]!;
  }
}
