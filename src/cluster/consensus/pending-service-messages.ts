import { AtomicBuffer, BitUtil } from '../../agrona/mod.ts';
import { MessageHeaderEncoder, SessionMessageHeaderDecoder, SessionMessageHeaderEncoder } from '../codecs/mod.ts';
import { ClusterError } from './errors.ts';

/** Messages of a service that go to the log in one round. */
const POLL_LIMIT = 20;
/** Of all that waits, as upstream accounts for it. */
const MAX_CAPACITY = 2 ** 30 - 8;
const RECORD_HEADER_LENGTH = 8;
const SESSION_HEADER_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH + SessionMessageHeaderEncoder.BLOCK_LENGTH;
const NOT_APPENDED = Number.POSITIVE_INFINITY;
const NOT_APPENDED_TIMESTAMP = 2n ** 63n - 1n;

/** A message that a service has offered to its own cluster. */
export interface PendingServiceMessage {
  /** Names it: the service's id in the highest byte, below it a count that all members come to alike. */
  readonly clusterSessionId: bigint;
  /** Message header, session header and body. */
  readonly buffer: AtomicBuffer;
  /** Where the leader's log ended behind it; Infinity until it is there. */
  appendPosition: number;
}

/**
 * The messages that one service has offered to the cluster and that are not known to be committed. Every
 * member's service offers the same ones, at the same place of the log; only the leader appends them, and what
 * the log brings back is crossed off by its id. So each comes into the log exactly once, whoever leads:
 *
 *     offered by the service      ... 41 42 43 44 45      nextServiceSessionId = 46
 *     committed in the log        ... 41 42               logServiceSessionId  = 42
 *     pending                              43 44 45       43 appended by the leader, 44 and 45 not yet
 *
 * After a fail-over, what was appended and not committed is appended again. A restarted service offers again
 * what the log already has; such ids are at or below `logServiceSessionId` and dropped.
 *
 * Upstream: `io.aeron.cluster.PendingServiceMessageTracker`.
 */
export class PendingServiceMessages {
  readonly serviceId: number;
  /** Of the next message offered. */
  nextServiceSessionId: bigint;
  /** Of the last message that the log has. */
  logServiceSessionId: bigint;
  readonly #header = new SessionMessageHeaderEncoder();
  readonly #messageHeader = new MessageHeaderEncoder();
  #messages: PendingServiceMessage[] = [];
  /** How many of them, from the first, are appended. */
  #appended = 0;
  #byteLength = 0;

  constructor(serviceId: number) {
    this.serviceId = serviceId;
    this.logServiceSessionId = BigInt.asIntN(64, (BigInt(serviceId) << 56n) | -(2n ** 63n));
    this.nextServiceSessionId = this.logServiceSessionId + 1n;
  }

  /** What upstream's ring buffer would hold, in bytes. */
  get byteLength(): number {
    return this.#byteLength;
  }

  get isEmpty(): boolean {
    return this.#messages.length === 0;
  }

