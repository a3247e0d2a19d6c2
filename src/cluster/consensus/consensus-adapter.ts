import type { AtomicBuffer } from '../../agrona/mod.ts';
import { FragmentAssembler, type Header, type Subscription } from '../../client/mod.ts';
import {
  AppendPositionDecoder,
  BackupQueryDecoder,
  BooleanType,
  CanvassPositionDecoder,
  CatchupPositionDecoder,
  ChallengeResponseDecoder,
  CommitPositionDecoder,
  HeartbeatRequestDecoder,
  MessageHeaderDecoder,
  NewLeadershipTermDecoder,
  RequestVoteDecoder,
  StandbySnapshotDecoder,
  StopCatchupDecoder,
  TerminationAckDecoder,
  TerminationPositionDecoder,
  VoteDecoder,
} from '../codecs/mod.ts';
import type { Snapshot } from '../files/mod.ts';
import type { ConsensusMessage } from './core/messages.ts';
import { readBytes, readLooseInteger } from './wire.ts';

const FRAGMENT_LIMIT = 10;
const HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;
const SCHEMA_ID = CanvassPositionDecoder.SCHEMA_ID;
const NULL_VALUE = -1;
/** Of `AppendPosition`. */
const CATCHUP_FLAG = 1;
/** The version of the schema with a log position in backup queries. */
const BACKUP_LOG_POSITION_SINCE = 16;

/** A request of a backup or a standby, which is answered on a channel of its own. */
export interface BackupRequest {
  readonly correlationId: number;
  readonly responseStreamId: number;
  readonly responseChannel: string;
  readonly encodedCredentials: Uint8Array;
  readonly header: Header;
}

/** A snapshot that a standby has in its archive. */
export interface StandbySnapshot extends Snapshot {
  readonly archiveEndpoint: string;
}

/** What members and backups say. */
export interface ConsensusListener {
  /**
   * `extra` is what the message has besides, and nobody but the event log asks for: the protocol version of a canvass
   * position or a request for votes, the flags of an append position; 0 of others.
   */
  onConsensusMessage(message: ConsensusMessage, extra: number): void;
  /** Of the leader of a new term, before the message itself: cluster time there, and the version of the application. */
  onLeaderContext(timestamp: bigint, appVersion: number): void;
  /** `logPosition`: undefined for the latest snapshots. */
  onBackupQuery(request: BackupRequest, version: number, logPosition: number | undefined): void;
  onHeartbeatRequest(request: BackupRequest): void;
  onStandbySnapshot(request: BackupRequest, version: number, snapshots: readonly StandbySnapshot[]): void;
  onConsensusChallengeResponse(correlationId: number, clusterSessionId: number, encodedCredentials: Uint8Array): void;
  /** Something that no member of this protocol sends, or that is cut short. */
  onMalformedConsensusMessage(reason: unknown, header: Header): void;
}

/**
 * Reads the consensus channel. What cannot be read is told to the listener and dropped.
 * Upstream: `io.aeron.cluster.ConsensusAdapter`.
 */
export class ConsensusAdapter {
  readonly #subscription: Subscription;
  readonly #listener: ConsensusListener;
  readonly #header = new MessageHeaderDecoder();
  readonly #appendPosition = new AppendPositionDecoder();
  readonly #commitPosition = new CommitPositionDecoder();
  readonly #assembler: FragmentAssembler;

