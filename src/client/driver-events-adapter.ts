import type { AtomicBuffer, CopyBroadcastReceiver } from '../agrona/mod.ts';
import {
  ClientTimeoutFlyweight,
  ControlProtocolEvents,
  CounterUpdateFlyweight,
  type ErrorResponse,
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

/** What the driver tells its clients; all of them hear all of it. */
export interface DriverEventsListener {
  onError(response: ErrorResponse): void;
  onAvailableImage(image: ImageBuffersReady): void;
  onUnavailableImage(correlationId: number, subscriptionRegistrationId: number): void;
  onNewPublication(publication: PublicationBuffersReady): void;
  onNewExclusivePublication(publication: PublicationBuffersReady): void;
  onSubscriptionReady(correlationId: number, channelStatusId: number): void;
  onOperationSuccess(correlationId: number): void;
  onCounterReady(correlationId: number, counterId: number): void;
  onUnavailableCounter(registrationId: number, counterId: number): void;
  onStaticCounter(correlationId: number, counterId: number): void;
  onClientTimeout(clientId: number): void;
  onPublicationError(errorFrame: PublicationErrorFrame): void;
  onNextAvailableSessionId(correlationId: number, sessionId: number): void;
}

/** Decodes the driver's broadcast. What a listener throws, or a malformed event, goes to the error handler. */
export class DriverEventsAdapter {
  readonly #receiver: CopyBroadcastReceiver;
  readonly #listener: DriverEventsListener;
  readonly #errorHandler: (error: unknown) => void;

  constructor(receiver: CopyBroadcastReceiver, listener: DriverEventsListener, errorHandler: (error: unknown) => void) {
    this.#receiver = receiver;
    this.#listener = listener;
    this.#errorHandler = errorHandler;
  }

  /** Handles at most one event; returns how many. @throws AeronError BROADCAST_LAPPED when some were missed. */
  receive(): number {
    return this.#receiver.receive(this.#onMessage);
  }

  readonly #onMessage = (msgTypeId: number, buffer: AtomicBuffer, index: number, length: number): void => {
    try {
      this.#dispatch(msgTypeId, buffer, index, length);
    } catch (error) {
      this.#errorHandler(error);
    }
  };

  #dispatch(type: number, buffer: AtomicBuffer, index: number, length: number): void {
    const listener = this.#listener;
    switch (type) {
      case ControlProtocolEvents.ON_ERROR:
        listener.onError(ErrorResponseFlyweight.decode(type, buffer, index, length));
        break;
      case ControlProtocolEvents.ON_AVAILABLE_IMAGE:
        listener.onAvailableImage(ImageBuffersReadyFlyweight.decode(type, buffer, index, length));
        break;
      case ControlProtocolEvents.ON_UNAVAILABLE_IMAGE: {
        const event = ImageMessageFlyweight.decode(type, buffer, index, length);
        listener.onUnavailableImage(event.correlationId, event.subscriptionRegistrationId);
        break;
      }
      case ControlProtocolEvents.ON_PUBLICATION_READY:
        listener.onNewPublication(PublicationBuffersReadyFlyweight.decode(type, buffer, index, length));
        break;
      case ControlProtocolEvents.ON_EXCLUSIVE_PUBLICATION_READY:
        listener.onNewExclusivePublication(PublicationBuffersReadyFlyweight.decode(type, buffer, index, length));
        break;
      case ControlProtocolEvents.ON_SUBSCRIPTION_READY: {
        const event = SubscriptionReadyFlyweight.decode(type, buffer, index, length);
        listener.onSubscriptionReady(event.correlationId, event.channelStatusCounterId);
        break;
      }
      case ControlProtocolEvents.ON_OPERATION_SUCCESS:
        listener.onOperationSuccess(OperationSucceededFlyweight.decode(type, buffer, index, length).correlationId);
        break;
      case ControlProtocolEvents.ON_COUNTER_READY: {
        const event = CounterUpdateFlyweight.decode(type, buffer, index, length);
        listener.onCounterReady(event.correlationId, event.counterId);
        break;
      }
      case ControlProtocolEvents.ON_UNAVAILABLE_COUNTER: {
        const event = CounterUpdateFlyweight.decode(type, buffer, index, length);
        listener.onUnavailableCounter(event.correlationId, event.counterId);
        break;
      }
      case ControlProtocolEvents.ON_STATIC_COUNTER: {
        const event = StaticCounterFlyweight.decode(type, buffer, index, length);
        listener.onStaticCounter(event.correlationId, event.counterId);
        break;
      }
      case ControlProtocolEvents.ON_CLIENT_TIMEOUT:
        listener.onClientTimeout(ClientTimeoutFlyweight.decode(type, buffer, index, length).clientId);
        break;
      case ControlProtocolEvents.ON_PUBLICATION_ERROR:
        listener.onPublicationError(PublicationErrorFrameFlyweight.decode(type, buffer, index, length));
        break;
      case ControlProtocolEvents.ON_NEXT_AVAILABLE_SESSION_ID: {
        const event = NextAvailableSessionIdFlyweight.decode(type, buffer, index, length);
        listener.onNextAvailableSessionId(event.correlationId, event.nextSessionId);
        break;
      }
      default:
      // An event of a later version, which this client has not asked for.
    }
  }
}
