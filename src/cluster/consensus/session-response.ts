import { AtomicBuffer, CountersDescriptor } from '../../agrona/mod.ts';
import { type Aeron, type ConcurrentPublication, Publication, RegistrationError } from '../../client/mod.ts';
import { AeronCounters, ErrorCode } from '../../protocol/mod.ts';

const MAX_LABEL_LENGTH = 380;
const KEY_LENGTH = 12;
/** Labels are ASCII. */
const NOT_PRINTABLE = /[^ -~]/g;

/** The way back to a client: a publication on the channel it has asked for, and a counter that shows it. */
export interface SessionResponse {
  /** Begins to add the publication; nothing when that was done before. */
  connect(): void;
  /** Goes on with adding. 'ready' once there is a publication, 'failed' when there is no way to answer by it. */
  poll(): 'pending' | 'ready' | 'failed';
  /** Why it failed. */
  readonly failure: unknown;
  readonly isConnected: boolean;
  readonly availableWindow: number;
  /** As a publication's; NOT_CONNECTED while there is none. What the channel cannot carry makes it fail. */
  offer(buffer: AtomicBuffer, offset: number, length: number): number;
  close(): void;
}

export interface SessionResponseParameters {
  readonly aeron: Aeron;
  readonly clusterId: number;
  readonly sessionId: number;
  /** For the counter's label. */
  readonly sessionInfo: string;
  readonly channel: string;
  readonly streamId: number;
}

/** A `SessionResponse` of the real client. */
export class PublishedSessionResponse implements SessionResponse {
  failure: unknown;
  readonly #parameters: SessionResponseParameters;
  #publicationId: number | undefined;
  #counterId: number | undefined;
  #publication: ConcurrentPublication | undefined;

  constructor(parameters: SessionResponseParameters) {
    this.#parameters = parameters;
  }

  connect(): void {
    if (this.#publicationId !== undefined) {
      return;
    }
    const { aeron, channel, streamId } = this.#parameters;
    this.failure = undefined;
    try {
      // In this order: the driver has answered for the counter when the publication is there.
      this.#counterId ??= aeron.asyncAddCounter(AeronCounters.CLUSTER_SESSION_TYPE_ID, this.#label(), this.#key());
      this.#publicationId = aeron.asyncAddPublication(channel, streamId);
    } catch (error) {
      this.failure = error;
    }
  }

  poll(): 'pending' | 'ready' | 'failed' {
    if (this.failure !== undefined) {
      return 'failed';
    }
    if (this.#publication !== undefined) {
      return 'ready';
    }
    if (this.#publicationId === undefined) {
      return 'pending';
    }
    try {
      this.#publication = this.#parameters.aeron.getPublication(this.#publicationId);
    } catch (error) {
      return this.#onRefused(error);
    }
    if (this.#publication === undefined) {
      return 'pending';
    }
    this.#show(this.#publication);
    return 'ready';
  }

  get isConnected(): boolean {
    return this.#publication?.isConnected ?? false;
  }

  get availableWindow(): number {
    return this.#publication?.availableWindow ?? Publication.NOT_CONNECTED;
  }

  offer(buffer: AtomicBuffer, offset: number, length: number): number {
    try {
      return this.#publication?.offer(buffer, offset, length) ?? Publication.NOT_CONNECTED;
    } catch (error) {
      this.failure = error;
      return Publication.NOT_CONNECTED;
    }
  }

  close(): void {
    const { aeron } = this.#parameters;
    if (this.#publicationId !== undefined && !aeron.isClosed) {
      aeron.asyncRemovePublication(this.#publicationId);
    }
    if (this.#counterId !== undefined && !aeron.isClosed) {
      aeron.asyncRemoveCounter(this.#counterId);
    }
    this.#publicationId = undefined;
    this.#counterId = undefined;
    this.#publication = undefined;
  }

  #key(): Uint8Array {
    const key = AtomicBuffer.allocate(KEY_LENGTH);
    key.putInt32(0, this.#parameters.clusterId);
    key.view.setBigInt64(4, BigInt(this.#parameters.sessionId), true);
    return key.copyBytes(0, KEY_LENGTH);
  }

  #label(): string {
    const { clusterId, sessionInfo } = this.#parameters;
    const suffix = ` - clusterId=${clusterId}`;
    const label = `cluster-session: ${sessionInfo}`.replaceAll(NOT_PRINTABLE, '?');
    return label.slice(0, MAX_LABEL_LENGTH - suffix.length) + suffix;
  }

  /** While an endpoint of that address is being closed, it is asked for again. */
  #onRefused(error: unknown): 'pending' | 'failed' {
    if (error instanceof RegistrationError && error.errorCode === ErrorCode.RESOURCE_TEMPORARILY_UNAVAILABLE) {
      this.#publicationId = undefined;
      this.connect();
    } else {
      this.failure = error;
    }
    return this.failure === undefined ? 'pending' : 'failed';
  }

  /** The counter shows session and publication. Without a counter (there may be no room) clients do as well. */
  #show({ registrationId }: ConcurrentPublication): void {
    const { aeron, sessionId } = this.#parameters;
    try {
      const counter = aeron.getCounter(this.#counterId!);
      if (counter !== undefined) {
        aeron.countersReader.valuesBuffer.putInt64Release(
          CountersDescriptor.counterOffset(counter.id) + CountersDescriptor.REFERENCE_ID_OFFSET,
          registrationId,
        );
        counter.setRelease(sessionId);
      }
    } catch {
      this.#counterId = undefined;
    }
  }
}
