import { AeronError, type AtomicBuffer } from '../agrona/mod.ts';
import { alignFrameLength } from './frame-descriptor.ts';
import { HEADER_LENGTH } from './frames/data-header-flyweight.ts';
import {
  compareAndSetWords,
  getAndAddWords,
  highWord,
  loadWordsVolatile,
  lowWord,
  storeWordsRelease,
} from './long-words.ts';

/*
 * A log buffer: three terms, used in turn, and behind them what there is to know about the log.
 *
 *   +----------------+ 0
 *   |     term 0     |
 *   +----------------+ term length
 *   |     term 1     |
 *   +----------------+ 2 * term length
 *   |     term 2     |
 *   +----------------+ 3 * term length
 *   |   (up to the   |
 *   |   page size)   |
 *   +----------------+ file length - 4096
 *   | log meta data  |
 *   +----------------+ file length
 *
 * Meta data:
 *
 *         0        1        2        3        4        5        6        7        8
 *         +--------+--------+--------+--------+--------+--------+--------+--------+
 *       0 |             tail of term 0: offset        |            term id        |
 *         +--------+--------+--------+--------+--------+--------+--------+--------+
 *       8 |             tail of term 1                                            |
 *         +--------+--------+--------+--------+--------+--------+--------+--------+
 *      16 |             tail of term 2                                            |
 *         +--------+--------+--------+--------+--------+--------+--------+--------+
 *      24 |         active term count         |
 *         +--------+--------+--------+--------+ ...
 *     128 |                        end of stream position                         |
 *         +--------+--------+--------+--------+--------+--------+--------+--------+
 *     136 |           is connected            |       active transport count      |
 *         +--------+--------+--------+--------+--------+--------+--------+--------+
 *         ...
 *     256 |                     registration or correlation id                    |
 *         +--------+--------+--------+--------+--------+--------+--------+--------+
 *     264 |          initial term id          |    default frame header length    |
 *         +--------+--------+--------+--------+--------+--------+--------+--------+
 *     272 |            mtu length             |            term length            |
 *         +--------+--------+--------+--------+--------+--------+--------+--------+
 *     280 |             page size             |     publication window length     |
 *         +--------+--------+--------+--------+--------+--------+--------+--------+
 *     288 |      receiver window length       |         socket send buffer        |
 *         +--------+--------+--------+--------+--------+--------+--------+--------+
 *     296 |     system default send buffer    |      system max send buffer       |
 *         +--------+--------+--------+--------+--------+--------+--------+--------+
 *     304 |      socket receive buffer        |   system default receive buffer   |
 *         +--------+--------+--------+--------+--------+--------+--------+--------+
 *     312 |     system max receive buffer     |            max resend             |
 *         +--------+--------+--------+--------+--------+--------+--------+--------+
 *     320 |  default frame header (32 of 128 bytes used) ...
 *         +--------+--------+--------+--------+--------+--------+--------+--------+
 *     448 |                              entity tag                               |
 *         +--------+--------+--------+--------+--------+--------+--------+--------+
 *     456 |                        response correlation id                        |
 *         +--------+--------+--------+--------+--------+--------+--------+--------+
 *     464 |                          linger timeout, ns                           |
 *         +--------+--------+--------+--------+--------+--------+--------+--------+
 *     472 |                 untethered window limit timeout, ns                   |
 *         +--------+--------+--------+--------+--------+--------+--------+--------+
 *     480 |                    untethered resting timeout, ns                     |
 *         +--------+--------+--------+--------+--------+--------+--------+--------+
 *     488 | group  |response| rejoin |reliable| sparse |  eos   |  ssc   | tether |
 *         +--------+--------+--------+--------+--------+--------+--------+--------+
 *     496 |revoked |  type  |     free        |
 *         +--------+--------+--------+--------+--------+--------+--------+--------+
 *     500 |                     untethered linger timeout, ns                     |
 *         +--------+--------+--------+--------+--------+--------+--------+--------+
 *
 * A tail says which term lies in a partition and how far it was claimed; the claim may run past the end of the
 * term. A term is known by its id, which starts anywhere among the 32-bit integers and wraps; the term count
 * counts from 0. Partition, position and id follow from each other:
 *
 *     term count = term id - initial term id (wrapping)       partition = term count mod 3
 *     position   = term count * term length + term offset
 */
