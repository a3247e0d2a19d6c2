import { AeronError, type AtomicBuffer } from '../../agrona/mod.ts';
import { ControlledFragmentAction, type Image, ImageControlledFragmentAssembler } from '../../client/mod.ts';
import {
  ClientSessionDecoder,
  ClusterTimeUnit,
  MessageHeaderDecoder,
  SnapshotMark,
  SnapshotMarkerDecoder,
} from '../codecs/mod.ts';
import type { SessionParameters } from './container-client-session.ts';
import { checkSchema } from './service-adapter.ts';

const { BREAK, CONTINUE } = ControlledFragmentAction;
const FRAGMENT_LIMIT = 10;

/** What kind of snapshot it is: a service's. The consensus module's is 1. */
export const SERVICE_SNAPSHOT_TYPE_ID = 2n;

/**
 * Reads the container's part of a snapshot, up to its end mark: what follows is the service's.
 *
 *     BEGIN  session  session ...  END  | messages of the service ...
 *
 * Upstream: `ServiceSnapshotLoader`.
 */
export class ServiceSnapshotLoader {
  isDone = false;
  appVersion = 0;
  timeUnit: ClusterTimeUnit = ClusterTimeUnit.NULL_VAL;
  private isInSnapshot = false;
  private readonly image: Image;
  private readonly onSession: (session: SessionParameters) => void;
  private readonly messageHeader = new MessageHeaderDecoder();
  private readonly marker = new SnapshotMarkerDecoder();
  private readonly clientSession = new ClientSessionDecoder();
  private readonly assembler = new ImageControlledFragmentAssembler((buffer, offset) => this.onMessage(buffer, offset));

  constructor(image: Image, onSession: (session: SessionParameters) => void) {
    this.image = image;
    this.onSession = onSession;
  }

  /** Fragments read. @throws AeronError SNAPSHOT_INVALID, CLUSTER_SCHEMA */
  poll(): number {
    return this.image.controlledPoll(this.assembler.onFragment, FRAGMENT_LIMIT);
  }

  private onMessage(buffer: AtomicBuffer, offset: number): ControlledFragmentAction {
    const header = this.messageHeader.wrap(buffer, offset);
    checkSchema(header.schemaId());
    const bodyOffset = offset + MessageHeaderDecoder.ENCODED_LENGTH;
    const blockLength = header.blockLength();
    const version = header.version();
    switch (header.templateId()) {
      case SnapshotMarkerDecoder.TEMPLATE_ID:
        return this.onMarker(this.marker.wrap(buffer, bodyOffset, blockLength, version));
      case ClientSessionDecoder.TEMPLATE_ID:
        this.onSession(toSession(this.clientSession.wrap(buffer, bodyOffset, blockLength, version)));
        return CONTINUE;
      default:
        return CONTINUE;
    }
  }

  private onMarker(marker: SnapshotMarkerDecoder): ControlledFragmentAction {
    const typeId = marker.typeId();
    if (typeId !== SERVICE_SNAPSHOT_TYPE_ID) {
      throw new AeronError(
        'SNAPSHOT_INVALID',
        `unexpected snapshot type: ${typeId}, a service's is ${SERVICE_SNAPSHOT_TYPE_ID}`,
      );
    }
    switch (marker.mark()) {
      case SnapshotMark.BEGIN:
        if (this.isInSnapshot) {
          throw new AeronError('SNAPSHOT_INVALID', 'already in snapshot');
        }
        this.isInSnapshot = true;
        this.appVersion = marker.appVersion();
        this.timeUnit = marker.timeUnit();
        return CONTINUE;
      case SnapshotMark.END:
        if (!this.isInSnapshot) {
          throw new AeronError('SNAPSHOT_INVALID', 'missing begin snapshot');
        }
        this.isDone = true;
        return BREAK;
      default:
        return CONTINUE;
    }
  }
}

function toSession(decoder: ClientSessionDecoder): SessionParameters {
  const id = decoder.clusterSessionId();
  const responseStreamId = decoder.responseStreamId();
  const responseChannel = decoder.responseChannel();
  const encodedPrincipal = new Uint8Array(decoder.encodedPrincipalLength());
  decoder.getEncodedPrincipal(encodedPrincipal);
  return { id, responseStreamId, responseChannel, encodedPrincipal };
}
