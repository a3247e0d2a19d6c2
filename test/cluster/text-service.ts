import { AtomicBuffer, type IdleStrategy } from '../../src/agrona/mod.ts';
import { type ExclusivePublication, type Image, ImageFragmentAssembler } from '../../src/client/mod.ts';
import {
  type ClientSession,
  CloseReason,
  type Cluster,
  type ClusteredService,
  type ClusterRole,
} from '../../src/cluster/service/mod.ts';

const NAMES_OF_ROLES = ['FOLLOWER', 'CANDIDATE', 'LEADER'] as const;
const CHUNK_LENGTH = 4000;

/**
 * A service for tests that is told what to do by messages of text:
 *
 *     echo <text>           answers with the text
 *     add <number>          answers `sum <sum>`
 *     timer <id> <delay>    answers every session `timer <id>` after so many units of cluster time
 *     cancel <id>           cancels it
 *     tell <text>           sends it to all services; each answers every session `told <service id> <text>`
 *     close                 closes the session
 *     throw <text>          throws it
 *     grow <bytes>          makes the state larger
 *     big <bytes>           answers with so much
 *     state                 answers `state <everything>`
 *
 * `log` gets a line for each callback but messages.
 */
export class TextService implements ClusteredService {
  sum = 0;
  messageCount = 0;
  ballast = 0;
  private readonly log: (line: string) => void;
  private cluster!: Cluster;
  private idle!: IdleStrategy;

  constructor(log: (line: string) => void = () => {}) {
    this.log = log;
  }

  onStart(cluster: Cluster, snapshotImage: Image | undefined): void {
    this.cluster = cluster;
    this.idle = cluster.idleStrategy;
    if (snapshotImage !== undefined) {
      this.load(snapshotImage);
    }
    const sessions = cluster.clientSessions.map(({ id }) => id).join(',');
    this.log(`START ${snapshotImage === undefined ? 'new' : `from ${this.state} sessions ${sessions}`}`);
  }

  onSessionOpen(session: ClientSession): void {
    this.log(`OPEN ${session.id}`);
  }

  onSessionClose(session: ClientSession, _timestamp: bigint, reason: CloseReason): void {
    const name = Object.entries(CloseReason).find(([, value]) => value === reason)![0];
    this.log(`CLOSE ${session.id} ${name}`);
  }

  onSessionMessage(
    session: ClientSession | undefined,
    timestamp: bigint,
    buffer: AtomicBuffer,
    offset: number,
    length: number,
  ): void {
    const text = buffer.getStringWithoutLength(offset, length);
    this.messageCount++;
    if (session === undefined) {
      this.answerAll(`told ${text}`);
      return;
    }
    const [word, ...rest] = text.split(' ');
    const argument = rest.join(' ');
    switch (word) {
      case 'echo':
        this.answer(session, argument);
        break;
      case 'add':
        this.sum += Number(argument);
        this.answer(session, `sum ${this.sum}`);
        break;
      case 'timer':
        this.until(() => this.cluster.scheduleTimer(BigInt(rest[0]!), timestamp + BigInt(rest[1]!)));
        break;
      case 'cancel':
        this.until(() => this.cluster.cancelTimer(BigInt(argument)));
        break;
      case 'tell':
        this.until(
          () => this.cluster.offer(AtomicBuffer.ofString(`${this.cluster.context.serviceId} ${argument}`)) > 0,
        );
        break;
      case 'close':
        session.close();
        break;
      case 'throw':
        throw new Error(argument);
      case 'grow':
        this.ballast += Number(argument);
        break;
      case 'big':
        this.answer(session, 'x'.repeat(Number(argument)));
        break;
      case 'state':
        this.answer(session, `state ${this.state}`);
        break;
      default:
        this.answer(session, `unknown ${text}`);
    }
  }

  onTimerEvent(correlationId: bigint): void {
    this.log(`TIMER ${correlationId}`);
    this.answerAll(`timer ${correlationId}`);
  }

  /** The state in one message, the ballast in many. */
  onTakeSnapshot(publication: ExclusivePublication): void {
    const state = AtomicBuffer.ofString(`${this.sum} ${this.messageCount} ${this.ballast}`);
    this.until(() => publication.offer(state) > 0);
    for (let written = 0; written < this.ballast; written += CHUNK_LENGTH) {
      const chunk = AtomicBuffer.allocate(Math.min(CHUNK_LENGTH, this.ballast - written));
      chunk.setMemory(0, chunk.capacity, written & 0x7f);
      this.until(() => publication.offer(chunk) > 0);
    }
    this.log(`SNAPSHOT ${this.state}`);
  }

  onRoleChange(role: ClusterRole): void {
    this.log(`ROLE ${NAMES_OF_ROLES[role]} of ${this.cluster.memberId}`);
  }

  onNewLeadershipTermEvent({ leadershipTermId, leaderMemberId }: { leadershipTermId: number; leaderMemberId: number }) {
    this.log(`TERM ${leadershipTermId} leader ${leaderMemberId}`);
  }

  onTerminate(): void {
    this.log(`TERMINATE ${this.state}`);
  }

  get state(): string {
    return `sum=${this.sum} messages=${this.messageCount} ballast=${this.ballast}`;
  }

  private load(image: Image): void {
    let ballast = 0;
    let isFirst = true;
    const assembler = new ImageFragmentAssembler((buffer, offset, length) => {
      if (isFirst) {
        isFirst = false;
        [this.sum, this.messageCount, this.ballast] = buffer
          .getStringWithoutLength(offset, length)
          .split(' ')
          .map(Number) as [number, number, number];
        return;
      }
      for (let i = 0; i < length; i++) {
        if (buffer.getUint8(offset + i) !== (ballast & 0x7f)) {
          throw new Error(`ballast is wrong at ${ballast + i}`);
        }
      }
      ballast += length;
    });
    while (!image.isEndOfStream) {
      this.idle.idle(image.poll(assembler.onFragment, 10));
    }
    if (isFirst || ballast !== this.ballast) {
      throw new Error(`the snapshot has ${ballast} bytes of ballast, not ${this.ballast}`);
    }
  }

  private answerAll(text: string): void {
    this.cluster.forEachClientSession((session) => this.answer(session, text));
  }

  private answer(session: ClientSession, text: string): void {
    const message = AtomicBuffer.ofString(text);
    for (let attempts = 0; session.offer(message) <= 0 && attempts < 1000; attempts++) {
      this.idle.idle(0);
    }
  }

  private until(succeeds: () => boolean): void {
    this.idle.reset();
    while (!succeeds()) {
      this.idle.idle(0);
    }
  }
}
