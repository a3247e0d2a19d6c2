import assert from 'node:assert/strict';
import type { ActionExecutor } from '../../src/cluster/consensus/core/action-queue.ts';
import type { ConsensusAction, LogDestination } from '../../src/cluster/consensus/core/actions.ts';
import { parseClusterMembers } from '../../src/cluster/consensus/core/cluster-members.ts';
import { ConsensusCore } from '../../src/cluster/consensus/core/consensus-core.ts';
import type { ConsensusConfig } from '../../src/cluster/consensus/core/core-state.ts';
import type { ConsensusEvent, Tick } from '../../src/cluster/consensus/core/events.ts';
import type { ConsensusMessage } from '../../src/cluster/consensus/core/messages.ts';
import { ClusterRole } from '../../src/cluster/consensus/core/roles.ts';
import type { TermEntry } from '../../src/cluster/consensus/core/term-log.ts';
import { ConsensusModuleState } from '../../src/cluster/consensus/states.ts';

/** Every entry of the log is this long. */
export const ENTRY_LENGTH = 64;
/** So many entries are moved, applied, replayed in one round. */
const ENTRIES_A_ROUND = 3;
/** Rounds without a sender until an image is given up. */
const IMAGE_LIVENESS_ROUNDS = 100;
const RECORDING_ID = 7;

export interface LogEntry {
  readonly id: string;
  /** Of the first entry of a term. */
  readonly term?: { readonly leadershipTermId: number; readonly termBaseLogPosition: number };
}

/** What survives a crash. */
export class Disk {
  log: LogEntry[] = [];
  hasRecording = false;
  terms: TermEntry[] = [];
  candidateTermId = -1;
  snapshot: { readonly leadershipTermId: number; readonly applied: readonly LogEntry[] } | undefined = undefined;

  appendTerm(entry: TermEntry): void {
    assert.ok(!this.terms.some(({ leadershipTermId }) => leadershipTermId === entry.leadershipTermId), 'term twice');
    const last = this.terms.at(-1);
    if (last?.leadershipTermId === entry.leadershipTermId - 1) {
      this.commitTerm(last.leadershipTermId, entry.termBaseLogPosition);
    }
    this.terms.push(entry);
  }

  commitTerm(leadershipTermId: number, logPosition: number): void {
    const index = this.terms.findIndex((entry) => entry.leadershipTermId === leadershipTermId);
    assert.ok(index >= 0, `unknown term ${leadershipTermId}`);
    this.terms[index] = { ...this.terms[index]!, logPosition };
  }
}

/** The log as it comes to a follower. */
interface LogImage {
  readonly joinIndex: number;
  /** From `joinIndex` on. */
  readonly entries: LogEntry[];
  silentRounds: number;
}

export interface NodeWorld {
  readonly nowNs: number;
  nodes: readonly Node[];
  areLinked(a: number, b: number): boolean;
  /** @returns whether the message was taken */
  send(from: number, to: number, message: ConsensusMessage): boolean;
  onAction(node: Node, action: ConsensusAction): void;
  onApplied(node: Node, index: number, entry: LogEntry): void;
  /** A leader that serves clients has committed up to this index. */
  onCommitted(node: Node, log: readonly LogEntry[], index: number): void;
  nextSessionId(): number;
}

/**
 * A member with a core of its own; archive, log, services and network are played by a few arrays. Entries move once
 * a round, so that recording lags behind publishing, and applying behind recording.
 */
export class Node implements ActionExecutor {
  readonly id: number;
  readonly disk: Disk;
  readonly #world: NodeWorld;
  readonly core: ConsensusCore;
  readonly tick: Tick = {
    type: 'tick',
    moduleState: ConsensusModuleState.ACTIVE,
    appendPosition: -1,
    logPosition: -1,
    publicationPosition: -1,
  };
  readonly applied: LogEntry[];
  isTerminated = false;
  isElectedLeader = false;
  publication: { readonly sessionId: number; readonly log: LogEntry[] } | undefined = undefined;
  /** To whom this leader replays, and from where. */
  readonly catchups = new Map<number, number>();
  #isRecording = false;
  #subscription: { readonly sessionId: number; readonly destinations: Set<LogDestination> } | undefined;
  #image: LogImage | undefined;
  #isImageAnnounced = false;
  #isImageJoined = false;
  #replayStopIndex = -1;
  #replication: { readonly leaderId: number; readonly stopIndex: number; silentRounds: number } | undefined;

