import { AtomicBuffer, type BroadcastTransmitter } from '../agrona/mod.ts';
import {
  ClientTimeoutFlyweight,
  ControlProtocolEvents,
  CounterUpdateFlyweight,
  type ErrorCode,
  ErrorResponseFlyweight,
  type ImageBuffersReady,
  ImageBuffersReadyFlyweight,
  ImageMessageFlyweight,
  NextAvailableSessionIdFlyweight,
  OperationSucceededFlyweight,
  type PublicationBuffersReady,
  PublicationBuffersReadyFlyweight,
  type PublicationErrorFrame,
  PublicationErrorFrameFlyweight,
  StaticCounterFlyweight,
  SubscriptionReadyFlyweight,
} from '../protocol/mod.ts';

/** Longer texts are cut: they are for people, and a message has to fit an eighth of the broadcast buffer. */
const MAX_ERROR_MESSAGE_LENGTH = 8 * 1024;

type Encode<T> = (buffer: AtomicBuffer, offset: number, message: T) => number;

/**
 * Tells clients what became of their commands, and what happens to what they have: each call is one message
 * to all of them.
 *
 * Upstream: `io.aeron.driver.ClientProxy`.
 */
export class ClientProxy {
  private readonly transmitter: BroadcastTransmitter;
  private readonly buffer: AtomicBuffer;

  constructor(transmitter: BroadcastTransmitter) {
    this.transmitter = transmitter;
    this.buffer = AtomicBuffer.allocate(transmitter.maxMsgLength);
  }

  onError(correlationId: number, errorCode: ErrorCode, errorMessage: string): void {
    this.transmit(ControlProtocolEvents.ON_ERROR, ErrorResponseFlyweight.encode, {
      offendingCommandCorrelationId: correlationId,
      errorCode,
      errorMessage: errorMessage.slice(0, MAX_ERROR_MESSAGE_LENGTH),
    });
  }

  onPublicationErrorFrame(frame: PublicationErrorFrame): void {
    this.transmit(ControlProtocolEvents.ON_PUBLICATION_ERROR, PublicationErrorFrameFlyweight.encode, frame);
  }

  onAvailableImage(image: ImageBuffersReady): void {
    this.transmit(ControlProtocolEvents.ON_AVAILABLE_IMAGE, ImageBuffersReadyFlyweight.encode, image);
  }

  onPublicationReady(publication: PublicationBuffersReady, isExclusive: boolean): void {
    const msgTypeId = isExclusive
      ? ControlProtocolEvents.ON_EXCLUSIVE_PUBLICATION_READY
      : ControlProtocolEvents.ON_PUBLICATION_READY;
    this.transmit(msgTypeId, PublicationBuffersReadyFlyweight.encode, publication);
  }

  /** @param channelStatusCounterId -1 for IPC and spies. */
  onSubscriptionReady(correlationId: number, channelStatusCounterId: number): void {
    this.transmit(ControlProtocolEvents.ON_SUBSCRIPTION_READY, SubscriptionReadyFlyweight.encode, {
      correlationId,
      channelStatusCounterId,
    });
  }

  operationSucceeded(correlationId: number): void {
    this.transmit(ControlProtocolEvents.ON_OPERATION_SUCCESS, OperationSucceededFlyweight.encode, { correlationId });
  }

  onUnavailableImage(
    correlationId: number,
    subscriptionRegistrationId: number,
    streamId: number,
    channel: string,
  ): void {
    this.transmit(ControlProtocolEvents.ON_UNAVAILABLE_IMAGE, ImageMessageFlyweight.encode, {
      correlationId,
      subscriptionRegistrationId,
      streamId,
      channel,
    });
  }

  onCounterReady(correlationId: number, counterId: number): void {
    this.transmit(ControlProtocolEvents.ON_COUNTER_READY, CounterUpdateFlyweight.encode, { correlationId, counterId });
  }

  onStaticCounter(correlationId: number, counterId: number): void {
    this.transmit(ControlProtocolEvents.ON_STATIC_COUNTER, StaticCounterFlyweight.encode, { correlationId, counterId });
  }

  onUnavailableCounter(registrationId: number, counterId: number): void {
    this.transmit(ControlProtocolEvents.ON_UNAVAILABLE_COUNTER, CounterUpdateFlyweight.encode, {
      correlationId: registrationId,
      counterId,
    });
  }

  onClientTimeout(clientId: number): void {
    this.transmit(ControlProtocolEvents.ON_CLIENT_TIMEOUT, ClientTimeoutFlyweight.encode, { clientId });
  }

  onNextAvailableSessionId(correlationId: number, nextSessionId: number): void {
    this.transmit(ControlProtocolEvents.ON_NEXT_AVAILABLE_SESSION_ID, NextAvailableSessionIdFlyweight.encode, {
      correlationId,
      nextSessionId,
    });
  }

  private transmit<T>(msgTypeId: number, encode: Encode<T>, message: T): void {
    this.transmitter.transmit(msgTypeId, this.buffer, 0, encode(this.buffer, 0, message));
  }
}
