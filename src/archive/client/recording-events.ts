import {
  ControlledFragmentAction,
  type ControlledFragmentHandler,
  type FragmentHandler,
  type Subscription,
} from '../../client/mod.ts';
import {
  MessageHeaderDecoder,
  RecordingProgressDecoder,
  RecordingStartedDecoder,
  RecordingStoppedDecoder,
} from '../codecs/mod.ts';
import { ArchiveError } from './errors.ts';

/** Told how the recordings of an archive go. Upstream: `io.aeron.archive.client.RecordingEventsListener`. */
export interface RecordingEventsListener {
  onStart(
    recordingId: number,
    startPosition: number,
    sessionId: number,
    streamId: number,
    channel: string,
    sourceIdentity: string,
  ): void;
  onProgress(recordingId: number, startPosition: number, position: number): void;
  onStop(recordingId: number, startPosition: number, stopPosition: number): void;
}

type Buffer = Parameters<MessageHeaderDecoder['wrap']>[0];
const HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;
const NULL_VALUE = -1;

/** Takes recording events apart. */
class RecordingEventsReader {
  readonly started = new RecordingStartedDecoder();
  readonly progress = new RecordingProgressDecoder();
  readonly stopped = new RecordingStoppedDecoder();
  private readonly header = new MessageHeaderDecoder();

  /** The decoder of the event at `offset`; undefined for any other message. */
  read(
    buffer: Buffer,
    offset: number,
  ): RecordingStartedDecoder | RecordingProgressDecoder | RecordingStoppedDecoder | undefined {
    const header = this.header.wrap(buffer, offset);
    if (header.schemaId() !== RecordingStartedDecoder.SCHEMA_ID) {
      throw new ArchiveError(`expected schemaId=${RecordingStartedDecoder.SCHEMA_ID}, actual=${header.schemaId()}`);
    }
    const bodyOffset = offset + HEADER_LENGTH;
    switch (header.templateId()) {
      case RecordingStartedDecoder.TEMPLATE_ID:
        return this.started.wrap(buffer, bodyOffset, header.blockLength(), header.version());
      case RecordingProgressDecoder.TEMPLATE_ID:
        return this.progress.wrap(buffer, bodyOffset, header.blockLength(), header.version());
      case RecordingStoppedDecoder.TEMPLATE_ID:
        return this.stopped.wrap(buffer, bodyOffset, header.blockLength(), header.version());
      default:
        return undefined;
    }
  }
}

/**
 * Gives the recording events of a subscription to a listener:
 *
 *     const subscription = await aeron.addSubscription(RECORDING_EVENTS_CHANNEL_DEFAULT, RECORDING_EVENTS_STREAM_ID_DEFAULT);
 *     const adapter = new RecordingEventsAdapter(listener, subscription, 10);
 *     adapter.poll();
 *
 * The archive sends them only when its `recordingEventsEnabled` is set. Upstream:
 * `io.aeron.archive.client.RecordingEventsAdapter`.
 */
export class RecordingEventsAdapter {
  readonly #listener: RecordingEventsListener;
  readonly #subscription: Subscription;
  readonly #fragmentLimit: number;
  readonly #reader = new RecordingEventsReader();

  constructor(listener: RecordingEventsListener, subscription: Subscription, fragmentLimit: number) {
    this.#listener = listener;
    this.#subscription = subscription;
    this.#fragmentLimit = fragmentLimit;
  }

  /** Returns the fragments that were read. */
  poll(): number {
    return this.#subscription.poll(this.onFragment, this.#fragmentLimit);
  }

  /** For a poll of one's own. */
  readonly onFragment: FragmentHandler = (buffer, offset) => {
    const event = this.#reader.read(buffer, offset);
    if (event instanceof RecordingStartedDecoder) {
      this.#listener.onStart(
        event.recordingId(),
        event.startPosition(),
        event.sessionId(),
        event.streamId(),
        event.channel(),
        event.sourceIdentity(),
      );
    } else if (event instanceof RecordingProgressDecoder) {
      this.#listener.onProgress(event.recordingId(), event.startPosition(), event.position());
    } else if (event instanceof RecordingStoppedDecoder) {
      this.#listener.onStop(event.recordingId(), event.startPosition(), event.stopPosition());
    }
  };
}

/**
 * Polls recording events one at a time. Upstream: `io.aeron.archive.client.RecordingEventsPoller`.
 */
export class RecordingEventsPoller {
  /** Whether the last poll has found an event; the fields are of that one. */
  isPollComplete = false;
  /** That of `RecordingStarted`, `RecordingProgress` or `RecordingStopped`. */
  templateId = NULL_VALUE;
  recordingId = NULL_VALUE;
  recordingStartPosition = NULL_VALUE;
  /** How far the recording has come. */
  recordingPosition = NULL_VALUE;
  /** -1 while the recording goes on. */
  recordingStopPosition = NULL_VALUE;
  readonly #subscription: Subscription;
  readonly #reader = new RecordingEventsReader();

  constructor(subscription: Subscription) {
    this.#subscription = subscription;
  }

  /** Returns the fragments that were read: 1 or 0. */
  poll(): number {
    this.isPollComplete = false;
    this.templateId = NULL_VALUE;
    return this.#subscription.controlledPoll(this.#onFragment, 1);
  }

  readonly #onFragment: ControlledFragmentHandler = (buffer, offset) => {
    const event = this.#reader.read(buffer, offset);
    if (event === undefined) {
      return ControlledFragmentAction.CONTINUE;
    }
    this.recordingId = event.recordingId();
    this.recordingStartPosition = event.startPosition();
    this.recordingStopPosition = NULL_VALUE;
    if (event instanceof RecordingStartedDecoder) {
      this.templateId = RecordingStartedDecoder.TEMPLATE_ID;
      this.recordingPosition = this.recordingStartPosition;
    } else if (event instanceof RecordingProgressDecoder) {
      this.templateId = RecordingProgressDecoder.TEMPLATE_ID;
      this.recordingPosition = event.position();
    } else {
      this.templateId = RecordingStoppedDecoder.TEMPLATE_ID;
      this.recordingStopPosition = event.stopPosition();
      this.recordingPosition = this.recordingStopPosition;
    }
    this.isPollComplete = true;
    return ControlledFragmentAction.BREAK;
  };
}
