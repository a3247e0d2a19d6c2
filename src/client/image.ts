import { AeronError, type AtomicBuffer, acquireFence } from '../agrona/mod.ts';
import {
  DataHeaderFlyweight,
  FrameDescriptor,
  HeaderFlyweight,
  LogBufferDescriptor,
  type LogBuffers,
  TermBlockScanner,
} from '../protocol/mod.ts';
import {
  type BlockHandler,
  ControlledFragmentAction,
  type ControlledFragmentHandler,
  type FragmentHandler,
  type RawBlockHandler,
} from './fragment-handler.ts';
import { Header } from './header.ts';

import { positionVolatile } from './position-word.ts';
import type { Subscription } from './subscription.ts';

const HEADER_LENGTH = DataHeaderFlyweight.HEADER_LENGTH;
const { END_FRAG_FLAG, FRAME_ALIGNMENT } = FrameDescriptor;
const { HDR_TYPE_PAD } = HeaderFlyweight;
const { PARTITION_COUNT } = LogBufferDescriptor;
const { ABORT, BREAK, COMMIT } = ControlledFragmentAction;

/** What the conductor knows of an image when the driver has made it. */
export interface ImageParameters {
  readonly subscription: Subscription;
  readonly sessionId: number;
  readonly correlationId: number;
  readonly sourceIdentity: string;
  readonly subscriberPositionId: number;
  readonly countersValues: AtomicBuffer;
  /** Byte offset of the subscriber position in `countersValues`. */
  readonly subscriberPositionOffset: number;
  readonly logBuffers: LogBuffers;
  readonly errorHandler: (error: unknown) => void;
}

/**
 * One publisher's stream as a subscription sees it: a log to read in place, and a position in it, which only
 * this image moves and which tells the driver what was consumed.
 *
 * What a handler throws goes to the client's `subscriberErrorHandler`; the fragment counts as consumed.
 */
export class Image {
  readonly subscription: Subscription;
  readonly sessionId: number;
  /** Names the image to the driver; all images of a stream on one driver share it. */
  readonly correlationId: number;
  /** '127.0.0.1:40123', or 'aeron:ipc'. */
  readonly sourceIdentity: string;
  /** Where this subscriber came in. */
  readonly joinPosition: number;
  readonly initialTermId: number;
  /** In bytes. */
  readonly termBufferLength: number;
  readonly positionBitsToShift: number;
  /** Longest frame that the publisher sends, in bytes. */
  readonly mtuLength: number;
  /** Counter that holds the position. */
  readonly subscriberPositionId: number;
  /** Read it, do not set it. */
  isClosed = false;
  /** For the conductor. */
  readonly logBuffers: LogBuffers;

  private readonly countersValues: AtomicBuffer;
  /** Where the subscriber position lies in `countersValues`, in bytes and in units of 8. */
  private readonly positionOffset: number;
  private readonly positionIndex: number;
  private readonly termBuffers: readonly AtomicBuffer[];
  private readonly header: Header;
  private readonly errorHandler: (error: unknown) => void;
  private finalPosition = 0;
  private finalEndOfStreamPosition = LogBufferDescriptor.NO_END_OF_STREAM;
  private wasRevoked = false;

  constructor(parameters: ImageParameters) {
    const { logBuffers } = parameters;
    this.subscription = parameters.subscription;
    this.sessionId = parameters.sessionId;
    this.correlationId = parameters.correlationId;
    this.sourceIdentity = parameters.sourceIdentity;
    this.subscriberPositionId = parameters.subscriberPositionId;
    this.logBuffers = logBuffers;
    this.countersValues = parameters.countersValues;
    this.positionOffset = parameters.subscriberPositionOffset;
    this.positionIndex = this.positionOffset / 8;
    this.termBuffers = logBuffers.termBuffers;
    this.errorHandler = parameters.errorHandler;
    this.joinPosition = this.countersValues.getInt64Volatile(this.positionOffset);
    this.termBufferLength = logBuffers.termLength;
    this.positionBitsToShift = LogBufferDescriptor.positionBitsToShift(logBuffers.termLength);
    this.initialTermId = LogBufferDescriptor.initialTermId(logBuffers.metaData);
    this.mtuLength = LogBufferDescriptor.mtuLength(logBuffers.metaData);
    this.header = new Header(this.termBuffers[0]!, this.initialTermId, this.positionBitsToShift, this);
  }