  constructor(world: NodeWorld, id: number, disk: Disk, config: Omit<ConsensusConfig, 'memberId' | 'members'>) {
    this.#world = world;
    this.id = id;
    this.disk = disk;
    this.applied = [...(disk.snapshot?.applied ?? [])];
    const last = disk.terms.at(-1);
    const members = parseClusterMembers(
      world.nodes.map((_, member) => `${member},i${member},c${member},l${member},u${member},a${member}`).join('|'),
    );
    this.core = new ConsensusCore(
      { ...config, memberId: id, members },
      {
        logLeadershipTermId: last?.leadershipTermId ?? -1,
        termBaseLogPosition: last?.termBaseLogPosition ?? 0,
        snapshotLeadershipTermId: disk.snapshot?.leadershipTermId ?? -1,
        commitPosition: this.applied.length * ENTRY_LENGTH,
        appendPosition: disk.log.length * ENTRY_LENGTH,
        logRecordingId: disk.hasRecording ? RECORDING_ID : -1,
        candidateTermId: disk.candidateTermId,
        terms: disk.terms,
      },
    );
  }

  step(event: ConsensusEvent): void {
    if (!this.isTerminated) {
      this.core.step(this.#world.nowNs, event);
      this.core.perform(this);
    }
  }

  /** One round of the duty cycle. */
  doWork(): void {
    this.#record();
    this.#receive();
    this.#replicate();
    this.#apply();
    this.tick.appendPosition = this.#isRecording ? this.disk.log.length * ENTRY_LENGTH : -1;
    this.tick.logPosition = this.#isImageJoined || this.#replayStopIndex >= 0 ? this.applied.length * ENTRY_LENGTH : -1;
    this.tick.publicationPosition = this.publication ? this.publication.log.length * ENTRY_LENGTH : -1;
    this.step(this.tick);
  }

  /** A client's message. @returns whether this is a leader that takes it */
  offer(id: string): boolean {
    if (!this.isElectedLeader || this.core.isInElection) {
      return false;
    }
    this.publication!.log.push({ id });
    return true;
  }

  takeSnapshot(): void {
    this.disk.snapshot = { leadershipTermId: this.core.leadershipTermId, applied: [...this.applied] };
  }

  get #joinedLog(): { readonly base: number; readonly entries: readonly LogEntry[] } | undefined {
    if (this.publication !== undefined) {
      return { base: 0, entries: this.publication.log };
    }
    return this.#isImageJoined ? { base: this.#image!.joinIndex, entries: this.#image!.entries } : undefined;
  }

