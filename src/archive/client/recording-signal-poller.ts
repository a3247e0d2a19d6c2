import type { Subscription } from '../../client/mod.ts';
import {
  ControlResponseCode,
  ControlResponseDecoder,
  RecordingSignal,
  RecordingSignalEventDecoder,
} from '../codecs/mod.ts';
import { type ControlStreamListener, ControlStreamReader } from './control-stream-reader.ts';
import { relevantNumber } from './relevant-id.ts';

const NULL_VALUE = -1;

/**
 * Polls the response stream for one message of one control session at a time: a signal or an answer. Upstream:
 * `io.aeron.archive.client.RecordingSignalPoller`.
 */
export class RecordingSignalPoller implements ControlStreamListener {
  readonly subscription: Subscription;
  readonly controlSessionId: number;
  /** Whether the last poll has found a message; the fields are of that one. */
  isPollComplete = false;
  /** Of the message: that of `ControlResponse` or `RecordingSignalEvent`. */
  templateId = NULL_VALUE;
  correlationId = NULL_VALUE;
  /** Of an answer, with all its bits. */
  relevantIdExact = BigInt(NULL_VALUE);
  version = 0;
  code: ControlResponseCode = ControlResponseCode.NULL_VAL;
  errorMessage = '';
  /** Of a signal. */
  recordingId = NULL_VALUE;
  recordingSubscriptionId = NULL_VALUE;
  recordingPosition = NULL_VALUE;
  recordingSignal: RecordingSignal = RecordingSignal.NULL_VAL;
  readonly #reader: ControlStreamReader;

  constructor(controlSessionId: number, subscription: Subscription, fragmentLimit = 10) {
    this.controlSessionId = controlSessionId;
    this.subscription = subscription;
    this.#reader = new ControlStreamReader(subscription, this, fragmentLimit);
  }

  /** Returns the fragments that were read. */
  poll(): number {
    if (this.isPollComplete) {
      this.#reset();
    }
    return this.#reader.poll();
  }

  /** `relevantIdExact` as a number. @throws AeronError UNSAFE_INTEGER when it is too long for one. */
  get relevantId(): number {
    return relevantNumber(this.relevantIdExact);
  }

  get isFull(): boolean {
    return this.isPollComplete;
  }

  onControlResponse(decoder: ControlResponseDecoder): void {
    if (decoder.controlSessionId() === this.controlSessionId) {
      this.templateId = ControlResponseDecoder.TEMPLATE_ID;
      this.correlationId = decoder.correlationId();
      this.relevantIdExact = decoder.relevantId();
      this.code = decoder.code();
      this.version = decoder.version();
      this.errorMessage = decoder.errorMessage();
      this.isPollComplete = true;
    }
  }

  onRecordingSignal(decoder: RecordingSignalEventDecoder): void {
    if (decoder.controlSessionId() === this.controlSessionId) {
      this.templateId = RecordingSignalEventDecoder.TEMPLATE_ID;
      this.correlationId = decoder.correlationId();
      this.recordingId = decoder.recordingId();
      this.recordingSubscriptionId = decoder.subscriptionId();
      this.recordingPosition = decoder.position();
      this.recordingSignal = decoder.signal();
      this.isPollComplete = true;
    }
  }

  #reset(): void {
    this.isPollComplete = false;
    this.templateId = NULL_VALUE;
    this.correlationId = NULL_VALUE;
    this.relevantIdExact = BigInt(NULL_VALUE);
    this.version = 0;
    this.code = ControlResponseCode.NULL_VAL;
    this.errorMessage = '';
    this.recordingId = NULL_VALUE;
    this.recordingSubscriptionId = NULL_VALUE;
    this.recordingPosition = NULL_VALUE;
    this.recordingSignal = RecordingSignal.NULL_VAL;
  }
}
