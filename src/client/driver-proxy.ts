import { AeronError, AtomicBuffer, type ManyToOneRingBuffer } from '../agrona/mod.ts';
import {
  ControlProtocolEvents,
  CorrelatedMessageFlyweight,
  CounterMessageFlyweight,
  DestinationByIdMessageFlyweight,
  DestinationMessageFlyweight,
  GetNextAvailableSessionIdMessageFlyweight,
  PublicationMessageFlyweight,
  RejectImageFlyweight,
  RemoveMessageFlyweight,
  RemovePublicationFlyweight,
  StaticCounterMessageFlyweight,
  SubscriptionMessageFlyweight,
} from '../protocol/mod.ts';

const NULL_VALUE = -1;

/**
 * Sends commands to the driver. Each returns the correlation id that the answer will carry.
 *
 * All throw AeronError COMMAND_BUFFER_FULL when the driver has not read the earlier ones, and OUT_OF_BOUNDS
 * for a command longer than an eighth of the command buffer.
 */
export class DriverProxy {
  readonly clientId: number;
  readonly #toDriver: ManyToOneRingBuffer;
  readonly #scratch: AtomicBuffer;

  constructor(toDriver: ManyToOneRingBuffer, clientId: number) {
    this.#toDriver = toDriver;
    this.clientId = clientId;
    this.#scratch = AtomicBuffer.allocate(toDriver.maxMsgLength & ~7);
  }

  /** Epoch milliseconds of the driver's last sign of life; -1 when it was shut down. */
  timeOfLastDriverKeepaliveMs(): number {
    return this.#toDriver.consumerHeartbeatTime();
  }

  nextCorrelationId(): number {
    return this.#toDriver.nextCorrelationId();
  }

  addPublication(channel: string, streamId: number): number {
    return this.#addPublication(ControlProtocolEvents.ADD_PUBLICATION, channel, streamId);
  }

  addExclusivePublication(channel: string, streamId: number): number {
    return this.#addPublication(ControlProtocolEvents.ADD_EXCLUSIVE_PUBLICATION, channel, streamId);
  }

  removePublication(registrationId: number, revoke: boolean): number {
    const message = { ...this.#correlated(), registrationId, revoke };
    const length = RemovePublicationFlyweight.encode(this.#scratch, 0, message);
    return this.#send(ControlProtocolEvents.REMOVE_PUBLICATION, length, message.correlationId);
  }

  addSubscription(channel: string, streamId: number): number {
    const message = { ...this.#correlated(), registrationCorrelationId: NULL_VALUE, streamId, channel };
    const length = SubscriptionMessageFlyweight.encode(this.#scratch, 0, message);
    return this.#send(ControlProtocolEvents.ADD_SUBSCRIPTION, length, message.correlationId);
  }

  removeSubscription(registrationId: number): number {
    return this.#remove(ControlProtocolEvents.REMOVE_SUBSCRIPTION, registrationId);
  }

  addDestination(registrationId: number, channel: string): number {
    return this.#destination(ControlProtocolEvents.ADD_DESTINATION, registrationId, channel);
  }

  removeDestination(registrationId: number, channel: string): number {
    return this.#destination(ControlProtocolEvents.REMOVE_DESTINATION, registrationId, channel);
  }

  removeDestinationById(resourceRegistrationId: number, destinationRegistrationId: number): number {
    const message = { ...this.#correlated(), resourceRegistrationId, destinationRegistrationId };
    const length = DestinationByIdMessageFlyweight.encode(this.#scratch, 0, message);
    return this.#send(ControlProtocolEvents.REMOVE_DESTINATION_BY_ID, length, message.correlationId);
  }

  addRcvDestination(registrationId: number, channel: string): number {
    return this.#destination(ControlProtocolEvents.ADD_RCV_DESTINATION, registrationId, channel);
  }

  removeRcvDestination(registrationId: number, channel: string): number {
    return this.#destination(ControlProtocolEvents.REMOVE_RCV_DESTINATION, registrationId, channel);
  }

  addCounter(typeId: number, key: Uint8Array, label: string): number {
    const message = { ...this.#correlated(), typeId, key, label };
    const length = CounterMessageFlyweight.encode(this.#scratch, 0, message);
    return this.#send(ControlProtocolEvents.ADD_COUNTER, length, message.correlationId);
  }

  addStaticCounter(typeId: number, key: Uint8Array, label: string, registrationId: bigint): number {
    const message = { ...this.#correlated(), typeId, key, label, registrationId };
    const length = StaticCounterMessageFlyweight.encode(this.#scratch, 0, message);
    return this.#send(ControlProtocolEvents.ADD_STATIC_COUNTER, length, message.correlationId);
  }

  removeCounter(registrationId: number): number {
    return this.#remove(ControlProtocolEvents.REMOVE_COUNTER, registrationId);
  }

  rejectImage(imageCorrelationId: number, position: number, reason: string): number {
    const message = { ...this.#correlated(), imageCorrelationId, position, reason };
    const length = RejectImageFlyweight.encode(this.#scratch, 0, message);
    return this.#send(ControlProtocolEvents.REJECT_IMAGE, length, message.correlationId);
  }

  nextAvailableSessionId(streamId: number): number {
    const message = { ...this.#correlated(), streamId };
    const length = GetNextAvailableSessionIdMessageFlyweight.encode(this.#scratch, 0, message);
    return this.#send(ControlProtocolEvents.GET_NEXT_AVAILABLE_SESSION_ID, length, message.correlationId);
  }

  /** Says good-bye. When there is no room for it the driver will find out by itself. */
  clientClose(): void {
    const message = { clientId: this.clientId, correlationId: NULL_VALUE };
    const length = CorrelatedMessageFlyweight.encode(this.#scratch, 0, message);
    this.#toDriver.write(ControlProtocolEvents.CLIENT_CLOSE, this.#scratch, 0, length);
  }

  #correlated(): { clientId: number; correlationId: number } {
    return { clientId: this.clientId, correlationId: this.#toDriver.nextCorrelationId() };
  }

  #addPublication(msgTypeId: number, channel: string, streamId: number): number {
    const message = { ...this.#correlated(), streamId, channel };
    const length = PublicationMessageFlyweight.encode(this.#scratch, 0, message);
    return this.#send(msgTypeId, length, message.correlationId);
  }

  #destination(msgTypeId: number, registrationCorrelationId: number, channel: string): number {
    const message = { ...this.#correlated(), registrationCorrelationId, channel };
    const length = DestinationMessageFlyweight.encode(this.#scratch, 0, message);
    return this.#send(msgTypeId, length, message.correlationId);
  }

  #remove(msgTypeId: number, registrationId: number): number {
    const message = { ...this.#correlated(), registrationId };
    const length = RemoveMessageFlyweight.encode(this.#scratch, 0, message);
    return this.#send(msgTypeId, length, message.correlationId);
  }

  #send(msgTypeId: number, length: number, correlationId: number): number {
    if (!this.#toDriver.write(msgTypeId, this.#scratch, 0, length)) {
      throw new AeronError(
        'COMMAND_BUFFER_FULL',
        `no room for a command of ${length} bytes in the driver's command buffer: is the driver running?`,
      );
    }
    return correlationId;
  }
}
