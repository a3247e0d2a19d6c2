import { AeronError, type AtomicBuffer } from '../agrona/mod.ts';
import type { Platform } from '../platform/mod.ts';
import {
  ChannelEndpointStatus,
  DataHeaderFlyweight,
  FrameDescriptor,
  LocalSocketAddressStatus,
  LogBufferDescriptor,
  type LogBuffers,
} from '../protocol/mod.ts';
import type { BufferClaim } from './buffer-claim.ts';
import type { ClientConductor } from './client-conductor.ts';
import type { ReservedValueSupplier } from './fragment-handler.ts';
import { FrameWriter, publish } from './frame-writer.ts';
import { checkRange, type DirectBufferVector, MessageParts } from './message-parts.ts';
import { positionVolatile } from './position-word.ts';

const HEADER_LENGTH = DataHeaderFlyweight.HEADER_LENGTH;
const { alignFrameLength, BEGIN_FRAG_FLAG, END_FRAG_FLAG } = FrameDescriptor;
const { LOG_IS_CONNECTED_OFFSET } = LogBufferDescriptor;

const NOT_CONNECTED = -1;
const BACK_PRESSURED = -2;
const ADMIN_ACTION = -3;
const CLOSED = -4;
const MAX_POSITION_EXCEEDED = -5;

/** What the conductor knows of a publication when the driver has made it. */
export interface PublicationParameters {
  readonly conductor: ClientConductor;
  readonly channel: string;
  readonly streamId: number;
  readonly sessionId: number;
  readonly registrationId: number;
  readonly originalRegistrationId: number;
  readonly positionLimitId: number;
  readonly channelStatusId: number;
  readonly countersValues: AtomicBuffer;
  /** Byte offset of the position limit in `countersValues`. */
  readonly positionLimitOffset: number;
  readonly logBuffers: LogBuffers;
}

/**
 * Sends messages to a stream. `ConcurrentPublication` shares its log with others, in any process and
 * language; `ExclusivePublication` has a session and a log of its own and is faster.
 *
 * `offer` and `tryClaim` return the new position of the stream, or one of the negative constants below; they
 * never wait. All but `CLOSED` and `MAX_POSITION_EXCEEDED` mean: try again later.
 */
export abstract class Publication {
  /** Nobody receives the stream (yet, or any more). */
  static readonly NOT_CONNECTED = NOT_CONNECTED;
  /** Receivers have not kept up; there is no room in the window. */
  static readonly BACK_PRESSURED = BACK_PRESSURED;
  /** The log was turned to its next term; the same message will fit now. */
  static readonly ADMIN_ACTION = ADMIN_ACTION;
  /** The publication, or its client, was closed. */
  static readonly CLOSED = CLOSED;
  /** The stream is at the end of what its term length allows: close the publication and add another. */
  static readonly MAX_POSITION_EXCEEDED = MAX_POSITION_EXCEEDED;

  readonly channel: string;
  readonly streamId: number;
  /** Together with the stream id, and where it comes from, names the stream. */
  readonly sessionId: number;
  /** What this publication is known by in this client and to the driver. */
  readonly registrationId: number;
  /** The registration that first created the stream in the driver; another one's when the stream is shared. */
  readonly originalRegistrationId: number;
  readonly initialTermId: number;
  /** In bytes. */
  readonly termBufferLength: number;
  readonly positionBitsToShift: number;
  /** Where the stream must end: 2^31 terms. */
  readonly maxPossiblePosition: number;
  /** The longest message that `offer` takes: an eighth of a term, at most 16 MiB. */
  readonly maxMessageLength: number;
  /** The longest message that is sent unfragmented, and that `tryClaim` takes: the MTU less the header. */
  readonly maxPayloadLength: number;
  /** Bytes that a message of `maxMessageLength` takes in the log. */
  readonly maxFramedLength: number;
  /** Counters by which the driver tells the limit and the state of the channel. */
  readonly positionLimitId: number;
  readonly channelStatusId: number;
  /** Read it, do not set it. */
  isClosed = false;
  /** Read by the conductor when it removes the publication. */
  isRevokedOnClose = false;
  /** For the conductor. */
  readonly logBuffers: LogBuffers;