export const PARTITION_COUNT = 3;
export const TERM_MIN_LENGTH = 64 * 1024;
export const TERM_MAX_LENGTH = 1024 * 1024 * 1024;
export const PAGE_MIN_SIZE = 4 * 1024;
export const PAGE_MAX_SIZE = 1024 * 1024 * 1024;

/** What a log belongs to, in its `type` field. */
export const LOG_BUFFER_TYPE_CONCURRENT_PUBLICATION = 0;
export const LOG_BUFFER_TYPE_EXCLUSIVE_PUBLICATION = 1;
export const LOG_BUFFER_TYPE_PUBLICATION_IMAGE = 2;

export const TERM_TAIL_COUNTERS_OFFSET = 0;
export const LOG_ACTIVE_TERM_COUNT_OFFSET = 24;
export const LOG_END_OF_STREAM_POSITION_OFFSET = 128;
export const LOG_IS_CONNECTED_OFFSET = 136;
export const LOG_ACTIVE_TRANSPORT_COUNT = 140;
export const LOG_CORRELATION_ID_OFFSET = 256;
export const LOG_INITIAL_TERM_ID_OFFSET = 264;
export const LOG_DEFAULT_FRAME_HEADER_LENGTH_OFFSET = 268;
export const LOG_MTU_LENGTH_OFFSET = 272;
export const LOG_TERM_LENGTH_OFFSET = 276;
export const LOG_PAGE_SIZE_OFFSET = 280;
export const LOG_PUBLICATION_WINDOW_LENGTH_OFFSET = 284;
export const LOG_RECEIVER_WINDOW_LENGTH_OFFSET = 288;
export const LOG_SOCKET_SNDBUF_LENGTH_OFFSET = 292;
export const LOG_OS_DEFAULT_SOCKET_SNDBUF_LENGTH_OFFSET = 296;
export const LOG_OS_MAX_SOCKET_SNDBUF_LENGTH_OFFSET = 300;
export const LOG_SOCKET_RCVBUF_LENGTH_OFFSET = 304;
export const LOG_OS_DEFAULT_SOCKET_RCVBUF_LENGTH_OFFSET = 308;
export const LOG_OS_MAX_SOCKET_RCVBUF_LENGTH_OFFSET = 312;
export const LOG_MAX_RESEND_OFFSET = 316;
export const LOG_DEFAULT_FRAME_HEADER_OFFSET = 320;
export const LOG_DEFAULT_FRAME_HEADER_MAX_LENGTH = 128;
export const LOG_ENTITY_TAG_OFFSET = 448;
export const LOG_RESPONSE_CORRELATION_ID_OFFSET = 456;
export const LOG_LINGER_TIMEOUT_NS_OFFSET = 464;
export const LOG_UNTETHERED_WINDOW_LIMIT_TIMEOUT_NS_OFFSET = 472;
export const LOG_UNTETHERED_RESTING_TIMEOUT_NS_OFFSET = 480;
export const LOG_GROUP_OFFSET = 488;
export const LOG_IS_RESPONSE_OFFSET = 489;
export const LOG_REJOIN_OFFSET = 490;
export const LOG_RELIABLE_OFFSET = 491;
export const LOG_SPARSE_OFFSET = 492;
export const LOG_SIGNAL_EOS_OFFSET = 493;
export const LOG_SPIES_SIMULATE_CONNECTION_OFFSET = 494;
export const LOG_TETHER_OFFSET = 495;
export const LOG_IS_PUBLICATION_REVOKED_OFFSET = 496;
export const LOG_TYPE_OFFSET = 497;
export const LOG_UNTETHERED_LINGER_TIMEOUT_NS_OFFSET = 500;
export const LOG_META_DATA_LENGTH = 4096;