  constructor(subscription: Subscription, listener: ConsensusListener) {
    this.#subscription = subscription;
    this.#listener = listener;
    this.#assembler = new FragmentAssembler((buffer, offset, length, header) =>
      this.#onMessage(buffer, offset, length, header),
    );
  }

  poll(): number {
    return this.#subscription.poll(this.#assembler.onFragment, FRAGMENT_LIMIT);
  }

  close(): void {
    this.#subscription.close();
  }

  /** Decodes, and only then tells: what the listener throws is no fault of the message. */
  #onMessage(buffer: AtomicBuffer, offset: number, length: number, header: Header): void {
    const messageHeader = this.#header.wrap(buffer, offset);
    if (length < HEADER_LENGTH || messageHeader.schemaId() !== SCHEMA_ID) {
      const what = length < HEADER_LENGTH ? `${length} bytes` : `schemaId=${messageHeader.schemaId()}`;
      this.#listener.onMalformedConsensusMessage(`expected schemaId=${SCHEMA_ID}, actual: ${what}`, header);
      return;
    }
    let tell: (() => void) | undefined;
    try {
      tell = this.#decode(buffer, offset + HEADER_LENGTH, header);
    } catch (error) {
      this.#listener.onMalformedConsensusMessage(error, header);
      return;
    }
    tell?.();
  }

  #decode(buffer: AtomicBuffer, offset: number, header: Header): (() => void) | undefined {
    const blockLength = this.#header.blockLength();
    const version = this.#header.version();
    const listener = this.#listener;
    const messageOf =
      (message: ConsensusMessage, extra = 0) =>
      () =>
        listener.onConsensusMessage(message, extra);
    switch (this.#header.templateId()) {
      case AppendPositionDecoder.TEMPLATE_ID: {
        const message = this.#appendPosition.wrap(buffer, offset, blockLength, version);
        const givenFlags = message.flags();
        const flags = givenFlags === AppendPositionDecoder.FLAGS_NULL ? 0 : givenFlags;
        return messageOf(
          {
            type: 'appendPosition',
            leadershipTermId: message.leadershipTermId(),
            logPosition: message.logPosition(),
            followerMemberId: message.followerMemberId(),
            isCatchup: (flags & CATCHUP_FLAG) !== 0,
          },
          flags,
        );
      }
      case CommitPositionDecoder.TEMPLATE_ID: {
        const message = this.#commitPosition.wrap(buffer, offset, blockLength, version);
        return messageOf({
          type: 'commitPosition',
          leadershipTermId: message.leadershipTermId(),
          logPosition: message.logPosition(),
          leaderMemberId: message.leaderMemberId(),
        });
      }
      case CanvassPositionDecoder.TEMPLATE_ID: {
        const message = new CanvassPositionDecoder().wrap(buffer, offset, blockLength, version);
        return messageOf(
          {
            type: 'canvassPosition',
            logLeadershipTermId: message.logLeadershipTermId(),
            logPosition: message.logPosition(),
            leadershipTermId: message.leadershipTermId(),
            followerMemberId: message.followerMemberId(),
          },
          message.protocolVersion(),
        );
      }
      case RequestVoteDecoder.TEMPLATE_ID: {
        const message = new RequestVoteDecoder().wrap(buffer, offset, blockLength, version);
        return messageOf(
          {
            type: 'requestVote',
            logLeadershipTermId: message.logLeadershipTermId(),
            logPosition: message.logPosition(),
            candidateTermId: message.candidateTermId(),
            candidateMemberId: message.candidateMemberId(),
          },
          message.protocolVersion(),
        );
      }
      case VoteDecoder.TEMPLATE_ID: {
        const message = new VoteDecoder().wrap(buffer, offset, blockLength, version);
        return messageOf({
          type: 'vote',
          candidateTermId: message.candidateTermId(),
          logLeadershipTermId: message.logLeadershipTermId(),
          logPosition: message.logPosition(),
          candidateMemberId: message.candidateMemberId(),
          followerMemberId: message.followerMemberId(),
          vote: message.vote() === BooleanType.TRUE,
        });
      }
      case NewLeadershipTermDecoder.TEMPLATE_ID:
        return this.#decodeNewLeadershipTerm(new NewLeadershipTermDecoder().wrap(buffer, offset, blockLength, version));
      case CatchupPositionDecoder.TEMPLATE_ID: {
        const message = new CatchupPositionDecoder().wrap(buffer, offset, blockLength, version);
        return messageOf({
          type: 'catchupPosition',
          leadershipTermId: message.leadershipTermId(),
          logPosition: message.logPosition(),
          followerMemberId: message.followerMemberId(),
          catchupEndpoint: message.catchupEndpoint(),
        });
      }
      case StopCatchupDecoder.TEMPLATE_ID: {
        const message = new StopCatchupDecoder().wrap(buffer, offset, blockLength, version);
        return messageOf({
          type: 'stopCatchup',
          leadershipTermId: message.leadershipTermId(),
          followerMemberId: message.followerMemberId(),
        });
      }
      case TerminationPositionDecoder.TEMPLATE_ID: {
        const message = new TerminationPositionDecoder().wrap(buffer, offset, blockLength, version);
        return messageOf({
          type: 'terminationPosition',
          leadershipTermId: message.leadershipTermId(),
          logPosition: message.logPosition(),
        });
      }
      case TerminationAckDecoder.TEMPLATE_ID: {
        const message = new TerminationAckDecoder().wrap(buffer, offset, blockLength, version);
        return messageOf({
          type: 'terminationAck',
          leadershipTermId: message.leadershipTermId(),
          logPosition: message.logPosition(),
          memberId: message.memberId(),
        });
      }
      default:
        return this.#decodeBackupRequest(buffer, offset, header);
    }
  }

  #decodeNewLeadershipTerm(message: NewLeadershipTermDecoder): () => void {
    const commitPosition = message.commitPosition();
    const appVersion = message.appVersion();
    const timestamp = message.timestamp();
    const decoded: ConsensusMessage = {
      type: 'newLeadershipTerm',
      logLeadershipTermId: message.logLeadershipTermId(),
      nextLeadershipTermId: message.nextLeadershipTermId(),
      nextTermBaseLogPosition: message.nextTermBaseLogPosition(),
      nextLogPosition: message.nextLogPosition(),
      leadershipTermId: message.leadershipTermId(),
      termBaseLogPosition: message.termBaseLogPosition(),
      logPosition: message.logPosition(),
      commitPosition: commitPosition === NewLeadershipTermDecoder.COMMIT_POSITION_NULL ? NULL_VALUE : commitPosition,
      leaderRecordingId: message.leaderRecordingId(),
      leaderMemberId: message.leaderMemberId(),
      logSessionId: message.logSessionId(),
      isStartup: message.isStartup() === BooleanType.TRUE,
    };
    return () => {
      this.#listener.onLeaderContext(timestamp, appVersion);
      this.#listener.onConsensusMessage(decoded, 0);
    };
  }

  #decodeBackupRequest(buffer: AtomicBuffer, offset: number, header: Header): (() => void) | undefined {
    const blockLength = this.#header.blockLength();
    const version = this.#header.version();
    const listener = this.#listener;
    switch (this.#header.templateId()) {
      case BackupQueryDecoder.TEMPLATE_ID: {
        const query = new BackupQueryDecoder().wrap(buffer, offset, blockLength, version);
        const protocolVersion = query.version();
        const request = readBackupRequest(query, header);
        const upTo = backupLogPosition(buffer, offset, version);
        return () => listener.onBackupQuery(request, protocolVersion, upTo);
      }
      case HeartbeatRequestDecoder.TEMPLATE_ID: {
        const request = readBackupRequest(
          new HeartbeatRequestDecoder().wrap(buffer, offset, blockLength, version),
          header,
        );
        return () => listener.onHeartbeatRequest(request);
      }
      case StandbySnapshotDecoder.TEMPLATE_ID: {
        const notification = new StandbySnapshotDecoder().wrap(buffer, offset, blockLength, version);
        const protocolVersion = notification.version();
        const snapshots: StandbySnapshot[] = [];
        for (const group = notification.snapshots(); group.hasNext(); ) {
          const entry = group.next();
          snapshots.push({
            recordingId: entry.recordingId(),
            leadershipTermId: entry.leadershipTermId(),
            termBaseLogPosition: entry.termBaseLogPosition(),
            logPosition: entry.logPosition(),
            timestamp: entry.timestamp(),
            serviceId: entry.serviceId(),
            archiveEndpoint: entry.archiveEndpoint(),
          });
        }
        const request = readBackupRequest(notification, header);
        return () => listener.onStandbySnapshot(request, protocolVersion, snapshots);
      }
      case ChallengeResponseDecoder.TEMPLATE_ID: {
        const response = new ChallengeResponseDecoder().wrap(buffer, offset, blockLength, version);
        const correlationId = response.correlationId();
        const clusterSessionId = response.clusterSessionId();
        const credentials = readBytes(response.encodedCredentialsLength(), (target) =>
          response.getEncodedCredentials(target),
        );
        return () => listener.onConsensusChallengeResponse(correlationId, clusterSessionId, credentials);
      }
      default:
        return undefined;
    }
  }
}

/** The log position of a backup query, which may be the highest number there is; undefined for none. */
function backupLogPosition(buffer: AtomicBuffer, offset: number, version: number): number | undefined {
  const logPosition = version < BACKUP_LOG_POSITION_SINCE ? NULL_VALUE : readLooseInteger(buffer, offset + 16);
  return logPosition < 0 ? undefined : logPosition;
}

function readBackupRequest(
  decoder: BackupQueryDecoder | HeartbeatRequestDecoder | StandbySnapshotDecoder,
  header: Header,
): BackupRequest {
  const responseChannel = decoder.responseChannel();
  return {
    correlationId: decoder.correlationId(),
    responseStreamId: decoder.responseStreamId(),
    responseChannel,
    encodedCredentials: readBytes(decoder.encodedCredentialsLength(), (target) =>
      decoder.getEncodedCredentials(target),
    ),
    header,
  };
}