  protected readonly conductor: ClientConductor;
  protected readonly termBuffers: readonly AtomicBuffer[];
  protected readonly metaData: AtomicBuffer;
  protected readonly frames: FrameWriter;
  protected readonly countersValues: AtomicBuffer;
  /** Where the position limit lies in `countersValues`, in units of 8 bytes. */
  protected readonly positionLimitIndex: number;
  /** What `claimFrames` claimed last. */
  protected claimedTermBuffer: AtomicBuffer;
  protected claimedTermId = 0;
  protected claimedEndPosition = 0;
  private readonly parts = new MessageParts();

  protected constructor(parameters: PublicationParameters) {
    const { logBuffers } = parameters;
    this.conductor = parameters.conductor;
    this.channel = parameters.channel;
    this.streamId = parameters.streamId;
    this.sessionId = parameters.sessionId;
    this.registrationId = parameters.registrationId;
    this.originalRegistrationId = parameters.originalRegistrationId;
    this.positionLimitId = parameters.positionLimitId;
    this.channelStatusId = parameters.channelStatusId;
    this.countersValues = parameters.countersValues;
    this.positionLimitIndex = parameters.positionLimitOffset / 8;
    this.logBuffers = logBuffers;
    this.termBuffers = logBuffers.termBuffers;
    this.claimedTermBuffer = logBuffers.termBuffers[0]!;
    this.metaData = logBuffers.metaData;
    this.frames = new FrameWriter(logBuffers.metaData);
    this.initialTermId = LogBufferDescriptor.initialTermId(logBuffers.metaData);
    this.termBufferLength = logBuffers.termLength;
    this.positionBitsToShift = LogBufferDescriptor.positionBitsToShift(logBuffers.termLength);
    this.maxPossiblePosition = logBuffers.termLength * 2 ** 31;
    this.maxPayloadLength = LogBufferDescriptor.mtuLength(logBuffers.metaData) - HEADER_LENGTH;
    this.countersValues.boundsCheck(parameters.positionLimitOffset, 8);
    if (this.maxPayloadLength <= 0) {
      throw new AeronError('LOG_BUFFER_INVALID', `the log of ${this.channel} has an impossible MTU`);
    }
    this.maxMessageLength = FrameDescriptor.computeMaxMessageLength(logBuffers.termLength);
    this.maxFramedLength = LogBufferDescriptor.computeFragmentedFrameLength(
      this.maxMessageLength,
      this.maxPayloadLength,
    );
  }

  /** Where the stream stands, or `CLOSED`. */
  abstract get position(): number;

  /** How far the driver lets the stream go now, or `CLOSED`. */
  get positionLimit(): number {
    return this.isClosed ? CLOSED : positionVolatile(this.countersValues, this.positionLimitIndex);
  }

  /** Bytes from the position to the limit, or `CLOSED`. */
  get availableWindow(): number {
    return this.isClosed ? CLOSED : this.positionLimit - this.position;
  }

  /** What its client runs on. */
  get platform(): Platform {
    return this.conductor.platform;
  }

  /** Whether somebody receives the stream. */
  get isConnected(): boolean {
    return !this.isClosed && LogBufferDescriptor.isConnected(this.metaData);
  }

  /** Whether this registration created the stream, and not an earlier one that it shares it with. */
  get isOriginal(): boolean {
    return this.originalRegistrationId === this.registrationId;
  }

  /** A `ChannelEndpointStatus`; `NO_ID_ALLOCATED` when closed. */
  get channelStatus(): number {
    return this.isClosed ? ChannelEndpointStatus.NO_ID_ALLOCATED : this.conductor.channelStatus(this.channelStatusId);
  }

  /** '127.0.0.1:40123', ...: what the channel is bound to; [] while it is not active, and for IPC. */
  localSocketAddresses(): string[] {
    return LocalSocketAddressStatus.findAddresses(
      this.conductor.countersReader,
      this.channelStatus,
      this.channelStatusId,
    );
  }

  /**
   * Copies a message of `length` bytes at `offset` of `buffer` into the stream; by default all of the buffer.
   * Returns the new position or one of the constants.
   *
   * @throws AeronError OUT_OF_BOUNDS, MESSAGE_TOO_LONG beyond `maxMessageLength`.
   */
  offer(
    buffer: AtomicBuffer,
    offset = 0,
    length = buffer.capacity - offset,
    reservedValueSupplier?: ReservedValueSupplier,
  ): number {
    if (length > this.maxPayloadLength) {
      this.parts.reset();
      this.parts.add(buffer, offset, length);
      return this.offerParts(reservedValueSupplier);
    }
    checkRange(buffer, offset, length);
    const frameLength = length + HEADER_LENGTH;
    const termOffset = this.claimFrames(alignFrameLength(frameLength), length);
    if (termOffset < 0) {
      return termOffset;
    }
    const termBuffer = this.claimedTermBuffer;
    this.frames.begin(termBuffer, termOffset, frameLength, this.claimedTermId);
    termBuffer.putBytesUnchecked(termOffset + HEADER_LENGTH, buffer, offset, length);
    if (reservedValueSupplier !== undefined) {
      this.putReservedValue(reservedValueSupplier, termBuffer, termOffset, frameLength, alignFrameLength(frameLength));
    }
    publish(termBuffer, termOffset, frameLength);
    return this.claimedEndPosition;
  }