/** The end-of-stream position of a stream that has not ended; in the log it is the largest 64-bit integer. */
export const NO_END_OF_STREAM = Number.MAX_SAFE_INTEGER;

const HIGHEST_SAFE_HIGH_WORD = 0x1fffff;

/** @throws AeronError INVALID_TERM_LENGTH unless a power of two from 64 KiB to 1 GiB. */
export function checkTermLength(termLength: number): void {
  if (!isPowerOfTwoWithin(termLength, TERM_MIN_LENGTH, TERM_MAX_LENGTH)) {
    throw new AeronError(
      'INVALID_TERM_LENGTH',
      `term length must be a power of two from ${TERM_MIN_LENGTH} to ${TERM_MAX_LENGTH}, not ${termLength}`,
    );
  }
}

/** @throws AeronError INVALID_PAGE_SIZE unless a power of two from 4 KiB to 1 GiB. */
export function checkPageSize(pageSize: number): void {
  if (!isPowerOfTwoWithin(pageSize, PAGE_MIN_SIZE, PAGE_MAX_SIZE)) {
    throw new AeronError(
      'INVALID_PAGE_SIZE',
      `page size must be a power of two from ${PAGE_MIN_SIZE} to ${PAGE_MAX_SIZE}, not ${pageSize}`,
    );
  }
}

function isPowerOfTwoWithin(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max && (value & (value - 1)) === 0;
}

/** Bytes of a log file: three terms and the meta data, up to a whole number of pages. */
export function computeLogLength(termLength: number, pageSize: number): number {
  const length = PARTITION_COUNT * termLength + LOG_META_DATA_LENGTH;
  return Math.ceil(length / pageSize) * pageSize;
}

/** log2 of a valid term length. */
export function positionBitsToShift(termLength: number): number {
  checkTermLength(termLength);
  return 31 - Math.clz32(termLength);
}

export function nextPartitionIndex(index: number): number {
  return index === PARTITION_COUNT - 1 ? 0 : index + 1;
}

export function indexByTerm(initialTermId: number, activeTermId: number): number {
  return ((activeTermId - initialTermId) | 0) % PARTITION_COUNT;
}

export function indexByTermCount(termCount: number): number {
  return termCount % PARTITION_COUNT;
}

export function indexByPosition(position: number, positionBitsToShift: number): number {
  return Math.floor(position / (1 << positionBitsToShift)) % PARTITION_COUNT;
}

/** How many terms a term id is after the initial one, wrapping as 32-bit integers do. */
export function computeTermCount(termId: number, initialTermId: number): number {
  return (termId - initialTermId) | 0;
}

export function computePosition(
  termId: number,
  termOffset: number,
  positionBitsToShift: number,
  initialTermId: number,
): number {
  return ((termId - initialTermId) | 0) * (1 << positionBitsToShift) + termOffset;
}

export function computeTermBeginPosition(termId: number, positionBitsToShift: number, initialTermId: number): number {
  return ((termId - initialTermId) | 0) * (1 << positionBitsToShift);
}

export function computeTermIdFromPosition(
  position: number,
  positionBitsToShift: number,
  initialTermId: number,
): number {
  return (Math.floor(position / (1 << positionBitsToShift)) + initialTermId) | 0;
}

/** `termLength` is a power of two. */
export function computeTermOffsetFromPosition(position: number, termLength: number): number {
  return position & (termLength - 1);
}

/** Bytes of log that a message of `length` takes in fragments of at most `maxPayloadLength`. */
export function computeFragmentedFrameLength(length: number, maxPayloadLength: number): number {
  const remainder = length % maxPayloadLength;
  const fullFragments = (length - remainder) / maxPayloadLength;
  const lastFrameLength = remainder > 0 ? alignFrameLength(remainder + HEADER_LENGTH) : 0;
  return fullFragments * (maxPayloadLength + HEADER_LENGTH) + lastFrameLength;
}

