import {
  AeronError,
  type AtomicBuffer,
  type AtomicCounter,
  type ErrorHandler,
  type NanoClock,
} from '../../agrona/mod.ts';
import type { SocketAddress } from '../../platform/mod.ts';
import { ErrorFlyweight, StatusMessageFlyweight } from '../../protocol/mod.ts';
import type { DatagramBatch } from './datagram-batch.ts';

/** After this silence a dynamic destination is gone, and a named one is looked up again. */
export const DESTINATION_TIMEOUT_NS = 5_000_000_000;
/** Destinations that status messages can add to one publication channel at most. */
export const DYNAMIC_DESTINATIONS_MAX = 1024;
/** Destinations that clients can add to one publication channel at most. */
export const MANUAL_DESTINATIONS_MAX = 4096;

const NULL_VALUE = -1;

/** What a destination is sent to with: a transport. Returns how many of the batch were taken. */
export interface DestinationSender {
  sendBatchTo(batch: DatagramBatch, to: SocketAddress): number;
}

interface Destination {
  address: SocketAddress;
  readonly registrationId: number;
  /** `host:port` as given, to be looked up again; undefined when a status message brought the address. */
  readonly endpoint: string | undefined;
  receiverId: bigint;
  isReceiverIdValid: boolean;
  timeOfLastActivityNs: number;
}

/**
 * Where a multi-destination publication sends to. Each datagram goes to every destination, of which another
 * one comes first each time.
 *
 * Used by the sender alone. Upstream: `MultiSndDestination` and its kinds in `SendChannelEndpoint.java`.
 */
export abstract class MultiSndDestination {
  protected destinations: Destination[] = [];
  protected readonly nanoClock: NanoClock;
  private readonly destinationsCounter: AtomicCounter;
  private roundRobinIndex = 0;

  constructor(nanoClock: NanoClock, destinationsCounter: AtomicCounter) {
    this.nanoClock = nanoClock;
    this.destinationsCounter = destinationsCounter;
  }

  /** Sends the batch to each, and returns how many of its datagrams every destination took. */
  send(batch: DatagramBatch, sender: DestinationSender): number {
    const destinations = this.destinations;
    const length = destinations.length;
    if (this.roundRobinIndex >= length) {
      this.roundRobinIndex = 0;
    }
    let index = this.roundRobinIndex++;
    let minSent = batch.count;
    for (let i = 0; i < length; i++) {
      minSent = Math.min(minSent, sender.sendBatchTo(batch, destinations[index]!.address));
      index = index + 1 === length ? 0 : index + 1;
    }
    return minSent;
  }

  abstract onStatusMessage(buffer: AtomicBuffer, offset: number, source: SocketAddress): void;

  /** Registration id of the destination that an error frame came from, or -1. */
  findRegistrationId(_buffer: AtomicBuffer, _offset: number, _source: SocketAddress): number {
    return NULL_VALUE;
  }

  close(): void {
    this.destinationsCounter.close();
  }

  protected onDestinationsChange(): void {
    this.destinationsCounter.setRelease(this.destinations.length);
  }
}

/** Destinations that the publication's owner adds and removes. */
export class ManualSndMultiDestination extends MultiSndDestination {
  onStatusMessage(buffer: AtomicBuffer, offset: number, source: SocketAddress): void {
    const receiverId = StatusMessageFlyweight.receiverId(buffer, offset);
    const destination = this.find(receiverId, source);
    if (destination !== undefined) {
      destination.receiverId = receiverId;
      destination.isReceiverIdValid = true;
      destination.timeOfLastActivityNs = this.nanoClock.nanoTime();
    }
  }

  /** @throws AeronError TOO_MANY_DESTINATIONS */
  addDestination(endpoint: string | undefined, address: SocketAddress, registrationId: number): void {
    if (this.destinations.length >= MANUAL_DESTINATIONS_MAX) {
      throw tooMany(MANUAL_DESTINATIONS_MAX, address);
    }
    this.destinations.push({
      address,
      registrationId,
      endpoint,
      receiverId: 0n,
      isReceiverIdValid: false,
      timeOfLastActivityNs: this.nanoClock.nanoTime(),
    });
    this.onDestinationsChange();
  }