  /** As `offer`, for a message in two parts, as a header and a body. */
  offerTwo(
    bufferOne: AtomicBuffer,
    offsetOne: number,
    lengthOne: number,
    bufferTwo: AtomicBuffer,
    offsetTwo: number,
    lengthTwo: number,
    reservedValueSupplier?: ReservedValueSupplier,
  ): number {
    const parts = this.parts;
    parts.reset();
    parts.add(bufferOne, offsetOne, lengthOne);
    parts.add(bufferTwo, offsetTwo, lengthTwo);
    return this.offerParts(reservedValueSupplier);
  }

  /** As `offer`, for a message in any number of parts. */
  offerVector(vectors: readonly DirectBufferVector[], reservedValueSupplier?: ReservedValueSupplier): number {
    const parts = this.parts;
    parts.reset();
    for (const { buffer, offset = 0, length = buffer.capacity - offset } of vectors) {
      parts.add(buffer, offset, length);
    }
    return this.offerParts(reservedValueSupplier);
  }

  /**
   * Claims room for a message of `length` bytes, to be written in place and then committed: no copy. Returns
   * the new position, and `bufferClaim` is open, or one of the constants.
   *
   * @throws AeronError MESSAGE_TOO_LONG beyond `maxPayloadLength`.
   */
  tryClaim(length: number, bufferClaim: BufferClaim): number {
    if (!(length >= 0 && length <= this.maxPayloadLength)) {
      throw new AeronError(
        'MESSAGE_TOO_LONG',
        `a claim takes 0 to ${this.maxPayloadLength} bytes (the MTU less the header), not ${length}; offer more`,
      );
    }
    const frameLength = length + HEADER_LENGTH;
    const termOffset = this.claimFrames(alignFrameLength(frameLength), length);
    if (termOffset < 0) {
      return termOffset;
    }
    this.frames.begin(this.claimedTermBuffer, termOffset, frameLength, this.claimedTermId);
    bufferClaim.wrap(this.claimedTermBuffer, termOffset, frameLength);
    return this.claimedEndPosition;
  }

  /**
   * Sends to another address too: for channels with `control-mode=manual`. Resolves with the id that
   * `removeDestinationById` takes, when the driver has done it.
   *
   * @throws RegistrationError
   */
  async addDestination(endpointChannel: string): Promise<number> {
    this.checkOpen();
    const correlationId = this.conductor.asyncAddDestination(this.originalRegistrationId, endpointChannel);
    await this.conductor.awaitCommand(correlationId);
    return correlationId;
  }

  /** @throws RegistrationError */
  async removeDestination(endpointChannel: string): Promise<void> {
    this.checkOpen();
    await this.conductor.awaitCommand(
      this.conductor.asyncRemoveDestination(this.originalRegistrationId, endpointChannel),
    );
  }

  /** @throws RegistrationError */
  async removeDestinationById(destinationRegistrationId: number): Promise<void> {
    this.checkOpen();
    await this.conductor.awaitCommand(
      this.conductor.asyncRemoveDestinationById(this.originalRegistrationId, destinationRegistrationId),
    );
  }

  /**
   * As `addDestination`; returns at once with the id to ask `aeron.isCommandActive` about. When the driver refuses,
   * the client's `errorHandler` gets the RegistrationError.
   */
  asyncAddDestination(endpointChannel: string): number {
    this.checkOpen();
    return this.conductor.asyncAddDestination(this.originalRegistrationId, endpointChannel);
  }

  asyncRemoveDestination(endpointChannel: string): number {
    this.checkOpen();
    return this.conductor.asyncRemoveDestination(this.originalRegistrationId, endpointChannel);
  }