/** The frame length, unaligned, of a message of `length` as it is after its fragments were put together. */
export function computeAssembledFrameLength(length: number): number {
  return HEADER_LENGTH + length;
}

export function termLength(metaData: AtomicBuffer): number {
  return metaData.getInt32(LOG_TERM_LENGTH_OFFSET);
}

export function mtuLength(metaData: AtomicBuffer): number {
  return metaData.getInt32(LOG_MTU_LENGTH_OFFSET);
}

export function pageSize(metaData: AtomicBuffer): number {
  return metaData.getInt32(LOG_PAGE_SIZE_OFFSET);
}

export function initialTermId(metaData: AtomicBuffer): number {
  return metaData.getInt32(LOG_INITIAL_TERM_ID_OFFSET);
}

export function correlationId(metaData: AtomicBuffer): number {
  return metaData.getInt64(LOG_CORRELATION_ID_OFFSET);
}

export function isConnected(metaData: AtomicBuffer): boolean {
  return metaData.getInt32Volatile(LOG_IS_CONNECTED_OFFSET) === 1;
}

export function putIsConnected(metaData: AtomicBuffer, connected: boolean): void {
  metaData.putInt32Release(LOG_IS_CONNECTED_OFFSET, connected ? 1 : 0);
}

export function activeTransportCount(metaData: AtomicBuffer): number {
  return metaData.getInt32Volatile(LOG_ACTIVE_TRANSPORT_COUNT);
}

export function putActiveTransportCount(metaData: AtomicBuffer, count: number): void {
  metaData.putInt32Release(LOG_ACTIVE_TRANSPORT_COUNT, count);
}

/** Where the stream ends, or `NO_END_OF_STREAM`. */
export function endOfStreamPosition(metaData: AtomicBuffer): number {
  loadWordsVolatile(metaData, LOG_END_OF_STREAM_POSITION_OFFSET);
  const high = highWord();
  return high > HIGHEST_SAFE_HIGH_WORD ? NO_END_OF_STREAM : high * 4294967296 + (lowWord() >>> 0);
}

export function putEndOfStreamPosition(metaData: AtomicBuffer, position: number): void {
  if (position >= NO_END_OF_STREAM) {
    storeWordsRelease(metaData, LOG_END_OF_STREAM_POSITION_OFFSET, -1, 0x7fffffff);
  } else {
    metaData.putInt64Release(LOG_END_OF_STREAM_POSITION_OFFSET, position);
  }
}

export function isPublicationRevoked(metaData: AtomicBuffer): boolean {
  return metaData.getUint8(LOG_IS_PUBLICATION_REVOKED_OFFSET) === 1;
}

export function putIsPublicationRevoked(metaData: AtomicBuffer, revoked: boolean): void {
  metaData.putInt8(LOG_IS_PUBLICATION_REVOKED_OFFSET, revoked ? 1 : 0);
}

export function activeTermCount(metaData: AtomicBuffer): number {
  return metaData.getInt32Volatile(LOG_ACTIVE_TERM_COUNT_OFFSET);
}

export function putActiveTermCountRelease(metaData: AtomicBuffer, termCount: number): void {
  metaData.putInt32Release(LOG_ACTIVE_TERM_COUNT_OFFSET, termCount);
}

export function casActiveTermCount(metaData: AtomicBuffer, expected: number, update: number): boolean {
  return metaData.compareAndSetInt32(LOG_ACTIVE_TERM_COUNT_OFFSET, expected, update);
}

/**
 * The term offset of a partition's tail, as it is: possibly past the end of the term. `rawTailTermId()` then
 * has the term id that came with it in the same 64-bit load.
 */
export function rawTailVolatile(metaData: AtomicBuffer, partitionIndex: number): number {
  loadWordsVolatile(metaData, TERM_TAIL_COUNTERS_OFFSET + partitionIndex * 8);
  return lowWord() >>> 0;
}

/** `rawTailVolatile` of the partition that the active term count points to. */
export function activeRawTailVolatile(metaData: AtomicBuffer): number {
  return rawTailVolatile(metaData, activeTermCount(metaData) % PARTITION_COUNT);
}

