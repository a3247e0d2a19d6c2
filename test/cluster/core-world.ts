import assert from 'node:assert/strict';
import type { ConsensusAction } from '../../src/cluster/consensus/core/actions.ts';
import { electionStateName } from '../../src/cluster/consensus/core/election-state.ts';
import type { ConsensusMessage } from '../../src/cluster/consensus/core/messages.ts';
import { Disk, type LogEntry, Node, type NodeWorld } from './core-node.ts';

const MILLISECOND = 1_000_000;
/** How long a round of all members takes. */
const ROUND_NS = 10 * MILLISECOND;

/** The defaults of upstream. */
const TIMES = {
  startupCanvassTimeoutNs: 60_000 * MILLISECOND,
  electionTimeoutNs: 1_000 * MILLISECOND,
  electionStatusIntervalNs: 100 * MILLISECOND,
  leaderHeartbeatTimeoutNs: 10_000 * MILLISECOND,
  leaderHeartbeatIntervalNs: 200 * MILLISECOND,
  terminationTimeoutNs: 10_000 * MILLISECOND,
};

export interface CoreWorldOptions {
  readonly size: number;
  readonly appointedLeaderId?: number;
  /** Of a member, for its nomination delay. */
  readonly random?: (memberId: number) => number;
  /** Rounds that a message travels; `undefined`: it is lost. */
  readonly delay?: () => number | undefined;
  readonly onAction?: (node: Node, action: ConsensusAction) => void;
}

interface Flight {
  readonly from: number;
  readonly to: number;
  readonly message: ConsensusMessage;
  readonly dueNs: number;
}

/** A few cores, their disks, and a network between them, in one thread and in virtual time. */
export class CoreWorld implements NodeWorld {
  nowNs = 0;
  readonly nodes: Node[] = [];
  readonly disks: Disk[];
  /** What leaders have told clients is committed. */
  readonly committed: LogEntry[] = [];
  readonly leadersOfTerms = new Map<number, number>();
  readonly #options: CoreWorldOptions;
  readonly #running = new Set<number>();
  readonly #cuts = new Set<string>();
  #flights: Flight[] = [];
  #sessionId = 0;
  /** What anybody has applied, by index. */
  readonly applied: LogEntry[] = [];

  constructor(options: CoreWorldOptions) {
    this.#options = options;
    this.disks = Array.from({ length: options.size }, () => new Disk());
    for (let id = 0; id < options.size; id++) {
      this.nodes.push(undefined as unknown as Node);
    }
    this.nodes.forEach((_, id) => {
      this.nodes[id] = this.#create(id);
    });
  }