  /** What was consumed; where it ended, once the image is closed. */
  get position(): number {
    return this.isClosed ? this.finalPosition : positionVolatile(this.countersValues, this.positionIndex);
  }

  /**
   * Skips forward, to what `controlledPeek` returned or to a block's end.
   *
   * @throws AeronError INVALID_POSITION when it is behind, beyond the current term, or unaligned.
   */
  set position(position: number) {
    if (!this.isClosed) {
      this.checkPosition(position);
      this.movePosition(position);
    }
  }

  /** Whether everything up to the end of the stream was consumed. */
  get isEndOfStream(): boolean {
    return this.position >= this.endOfStreamPosition;
  }

  /** Where the stream ends, or `LogBufferDescriptor.NO_END_OF_STREAM`. */
  get endOfStreamPosition(): number {
    return this.isClosed
      ? this.finalEndOfStreamPosition
      : LogBufferDescriptor.endOfStreamPosition(this.logBuffers.metaData);
  }

  /** How many transports, of a multi-destination subscription, the stream comes in by; 0 when closed. */
  get activeTransportCount(): number {
    return this.isClosed ? 0 : LogBufferDescriptor.activeTransportCount(this.logBuffers.metaData);
  }

  /** Whether the publisher revoked the stream instead of ending it. */
  get isPublicationRevoked(): boolean {
    return this.isClosed ? this.wasRevoked : LogBufferDescriptor.isPublicationRevoked(this.logBuffers.metaData);
  }

  /**
   * Gives the next fragments, at most `fragmentLimit` and none beyond the current term, to `handler`.
   * Returns how many.
   */
  poll(handler: FragmentHandler, fragmentLimit: number): number {
    if (this.isClosed) {
      return 0;
    }
    return this.pollFragments(
      handler,
      positionVolatile(this.countersValues, this.positionIndex),
      this.termBufferLength,
      fragmentLimit,
    );
  }

  /** As `poll`, and no fragment that begins at or beyond `limitPosition`. */
  boundedPoll(handler: FragmentHandler, limitPosition: number, fragmentLimit: number): number {
    if (this.isClosed) {
      return 0;
    }
    const position = positionVolatile(this.countersValues, this.positionIndex);
    if (position >= limitPosition) {
      return 0;
    }
    return this.pollFragments(handler, position, this.limitOffset(position, limitPosition), fragmentLimit);
  }

  /** As `poll`; the handler says after each fragment how it goes on. */
  controlledPoll(handler: ControlledFragmentHandler, fragmentLimit: number): number {
    if (this.isClosed) {
      return 0;
    }
    const position = positionVolatile(this.countersValues, this.positionIndex);
    return this.pollControlled(handler, position, this.termBufferLength, fragmentLimit);
  }

  /** As `controlledPoll`, and no fragment that begins at or beyond `limitPosition`. */
  boundedControlledPoll(handler: ControlledFragmentHandler, limitPosition: number, fragmentLimit: number): number {
    if (this.isClosed) {
      return 0;
    }
    const position = positionVolatile(this.countersValues, this.positionIndex);
    if (position >= limitPosition) {
      return 0;
    }
    return this.pollControlled(handler, position, this.limitOffset(position, limitPosition), fragmentLimit);
  }

