import type { Subscription } from '../../client/mod.ts';
import {
  ChallengeDecoder,
  ControlResponseCode,
  ControlResponseDecoder,
  RecordingSignal,
  RecordingSignalEventDecoder,
} from '../codecs/mod.ts';
import { type ControlStreamListener, ControlStreamReader } from './control-stream-reader.ts';
import { relevantNumber } from './relevant-id.ts';

const NULL_VALUE = -1;

/**
 * Polls the response stream for one message at a time: an answer, a challenge or a signal, of any control
 * session. For agents that send requests with an `ArchiveProxy` and pair the answers themselves:
 *
 *     poller.poll();
 *     if (poller.isPollComplete && poller.correlationId === mine) { ... }
 *
 * Upstream: `io.aeron.archive.client.ControlResponsePoller`.
 */
export class ControlResponsePoller implements ControlStreamListener {
  readonly subscription: Subscription;
  /** Whether the last poll has found a message; the fields are of that one. */
  isPollComplete = false;
  /** Of the message: that of `ControlResponse`, `Challenge` or `RecordingSignalEvent`. */
  templateId = NULL_VALUE;
  controlSessionId = NULL_VALUE;
  correlationId = NULL_VALUE;
  /** What the answer is, with all its bits: an id, a position, a token, or an `ArchiveErrorCode`. */
  relevantIdExact = BigInt(NULL_VALUE);
  /** Of the archive's protocol, a semantic version. */
  version = 0;
  code: ControlResponseCode = ControlResponseCode.NULL_VAL;
  errorMessage = '';
  /** undefined unless the message is a challenge. */
  encodedChallenge: Uint8Array | undefined;
  /** Of a signal. */
  recordingId = NULL_VALUE;
  subscriptionId = NULL_VALUE;
  position = NULL_VALUE;
  recordingSignal: RecordingSignal = RecordingSignal.NULL_VAL;
  readonly #reader: ControlStreamReader;

  constructor(subscription: Subscription, fragmentLimit = 10) {
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

  get wasChallenged(): boolean {
    return this.encodedChallenge !== undefined;
  }

  get isFull(): boolean {
    return this.isPollComplete;
  }

  onControlResponse(decoder: ControlResponseDecoder): void {
    this.templateId = ControlResponseDecoder.TEMPLATE_ID;
    this.controlSessionId = decoder.controlSessionId();
    this.correlationId = decoder.correlationId();
    this.relevantIdExact = decoder.relevantId();
    this.version = decoder.version();
    this.code = decoder.code();
    this.errorMessage = decoder.errorMessage();
    this.isPollComplete = true;
  }

  onChallenge(decoder: ChallengeDecoder): void {
    this.templateId = ChallengeDecoder.TEMPLATE_ID;
    this.controlSessionId = decoder.controlSessionId();
    this.correlationId = decoder.correlationId();
    this.version = decoder.version();
    this.encodedChallenge = new Uint8Array(decoder.encodedChallengeLength());
    decoder.getEncodedChallenge(this.encodedChallenge);
    this.isPollComplete = true;
  }

  onRecordingSignal(decoder: RecordingSignalEventDecoder): void {
    this.templateId = RecordingSignalEventDecoder.TEMPLATE_ID;
    this.controlSessionId = decoder.controlSessionId();
    this.correlationId = decoder.correlationId();
    this.recordingId = decoder.recordingId();
    this.subscriptionId = decoder.subscriptionId();
    this.position = decoder.position();
    this.recordingSignal = decoder.signal();
    this.isPollComplete = true;
  }

  #reset(): void {
    this.isPollComplete = false;
    this.templateId = NULL_VALUE;
    this.controlSessionId = NULL_VALUE;
    this.correlationId = NULL_VALUE;
    this.relevantIdExact = BigInt(NULL_VALUE);
    this.version = 0;
    this.code = ControlResponseCode.NULL_VAL;
    this.errorMessage = '';
    this.encodedChallenge = undefined;
    this.recordingId = NULL_VALUE;
    this.subscriptionId = NULL_VALUE;
    this.position = NULL_VALUE;
    this.recordingSignal = RecordingSignal.NULL_VAL;
  }
}
