import { AeronError, AtomicBuffer } from '../../agrona/mod.ts';
import { type ExclusivePublication, Publication } from '../../client/mod.ts';
import {
  ArchiveIdRequestEncoder,
  AttachSegmentsRequestEncoder,
  AuthConnectRequestEncoder,
  BooleanType,
  BoundedReplayRequestEncoder,
  ChallengeResponseEncoder,
  CloseSessionRequestEncoder,
  DeleteDetachedSegmentsRequestEncoder,
  DetachSegmentsRequestEncoder,
  ExtendRecordingRequest2Encoder,
  FindLastMatchingRecordingRequestEncoder,
  KeepAliveRequestEncoder,
  ListRecordingRequestEncoder,
  ListRecordingSubscriptionsRequestEncoder,
  ListRecordingsForUriRequestEncoder,
  ListRecordingsRequestEncoder,
  MaxRecordedPositionRequestEncoder,
  MessageHeaderEncoder,
  MigrateSegmentsRequestEncoder,
  PurgeRecordingRequestEncoder,
  PurgeSegmentsRequestEncoder,
  RecordingPositionRequestEncoder,
  ReplayRequestEncoder,
  ReplayTokenRequestEncoder,
  ReplicateRequest2Encoder,
  type SourceLocation,
  StartPositionRequestEncoder,
  StartRecordingRequest2Encoder,
  StopAllReplaysRequestEncoder,
  StopPositionRequestEncoder,
  StopRecordingByIdentityRequestEncoder,
  StopRecordingRequestEncoder,
  StopRecordingSubscriptionRequestEncoder,
  StopReplayRequestEncoder,
  StopReplicationRequestEncoder,
  TruncateRecordingRequestEncoder,
  UpdateChannelRequestEncoder,
} from '../codecs/mod.ts';
import { ArchiveError } from './errors.ts';
import { REPLAY_ALL_AND_FOLLOW, type ReplayParams } from './replay-params.ts';
import type { ReplicationParams } from './replication-params.ts';

const NULL_VALUE = -1;
const NO_CREDENTIALS = new Uint8Array(0);
/** No request is longer: four channels of 4 KiB and credentials. */
const MAX_REQUEST_LENGTH = 64 * 1024;

/** A request that is being encoded. */
interface Request {
  encodedLength(): number;
}

/** One of a control session, which begins as all of them do. */
interface SessionRequest extends Request {
  wrapAndApplyHeader(buffer: AtomicBuffer, offset: number, header: MessageHeaderEncoder): unknown;
  controlSessionId(value: number): unknown;
  correlationId(value: number): unknown;
}

/**
 * Sends requests to an archive. Every method returns whether the request was sent; when not, there was no
 * room and it may be sent again later. None waits. The answer comes to the response stream of the control
 * session, with the correlation id that the caller has chosen (`aeron.nextCorrelationId()`).
 *
 * All throw an ArchiveError GENERIC when there is no connection to the archive any more, AeronError
 * MESSAGE_TOO_LONG for a request that is too long for the publication (its term length sets that). Upstream: `io.aeron.archive.client.ArchiveProxy`.
 */
export class ArchiveProxy {
  readonly publication: ExclusivePublication;
  readonly #attempts: number;
  readonly #header = new MessageHeaderEncoder();
  readonly #buffer = AtomicBuffer.allocate(MAX_REQUEST_LENGTH);

  constructor(publication: ExclusivePublication, retryAttempts = 3) {
    this.publication = publication;
    this.#attempts = retryAttempts;
  }

