import { ControlledFragmentAction, ControlledFragmentAssembler, type Subscription } from '../../client/mod.ts';
import {
  ChallengeDecoder,
  ControlResponseDecoder,
  MessageHeaderDecoder,
  RecordingDescriptorDecoder,
  RecordingSignalEventDecoder,
  RecordingSubscriptionDescriptorDecoder,
} from '../codecs/mod.ts';
import { ArchiveError } from './errors.ts';

/** Gets what comes from the archive; the decoders stand behind the message header and are used again for the next. */
export interface ControlStreamListener {
  /** Whether the next message has to wait for another poll. */
  readonly isFull?: boolean;
  onControlResponse?(decoder: ControlResponseDecoder): void;
  onChallenge?(decoder: ChallengeDecoder): void;
  onRecordingDescriptor?(decoder: RecordingDescriptorDecoder): void;
  onRecordingSubscriptionDescriptor?(decoder: RecordingSubscriptionDescriptorDecoder): void;
  onRecordingSignal?(decoder: RecordingSignalEventDecoder): void;
}

const { ABORT, BREAK, CONTINUE } = ControlledFragmentAction;
const HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;
const SCHEMA_ID = ControlResponseDecoder.SCHEMA_ID;

/**
 * Takes the response stream of an archive apart. Every poller of this room is a listener of one.
 *
 *     subscription ─▶ ControlStreamReader ─▶ listener.onControlResponse, onChallenge, onRecordingSignal, ...
 */
export class ControlStreamReader {
  readonly subscription: Subscription;
  readonly #listener: ControlStreamListener;
  readonly #fragmentLimit: number;
  readonly #assembler: ControlledFragmentAssembler;
  readonly #header = new MessageHeaderDecoder();
  readonly #controlResponse = new ControlResponseDecoder();
  readonly #challenge = new ChallengeDecoder();
  readonly #recordingDescriptor = new RecordingDescriptorDecoder();
  readonly #subscriptionDescriptor = new RecordingSubscriptionDescriptorDecoder();
  readonly #recordingSignal = new RecordingSignalEventDecoder();

  constructor(subscription: Subscription, listener: ControlStreamListener, fragmentLimit: number) {
    this.subscription = subscription;
    this.#listener = listener;
    this.#fragmentLimit = fragmentLimit;
    this.#assembler = new ControlledFragmentAssembler((buffer, offset) => {
      if (listener.isFull) {
        return ABORT;
      }
      this.#dispatch(buffer, offset);
      return listener.isFull ? BREAK : CONTINUE;
    });
  }

  /** Returns the fragments that were read. */
  poll(): number {
    return this.subscription.controlledPoll(this.#assembler.onFragment, this.#fragmentLimit);
  }

  #dispatch(buffer: Parameters<MessageHeaderDecoder['wrap']>[0], offset: number): void {
    const header = this.#header.wrap(buffer, offset);
    if (header.schemaId() !== SCHEMA_ID) {
      throw new ArchiveError(`expected schemaId=${SCHEMA_ID}, actual=${header.schemaId()}`);
    }
    const bodyOffset = offset + HEADER_LENGTH;
    const blockLength = header.blockLength();
    const version = header.version();
    switch (header.templateId()) {
      case ControlResponseDecoder.TEMPLATE_ID:
        this.#listener.onControlResponse?.(this.#controlResponse.wrap(buffer, bodyOffset, blockLength, version));
        break;
      case ChallengeDecoder.TEMPLATE_ID:
        this.#listener.onChallenge?.(this.#challenge.wrap(buffer, bodyOffset, blockLength, version));
        break;
      case RecordingDescriptorDecoder.TEMPLATE_ID:
        this.#listener.onRecordingDescriptor?.(
          this.#recordingDescriptor.wrap(buffer, bodyOffset, blockLength, version),
        );
        break;
      case RecordingSubscriptionDescriptorDecoder.TEMPLATE_ID:
        this.#listener.onRecordingSubscriptionDescriptor?.(
          this.#subscriptionDescriptor.wrap(buffer, bodyOffset, blockLength, version),
        );
        break;
      case RecordingSignalEventDecoder.TEMPLATE_ID:
        this.#listener.onRecordingSignal?.(this.#recordingSignal.wrap(buffer, bodyOffset, blockLength, version));
        break;
    }
  }
}
