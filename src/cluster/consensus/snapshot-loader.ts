import type { AtomicBuffer } from '../../agrona/mod.ts';
import { ControlledFragmentAction, type Image, ImageControlledFragmentAssembler } from '../../client/mod.ts';
import {
  type CloseReason,
  ClusterSessionDecoder,
  type ClusterTimeUnit,
  ConsensusModuleDecoder,
  MessageHeaderDecoder,
  PendingMessageTrackerDecoder,
  SessionMessageHeaderDecoder,
  SnapshotMark,
  SnapshotMarkerDecoder,
  TimerDecoder,
} from '../codecs/mod.ts';
import { ClusterError } from './errors.ts';
import { serviceIdOfLogMessage } from './pending-service-messages.ts';
import { SNAPSHOT_TYPE_ID } from './snapshot-encoder.ts';

const { BREAK, CONTINUE } = ControlledFragmentAction;
const FRAGMENT_LIMIT = 10;
const HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;
const SCHEMA_ID = SnapshotMarkerDecoder.SCHEMA_ID;

/** What a snapshot of a consensus module says, in its order. Upstream: `io.aeron.cluster.ConsensusModuleSnapshotListener`. */
export interface SnapshotListener {
  onLoadBegin(appVersion: number, timeUnit: ClusterTimeUnit): void;
  onLoadState(state: {
    readonly nextSessionId: number;
    readonly nextServiceSessionId: bigint;
    readonly logServiceSessionId: bigint;
  }): void;
  onLoadClusterSession(session: {
    readonly clusterSessionId: number;
    readonly correlationId: number;
    readonly openedLogPosition: number;
    readonly closeReason: CloseReason;
    readonly responseStreamId: number;
    readonly responseChannel: string;
  }): void;
  onLoadTimer(correlationId: bigint, deadline: bigint): void;
  onLoadPendingMessageTracker(tracker: {
    readonly serviceId: number;
    readonly nextServiceSessionId: bigint;
    readonly logServiceSessionId: bigint;
  }): void;
  onLoadPendingMessage(serviceId: number, buffer: AtomicBuffer, offset: number, length: number): void;
}

/** Reads a snapshot from its replay. Upstream: `io.aeron.cluster.ConsensusModuleSnapshotAdapter`. */
export class SnapshotLoader {
  /** All of it was read. */
  isDone = false;
  readonly #image: Image;
  readonly #listener: SnapshotListener;
  readonly #header = new MessageHeaderDecoder();
  readonly #assembler: ImageControlledFragmentAssembler;
  #hasBegun = false;

  constructor(image: Image, listener: SnapshotListener) {
    this.#image = image;
    this.#listener = listener;
    this.#assembler = new ImageControlledFragmentAssembler((buffer, offset, length) =>
      this.#onMessage(buffer, offset, length),
    );
  }

  /** @throws ClusterError SNAPSHOT_INVALID, and what the listener throws */
  poll(): number {
    return this.#image.controlledPoll(this.#assembler.onFragment, FRAGMENT_LIMIT);
  }

  #onMessage(buffer: AtomicBuffer, offset: number, length: number): ControlledFragmentAction {
    const header = this.#header.wrap(buffer, offset);
    if (header.schemaId() !== SCHEMA_ID) {
      throw invalid(`expected schemaId=${SCHEMA_ID}, actual=${header.schemaId()}`);
    }
    const bodyOffset = offset + HEADER_LENGTH;
    const blockLength = header.blockLength();
    const version = header.version();
    switch (header.templateId()) {
      case SnapshotMarkerDecoder.TEMPLATE_ID:
        return this.#onMarker(new SnapshotMarkerDecoder().wrap(buffer, bodyOffset, blockLength, version));
      case ConsensusModuleDecoder.TEMPLATE_ID: {
        const state = new ConsensusModuleDecoder().wrap(buffer, bodyOffset, blockLength, version);
        this.#listener.onLoadState({
          nextSessionId: state.nextSessionId(),
          nextServiceSessionId: state.nextServiceSessionId(),
          logServiceSessionId: state.logServiceSessionId(),
        });
        return CONTINUE;
      }
      case ClusterSessionDecoder.TEMPLATE_ID: {
        const session = new ClusterSessionDecoder().wrap(buffer, bodyOffset, blockLength, version);
        this.#listener.onLoadClusterSession({
          clusterSessionId: session.clusterSessionId(),
          correlationId: session.correlationId(),
          openedLogPosition: session.openedLogPosition(),
          closeReason: session.closeReason(),
          responseStreamId: session.responseStreamId(),
          responseChannel: session.responseChannel(),
        });
        return CONTINUE;
      }
      case TimerDecoder.TEMPLATE_ID: {
        const timer = new TimerDecoder().wrap(buffer, bodyOffset, blockLength, version);
        this.#listener.onLoadTimer(timer.correlationId(), timer.deadline());
        return CONTINUE;
      }
      case PendingMessageTrackerDecoder.TEMPLATE_ID: {
        const tracker = new PendingMessageTrackerDecoder().wrap(buffer, bodyOffset, blockLength, version);
        this.#listener.onLoadPendingMessageTracker({
          serviceId: tracker.serviceId(),
          nextServiceSessionId: tracker.nextServiceSessionId(),
          logServiceSessionId: tracker.logServiceSessionId(),
        });
        return CONTINUE;
      }
      case SessionMessageHeaderDecoder.TEMPLATE_ID: {
        const message = new SessionMessageHeaderDecoder().wrap(buffer, bodyOffset, blockLength, version);
        const serviceId = serviceIdOfLogMessage(message.clusterSessionId());
        this.#listener.onLoadPendingMessage(serviceId, buffer, offset, length);
        return CONTINUE;
      }
      default:
        return CONTINUE;
    }
  }

  #onMarker(marker: SnapshotMarkerDecoder): ControlledFragmentAction {
    if (marker.typeId() !== SNAPSHOT_TYPE_ID) {
      throw invalid(`unexpected snapshot type: ${marker.typeId()}`);
    }
    switch (marker.mark()) {
      case SnapshotMark.BEGIN:
        if (this.#hasBegun) {
          throw invalid('already in snapshot');
        }
        this.#hasBegun = true;
        this.#listener.onLoadBegin(marker.appVersion(), marker.timeUnit());
        return CONTINUE;
      case SnapshotMark.END:
        if (!this.#hasBegun) {
          throw invalid('missing begin snapshot');
        }
        this.isDone = true;
        return BREAK;
      default:
        return CONTINUE;
    }
  }
}

function invalid(what: string): ClusterError {
  return new ClusterError('SNAPSHOT_INVALID', what);
}
