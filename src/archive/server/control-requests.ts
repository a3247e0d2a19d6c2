import type { Image } from '../../client/mod.ts';
import { ChannelUri } from '../../protocol/mod.ts';
import type { SbeBuffer } from '../../sbe/mod.ts';
import { ArchiveError } from '../client/mod.ts';
import {
  ArchiveIdRequestDecoder,
  AttachSegmentsRequestDecoder,
  BooleanType,
  BoundedReplayRequestDecoder,
  DeleteDetachedSegmentsRequestDecoder,
  DetachSegmentsRequestDecoder,
  ExtendRecordingRequest2Decoder,
  ExtendRecordingRequestDecoder,
  FindLastMatchingRecordingRequestDecoder,
  KeepAliveRequestDecoder,
  ListRecordingRequestDecoder,
  ListRecordingSubscriptionsRequestDecoder,
  ListRecordingsForUriRequestDecoder,
  ListRecordingsRequestDecoder,
  MaxRecordedPositionRequestDecoder,
  MessageHeaderDecoder,
  MigrateSegmentsRequestDecoder,
  PurgeRecordingRequestDecoder,
  PurgeSegmentsRequestDecoder,
  RecordingPositionRequestDecoder,
  ReplayRequestDecoder,
  ReplayTokenRequestDecoder,
  ReplicateRequest2Decoder,
  ReplicateRequestDecoder,
  type SourceLocation,
  StartPositionRequestDecoder,
  StartRecordingRequest2Decoder,
  StartRecordingRequestDecoder,
  StopAllReplaysRequestDecoder,
  StopPositionRequestDecoder,
  StopRecordingByIdentityRequestDecoder,
  StopRecordingRequestDecoder,
  StopRecordingSubscriptionRequestDecoder,
  StopReplayRequestDecoder,
  StopReplicationRequestDecoder,
  TaggedReplicateRequestDecoder,
  TruncateRecordingRequestDecoder,
  UpdateChannelRequestDecoder,
} from '../codecs/mod.ts';
import type { ControlSession } from './control-session.ts';
import type { Listings } from './listings.ts';
import type { RecordingAdministration } from './recording-administration.ts';
import type { RecordingRequest, Recordings } from './recordings.ts';
import type { Replays } from './replays.ts';
import type { Replications } from './replications.ts';
import type { SegmentAdministration } from './segment-administration.ts';

const NULL_VALUE = -1;
const NULL_POSITION = -1;
const NO_TOKEN = -1n;
const NO_CREDENTIALS = new Uint8Array(0);
const { ENCODED_LENGTH: HEADER_LENGTH } = MessageHeaderDecoder;

/** Those who do what is asked for. */
export interface ControlRequestHandlers {
  readonly archiveId: bigint;
  readonly administration: RecordingAdministration;
  readonly listings: Listings;
  readonly recordings: Recordings;
  readonly replays: Replays;
  readonly replications: Replications;
  readonly segments: SegmentAdministration;
}

/** A request, decoded as far as it takes to know whose it is. */
export interface ControlRequest {
  readonly controlSessionId: number;
  readonly correlationId: number;
  /** Whom a replay token stands for: he has it done, whatever the control session. */
  readonly delegate: ControlSession | undefined;
  /** Decodes the rest and has it done. */
  act(session: ControlSession): void;
}

interface RequestDecoder {
  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): unknown;
  controlSessionId(): number;
  correlationId(): number;
}

type DecoderClass<D extends RequestDecoder> = (new () => D) & { readonly TEMPLATE_ID: number };

type Decode = (header: MessageHeaderDecoder, message: SbeBuffer, image: Image) => ControlRequest;

/**
 * Every request of the control protocol, by its template id: what it carries, under the version that its sender
 * has, and who does it. The requests of a session that has been found to be allowed come here.
 */
export class ControlRequests {
  private readonly decodes = new Map<number, Decode>();

  constructor(handlers: ControlRequestHandlers) {
    this.addSessionRequests(handlers);
    this.addRecordingRequests(handlers);
    this.addReplayRequests(handlers);
    this.addListingRequests(handlers);
    this.addSegmentRequests(handlers);
    this.addReplicationRequests(handlers);
  }