  /** @param version of the control protocol, a semantic version. */
  tryConnect(
    responseChannel: string,
    responseStreamId: number,
    version: number,
    encodedCredentials: Uint8Array,
    clientInfo: string,
    correlationId: number,
  ): boolean {
    const request = new AuthConnectRequestEncoder()
      .wrapAndApplyHeader(this.#buffer, 0, this.#header)
      .correlationId(correlationId)
      .responseStreamId(responseStreamId)
      .version(version)
      .responseChannel(responseChannel)
      .putEncodedCredentials(encodedCredentials)
      .clientInfo(clientInfo);
    return this.#publish(request) > 0;
  }

  tryChallengeResponse(encodedCredentials: Uint8Array, correlationId: number, controlSessionId: number): boolean {
    const request = this.#begin(new ChallengeResponseEncoder(), correlationId, controlSessionId);
    return this.#publish(request.putEncodedCredentials(encodedCredentials)) > 0;
  }

  keepAlive(correlationId: number, controlSessionId: number): boolean {
    return this.#offer(this.#begin(new KeepAliveRequestEncoder(), correlationId, controlSessionId));
  }

  closeSession(controlSessionId: number): boolean {
    return this.#offer(
      new CloseSessionRequestEncoder()
        .wrapAndApplyHeader(this.#buffer, 0, this.#header)
        .controlSessionId(controlSessionId),
    );
  }

  archiveId(correlationId: number, controlSessionId: number): boolean {
    return this.#offer(this.#begin(new ArchiveIdRequestEncoder(), correlationId, controlSessionId));
  }

  startRecording(
    channel: string,
    streamId: number,
    sourceLocation: SourceLocation,
    autoStop: boolean,
    correlationId: number,
    controlSessionId: number,
  ): boolean {
    return this.#offer(
      this.#begin(new StartRecordingRequest2Encoder(), correlationId, controlSessionId)
        .streamId(streamId)
        .sourceLocation(sourceLocation)
        .autoStop(booleanType(autoStop))
        .channel(channel),
    );
  }

