import { AtomicBuffer } from '../../agrona/mod.ts';
import { BufferClaim, type ExclusivePublication, Publication, type Subscription } from '../../client/mod.ts';
import { PROTOCOL_SEMANTIC_VERSION } from '../client/mod.ts';
import {
  ChallengeEncoder,
  type ControlResponseCode,
  ControlResponseEncoder,
  MessageHeaderEncoder,
  PingEncoder,
  RecordingDescriptorEncoder,
  type RecordingSignal,
  RecordingSignalEventEncoder,
  RecordingSubscriptionDescriptorEncoder,
} from '../codecs/mod.ts';
import { type CatalogEntry, DESCRIPTOR_HEADER_LENGTH } from './catalog-entry.ts';

const SEND_ATTEMPTS = 3;
const { ENCODED_LENGTH: HEADER_LENGTH } = MessageHeaderEncoder;
const SIGNAL_LENGTH = HEADER_LENGTH + RecordingSignalEventEncoder.BLOCK_LENGTH;
const PING_LENGTH = HEADER_LENGTH + PingEncoder.BLOCK_LENGTH;
const INITIAL_BUFFER_LENGTH = 8 * 1024;
/** Longer ones are cut: they quote what the client has sent. */
const MAX_ERROR_MESSAGE_LENGTH = 4 * 1024;

/** A descriptor in the catalog is the message that carries it, but for the two ids in front. */
const CONTENT_OFFSET = 16;

/** Why a response could not be sent for good: the end of its session. */
export type SendFailure = 'not connected' | 'closed' | 'at max position';

/**
 * Encodes what an archive says to its clients and offers it to their response publications. Nothing waits: what
 * is back-pressured is reported as not sent. Upstream: `ControlResponseProxy`.
 */
export class ControlResponseProxy {
  private buffer = AtomicBuffer.allocate(INITIAL_BUFFER_LENGTH);
  private readonly claim = new BufferClaim();
  private readonly header = new MessageHeaderEncoder();
  private readonly response = new ControlResponseEncoder();
  private readonly descriptor = new RecordingDescriptorEncoder();
  private readonly subscriptionDescriptor = new RecordingSubscriptionDescriptorEncoder();
  private readonly signalEvent = new RecordingSignalEventEncoder();
  private readonly challenge = new ChallengeEncoder();
  private readonly ping = new PingEncoder();

  /** True when it was sent, false when it is to be tried again, or why it never will be. */
  sendResponse(
    publication: ExclusivePublication,
    controlSessionId: number,
    correlationId: number,
    relevantId: number | bigint,
    code: ControlResponseCode,
    errorMessage: string,
  ): boolean | SendFailure {
    this.response
      .wrapAndApplyHeader(this.buffer, 0, this.header)
      .controlSessionId(controlSessionId)
      .correlationId(correlationId)
      .relevantId(BigInt(relevantId))
      .code(code)
      .version(PROTOCOL_SEMANTIC_VERSION)
      .errorMessage(toAscii(errorMessage));
    return this.send(publication, HEADER_LENGTH + this.response.encodedLength());
  }

  /** As `sendResponse`. */
  sendDescriptor(
    publication: ExclusivePublication,
    controlSessionId: number,
    correlationId: number,
    entry: CatalogEntry,
  ): boolean | SendFailure {
    const length = HEADER_LENGTH + entry.descriptorLength;
    this.ensureCapacity(length);
    this.descriptor
      .wrapAndApplyHeader(this.buffer, 0, this.header)
      .controlSessionId(controlSessionId)
      .correlationId(correlationId);
    this.buffer.putBytes(
      HEADER_LENGTH + CONTENT_OFFSET,
      entry.buffer,
      entry.offset + DESCRIPTOR_HEADER_LENGTH + CONTENT_OFFSET,
      entry.descriptorLength - CONTENT_OFFSET,
    );
    return this.send(publication, length);
  }

  /** As `sendResponse`. */
  sendSubscriptionDescriptor(
    publication: ExclusivePublication,
    controlSessionId: number,
    correlationId: number,
    subscription: Subscription,
  ): boolean | SendFailure {
    this.subscriptionDescriptor
      .wrapAndApplyHeader(this.buffer, 0, this.header)
      .controlSessionId(controlSessionId)
      .correlationId(correlationId)
      .subscriptionId(subscription.registrationId)
      .streamId(subscription.streamId)
      .strippedChannel(subscription.channel);
    return this.send(publication, HEADER_LENGTH + this.subscriptionDescriptor.encodedLength());
  }

  /** As `sendResponse`. */
  sendChallenge(
    publication: ExclusivePublication,
    controlSessionId: number,
    correlationId: number,
    encodedChallenge: Uint8Array,
  ): boolean | SendFailure {
    this.ensureCapacity(HEADER_LENGTH + ChallengeEncoder.BLOCK_LENGTH + 4 + encodedChallenge.length);
    this.challenge
      .wrapAndApplyHeader(this.buffer, 0, this.header)
      .controlSessionId(controlSessionId)
      .correlationId(correlationId)
      .putEncodedChallenge(encodedChallenge);
    return this.send(publication, HEADER_LENGTH + this.challenge.encodedLength());
  }

  /** Whether it was sent. */
  sendSignal(
    publication: ExclusivePublication,
    controlSessionId: number,
    correlationId: number,
    recordingId: number,
    subscriptionId: number,
    position: number,
    signal: RecordingSignal,
  ): boolean {
    if (!this.tryClaim(publication, SIGNAL_LENGTH)) {
      return false;
    }
    const { claim } = this;
    this.signalEvent
      .wrapAndApplyHeader(claim.buffer, claim.offset, this.header)
      .controlSessionId(controlSessionId)
      .correlationId(correlationId)
      .recordingId(recordingId)
      .subscriptionId(subscriptionId)
      .position(position)
      .signal(signal);
    claim.commit();
    return true;
  }

  /** Whether it was sent. */
  sendPing(publication: ExclusivePublication, controlSessionId: number): boolean {
    if (!this.tryClaim(publication, PING_LENGTH)) {
      return false;
    }
    this.ping.wrapAndApplyHeader(this.claim.buffer, this.claim.offset, this.header).controlSessionId(controlSessionId);
    this.claim.commit();
    return true;
  }

  private send(publication: ExclusivePublication, length: number): boolean | SendFailure {
    for (let attempt = 0; attempt < SEND_ATTEMPTS; attempt++) {
      const result = publication.offer(this.buffer, 0, length);
      switch (result) {
        case Publication.NOT_CONNECTED:
          return 'not connected';
        case Publication.CLOSED:
          return 'closed';
        case Publication.MAX_POSITION_EXCEEDED:
          return 'at max position';
      }
      if (result > 0) {
        return true;
      }
    }
    return false;
  }

  private tryClaim(publication: ExclusivePublication, length: number): boolean {
    for (let attempt = 0; attempt < SEND_ATTEMPTS; attempt++) {
      if (publication.tryClaim(length, this.claim) > 0) {
        return true;
      }
    }
    return false;
  }

  private ensureCapacity(length: number): void {
    if (length > this.buffer.capacity) {
      this.buffer = AtomicBuffer.allocate(length * 2);
    }
  }
}

/** Error messages are ASCII on the wire. */
function toAscii(message: string): string {
  return message.slice(0, MAX_ERROR_MESSAGE_LENGTH).replace(/[^\t\n\r -~]/g, '?');
}