  /** undefined for a request of a later version. @throws SbeError, ControlProtocolError, ArchiveError */
  decode(
    templateId: number,
    header: MessageHeaderDecoder,
    message: SbeBuffer,
    image: Image,
  ): ControlRequest | undefined {
    return this.decodes.get(templateId)?.(header, message, image);
  }

  private on<D extends RequestDecoder>(
    type: DecoderClass<D>,
    act: (request: D, session: ControlSession, correlationId: number, message: SbeBuffer) => void,
  ): void {
    const decoder = new type();
    this.decodes.set(type.TEMPLATE_ID, (header, message) => {
      decoder.wrap(message, HEADER_LENGTH, header.blockLength(), header.version());
      const correlationId = decoder.correlationId();
      return {
        controlSessionId: decoder.controlSessionId(),
        correlationId,
        delegate: undefined,
        act: (session) => act(decoder, session, correlationId, message),
      };
    });
  }

  /** A request that may come with a token over the image of another publication. */
  private onReplay<
    D extends RequestDecoder & { recordingId(): number; replayToken(): bigint; replayChannel(): string },
  >(
    type: DecoderClass<D>,
    replays: Replays,
    act: (request: D, session: ControlSession, correlationId: number, channel: ChannelUri) => void,
  ): void {
    const decoder = new type();
    this.decodes.set(type.TEMPLATE_ID, (header, message, image) => {
      decoder.wrap(message, HEADER_LENGTH, header.blockLength(), header.version());
      const correlationId = decoder.correlationId();
      const token = decoder.replayToken();
      const channelText = decoder.replayChannel();
      let delegate: ControlSession | undefined;
      let channel: ChannelUri | undefined;
      if (token !== NO_TOKEN && token !== ReplayRequestDecoder.REPLAY_TOKEN_NULL) {
        channel = ChannelUri.parse(channelText);
        if (channel.hasControlModeResponse) {
          delegate = replays.sessionOfToken(token, decoder.recordingId());
          channel.put('response-correlation-id', String(image.correlationId));
        }
      }
      return {
        controlSessionId: decoder.controlSessionId(),
        correlationId,
        delegate,
        act: (session) => act(decoder, session, correlationId, channel ?? ChannelUri.parse(channelText)),
      };
    });
  }

  private addSessionRequests({ archiveId, replays }: ControlRequestHandlers): void {
    this.on(KeepAliveRequestDecoder, () => {});
    this.on(ArchiveIdRequestDecoder, (_request, session, correlationId) => {
      session.sendOk(correlationId, archiveId);
    });
    this.on(ReplayTokenRequestDecoder, (request, session, correlationId) => {
      session.sendOk(correlationId, replays.newToken(request.recordingId(), session));
    });
  }

  private addRecordingRequests({ administration, recordings }: ControlRequestHandlers): void {
    this.on(StartRecordingRequestDecoder, (request, session, correlationId) => {
      recordings.start(recordingRequest(request, session, correlationId), request.channel());
    });
    this.on(StartRecordingRequest2Decoder, (request, session, correlationId) => {
      recordings.start(
        recordingRequest(request, session, correlationId, request.autoStop() === BooleanType.TRUE),
        request.channel(),
      );
    });
    this.on(ExtendRecordingRequestDecoder, (request, session, correlationId) => {
      recordings.extend(request.recordingId(), recordingRequest(request, session, correlationId), request.channel());
    });
    this.on(ExtendRecordingRequest2Decoder, (request, session, correlationId) => {
      recordings.extend(
        request.recordingId(),
        recordingRequest(request, session, correlationId, request.autoStop() === BooleanType.TRUE),
        request.channel(),
      );
    });
    this.on(StopRecordingRequestDecoder, (request, session, correlationId) => {
      recordings.stop(correlationId, request.streamId(), request.channel(), session);
    });
    this.on(StopRecordingSubscriptionRequestDecoder, (request, session, correlationId) => {
      recordings.stopSubscription(correlationId, request.subscriptionId(), session);
    });
    this.on(StopRecordingByIdentityRequestDecoder, (request, session, correlationId) => {
      recordings.stopByIdentity(correlationId, request.recordingId(), session);
    });
    this.on(StartPositionRequestDecoder, (request, session, correlationId) => {
      administration.startPosition(correlationId, request.recordingId(), session);
    });
    this.on(StopPositionRequestDecoder, (request, session, correlationId) => {
      administration.stopPosition(correlationId, request.recordingId(), session);
    });
    this.on(RecordingPositionRequestDecoder, (request, session, correlationId) => {
      administration.recordingPosition(correlationId, request.recordingId(), session);
    });
    this.on(MaxRecordedPositionRequestDecoder, (request, session, correlationId) => {
      administration.maxRecordedPosition(correlationId, request.recordingId(), session);
    });
    this.on(TruncateRecordingRequestDecoder, (request, session, correlationId) => {
      administration.truncate(correlationId, request.recordingId(), request.position(), session);
    });
    this.on(PurgeRecordingRequestDecoder, (request, session, correlationId) => {
      administration.purge(correlationId, request.recordingId(), session);
    });
  }