  /**
   * Gives fragments from `initialPosition` up to `limitPosition` to `handler` without moving the position.
   * Returns the end of the last whole message seen, which `position` may be set to; -1 when closed.
   *
   * @throws AeronError INVALID_POSITION as for `position`.
   */
  controlledPeek(initialPosition: number, handler: ControlledFragmentHandler, limitPosition: number): number {
    if (this.isClosed) {
      return -1;
    }
    this.checkPosition(initialPosition);
    if (initialPosition >= limitPosition) {
      return initialPosition;
    }
    const termBuffer = this.activeTermBuffer(initialPosition);
    const header = this.header;
    header.buffer = termBuffer;
    const limitOffset = this.limitOffset(initialPosition, limitPosition);
    const initialOffset = initialPosition & (this.termBufferLength - 1);
    let offset = initialOffset;
    let resultingOffset = initialOffset;
    try {
      while (offset < limitOffset && !this.isClosed) {
        const frameLength = FrameDescriptor.frameLengthVolatile(termBuffer, offset);
        if (frameLength <= 0) {
          break;
        }
        const frameOffset = offset;
        offset += FrameDescriptor.alignFrameLength(frameLength);
        if (FrameDescriptor.isPaddingFrame(termBuffer, frameOffset)) {
          resultingOffset = offset;
          continue;
        }
        header.offset = frameOffset;
        const action = handler(termBuffer, frameOffset + HEADER_LENGTH, frameLength - HEADER_LENGTH, header);
        if (action === ABORT) {
          break;
        }
        if ((FrameDescriptor.frameFlags(termBuffer, frameOffset) & END_FRAG_FLAG) !== 0) {
          resultingOffset = offset;
        }
        if (action === BREAK) {
          break;
        }
      }
    } catch (error) {
      this.errorHandler(error);
    }
    return initialPosition + (resultingOffset - initialOffset);
  }

  /**
   * Gives the next whole frames, headers among them, at most `blockLengthLimit` bytes and none beyond the
   * current term, to `handler` in one block. Padding comes in a block of its own, of which only the header
   * means anything. Returns the bytes consumed.
   */
  blockPoll(handler: BlockHandler, blockLengthLimit: number): number {
    if (this.isClosed) {
      return 0;
    }
    const position = this.position;
    const termBuffer = this.activeTermBuffer(position);
    const offset = position & (this.termBufferLength - 1);
    const limitOffset = Math.min(offset + blockLengthLimit, this.termBufferLength);
    const length = TermBlockScanner.scan(termBuffer, offset, limitOffset) - offset;
    if (length > 0) {
      const termId = FrameDescriptor.frameTermId(termBuffer, offset);
      try {
        handler(termBuffer, offset, length, this.sessionId, termId);
      } catch (error) {
        this.errorHandler(error);
      }
      this.movePosition(position + length);
    }
    return length;
  }

  /** As `blockPoll`; the handler is also told where the block lies in the log file. */
  rawPoll(handler: RawBlockHandler, blockLengthLimit: number): number {
    const { path, termLength } = this.logBuffers;
    const partition = LogBufferDescriptor.indexByPosition(this.position, this.positionBitsToShift);
    const termFileOffset = partition * termLength;
    return this.blockPoll((buffer, offset, length, sessionId, termId) => {
      handler(path, termFileOffset + offset, buffer, offset, length, sessionId, termId);
    }, blockLengthLimit);
  }

  /**
   * Asks the driver to drop the stream and to tell its publisher why. The image becomes unavailable, and is
   * not taken again for as long as the driver's image liveness time-out.
   *
   * @throws RegistrationError, AeronError for a spy.
   */
  reject(reason: string): Promise<void> {
    return this.subscription.rejectImage(this.correlationId, this.position, reason);
  }

  /** As `reject`, for agents; what the driver refuses goes to the client's `errorHandler`. */
  asyncReject(reason: string): void {
    this.subscription.asyncRejectImage(this.correlationId, this.position, reason);
  }

  /** For the conductor: remembers where it was and reads no more. */
  close(): void {
    this.finalPosition = this.position;
    this.finalEndOfStreamPosition = this.endOfStreamPosition;
    this.wasRevoked = this.isPublicationRevoked;
    this.isClosed = true;
  }