  extendRecording(
    channel: string,
    streamId: number,
    sourceLocation: SourceLocation,
    autoStop: boolean,
    recordingId: number,
    correlationId: number,
    controlSessionId: number,
  ): boolean {
    return this.#offer(
      this.#begin(new ExtendRecordingRequest2Encoder(), correlationId, controlSessionId)
        .recordingId(recordingId)
        .streamId(streamId)
        .sourceLocation(sourceLocation)
        .autoStop(booleanType(autoStop))
        .channel(channel),
    );
  }

  /** Answered by UNKNOWN_SUBSCRIPTION when nothing of the channel and stream is recorded. */
  stopRecording(channel: string, streamId: number, correlationId: number, controlSessionId: number): boolean {
    return this.#offer(
      this.#begin(new StopRecordingRequestEncoder(), correlationId, controlSessionId)
        .streamId(streamId)
        .channel(channel),
    );
  }

  stopRecordingSubscription(subscriptionId: number, correlationId: number, controlSessionId: number): boolean {
    const request = this.#begin(new StopRecordingSubscriptionRequestEncoder(), correlationId, controlSessionId);
    return this.#offer(request.subscriptionId(subscriptionId));
  }

  stopRecordingByIdentity(recordingId: number, correlationId: number, controlSessionId: number): boolean {
    const request = this.#begin(new StopRecordingByIdentityRequestEncoder(), correlationId, controlSessionId);
    return this.#offer(request.recordingId(recordingId));
  }

  /** Bounded when the parameters name a counter. */
  replay(
    recordingId: number,
    replayChannel: string,
    replayStreamId: number,
    params: ReplayParams,
    correlationId: number,
    controlSessionId: number,
  ): boolean {
    const {
      position = NULL_VALUE,
      length = REPLAY_ALL_AND_FOLLOW,
      boundingLimitCounterId = NULL_VALUE,
      fileIoMaxLength = NULL_VALUE,
      replayToken = BigInt(NULL_VALUE),
    } = params;
    if (boundingLimitCounterId !== NULL_VALUE) {
      return this.#offer(
        this.#begin(new BoundedReplayRequestEncoder(), correlationId, controlSessionId)
          .recordingId(recordingId)
          .position(position)
          .length(BigInt(length))
          .limitCounterId(boundingLimitCounterId)
          .replayStreamId(replayStreamId)
          .fileIoMaxLength(fileIoMaxLength)
          .replayToken(replayToken)
          .replayChannel(replayChannel),
      );
    }
    return this.#offer(
      this.#begin(new ReplayRequestEncoder(), correlationId, controlSessionId)
        .recordingId(recordingId)
        .position(position)
        .length(BigInt(length))
        .replayStreamId(replayStreamId)
        .fileIoMaxLength(fileIoMaxLength)
        .replayToken(replayToken)
        .replayChannel(replayChannel),
    );
  }

  /** Asks for the token that a replay on a response channel has to show. */
  requestReplayToken(recordingId: number, correlationId: number, controlSessionId: number): boolean {
    return this.#offer(
      this.#begin(new ReplayTokenRequestEncoder(), correlationId, controlSessionId).recordingId(recordingId),
    );
  }

  stopReplay(replaySessionId: bigint, correlationId: number, controlSessionId: number): boolean {
    return this.#offer(
      this.#begin(new StopReplayRequestEncoder(), correlationId, controlSessionId).replaySessionId(replaySessionId),
    );
  }

  /** @param recordingId -1 for all recordings. */
  stopAllReplays(recordingId: number, correlationId: number, controlSessionId: number): boolean {
    return this.#offer(
      this.#begin(new StopAllReplaysRequestEncoder(), correlationId, controlSessionId).recordingId(recordingId),
    );
  }

  listRecordings(
    fromRecordingId: number,
    recordCount: number,
    correlationId: number,
    controlSessionId: number,
  ): boolean {
    return this.#offer(
      this.#begin(new ListRecordingsRequestEncoder(), correlationId, controlSessionId)
        .fromRecordingId(fromRecordingId)
        .recordCount(recordCount),
    );
  }

  listRecordingsForUri(
    fromRecordingId: number,
    recordCount: number,
    channelFragment: string,
    streamId: number,
    correlationId: number,
    controlSessionId: number,
  ): boolean {
    return this.#offer(
      this.#begin(new ListRecordingsForUriRequestEncoder(), correlationId, controlSessionId)
        .fromRecordingId(fromRecordingId)
        .recordCount(recordCount)
        .streamId(streamId)
        .channel(channelFragment),
    );
  }

  listRecording(recordingId: number, correlationId: number, controlSessionId: number): boolean {
    return this.#offer(
      this.#begin(new ListRecordingRequestEncoder(), correlationId, controlSessionId).recordingId(recordingId),
    );
  }

  listRecordingSubscriptions(
    pseudoIndex: number,
    subscriptionCount: number,
    channelFragment: string,
    streamId: number,
    applyStreamId: boolean,
    correlationId: number,
    controlSessionId: number,
  ): boolean {
    return this.#offer(
      this.#begin(new ListRecordingSubscriptionsRequestEncoder(), correlationId, controlSessionId)
        .pseudoIndex(pseudoIndex)
        .subscriptionCount(subscriptionCount)
        .applyStreamId(booleanType(applyStreamId))
        .streamId(streamId)
        .channel(channelFragment),
    );
  }

  findLastMatchingRecording(
    minRecordingId: number,
    channelFragment: string,
    streamId: number,
    sessionId: number,
    correlationId: number,
    controlSessionId: number,
  ): boolean {
    return this.#offer(
      this.#begin(new FindLastMatchingRecordingRequestEncoder(), correlationId, controlSessionId)
        .minRecordingId(minRecordingId)
        .sessionId(sessionId)
        .streamId(streamId)
        .channel(channelFragment),
    );
  }

  getStartPosition(recordingId: number, correlationId: number, controlSessionId: number): boolean {
    return this.#offer(
      this.#begin(new StartPositionRequestEncoder(), correlationId, controlSessionId).recordingId(recordingId),
    );
  }

  getRecordingPosition(recordingId: number, correlationId: number, controlSessionId: number): boolean {
    return this.#offer(
      this.#begin(new RecordingPositionRequestEncoder(), correlationId, controlSessionId).recordingId(recordingId),
    );
  }

  getStopPosition(recordingId: number, correlationId: number, controlSessionId: number): boolean {
    return this.#offer(
      this.#begin(new StopPositionRequestEncoder(), correlationId, controlSessionId).recordingId(recordingId),
    );
  }

  getMaxRecordedPosition(recordingId: number, correlationId: number, controlSessionId: number): boolean {
    return this.#offer(
      this.#begin(new MaxRecordedPositionRequestEncoder(), correlationId, controlSessionId).recordingId(recordingId),
    );
  }

  truncateRecording(recordingId: number, position: number, correlationId: number, controlSessionId: number): boolean {
    return this.#offer(
      this.#begin(new TruncateRecordingRequestEncoder(), correlationId, controlSessionId)
        .recordingId(recordingId)
        .position(position),
    );
  }

  purgeRecording(recordingId: number, correlationId: number, controlSessionId: number): boolean {
    return this.#offer(
      this.#begin(new PurgeRecordingRequestEncoder(), correlationId, controlSessionId).recordingId(recordingId),
    );
  }

  updateChannel(recordingId: number, channel: string, correlationId: number, controlSessionId: number): boolean {
    return this.#offer(
      this.#begin(new UpdateChannelRequestEncoder(), correlationId, controlSessionId)
        .recordingId(recordingId)
        .channel(channel),
    );
  }

  /** @throws AeronError CONFIGURATION when both a live destination and a session id are asked for. */
  replicate(
    srcRecordingId: number,
    srcControlStreamId: number,
    srcControlChannel: string,
    params: ReplicationParams,
    correlationId: number,
    controlSessionId: number,
  ): boolean {
    const { liveDestination, replicationSessionId = NULL_VALUE } = params;
    if (liveDestination !== undefined && replicationSessionId !== NULL_VALUE) {
      throw new AeronError(
        'CONFIGURATION',
        `a replication has a liveDestination (${liveDestination}) or a replicationSessionId (${replicationSessionId}), not both`,
      );
    }
    return this.#offer(
      this.#begin(new ReplicateRequest2Encoder(), correlationId, controlSessionId)
        .srcRecordingId(srcRecordingId)
        .dstRecordingId(params.dstRecordingId ?? NULL_VALUE)
        .stopPosition(params.stopPosition ?? NULL_VALUE)
        .channelTagId(params.channelTagId ?? BigInt(NULL_VALUE))
        .subscriptionTagId(params.subscriptionTagId ?? BigInt(NULL_VALUE))
        .srcControlStreamId(srcControlStreamId)
        .fileIoMaxLength(params.fileIoMaxLength ?? NULL_VALUE)
        .replicationSessionId(replicationSessionId)
        .srcControlChannel(srcControlChannel)
        .liveDestination(liveDestination ?? '')
        .replicationChannel(params.replicationChannel ?? '')
        .putEncodedCredentials(params.encodedCredentials ?? NO_CREDENTIALS)
        .srcResponseChannel(params.srcResponseChannel ?? ''),
    );
  }

  stopReplication(replicationId: number, correlationId: number, controlSessionId: number): boolean {
    return this.#offer(
      this.#begin(new StopReplicationRequestEncoder(), correlationId, controlSessionId).replicationId(replicationId),
    );
  }

  detachSegments(
    recordingId: number,
    newStartPosition: number,
    correlationId: number,
    controlSessionId: number,
  ): boolean {
    return this.#offer(
      this.#begin(new DetachSegmentsRequestEncoder(), correlationId, controlSessionId)
        .recordingId(recordingId)
        .newStartPosition(newStartPosition),
    );
  }

  deleteDetachedSegments(recordingId: number, correlationId: number, controlSessionId: number): boolean {
    return this.#offer(
      this.#begin(new DeleteDetachedSegmentsRequestEncoder(), correlationId, controlSessionId).recordingId(recordingId),
    );
  }

  purgeSegments(
    recordingId: number,
    newStartPosition: number,
    correlationId: number,
    controlSessionId: number,
  ): boolean {
    return this.#offer(
      this.#begin(new PurgeSegmentsRequestEncoder(), correlationId, controlSessionId)
        .recordingId(recordingId)
        .newStartPosition(newStartPosition),
    );
  }

  attachSegments(recordingId: number, correlationId: number, controlSessionId: number): boolean {
    return this.#offer(
      this.#begin(new AttachSegmentsRequestEncoder(), correlationId, controlSessionId).recordingId(recordingId),
    );
  }

  migrateSegments(
    srcRecordingId: number,
    dstRecordingId: number,
    correlationId: number,
    controlSessionId: number,
  ): boolean {
    return this.#offer(
      this.#begin(new MigrateSegmentsRequestEncoder(), correlationId, controlSessionId)
        .srcRecordingId(srcRecordingId)
        .dstRecordingId(dstRecordingId),
    );
  }

  /** Puts the request into the buffer as far as all are the same. Returns it, for the rest of its fields. */
  #begin<R extends SessionRequest>(request: R, correlationId: number, controlSessionId: number): R {
    request.wrapAndApplyHeader(this.#buffer, 0, this.#header);
    request.controlSessionId(controlSessionId);
    request.correlationId(correlationId);
    return request;
  }

  #offer(request: Request): boolean {
    for (let attempt = 0; attempt < this.#attempts; attempt++) {
      const position = this.#publish(request);
      if (position > 0) {
        return true;
      }
      switch (position) {
        case Publication.CLOSED:
          throw new ArchiveError('connection to the archive has been closed');
        case Publication.NOT_CONNECTED:
          throw new ArchiveError('connection to the archive is no longer available');
        case Publication.MAX_POSITION_EXCEEDED:
          throw new ArchiveError(
            `offer failed due to max position being reached: term-length=${this.publication.termBufferLength}`,
          );
      }
    }
    return false;
  }

  #publish(request: Request): number {
    return this.publication.offer(this.#buffer, 0, MessageHeaderEncoder.ENCODED_LENGTH + request.encodedLength());
  }
}

function booleanType(value: boolean): BooleanType {
  return value ? BooleanType.TRUE : BooleanType.FALSE;
}