  #record(): void {
    const source = this.#joinedLog;
    if (!this.#isRecording || source === undefined) {
      return;
    }
    const from = this.disk.log.length - source.base;
    this.disk.log.push(...source.entries.slice(from, from + ENTRIES_A_ROUND));
  }

  /** What the leader sends to the destinations of this subscription. */
  #receive(): void {
    const subscription = this.#subscription;
    if (subscription === undefined) {
      return;
    }
    const leader = this.#world.nodes.find(
      (node) => node.publication?.sessionId === subscription.sessionId && !node.isTerminated,
    );
    const source = leader !== undefined && this.#world.areLinked(leader.id, this.id) ? leader : undefined;
    const from = source === undefined ? undefined : this.#availableFrom(source, subscription.destinations);
    if (this.#image === undefined) {
      if (from !== undefined) {
        this.#image = { joinIndex: from, entries: [], silentRounds: 0 };
      }
    } else {
      this.#fill(this.#image, source, from);
    }
    this.#announce();
  }

  #availableFrom(leader: Node, destinations: ReadonlySet<LogDestination>): number | undefined {
    const replayed = destinations.has('catchup') ? leader.catchups.get(this.id) : undefined;
    const live = destinations.has('live') ? leader.publication!.log.length : undefined;
    return replayed ?? live;
  }

  #fill(image: LogImage, source: Node | undefined, from: number | undefined): void {
    if (source === undefined || from === undefined) {
      image.silentRounds++;
      return;
    }
    image.silentRounds = 0;
    const next = image.joinIndex + image.entries.length;
    image.entries.push(...source.publication!.log.slice(next, next + ENTRIES_A_ROUND));
  }

  #announce(): void {
    const image = this.#image;
    if (image === undefined) {
      return;
    }
    if (!this.#isImageAnnounced) {
      this.#isImageAnnounced = true;
      const joinPosition = image.joinIndex * ENTRY_LENGTH;
      this.step({ type: 'logImageAvailable', joinPosition, liveAddWindow: 2 * ENTRY_LENGTH });
    } else if (image.silentRounds >= IMAGE_LIVENESS_ROUNDS) {
      image.silentRounds = 0;
      this.step({ type: 'logImageClosed', isEndOfStream: false });
    }
  }

  /** The leader has ended in good order. */
  endOfStream(sessionId: number): void {
    if (this.#isImageJoined && this.#subscription?.sessionId === sessionId) {
      this.step({ type: 'logImageClosed', isEndOfStream: true });
    }
  }

  get logSessionId(): number | undefined {
    return this.publication?.sessionId;
  }

  #replicate(): void {
    const replication = this.#replication;
    if (replication === undefined) {
      return;
    }
    const { leaderId, stopIndex } = replication;
    const leader = this.#world.nodes[leaderId];
    if (leader === undefined || leader.isTerminated || !this.#world.areLinked(leaderId, this.id)) {
      if (++replication.silentRounds >= IMAGE_LIVENESS_ROUNDS) {
        this.step({ type: 'failed', reason: 'replication failed' });
      }
      return;
    }
    const from = this.disk.log.length;
    this.disk.hasRecording = true;
    this.disk.log.push(...leader.disk.log.slice(from, Math.min(stopIndex, from + ENTRIES_A_ROUND)));
    const position = this.disk.log.length * ENTRY_LENGTH;
    const isDone = this.disk.log.length >= stopIndex;
    this.step({ type: isDone ? 'replicationDone' : 'replicationProgress', recordingId: RECORDING_ID, position });
  }

  #apply(): void {
    if (this.#replayStopIndex >= 0) {
      this.#applyTo(Math.min(this.#replayStopIndex, this.applied.length + ENTRIES_A_ROUND));
      if (this.applied.length >= this.#replayStopIndex) {
        this.step({ type: 'replayDone', position: this.applied.length * ENTRY_LENGTH });
      }
    } else if (this.#isImageJoined) {
      const recorded = this.#isRecording ? this.disk.log.length * ENTRY_LENGTH : -1;
      const limit = Math.floor(this.core.logLimit(recorded) / ENTRY_LENGTH);
      this.#applyTo(Math.min(limit, this.applied.length + ENTRIES_A_ROUND));
    }
  }

  #applyTo(index: number): void {
    while (this.applied.length < index) {
      const entry = this.disk.log[this.applied.length];
      assert.ok(entry, `member ${this.id} applies what it has not: ${this.applied.length} of ${this.disk.log.length}`);
      this.#world.onApplied(this, this.applied.length, entry);
      this.applied.push(entry);
      if (entry.term !== undefined && this.core.role !== ClusterRole.LEADER) {
        const logPosition = this.applied.length * ENTRY_LENGTH;
        this.step({ type: 'termReplayed', ...entry.term, logPosition, timestamp: 0n });
      }
    }
  }

  execute(action: ConsensusAction): boolean {
    this.#world.onAction(this, action);
    const { disk } = this;
    switch (action.type) {
      case 'send':
        return this.#world.send(this.id, action.to, { ...action.message });
      case 'setCommitPosition':
        if (this.isElectedLeader) {
          this.#world.onCommitted(this, this.publication!.log, action.position / ENTRY_LENGTH);
          this.#applyTo(action.position / ENTRY_LENGTH);
        }
        break;
      case 'persistCandidateTerm':
        assert.ok(action.candidateTermId > disk.candidateTermId);
        disk.candidateTermId = action.candidateTermId;
        break;
      case 'appendTerm': {
        const { leadershipTermId, termBaseLogPosition } = action;
        assert.equal(action.recordingId, RECORDING_ID);
        disk.appendTerm({ leadershipTermId, termBaseLogPosition, logPosition: -1 });
        break;
      }
      case 'commitTerm':
        disk.commitTerm(action.leadershipTermId, action.logPosition);
        break;
      case 'truncateLog':
        disk.log.length = action.newPosition / ENTRY_LENGTH;
        break;
      case 'prepareForNewLeadership':
        this.#prepare();
        break;
      case 'addLogPublication': {
        assert.equal(action.position, disk.log.length * ENTRY_LENGTH);
        this.publication = { sessionId: this.#world.nextSessionId(), log: [...disk.log] };
        this.step({ type: 'logPublicationAdded', sessionId: this.publication.sessionId });
        break;
      }
      case 'joinLogAsLeader':
        assert.equal(action.logPosition, this.applied.length * ENTRY_LENGTH);
        assert.equal(action.logSessionId, this.publication!.sessionId);
        this.#startRecording();
        this.step({ type: 'joinedLogAsLeader', recordingId: RECORDING_ID });
        break;
      case 'appendNewLeadershipTermEvent': {
        const { leadershipTermId, termBaseLogPosition } = action;
        this.publication!.log.push({ id: `T${leadershipTermId}`, term: { leadershipTermId, termBaseLogPosition } });
        break;
      }
      case 'electionComplete':
        this.isElectedLeader = action.role === ClusterRole.LEADER;
        break;
      case 'startReplay':
        assert.equal(action.position, this.applied.length * ENTRY_LENGTH);
        this.#replayStopIndex = action.stopPosition / ENTRY_LENGTH;
        break;
      case 'stopReplay':
        this.#replayStopIndex = -1;
        break;
      case 'startReplication': {
        const stopIndex = action.stopPosition / ENTRY_LENGTH;
        this.#replication = { leaderId: action.leaderMemberId, stopIndex, silentRounds: 0 };
        break;
      }
      case 'stopReplication':
        this.#replication = undefined;
        break;
      case 'addLogSubscription':
        this.#subscription = { sessionId: action.logSessionId, destinations: new Set([action.destination]) };
        if (action.destination === 'catchup') {
          this.step({ type: 'catchupEndpointResolved', endpoint: `u${this.id}` });
        }
        break;
      case 'addLogDestination':
        this.#subscription!.destinations.add(action.destination);
        break;
      case 'removeLogDestination':
        this.#subscription!.destinations.delete(action.destination);
        break;
      case 'closeLogSubscription':
        this.#closeSubscription();
        break;
      case 'joinLogAsFollower':
        assert.equal(action.joinPosition, disk.log.length * ENTRY_LENGTH, 'extends the recording where it ends');
        this.#isImageJoined = true;
        this.#startRecording();
        this.step({ type: 'joinedLogAsFollower', recordingId: RECORDING_ID });
        break;
      case 'startCatchupReplay':
        this.catchups.set(action.memberId, action.position / ENTRY_LENGTH);
        break;
      case 'stopCatchupReplay':
        this.catchups.delete(action.memberId);
        break;
      case 'terminateServices':
        this.tick.moduleState = ConsensusModuleState.TERMINATING;
        this.step({ type: 'servicesTerminated', logPosition: action.logPosition });
        break;
      case 'terminate':
        this.isTerminated = true;
        break;
    }
    return true;
  }

  #startRecording(): void {
    this.disk.hasRecording = true;
    this.#isRecording = true;
  }

  #closeSubscription(): void {
    this.#subscription = undefined;
    this.#image = undefined;
    this.#isImageAnnounced = false;
    this.#isImageJoined = false;
  }

  #prepare(): void {
    this.isElectedLeader = false;
    this.publication = undefined;
    this.catchups.clear();
    this.#isRecording = false;
    this.#closeSubscription();
    this.step({ type: 'prepared', appendPosition: this.disk.hasRecording ? this.disk.log.length * ENTRY_LENGTH : -1 });
  }
}
