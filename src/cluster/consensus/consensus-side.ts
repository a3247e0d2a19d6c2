import { SemanticVersion } from '../../agrona/mod.ts';
import type { Header } from '../../client/mod.ts';
import type { BackupRequest, ConsensusListener, StandbySnapshot } from './consensus-adapter.ts';
import { ConsensusEvents, type LeaderContext } from './consensus-events.ts';
import type { ConsensusMessage } from './core/messages.ts';
import { ClusterError, ClusterEvent } from './errors.ts';
import type { Member } from './member.ts';
import { refineResponseChannel } from './response-channel.ts';
import { ConsensusModuleState } from './states.ts';

/** What other members, backups and standbys say, and what is done about it. */
export class ConsensusSide implements ConsensusListener {
  readonly #member: Member;
  readonly #events: ConsensusEvents | undefined;
  #leader: LeaderContext = { timestamp: 0n, appVersion: 0 };

  constructor(member: Member) {
    this.#member = member;
    this.#events = member.events === undefined ? undefined : new ConsensusEvents(member.events, member.memberId);
  }

  /** @throws AgentTerminationError when the leader's application is of another version */
  onLeaderContext(timestamp: bigint, appVersion: number): void {
    this.#leader = { timestamp, appVersion };
    checkAppVersion(this.#member, appVersion);
  }

  onConsensusMessage(message: ConsensusMessage, extra: number): void {
    this.#events?.onMessage(message, extra, this.#leader);
    this.#member.step(message);
  }

  onBackupQuery(request: BackupRequest, version: number, logPosition: number | undefined): void {
    if (this.#canAnswer()) {
      this.#member.backups.onBackupQuery(this.#refined(request), version, logPosition);
    }
  }

  onHeartbeatRequest(request: BackupRequest): void {
    if (this.#canAnswer()) {
      this.#member.backups.onHeartbeatRequest(this.#refined(request));
    }
  }

  onStandbySnapshot(request: BackupRequest, version: number, snapshots: readonly StandbySnapshot[]): void {
    if (this.#canAnswer()) {
      this.#member.backups.onStandbySnapshot(this.#refined(request), version, snapshots);
    }
  }

  /** Of a backup; or of a client, by a member that does not lead. */
  onConsensusChallengeResponse(correlationId: number, clusterSessionId: number, encodedCredentials: Uint8Array): void {
    if (clusterSessionId >= 0) {
      this.#member.replicated.sessions.onChallengeResponse(correlationId, clusterSessionId, encodedCredentials);
    } else {
      this.#member.backups.onChallengeResponse(correlationId, encodedCredentials);
    }
  }

  onMalformedConsensusMessage(reason: unknown, header: Header): void {
    const why = reason instanceof Error ? reason.message : String(reason);
    this.#member.report(
      new ClusterEvent(`malformed message on the consensus channel from ${header.image?.sourceIdentity}: ${why}`),
    );
  }

  #canAnswer(): boolean {
    const { state, isInElection } = this.#member;
    return !isInElection && (state.isActiveOrSuspended || state.is(ConsensusModuleState.SNAPSHOT));
  }

  #refined(request: BackupRequest): BackupRequest {
    return { ...request, responseChannel: refineResponseChannel(request.responseChannel, this.#member.context) };
  }
}

/** @throws AgentTerminationError unless what an application of this version has written may be used */
export function checkAppVersion(member: Member, appVersion: number): void {
  const { appVersionValidator, appVersion: own } = member.context;
  if (!appVersionValidator(own, appVersion)) {
    const reason = `incompatible version: ${SemanticVersion.format(own)} (appVersion) log=${SemanticVersion.format(appVersion)}`;
    member.report(new ClusterError('APP_VERSION', reason));
    member.terminateUnexpectedly(reason);
  }
}