  private addReplayRequests({ replays }: ControlRequestHandlers): void {
    this.onReplay(ReplayRequestDecoder, replays, (request, session, correlationId, channel) => {
      replays.start({
        session,
        correlationId,
        recordingId: request.recordingId(),
        position: request.position(),
        length: clampToSafe(request.length()),
        fileIoMaxLength: request.fileIoMaxLength(),
        streamId: request.replayStreamId(),
        channel,
        limitCounterId: undefined,
      });
    });
    this.onReplay(BoundedReplayRequestDecoder, replays, (request, session, correlationId, channel) => {
      replays.start({
        session,
        correlationId,
        recordingId: request.recordingId(),
        position: request.position(),
        length: clampToSafe(request.length()),
        fileIoMaxLength: request.fileIoMaxLength(),
        streamId: request.replayStreamId(),
        channel,
        limitCounterId: request.limitCounterId(),
      });
    });
    this.on(StopReplayRequestDecoder, (request, session, correlationId) => {
      replays.stop(correlationId, Number(request.replaySessionId()), session);
    });
    this.on(StopAllReplaysRequestDecoder, (request, session, correlationId) => {
      replays.stopAll(request.recordingId());
      session.sendOk(correlationId);
    });
  }

  private addListingRequests({ listings }: ControlRequestHandlers): void {
    this.on(ListRecordingsRequestDecoder, (request, session, correlationId) => {
      listings.list(correlationId, request.fromRecordingId(), request.recordCount(), session);
    });
    this.on(ListRecordingsForUriRequestDecoder, (request, session, correlationId) => {
      listings.listForUri(
        correlationId,
        request.fromRecordingId(),
        request.recordCount(),
        request.streamId(),
        request.channel(),
        session,
      );
    });
    this.on(ListRecordingRequestDecoder, (request, session, correlationId) => {
      listings.listById(correlationId, request.recordingId(), session);
    });
    this.on(ListRecordingSubscriptionsRequestDecoder, (request, session, correlationId) => {
      const streamId = request.applyStreamId() === BooleanType.TRUE ? request.streamId() : undefined;
      listings.listSubscriptions(
        correlationId,
        request.pseudoIndex(),
        request.subscriptionCount(),
        streamId,
        request.channel(),
        session,
      );
    });
    this.on(FindLastMatchingRecordingRequestDecoder, (request, session, correlationId) => {
      listings.findLast(
        correlationId,
        request.minRecordingId(),
        request.sessionId(),
        request.streamId(),
        request.channel(),
        session,
      );
    });
    this.on(UpdateChannelRequestDecoder, (request, session, correlationId) => {
      listings.updateChannel(correlationId, request.recordingId(), request.channel(), session);
    });
  }

  private addSegmentRequests({ segments }: ControlRequestHandlers): void {
    this.on(DetachSegmentsRequestDecoder, (request, session, correlationId) => {
      segments.detach(correlationId, request.recordingId(), request.newStartPosition(), session);
    });
    this.on(DeleteDetachedSegmentsRequestDecoder, (request, session, correlationId) => {
      segments.deleteDetached(correlationId, request.recordingId(), session);
    });
    this.on(PurgeSegmentsRequestDecoder, (request, session, correlationId) => {
      segments.purge(correlationId, request.recordingId(), request.newStartPosition(), session);
    });
    this.on(AttachSegmentsRequestDecoder, (request, session, correlationId) => {
      segments.attach(correlationId, request.recordingId(), session);
    });
    this.on(MigrateSegmentsRequestDecoder, (request, session, correlationId) => {
      segments.migrate(correlationId, request.srcRecordingId(), request.dstRecordingId(), session);
    });
  }