  #create(id: number): Node {
    const { random, appointedLeaderId } = this.#options;
    return new Node(this, id, this.disks[id]!, {
      ...TIMES,
      appointedLeaderId: appointedLeaderId ?? -1,
      random: () => random?.(id) ?? 0,
    });
  }

  isRunning(id: number): boolean {
    return this.#running.has(id) && !this.nodes[id]!.isTerminated;
  }

  /** Starts a member, from what its disk has. */
  start(id: number): void {
    assert.ok(!this.isRunning(id), `member ${id} is running`);
    this.nodes[id] = this.#create(id);
    this.#running.add(id);
    this.nodes[id]!.step({ type: 'started' });
  }

  /** Everything but the disk is gone. */
  crash(id: number): void {
    this.#running.delete(id);
    this.nodes[id]!.publication = undefined;
    this.#flights = this.#flights.filter(({ to }) => to !== id);
  }

  /** Like a crash, but its followers see that the log ends. */
  close(id: number): void {
    const sessionId = this.nodes[id]!.logSessionId;
    this.crash(id);
    if (sessionId !== undefined) {
      for (const node of this.#alive()) {
        node.endOfStream(sessionId);
      }
    }
  }

  wipe(id: number): void {
    assert.ok(!this.isRunning(id), `member ${id} is running`);
    this.disks[id] = new Disk();
  }

  cut(a: number, b: number): void {
    this.#cuts.add(`${a}-${b}`);
    this.#cuts.add(`${b}-${a}`);
  }

  /** Two groups that do not see each other. */
  part(isInGroup: (id: number) => boolean): void {
    for (const { id: a } of this.nodes) {
      for (const { id: b } of this.nodes) {
        if (isInGroup(a) !== isInGroup(b)) {
          this.cut(a, b);
        }
      }
    }
  }

  heal(): void {
    this.#cuts.clear();
  }

  areLinked(a: number, b: number): boolean {
    return this.isRunning(a) && this.isRunning(b) && !this.#cuts.has(`${a}-${b}`);
  }

  send(from: number, to: number, message: ConsensusMessage): boolean {
    if (!this.areLinked(from, to)) {
      return false;
    }
    const rounds = this.#options.delay === undefined ? 1 : this.#options.delay();
    if (rounds !== undefined) {
      this.#flights.push({ from, to, message, dueNs: this.nowNs + rounds * ROUND_NS });
    }
    return true;
  }

  onAction(node: Node, action: ConsensusAction): void {
    this.#options.onAction?.(node, action);
    if (action.type === 'joinLogAsLeader') {
      const other = this.leadersOfTerms.get(action.leadershipTermId);
      assert.ok(other === undefined || other === node.id, `two leaders of term ${action.leadershipTermId}`);
      this.leadersOfTerms.set(action.leadershipTermId, node.id);
    }
  }

  onApplied(node: Node, index: number, entry: LogEntry): void {
    const known = (this.applied[index] ??= entry);
    assert.equal(entry.id, known.id, `member ${node.id} applies another entry at ${index}`);
  }

  onCommitted(node: Node, log: readonly LogEntry[], index: number): void {
    for (let i = 0; i < index; i++) {
      const known = (this.committed[i] ??= log[i]!);
      assert.equal(log[i]!.id, known.id, `leader ${node.id} has another entry at ${i} than was committed`);
    }
  }

  nextSessionId(): number {
    return ++this.#sessionId;
  }

  round(): void {
    this.nowNs += ROUND_NS;
    const due = this.#flights.filter(({ dueNs }) => dueNs <= this.nowNs);
    this.#flights = this.#flights.filter(({ dueNs }) => dueNs > this.nowNs);
    for (const { from, to, message } of due) {
      if (this.areLinked(from, to)) {
        this.nodes[to]!.step(message);
      }
    }
    for (const node of this.#alive()) {
      node.doWork();
    }
  }

  /** @returns whether it came to be within this time */
  runUntil(isDone: () => boolean, limitNs: number): boolean {
    const deadlineNs = this.nowNs + limitNs;
    while (!isDone() && this.nowNs < deadlineNs) {
      this.round();
    }
    return isDone();
  }

  /** For messages of failed tests. */
  describe(): string {
    return this.nodes
      .map(({ id, core, disk, applied }) => {
        const state = this.isRunning(id) ? electionStateName(core.electionState) : 'down';
        const log = disk.log.map((entry) => entry.id).join(' ');
        const terms = disk.terms.map((term) => `${term.leadershipTermId}@${term.termBaseLogPosition}`).join(' ');
        return `${id}: ${state} role=${core.role} term=${core.leadershipTermId} candidate=${disk.candidateTermId} log=${log} terms=${terms} applied=${applied.length}`;
      })
      .join('\n');
  }

  #alive(): Node[] {
    return this.nodes.filter(({ id }) => this.isRunning(id));
  }

  /** The member that leads and has finished its election, of the newest term. */
  get leader(): Node | undefined {
    return this.#alive()
      .filter((node) => node.isElectedLeader)
      .sort((a, b) => b.core.leadershipTermId - a.core.leadershipTermId)[0];
  }

  /** There is a leader, everybody that runs follows, and has applied what the leader has. */
  get isSettled(): boolean {
    const { leader } = this;
    return (
      leader !== undefined &&
      this.#alive().every(
        ({ core, applied }) =>
          !core.isInElection &&
          core.leaderMemberId === leader.id &&
          core.leadershipTermId === leader.core.leadershipTermId &&
          applied.length === leader.publication!.log.length,
      )
    );
  }
}
