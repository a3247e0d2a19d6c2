import { AtomicBuffer } from '../../agrona/mod.ts';
import {
  ClusterSessionEncoder,
  type ClusterTimeUnit,
  ConsensusModuleEncoder,
  MessageHeaderEncoder,
  PendingMessageTrackerEncoder,
  SnapshotMark,
  SnapshotMarkerEncoder,
  TimerEncoder,
} from '../codecs/mod.ts';
import type { ClusterSession } from './cluster-session.ts';
import type { PendingServiceMessages } from './pending-service-messages.ts';

const HEADER_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH;
const INITIAL_LENGTH = 4 * 1024;
/** More than any message of a snapshot has besides its texts. */
const FIXED_LENGTH = 256;
const NO_TIME = -1n;

/** Of a consensus module's snapshots; services have types of their own. */
export const SNAPSHOT_TYPE_ID = 1n;

export interface SnapshotMarks {
  readonly logPosition: number;
  readonly leadershipTermId: number;
  readonly timeUnit: ClusterTimeUnit;
  readonly appVersion: number;
}

/** What a snapshot of a consensus module says, in its order. */
export interface ConsensusModuleContent {
  readonly nextSessionId: number;
  readonly sessions: readonly ClusterSession[];
  readonly forEachTimer: (consumer: (correlationId: bigint, deadline: bigint) => void) => void;
  readonly pendingMessages: readonly PendingServiceMessages[];
}

/** Messages, one behind the other. */
export interface EncodedMessages {
  readonly buffer: AtomicBuffer;
  /** Where each ends. */
  readonly ends: readonly number[];
}

/**
 * A snapshot of a consensus module as messages, at one instant: writing them may take its time.
 *
 *     marker BEGIN · state · sessions · timers · for each service: its counts, its pending messages · marker END
 *
 * Upstream: `io.aeron.cluster.ConsensusModuleSnapshotTaker`.
 */
export function encodeSnapshot(marks: SnapshotMarks, content: ConsensusModuleContent): EncodedMessages {
  const encoder = new SnapshotEncoder();
  encoder.mark(SnapshotMark.BEGIN, marks);
  encoder.state(content);
  for (const session of content.sessions) {
    if (session.state === 'OPEN' || session.state === 'CLOSING') {
      encoder.session(session);
    }
  }
  content.forEachTimer((correlationId, deadline) => encoder.timer(correlationId, deadline));
  for (const messages of content.pendingMessages) {
    encoder.pendingMessages(messages);
  }
  encoder.mark(SnapshotMark.END, marks);
  return encoder;
}

class SnapshotEncoder implements EncodedMessages {
  buffer = AtomicBuffer.allocate(INITIAL_LENGTH);
  readonly ends: number[] = [];
  readonly #header = new MessageHeaderEncoder();
  readonly #timer = new TimerEncoder();
  #end = 0;

  mark(mark: SnapshotMark, marks: SnapshotMarks): void {
    this.#ensure(FIXED_LENGTH);
    this.#added(
      new SnapshotMarkerEncoder()
        .wrapAndApplyHeader(this.buffer, this.#end, this.#header)
        .typeId(SNAPSHOT_TYPE_ID)
        .logPosition(marks.logPosition)
        .leadershipTermId(marks.leadershipTermId)
        .index_(0)
        .mark(mark)
        .timeUnit(marks.timeUnit)
        .appVersion(marks.appVersion),
    );
  }

  /** The counts of the first service stand here as well, for releases that know of no others. */
  state({ nextSessionId, pendingMessages: [first] }: ConsensusModuleContent): void {
    this.#ensure(FIXED_LENGTH);
    this.#added(
      new ConsensusModuleEncoder()
        .wrapAndApplyHeader(this.buffer, this.#end, this.#header)
        .nextSessionId(nextSessionId)
        .nextServiceSessionId(first?.nextServiceSessionId ?? 0n)
        .logServiceSessionId(first?.logServiceSessionId ?? 0n)
        .pendingMessageCapacity(first?.byteLength ?? 0),
    );
  }

  session(session: ClusterSession): void {
    this.#ensure(FIXED_LENGTH + 4 * session.responseChannel.length);
    this.#added(
      new ClusterSessionEncoder()
        .wrapAndApplyHeader(this.buffer, this.#end, this.#header)
        .clusterSessionId(session.id)
        .correlationId(session.correlationId)
        .openedLogPosition(session.openedLogPosition)
        .timeOfLastActivity(NO_TIME)
        .closeReason(session.closeReason)
        .responseStreamId(session.responseStreamId)
        .responseChannel(session.responseChannel),
    );
  }

  timer(correlationId: bigint, deadline: bigint): void {
    this.#ensure(FIXED_LENGTH);
    this.#added(
      this.#timer
        .wrapAndApplyHeader(this.buffer, this.#end, this.#header)
        .correlationId(correlationId)
        .deadline(deadline),
    );
  }

  /** A service that has not offered what the log has of it by now never will: its count goes on behind the log. */
  pendingMessages(messages: PendingServiceMessages): void {
    this.#ensure(FIXED_LENGTH);
    this.#added(
      new PendingMessageTrackerEncoder()
        .wrapAndApplyHeader(this.buffer, this.#end, this.#header)
        .nextServiceSessionId(messages.isEmpty ? messages.logServiceSessionId + 1n : messages.nextServiceSessionId)
        .logServiceSessionId(messages.logServiceSessionId)
        .pendingMessageCapacity(messages.byteLength)
        .serviceId(messages.serviceId),
    );
    messages.forEach(({ buffer }) => {
      this.#ensure(buffer.capacity);
      this.buffer.putBytes(this.#end, buffer, 0, buffer.capacity);
      this.#moveEnd(buffer.capacity);
    });
  }

  #added(message: { encodedLength(): number }): void {
    this.#moveEnd(HEADER_LENGTH + message.encodedLength());
  }

  #moveEnd(length: number): void {
    this.#end += length;
    this.ends.push(this.#end);
  }

  #ensure(length: number): void {
    const needed = this.#end + length;
    if (needed > this.buffer.capacity) {
      const larger = AtomicBuffer.allocate(Math.max(needed, 2 * this.buffer.capacity));
      larger.putBytes(0, this.buffer, 0, this.#end);
      this.buffer = larger;
    }
  }
}
