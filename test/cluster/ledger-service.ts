import { AtomicBuffer, type IdleStrategy } from '../../src/agrona/mod.ts';
import { type ExclusivePublication, type Image, ImageFragmentAssembler } from '../../src/client/mod.ts';
import type { ClientSession, Cluster, ClusteredService, ClusterRole } from '../../src/cluster/service/mod.ts';

const IDS_A_CHUNK = 500;
const NAMES_OF_ROLES = ['FOLLOWER', 'CANDIDATE', 'LEADER'] as const;

/**
 * Takes ids of messages, each once, in their order, and answers with each: what was acknowledged must be in it, and
 * nothing may be there twice. `log` gets a line for each change of role and term, and for snapshots all of the state.
 */
export class LedgerService implements ClusteredService {
  readonly #log: (line: string) => void;
  readonly #ids = new Set<string>();
  #repeated = 0;
  /** Of all ids in their order. */
  #digest = 0;
  #idle!: IdleStrategy;
  #cluster!: Cluster;

  constructor(log: (line: string) => void) {
    this.#log = log;
  }

  onStart(cluster: Cluster, snapshotImage: Image | undefined): void {
    this.#idle = cluster.idleStrategy;
    this.#cluster = cluster;
    if (snapshotImage !== undefined) {
      this.#load(snapshotImage);
    }
    this.#log(`START ${this.#state}`);
  }

  onSessionOpen(): void {}

  onSessionClose(): void {}

  onSessionMessage(
    session: ClientSession | undefined,
    _timestamp: bigint,
    buffer: AtomicBuffer,
    offset: number,
    length: number,
  ): void {
    const id = buffer.getStringWithoutLength(offset, length);
    this.#add(id);
    const answer = AtomicBuffer.ofString(id);
    for (let attempts = 0; session !== undefined && session.offer(answer) <= 0 && attempts < 3; attempts++) {
      this.#idle.idle(0);
    }
  }

  onTimerEvent(): void {}

  onTakeSnapshot(publication: ExclusivePublication): void {
    const ids = [...this.#ids];
    for (let i = 0; i < ids.length; i += IDS_A_CHUNK) {
      const chunk = AtomicBuffer.ofString(ids.slice(i, i + IDS_A_CHUNK).join(' '));
      while (publication.offer(chunk) <= 0) {
        this.#idle.idle(0);
      }
    }
    this.#log(`SNAPSHOT ${this.#state} of ${ids.join(' ')}`);
  }

  onRoleChange(role: ClusterRole): void {
    this.#log(`ROLE ${NAMES_OF_ROLES[role]} of ${this.#cluster.memberId}`);
  }

  onNewLeadershipTermEvent({ leadershipTermId, leaderMemberId }: { leadershipTermId: number; leaderMemberId: number }) {
    this.#log(`TERM ${leadershipTermId} leader ${leaderMemberId}`);
  }

  onTerminate(): void {}

  get #state(): string {
    return `ids=${this.#ids.size} repeated=${this.#repeated} digest=${this.#digest}`;
  }

  #add(id: string): void {
    if (this.#ids.has(id)) {
      this.#repeated++;
    }
    this.#ids.add(id);
    for (let i = 0; i < id.length; i++) {
      this.#digest = (Math.imul(this.#digest, 31) + id.charCodeAt(i)) | 0;
    }
  }

  #load(image: Image): void {
    const assembler = new ImageFragmentAssembler((buffer, offset, length) => {
      for (const id of buffer.getStringWithoutLength(offset, length).split(' ')) {
        this.#add(id);
      }
    });
    while (!image.isEndOfStream) {
      this.#idle.idle(image.poll(assembler.onFragment, 10));
    }
  }
}