  private addReplicationRequests({ replications }: ControlRequestHandlers): void {
    const plain = {
      stopPosition: NULL_POSITION,
      channelTagId: BigInt(NULL_VALUE),
      subscriptionTagId: BigInt(NULL_VALUE),
      fileIoMaxLength: NULL_VALUE,
      replicationSessionId: NULL_VALUE,
      replicationChannel: '',
      encodedCredentials: NO_CREDENTIALS,
      srcResponseChannel: '',
    };
    this.on(ReplicateRequestDecoder, (request, session, correlationId) => {
      replications.start(correlationId, session, {
        ...plain,
        srcRecordingId: request.srcRecordingId(),
        dstRecordingId: request.dstRecordingId(),
        srcControlStreamId: request.srcControlStreamId(),
        srcControlChannel: request.srcControlChannel(),
        liveDestination: request.liveDestination(),
      });
    });
    this.on(TaggedReplicateRequestDecoder, (request, session, correlationId) => {
      replications.start(correlationId, session, {
        ...plain,
        srcRecordingId: request.srcRecordingId(),
        dstRecordingId: request.dstRecordingId(),
        channelTagId: request.channelTagId(),
        subscriptionTagId: request.subscriptionTagId(),
        srcControlStreamId: request.srcControlStreamId(),
        srcControlChannel: request.srcControlChannel(),
        liveDestination: request.liveDestination(),
      });
    });
    this.on(ReplicateRequest2Decoder, (request, session, correlationId, message) => {
      replications.start(correlationId, session, {
        srcRecordingId: request.srcRecordingId(),
        dstRecordingId: request.dstRecordingId(),
        stopPosition: request.stopPosition(),
        channelTagId: request.channelTagId(),
        subscriptionTagId: request.subscriptionTagId(),
        srcControlStreamId: request.srcControlStreamId(),
        fileIoMaxLength: request.fileIoMaxLength(),
        replicationSessionId: orNullValue(
          request.replicationSessionId(),
          ReplicateRequest2Decoder.REPLICATION_SESSION_ID_NULL,
        ),
        srcControlChannel: request.srcControlChannel(),
        liveDestination: request.liveDestination(),
        replicationChannel: request.replicationChannel(),
        encodedCredentials: readBytes(message, request.encodedCredentialsLength(), (target) =>
          request.getEncodedCredentials(target),
        ),
        srcResponseChannel: request.srcResponseChannel(),
      });
    });
    this.on(StopReplicationRequestDecoder, (request, session, correlationId) => {
      replications.stop(correlationId, request.replicationId(), session);
    });
  }
}

/** What is asked to be recorded, and by whom. Older clients do not speak of stopping. */
function recordingRequest(
  request: { streamId(): number; sourceLocation(): SourceLocation },
  session: ControlSession,
  correlationId: number,
  isAutoStop = false,
): RecordingRequest {
  const streamId = request.streamId();
  return { session, correlationId, streamId, sourceLocation: request.sourceLocation(), isAutoStop };
}

/** A length may be anything up to 2^63 - 1, which stands for all there is. */
function clampToSafe(length: bigint): number {
  return length > Number.MAX_SAFE_INTEGER ? Number.MAX_SAFE_INTEGER : Number(length);
}

/** What an older client did not say. */
function orNullValue(value: number, absent: number): number {
  return value === absent ? NULL_VALUE : value;
}

/** A copy of variable data. @throws ArchiveError when its length cannot be */
export function readBytes(message: SbeBuffer, length: number, get: (target: Uint8Array) => void): Uint8Array {
  if (length > message.u8.length) {
    throw new ArchiveError(`${length} bytes of data in a message of ${message.u8.length}`);
  }
  const bytes = new Uint8Array(length);
  get(bytes);
  return bytes;
}