/** The term id of the tail that this thread read, or added to, last. */
export function rawTailTermId(): number {
  return highWord();
}

/**
 * Claims `alignedLength` bytes behind a partition's tail, among any number of claiming processes. Returns
 * the term offset before; `rawTailTermId()` then has the term id before.
 */
export function getAndAddRawTail(metaData: AtomicBuffer, partitionIndex: number, alignedLength: number): number {
  getAndAddWords(metaData, TERM_TAIL_COUNTERS_OFFSET + partitionIndex * 8, alignedLength);
  return lowWord() >>> 0;
}

/** For the one writer of a log: the tail is at `termOffset` of `termId` now. */
export function putRawTailRelease(
  metaData: AtomicBuffer,
  partitionIndex: number,
  termId: number,
  termOffset: number,
): void {
  storeWordsRelease(metaData, TERM_TAIL_COUNTERS_OFFSET + partitionIndex * 8, termOffset, termId);
}

/** Before the log is shared, or for its one writer: the partition holds an empty term `termId`. */
export function initialiseTailWithTermId(metaData: AtomicBuffer, partitionIndex: number, termId: number): void {
  storeWordsRelease(metaData, TERM_TAIL_COUNTERS_OFFSET + partitionIndex * 8, 0, termId);
}

/**
 * Tails of a new log whose first message will be at `termOffset` of `termId`: that partition has it, the
 * others hold the terms before it, and the active term count is set.
 */
export function initialiseTails(
  metaData: AtomicBuffer,
  initialTermId: number,
  termId: number,
  termOffset: number,
): void {
  const termCount = computeTermCount(termId, initialTermId);
  let index = indexByTermCount(termCount);
  putRawTailRelease(metaData, index, termId, termOffset);
  for (let i = 1; i < PARTITION_COUNT; i++) {
    index = nextPartitionIndex(index);
    initialiseTailWithTermId(metaData, index, (termId + i - PARTITION_COUNT) | 0);
  }
  putActiveTermCountRelease(metaData, termCount);
}

/**
 * Moves from the full term of `termCount` and `termId` to the next; any number of processes may try, one
 * does it. True for the one that moved the active term count.
 */
export function rotateLog(metaData: AtomicBuffer, termCount: number, termId: number): boolean {
  const nextTermId = (termId + 1) | 0;
  const nextTermCount = termCount + 1;
  const offset = TERM_TAIL_COUNTERS_OFFSET + indexByTermCount(nextTermCount) * 8;
  const expectedTermId = (nextTermId - PARTITION_COUNT) | 0;
  do {
    loadWordsVolatile(metaData, offset);
    if (highWord() !== expectedTermId) {
      break;
    }
  } while (!compareAndSetWords(metaData, offset, lowWord(), expectedTermId, 0, nextTermId));
  return casActiveTermCount(metaData, termCount, nextTermCount);
}

/** Keeps a 32-byte header for the frames of the log. */
export function storeDefaultFrameHeader(metaData: AtomicBuffer, defaultHeader: AtomicBuffer): void {
  metaData.putInt32(LOG_DEFAULT_FRAME_HEADER_LENGTH_OFFSET, HEADER_LENGTH);
  metaData.putBytes(LOG_DEFAULT_FRAME_HEADER_OFFSET, defaultHeader, 0, HEADER_LENGTH);
}

/** A copy of the header that the log keeps for its frames. */
export function defaultFrameHeader(metaData: AtomicBuffer): Uint8Array {
  return metaData.copyBytes(LOG_DEFAULT_FRAME_HEADER_OFFSET, HEADER_LENGTH);
}

/** Writes the log's default header at a frame. */
export function applyDefaultHeader(metaData: AtomicBuffer, termBuffer: AtomicBuffer, termOffset: number): void {
  termBuffer.putBytes(termOffset, metaData, LOG_DEFAULT_FRAME_HEADER_OFFSET, HEADER_LENGTH);
}