  private pollFragments(
    handler: FragmentHandler,
    initialPosition: number,
    limitOffset: number,
    fragmentLimit: number,
  ): number {
    const termBuffer = this.activeTermBuffer(initialPosition);
    const header = this.header;
    header.buffer = termBuffer;
    const initialOffset = initialPosition & (this.termBufferLength - 1);
    let offset = initialOffset;
    let fragments = 0;
    try {
      while (fragments < fragmentLimit && offset < limitOffset && !this.isClosed) {
        // A handler may have closed the client, which empties the buffer: take its words afresh each time.
        const words = termBuffer.i32;
        const frameLength = words[offset >>> 2]!;
        acquireFence();
        if (frameLength <= 0) {
          break;
        }
        const frameOffset = offset;
        offset += (frameLength + (FRAME_ALIGNMENT - 1)) & -FRAME_ALIGNMENT;
        if (words[(frameOffset >>> 2) + 1]! >>> 16 !== HDR_TYPE_PAD) {
          fragments++;
          header.offset = frameOffset;
          handler(termBuffer, frameOffset + HEADER_LENGTH, frameLength - HEADER_LENGTH, header);
        }
      }
    } catch (error) {
      this.errorHandler(error);
    } finally {
      if (offset > initialOffset) {
        this.movePosition(initialPosition + (offset - initialOffset));
      }
    }
    return fragments;
  }

  private pollControlled(
    handler: ControlledFragmentHandler,
    initialPosition: number,
    limitOffset: number,
    fragmentLimit: number,
  ): number {
    const termBuffer = this.activeTermBuffer(initialPosition);
    const header = this.header;
    header.buffer = termBuffer;
    const initialOffset = initialPosition & (this.termBufferLength - 1);
    let offset = initialOffset;
    let committedOffset = initialOffset;
    let fragments = 0;
    try {
      while (fragments < fragmentLimit && offset < limitOffset && !this.isClosed) {
        const words = termBuffer.i32;
        const frameLength = words[offset >>> 2]!;
        acquireFence();
        if (frameLength <= 0) {
          break;
        }
        const frameOffset = offset;
        offset += (frameLength + (FRAME_ALIGNMENT - 1)) & -FRAME_ALIGNMENT;
        if (words[(frameOffset >>> 2) + 1]! >>> 16 === HDR_TYPE_PAD) {
          continue;
        }
        fragments++;
        header.offset = frameOffset;
        const action = handler(termBuffer, frameOffset + HEADER_LENGTH, frameLength - HEADER_LENGTH, header);
        if (action === ABORT) {
          fragments--;
          offset = frameOffset;
          break;
        }
        if (action === BREAK) {
          break;
        }
        if (action === COMMIT) {
          committedOffset = offset;
          this.movePosition(initialPosition + (offset - initialOffset));
        }
      }
    } catch (error) {
      this.errorHandler(error);
    } finally {
      if (offset > committedOffset) {
        this.movePosition(initialPosition + (offset - initialOffset));
      }
    }
    return fragments;
  }

  private movePosition(position: number): void {
    if (!this.isClosed) {
      this.countersValues.putInt64Release(this.positionOffset, position);
    }
  }

  private activeTermBuffer(position: number): AtomicBuffer {
    return this.termBuffers[Math.floor(position / this.termBufferLength) % PARTITION_COUNT]!;
  }

  /** Offset in the term of `position` at which a poll up to `limitPosition` has to stop. */
  private limitOffset(position: number, limitPosition: number): number {
    const offset = position & (this.termBufferLength - 1);
    return Math.min(this.termBufferLength, offset + (limitPosition - position));
  }

  private checkPosition(position: number): void {
    const current = this.position;
    const termEnd = current - (current % this.termBufferLength) + this.termBufferLength;
    if (!(position >= current && position <= termEnd) || position % FRAME_ALIGNMENT !== 0) {
      throw new AeronError(
        'INVALID_POSITION',
        `position ${position} must be a multiple of ${FRAME_ALIGNMENT} from ${current} to ${termEnd}, the end of the term`,
      );
    }
  }
}