  removeDestination(address: SocketAddress): void {
    this.removeAt(this.destinations.findIndex((destination) => destination.address.equals(address)));
  }

  removeDestinationById(registrationId: number): void {
    this.removeAt(this.destinations.findIndex((destination) => destination.registrationId === registrationId));
  }

  /** Asks for the addresses of those that have been silent; again only after another time-out. */
  checkForReResolution(nowNs: number, reResolve: (endpoint: string, address: SocketAddress) => void): void {
    for (const destination of this.destinations) {
      const isSilent = destination.timeOfLastActivityNs + DESTINATION_TIMEOUT_NS < nowNs;
      if (isSilent && destination.endpoint !== undefined) {
        destination.timeOfLastActivityNs = nowNs;
        reResolve(destination.endpoint, destination.address);
      }
    }
  }

  updateDestination(endpoint: string, newAddress: SocketAddress): void {
    for (const destination of this.destinations) {
      if (destination.endpoint === endpoint) {
        destination.address = newAddress;
      }
    }
  }

  override findRegistrationId(buffer: AtomicBuffer, offset: number, source: SocketAddress): number {
    return this.find(ErrorFlyweight.receiverId(buffer, offset), source)?.registrationId ?? NULL_VALUE;
  }

  /** By receiver id and port once the id is known: the address may be another behind a translation. */
  private find(receiverId: bigint, source: SocketAddress): Destination | undefined {
    return this.destinations.find((destination) =>
      destination.isReceiverIdValid
        ? destination.receiverId === receiverId && destination.address.port === source.port
        : destination.address.port === source.port && destination.address.host === source.host,
    );
  }

  private removeAt(index: number): void {
    if (index >= 0) {
      this.destinations.splice(index, 1);
      this.onDestinationsChange();
    }
  }
}

/** Destinations that announce themselves with status messages, and fall silent when they are gone. */
export class DynamicSndMultiDestination extends MultiSndDestination {
  private readonly errorHandler: ErrorHandler;
  private isOverflowReported = false;

  constructor(nanoClock: NanoClock, destinationsCounter: AtomicCounter, errorHandler: ErrorHandler) {
    super(nanoClock, destinationsCounter);
    this.errorHandler = errorHandler;
  }

  override send(batch: DatagramBatch, sender: DestinationSender): number {
    this.removeInactiveDestinations();
    return super.send(batch, sender);
  }

  onStatusMessage(buffer: AtomicBuffer, offset: number, source: SocketAddress): void {
    const receiverId = StatusMessageFlyweight.receiverId(buffer, offset);
    for (let i = 0; i < this.destinations.length; i++) {
      const destination = this.destinations[i]!;
      if (destination.receiverId === receiverId && destination.address.port === source.port) {
        destination.timeOfLastActivityNs = this.nanoClock.nanoTime();
        return;
      }
    }
    this.add(receiverId, source);
  }

  private add(receiverId: bigint, address: SocketAddress): void {
    if (this.destinations.length >= DYNAMIC_DESTINATIONS_MAX) {
      if (!this.isOverflowReported) {
        this.isOverflowReported = true;
        this.errorHandler(tooMany(DYNAMIC_DESTINATIONS_MAX, address));
      }
      return;
    }
    this.destinations.push({
      address,
      registrationId: NULL_VALUE,
      endpoint: undefined,
      receiverId,
      isReceiverIdValid: true,
      timeOfLastActivityNs: this.nanoClock.nanoTime(),
    });
    this.onDestinationsChange();
  }

  private removeInactiveDestinations(): void {
    const destinations = this.destinations;
    const deadlineNs = this.nanoClock.nanoTime() - DESTINATION_TIMEOUT_NS;
    const countBefore = destinations.length;
    for (let i = countBefore - 1; i >= 0; i--) {
      if (destinations[i]!.timeOfLastActivityNs < deadlineNs) {
        destinations[i] = destinations[destinations.length - 1]!;
        destinations.pop();
      }
    }
    if (destinations.length !== countBefore) {
      this.onDestinationsChange();
    }
  }
}

function tooMany(limit: number, address: SocketAddress): AeronError {
  return new AeronError('TOO_MANY_DESTINATIONS', `a channel has at most ${limit} destinations, refused ${address}`);
}
