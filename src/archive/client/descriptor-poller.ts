import type { ErrorHandler } from '../../agrona/mod.ts';
import type { Subscription } from '../../client/mod.ts';
import {
  ControlResponseCode,
  type ControlResponseDecoder,
  type RecordingDescriptorDecoder,
  type RecordingSignalEventDecoder,
  type RecordingSubscriptionDescriptorDecoder,
} from '../codecs/mod.ts';
import { type ControlStreamListener, ControlStreamReader } from './control-stream-reader.ts';
import { ArchiveError } from './errors.ts';
import {
  type RecordingDescriptor,
  type RecordingSubscriptionDescriptor,
  readRecordingDescriptor,
  readRecordingSubscriptionDescriptor,
} from './recording-descriptor.ts';
import { type RecordingSignalConsumer, readRecordingSignal } from './recording-signal.ts';

/** Whom a descriptor poller tells of what else comes. */
export interface DescriptorPollerOptions {
  readonly errorHandler?: ErrorHandler | undefined;
  readonly recordingSignalConsumer?: RecordingSignalConsumer | undefined;
  readonly fragmentLimit?: number;
}

/** Polls the response stream for the entries of one listing. */
abstract class DescriptorPoller<D> implements ControlStreamListener {
  readonly subscription: Subscription;
  readonly controlSessionId: number;
  /** Whether all entries have come, or all that there are. */
  isDispatchComplete = false;
  protected readonly options: DescriptorPollerOptions;
  protected correlationId = -1;
  protected remaining = 0;
  private consumer: (descriptor: D) => void = () => {};
  private failure: ArchiveError | undefined;
  private readonly reader: ControlStreamReader;
  /** By which the archive says that there are no more. */
  private readonly endCode: ControlResponseCode;

  protected constructor(
    subscription: Subscription,
    controlSessionId: number,
    options: DescriptorPollerOptions,
    endCode: ControlResponseCode,
  ) {
    this.subscription = subscription;
    this.controlSessionId = controlSessionId;
    this.options = options;
    this.endCode = endCode;
    this.reader = new ControlStreamReader(subscription, this, options.fragmentLimit ?? 10);
  }

  /** Prepares for the answer of a listing request. `consumer` must not throw. */
  reset(correlationId: number, count: number, consumer: (descriptor: D) => void): void {
    this.correlationId = correlationId;
    this.remaining = count;
    this.consumer = consumer;
    this.isDispatchComplete = false;
  }

  /** Returns the fragments that were read. @throws ArchiveError when the archive has refused the listing */
  poll(): number {
    this.isDispatchComplete = false;
    const fragments = this.reader.poll();
    const { failure } = this;
    if (failure !== undefined) {
      this.failure = undefined;
      throw failure;
    }
    return fragments;
  }

  get isFull(): boolean {
    return this.isDispatchComplete || this.failure !== undefined;
  }

  onControlResponse(decoder: ControlResponseDecoder): void {
    if (decoder.controlSessionId() !== this.controlSessionId) {
      return;
    }
    const correlationId = decoder.correlationId();
    const isMine = correlationId === this.correlationId;
    if (isMine && decoder.code() === this.endCode) {
      this.isDispatchComplete = true;
    } else if (decoder.code() === ControlResponseCode.ERROR) {
      const error = new ArchiveError(
        `response for correlationId=${correlationId}, error: ${decoder.errorMessage()}`,
        Number(decoder.relevantId()),
        correlationId,
      );
      if (isMine) {
        this.failure = error;
      } else {
        this.options.errorHandler?.(error);
      }
    }
  }

  onRecordingSignal(decoder: RecordingSignalEventDecoder): void {
    if (decoder.controlSessionId() === this.controlSessionId) {
      this.options.recordingSignalConsumer?.(readRecordingSignal(decoder));
    }
  }

  protected onEntry(controlSessionId: number, correlationId: number, read: () => D): void {
    if (controlSessionId === this.controlSessionId && correlationId === this.correlationId) {
      this.consumer(read());
      this.remaining--;
      this.isDispatchComplete = this.remaining === 0;
    }
  }
}

/**
 * Gives the recordings of one listing to a consumer. For agents that send the request with an `ArchiveProxy`:
 *
 *     poller.reset(correlationId, 10, (descriptor) => ...);
 *     while it is not poller.isDispatchComplete: poller.poll()
 *
 * Upstream: `io.aeron.archive.client.RecordingDescriptorPoller`.
 */
export class RecordingDescriptorPoller extends DescriptorPoller<RecordingDescriptor> {
  constructor(subscription: Subscription, controlSessionId: number, options: DescriptorPollerOptions = {}) {
    super(subscription, controlSessionId, options, ControlResponseCode.RECORDING_UNKNOWN);
  }

  /** How many of those asked for have not come. */
  get remainingRecordCount(): number {
    return this.remaining;
  }

  onRecordingDescriptor(decoder: RecordingDescriptorDecoder): void {
    this.onEntry(decoder.controlSessionId(), decoder.correlationId(), () => readRecordingDescriptor(decoder));
  }
}

/**
 * Gives the recording subscriptions of one listing to a consumer. Upstream:
 * `io.aeron.archive.client.RecordingSubscriptionDescriptorPoller`.
 */
export class RecordingSubscriptionDescriptorPoller extends DescriptorPoller<RecordingSubscriptionDescriptor> {
  constructor(subscription: Subscription, controlSessionId: number, options: DescriptorPollerOptions = {}) {
    super(subscription, controlSessionId, options, ControlResponseCode.SUBSCRIPTION_UNKNOWN);
  }

  /** How many of those asked for have not come. */
  get remainingSubscriptionCount(): number {
    return this.remaining;
  }

  onRecordingSubscriptionDescriptor(decoder: RecordingSubscriptionDescriptorDecoder): void {
    this.onEntry(decoder.controlSessionId(), decoder.correlationId(), () =>
      readRecordingSubscriptionDescriptor(decoder),
    );
  }
}
