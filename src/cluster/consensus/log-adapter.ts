import type { AtomicBuffer } from '../../agrona/mod.ts';
import {
  ControlledFragmentAction,
  type ControlledFragmentHandler,
  type Header,
  type Image,
  ImageControlledFragmentAssembler,
} from '../../client/mod.ts';
import {
  type CloseReason,
  type ClusterAction,
  ClusterActionRequestDecoder,
  type ClusterTimeUnit,
  MessageHeaderDecoder,
  NewLeadershipTermEventDecoder,
  SessionCloseEventDecoder,
  SessionMessageHeaderDecoder,
  SessionOpenEventDecoder,
  TimerEventDecoder,
} from '../codecs/mod.ts';
import { ClusterError } from './errors.ts';
import { ClusterActionFlags } from './states.ts';

const { BREAK, CONTINUE } = ControlledFragmentAction;
const HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;
const SCHEMA_ID = SessionMessageHeaderDecoder.SCHEMA_ID;
/** In the session header. */
const SESSION_ID_OFFSET = 8;

/** What the log says, in order. */
export interface LogListener {
  /** Messages of clients are for the services alone. */
  onReplayServiceMessage(clusterSessionId: bigint): void;
  onReplayTimerEvent(correlationId: bigint): void;
  onReplaySessionOpen(event: {
    readonly logPosition: number;
    readonly correlationId: number;
    readonly clusterSessionId: number;
    readonly responseStreamId: number;
    readonly responseChannel: string;
  }): void;
  onReplaySessionClose(clusterSessionId: number, closeReason: CloseReason): void;
  onReplayClusterAction(
    leadershipTermId: number,
    logPosition: number,
    timestamp: bigint,
    action: ClusterAction,
    flags: number,
  ): void;
  onReplayNewLeadershipTermEvent(event: {
    readonly leadershipTermId: number;
    readonly logPosition: number;
    readonly timestamp: bigint;
    readonly termBaseLogPosition: number;
    readonly timeUnit: ClusterTimeUnit;
    readonly appVersion: number;
  }): void;
}

/**
 * Reads the log: a replay of what is recorded, or the live one of a leader. Nothing is read beyond the bound
 * that is given to each poll, and nothing behind a cluster action in the same poll.
 * Upstream: `io.aeron.cluster.LogAdapter`.
 */
export class LogAdapter {
  readonly #listener: LogListener;
  readonly #fragmentLimit: number;
  readonly #header = new MessageHeaderDecoder();
  readonly #sessionOpen = new SessionOpenEventDecoder();
  readonly #sessionClose = new SessionCloseEventDecoder();
  readonly #timer = new TimerEventDecoder();
  readonly #action = new ClusterActionRequestDecoder();
  readonly #newTerm = new NewLeadershipTermEventDecoder();
  /** One for all logs: a message may begin in a replay and end in the log of the leader. */
  readonly #onFragment: ControlledFragmentHandler;
  #image: Image | undefined;
  #logPosition = 0;

  constructor(listener: LogListener, fragmentLimit: number) {
    this.#listener = listener;
    this.#fragmentLimit = fragmentLimit;
    this.#onFragment = new ImageControlledFragmentAssembler((buffer, offset, _length, header) =>
      this.#onMessage(buffer, offset, header),
    ).onFragment;
  }

  get image(): Image | undefined {
    return this.#image;
  }

  set image(image: Image | undefined) {
    if (this.#image !== undefined) {
      this.#logPosition = this.#image.position;
    }
    this.#image = image;
  }

  /** What was read; where that ended, when there is no image. */
  get position(): number {
    return this.#image?.position ?? this.#logPosition;
  }

  get isImageClosed(): boolean {
    return this.#image?.isClosed ?? true;
  }

  get isEndOfStream(): boolean {
    return this.#image?.isEndOfStream ?? false;
  }

  isEndOfStreamAt(position: number): boolean {
    return this.#image?.endOfStreamPosition === position;
  }

  /** Returns how many fragments were read. */
  poll(boundPosition: number): number {
    return this.#image?.boundedControlledPoll(this.#onFragment, boundPosition, this.#fragmentLimit) ?? 0;
  }

  /** Closes the subscription; its registration id when there was one. */
  disconnect(maxLogPosition = Number.POSITIVE_INFINITY): number | undefined {
    const subscription = this.#image?.subscription;
    if (this.#image !== undefined) {
      this.#logPosition = this.#image.position;
      this.#image = undefined;
    }
    this.#logPosition = Math.min(this.#logPosition, maxLogPosition);
    subscription?.close();
    return subscription?.registrationId;
  }

  #onMessage(buffer: AtomicBuffer, offset: number, header: Header): ControlledFragmentAction {
    const messageHeader = this.#header.wrap(buffer, offset);
    const schemaId = messageHeader.schemaId();
    const blockLength = messageHeader.blockLength();
    const version = messageHeader.version();
    if (schemaId !== SCHEMA_ID) {
      throw new ClusterError(
        'UNKNOWN_SCHEMA',
        `the log has a message of schemaId=${schemaId} at ${header.position}, expected ${SCHEMA_ID}: no extension handles it`,
      );
    }
    const bodyOffset = offset + HEADER_LENGTH;
    switch (messageHeader.templateId()) {
      case SessionMessageHeaderDecoder.TEMPLATE_ID: {
        const isOfService = buffer.getInt32(bodyOffset + SESSION_ID_OFFSET + 4) < 0;
        if (isOfService) {
          this.#listener.onReplayServiceMessage(buffer.getBigInt64(bodyOffset + SESSION_ID_OFFSET));
        }
        return CONTINUE;
      }
      case TimerEventDecoder.TEMPLATE_ID:
        this.#listener.onReplayTimerEvent(this.#timer.wrap(buffer, bodyOffset, blockLength, version).correlationId());
        return CONTINUE;
      case SessionOpenEventDecoder.TEMPLATE_ID: {
        const event = this.#sessionOpen.wrap(buffer, bodyOffset, blockLength, version);
        this.#listener.onReplaySessionOpen({
          logPosition: header.position,
          correlationId: event.correlationId(),
          clusterSessionId: event.clusterSessionId(),
          responseStreamId: event.responseStreamId(),
          responseChannel: event.responseChannel(),
        });
        return CONTINUE;
      }
      case SessionCloseEventDecoder.TEMPLATE_ID: {
        const event = this.#sessionClose.wrap(buffer, bodyOffset, blockLength, version);
        this.#listener.onReplaySessionClose(event.clusterSessionId(), event.closeReason());
        return CONTINUE;
      }
      case ClusterActionRequestDecoder.TEMPLATE_ID: {
        const event = this.#action.wrap(buffer, bodyOffset, blockLength, version);
        const flags = event.flags();
        this.#listener.onReplayClusterAction(
          event.leadershipTermId(),
          event.logPosition(),
          event.timestamp(),
          event.action(),
          flags === ClusterActionRequestDecoder.FLAGS_NULL ? ClusterActionFlags.DEFAULT : flags,
        );
        return BREAK;
      }
      case NewLeadershipTermEventDecoder.TEMPLATE_ID: {
        const event = this.#newTerm.wrap(buffer, bodyOffset, blockLength, version);
        this.#listener.onReplayNewLeadershipTermEvent({
          leadershipTermId: event.leadershipTermId(),
          logPosition: event.logPosition(),
          timestamp: event.timestamp(),
          termBaseLogPosition: event.termBaseLogPosition(),
          timeUnit: event.timeUnit(),
          appVersion: event.appVersion(),
        });
        return CONTINUE;
      }
      default:
        return CONTINUE;
    }
  }
}