  /** A service has offered `length` bytes. @throws ClusterError PENDING_MESSAGES_FULL */
  enqueue(buffer: AtomicBuffer, offset: number, length: number): void {
    const clusterSessionId = this.nextServiceSessionId++;
    if (clusterSessionId <= this.logServiceSessionId) {
      return;
    }
    const copy = AtomicBuffer.allocate(SESSION_HEADER_LENGTH + length);
    this.#header
      .wrapAndApplyHeader(copy, 0, this.#messageHeader)
      .leadershipTermId(-1)
      .clusterSessionId(clusterSessionId)
      .timestamp(NOT_APPENDED_TIMESTAMP);
    copy.putBytes(SESSION_HEADER_LENGTH, buffer, offset, length);
    this.#push({ clusterSessionId, buffer: copy, appendPosition: NOT_APPENDED });
  }

  /** Gives what is not yet appended to `append`, in order, until it returns no position. Returns how many it took. */
  poll(append: (message: PendingServiceMessage) => number): number {
    let count = 0;
    while (count < POLL_LIMIT && this.#appended < this.#messages.length) {
      const message = this.#messages[this.#appended]!;
      const position = append(message);
      if (position <= 0) {
        break;
      }
      message.appendPosition = position;
      this.#appended++;
      count++;
    }
    return count;
  }

  /** The leader has committed its log up to here. */
  onCommitted(commitPosition: number): void {
    let count = 0;
    while (count < this.#appended && this.#messages[count]!.appendPosition <= commitPosition) {
      count++;
    }
    if (count > 0) {
      this.logServiceSessionId = this.#messages[count - 1]!.clusterSessionId;
      this.#drop(count);
      this.#appended -= count;
    }
  }

  /** The log has brought a message of this service: it and all before it are done. */
  onReplayed(clusterSessionId: bigint): void {
    this.logServiceSessionId = clusterSessionId;
    let count = 0;
    while (count < this.#messages.length && this.#messages[count]!.clusterSessionId <= clusterSessionId) {
      count++;
    }
    this.#drop(count);
    this.#appended = Math.max(0, this.#appended - count);
  }

  /** Leadership is lost: what the log may not keep is appended again by whoever leads next. */
  restoreUncommitted(commitPosition: number): void {
    this.onCommitted(commitPosition);
    for (const message of this.#messages) {
      message.appendPosition = NOT_APPENDED;
    }
    this.#appended = 0;
  }

  /** From a snapshot; its messages follow by `load`. */
  loadState(nextServiceSessionId: bigint, logServiceSessionId: bigint): void {
    this.nextServiceSessionId = nextServiceSessionId;
    this.logServiceSessionId = logServiceSessionId;
  }

  /** A message of a snapshot, with its headers. */
  load(buffer: AtomicBuffer, offset: number, length: number): void {
    const copy = AtomicBuffer.allocate(length);
    copy.putBytes(0, buffer, offset, length);
    const decoder = new SessionMessageHeaderDecoder().wrap(copy, MessageHeaderEncoder.ENCODED_LENGTH, 24, 0);
    this.#push({ clusterSessionId: decoder.clusterSessionId(), buffer: copy, appendPosition: NOT_APPENDED });
  }

  /** After a snapshot was loaded: its messages must be what its counts promise. @throws ClusterError SNAPSHOT_INVALID */
  verify(): void {
    let expected = this.logServiceSessionId;
    for (const { clusterSessionId } of this.#messages) {
      expected++;
      if (clusterSessionId !== expected) {
        throw this.#invalid(`pending message has clusterSessionId=${clusterSessionId} instead of ${expected}`);
      }
    }
    if (this.nextServiceSessionId !== expected + 1n) {
      throw this.#invalid(`the next message should have clusterSessionId=${expected + 1n}`);
    }
  }

  /** For a snapshot, in order. */
  forEach(consumer: (message: PendingServiceMessage) => void): void {
    this.#messages.forEach(consumer);
  }

  #push(message: PendingServiceMessage): void {
    const recordLength = BitUtil.align(RECORD_HEADER_LENGTH + message.buffer.capacity, 8);
    if (this.#byteLength + recordLength > MAX_CAPACITY) {
      throw new ClusterError(
        'PENDING_MESSAGES_FULL',
        `serviceId=${this.serviceId} has ${this.#byteLength} bytes of messages to its cluster waiting; at most ${MAX_CAPACITY} may`,
      );
    }
    this.#byteLength += recordLength;
    this.#messages.push(message);
  }

  #drop(count: number): void {
    for (let i = 0; i < count; i++) {
      this.#byteLength -= BitUtil.align(RECORD_HEADER_LENGTH + this.#messages[i]!.buffer.capacity, 8);
    }
    if (count === this.#messages.length) {
      this.#messages = [];
    } else if (count > 0) {
      this.#messages.splice(0, count);
    }
  }

  #invalid(what: string): ClusterError {
    return new ClusterError(
      'SNAPSHOT_INVALID',
      `snapshot has incorrect pending message state: serviceId=${this.serviceId} ` +
        `nextServiceSessionId=${this.nextServiceSessionId} logServiceSessionId=${this.logServiceSessionId}: ${what}`,
    );
  }
}

/** Whose message it is, by its id in the log. */
export function serviceIdOfLogMessage(clusterSessionId: bigint): number {
  return Number((BigInt.asUintN(64, clusterSessionId) >> 56n) & 0x7fn);
}