  asyncRemoveDestinationById(destinationRegistrationId: number): number {
    this.checkOpen();
    return this.conductor.asyncRemoveDestinationById(this.originalRegistrationId, destinationRegistrationId);
  }

  /** Leaves the stream; it ends, for its subscribers, when the last publication has left it. */
  close(): void {
    if (!this.isClosed) {
      this.conductor.removePublication(this);
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** 'BACK_PRESSURED' for -2, ...; 'NONE' for a position. */
  static errorString(position: number): string {
    if (position >= 0) {
      return 'NONE';
    }
    return STATUS_NAMES[-position - 1] ?? 'UNKNOWN';
  }

  /**
   * Claims `alignedLength` bytes of the log for a message of `length` and leaves what it got in the
   * `claimed*` fields. Returns the term offset, or one of the constants.
   */
  protected abstract claimFrames(alignedLength: number, length: number): number;

  /** Why there is no room at `position`. */
  protected backPressureStatus(position: number, length: number): number {
    if (position + alignFrameLength(length + HEADER_LENGTH) >= this.maxPossiblePosition) {
      return MAX_POSITION_EXCEEDED;
    }
    return this.metaData.getInt32Volatile(LOG_IS_CONNECTED_OFFSET) === 1 ? BACK_PRESSURED : NOT_CONNECTED;
  }

  private offerParts(reservedValueSupplier: ReservedValueSupplier | undefined): number {
    const { length } = this.parts;
    const { maxPayloadLength } = this;
    if (length > this.maxMessageLength) {
      throw new AeronError(
        'MESSAGE_TOO_LONG',
        `message of ${length} bytes exceeds the maximum of ${this.maxMessageLength}; the term length sets it`,
      );
    }
    const framedLength =
      length <= maxPayloadLength
        ? alignFrameLength(length + HEADER_LENGTH)
        : LogBufferDescriptor.computeFragmentedFrameLength(length, maxPayloadLength);
    const termOffset = this.claimFrames(framedLength, length);
    if (termOffset < 0) {
      return termOffset;
    }
    let flags = BEGIN_FRAG_FLAG;
    let remaining = length;
    let frameOffset = termOffset;
    do {
      const payloadLength = Math.min(remaining, maxPayloadLength);
      remaining -= payloadLength;
      if (remaining === 0) {
        flags |= END_FRAG_FLAG;
      }
      const spaceLeft = termOffset + framedLength - frameOffset;
      this.writeFragment(frameOffset, payloadLength, flags, reservedValueSupplier, spaceLeft);
      flags = 0;
      frameOffset += alignFrameLength(payloadLength + HEADER_LENGTH);
    } while (remaining > 0);
    return this.claimedEndPosition;
  }

  private writeFragment(
    frameOffset: number,
    payloadLength: number,
    flags: number,
    reservedValueSupplier: ReservedValueSupplier | undefined,
    spaceLeft: number,
  ): void {
    const termBuffer = this.claimedTermBuffer;
    const frameLength = payloadLength + HEADER_LENGTH;
    this.frames.begin(termBuffer, frameOffset, frameLength, this.claimedTermId);
    this.parts.copyTo(termBuffer, frameOffset + HEADER_LENGTH, payloadLength);
    FrameDescriptor.putFrameFlags(termBuffer, frameOffset, flags);
    if (reservedValueSupplier !== undefined) {
      this.putReservedValue(reservedValueSupplier, termBuffer, frameOffset, frameLength, spaceLeft);
    }
    publish(termBuffer, frameOffset, frameLength);
  }

  /** A supplier that throws must not leave a hole: what was claimed from this frame on becomes padding. */
  private putReservedValue(
    supplier: ReservedValueSupplier,
    termBuffer: AtomicBuffer,
    frameOffset: number,
    frameLength: number,
    spaceLeft: number,
  ): void {
    const termId = this.claimedTermId;
    try {
      DataHeaderFlyweight.putReservedValue(termBuffer, frameOffset, supplier(termBuffer, frameOffset, frameLength));
    } catch (error) {
      this.frames.pad(termBuffer, frameOffset, spaceLeft, termId);
      throw error;
    }
  }

  private checkOpen(): void {
    if (this.isClosed) {
      throw new AeronError('CLOSED', `publication ${this.registrationId} on ${this.channel} is closed`);
    }
  }
}

const STATUS_NAMES = ['NOT_CONNECTED', 'BACK_PRESSURED', 'ADMIN_ACTION', 'CLOSED', 'MAX_POSITION_EXCEEDED'] as const;
