import { AtomicBuffer } from '../../src/agrona/mod.ts';
import { ConcurrentPublication } from '../../src/client/concurrent-publication.ts';
import { ExclusivePublication } from '../../src/client/exclusive-publication.ts';
import { Image } from '../../src/client/image.ts';
import type { Header } from '../../src/client/mod.ts';
import type { Platform } from '../../src/platform/mod.ts';
import { SimulatedWorld } from '../../src/platform/simulated/mod.ts';
import { DataHeaderFlyweight, LogBufferDescriptor, LogBuffers } from '../../src/protocol/mod.ts';

export const SESSION_ID = -1234567;
export const STREAM_ID = 1001;
export const TERM_LENGTH = 64 * 1024;
export const MTU_LENGTH = 1408;
const PAGE_SIZE = 4096;
const PUBLISHER_LIMIT_ID = 0;
const SUBSCRIBER_POSITION_ID = 1;
const COUNTER_LENGTH = 128;
export const COUNTERS_LENGTH = 8 * COUNTER_LENGTH;

export interface StreamOptions {
  readonly platform?: Platform;
  readonly initialTermId?: number;
  readonly termLength?: number;
  /** Path of the log. */
  readonly path?: string;
  /** Memory for the counters; by default the stream's own. */
  readonly counters?: AtomicBuffer;
  /** False: the log is there already. */
  readonly create?: boolean;
  /** Where the stream begins, in terms behind the initial one. */
  readonly termCount?: number;
  readonly termOffset?: number;
}

/** One stream without a driver: a log, the limit of its publisher and the position of its subscriber. */
export class Stream {
  readonly log: LogBuffers;
  readonly counters: AtomicBuffer;
  readonly errors: unknown[] = [];
  readonly #termLength: number;

  constructor(options: StreamOptions = {}) {
    const { initialTermId = 7, termLength = TERM_LENGTH, termCount = 0, termOffset = 0 } = options;
    const platform = options.platform ?? new SimulatedWorld({ seed: 1 }).host('a').process('client').platform;
    const path = options.path ?? '/dev/shm/1.logbuffer';
    this.counters = options.counters ?? AtomicBuffer.allocate(COUNTERS_LENGTH);
    this.#termLength = termLength;
    if (options.create === false) {
      this.log = new LogBuffers(platform, path);
      return;
    }
    this.log = LogBuffers.create(platform, path, termLength, PAGE_SIZE, { sparse: true });
    const { metaData } = this.log;
    const termId = (initialTermId + termCount) | 0;
    metaData.putInt32(LogBufferDescriptor.LOG_INITIAL_TERM_ID_OFFSET, initialTermId);
    metaData.putInt32(LogBufferDescriptor.LOG_MTU_LENGTH_OFFSET, MTU_LENGTH);
    const header = DataHeaderFlyweight.createDefaultHeader(SESSION_ID, STREAM_ID, termId);
    LogBufferDescriptor.storeDefaultFrameHeader(metaData, header);
    LogBufferDescriptor.initialiseTails(metaData, initialTermId, termId, termOffset);
    LogBufferDescriptor.putEndOfStreamPosition(metaData, LogBufferDescriptor.NO_END_OF_STREAM);
    LogBufferDescriptor.putIsConnected(metaData, true);
    this.position = termCount * termLength + termOffset;
    this.limit = this.position + termLength / 2;
  }

  /** How far publishers may go. */
  get limit(): number {
    return this.counters.getInt64(PUBLISHER_LIMIT_ID * COUNTER_LENGTH);
  }

  set limit(position: number) {
    this.counters.putInt64Release(PUBLISHER_LIMIT_ID * COUNTER_LENGTH, position);
  }

  /** What the subscriber has consumed. */
  get position(): number {
    return this.counters.getInt64(SUBSCRIBER_POSITION_ID * COUNTER_LENGTH);
  }

  set position(position: number) {
    this.counters.putInt64Release(SUBSCRIBER_POSITION_ID * COUNTER_LENGTH, position);
  }

  concurrent(): ConcurrentPublication {
    return new ConcurrentPublication(this.#publicationParameters());
  }

  exclusive(): ExclusivePublication {
    return new ExclusivePublication(this.#publicationParameters());
  }

  image(): Image {
    return new Image({
      subscription: undefined as never,
      sessionId: SESSION_ID,
      correlationId: 3,
      sourceIdentity: 'aeron:ipc',
      subscriberPositionId: SUBSCRIBER_POSITION_ID,
      countersValues: this.counters,
      subscriberPositionOffset: SUBSCRIBER_POSITION_ID * COUNTER_LENGTH,
      logBuffers: this.log,
      errorHandler: (error) => this.errors.push(error),
    });
  }

  /** As the driver does: zeroes what was consumed, and lets the publisher go half a term beyond. */
  advance(): void {
    const behind = this.position - this.#termLength;
    const dirtyTerm = Math.floor(behind / this.#termLength);
    if (behind >= 0) {
      this.log.termBuffers[dirtyTerm % 3]!.u8.fill(0);
    }
    this.limit = this.position + this.#termLength / 2;
  }

  #publicationParameters() {
    return {
      conductor: undefined as never,
      channel: 'aeron:ipc',
      streamId: STREAM_ID,
      sessionId: SESSION_ID,
      registrationId: 2,
      originalRegistrationId: 1,
      positionLimitId: PUBLISHER_LIMIT_ID,
      channelStatusId: -1,
      countersValues: this.counters,
      positionLimitOffset: PUBLISHER_LIMIT_ID * COUNTER_LENGTH,
      logBuffers: this.log,
    };
  }
}

/** `length` bytes that tell which message they are of. */
export function payload(length: number, seed = 0): AtomicBuffer {
  const buffer = AtomicBuffer.allocate(length);
  for (let i = 0; i < length; i++) {
    buffer.u8[i] = (i * 7 + seed * 31) & 0xff;
  }
  return buffer;
}

/** Copies what a handler is given into a list. */
export function collector() {
  const received: { bytes: Uint8Array; position: number; flags: number; reservedValue: bigint; sessionId: number }[] =
    [];
  const handler = (buffer: AtomicBuffer, offset: number, length: number, header: Header) => {
    received.push({
      bytes: buffer.copyBytes(offset, length),
      position: header.position,
      flags: header.flags,
      reservedValue: header.reservedValue,
      sessionId: header.sessionId,
    });
  };
  return { received, handler };
}
