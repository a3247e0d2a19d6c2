import { AtomicBuffer, type IdleStrategy } from '../../agrona/mod.ts';
import { type ExclusivePublication, type Image, ImageFragmentAssembler } from '../../client/mod.ts';
import type { ClientSession, Cluster, ClusteredService, NewLeadershipTerm } from '../../cluster/mod.ts';
import { extendDigest } from './digest.ts';
import { applyToRegister, EMPTY, type RegisterInput } from './register-model.ts';

const CHUNK_LENGTH = 3000;
/** Of a message, what the journal shows; the digest is of all of it. */
const SHOWN_LENGTH = 60;
/** Timers are the cluster's, and their ids shared by its services. */
const TIMERS_OF_A_SERVICE = 1_000_000n;
/** How long an answer is tried to be sent. */
const ANSWER_ATTEMPTS = 3;

/** Told what a service does, where in the log; part of no replicated state. */
export interface ServiceObserver {
  onStart(logPosition: number, digest: number): void;
  onTerm(leadershipTermId: number, leaderMemberId: number): void;
  /** `what` and `digest` are the same on all members at the same position. */
  onApplied(logPosition: number, what: string, digest: number): void;
  onBroken(message: string): void;
}

/** What a snapshot holds. */
interface State {
  readonly digest: number;
  readonly registers: readonly (readonly [string, string])[];
  readonly timers: readonly string[];
  readonly messages: readonly string[];
  readonly nextTimerId: string;
}

/**
 * The replicated state machine of the simulation: registers, with what a service can do to itself. Messages of text:
 *
 *     <id> get <key> | put <key> <value> | swap <key> <expected> <value>     answered by `<id> <value>`
 *     <id> later <delay>      schedules a timer, which must fire once
 *     <id> tell               sends all services a message, which must come once
 */
export class RegisterService implements ClusteredService {
  private readonly observer: ServiceObserver;
  private readonly serviceCount: number;
  private readonly registers = new Map<string, string>();
  /** Scheduled and not fired yet. */
  private timers = new Set<string>();
  /** Sent to itself and not come yet. */
  private messages = new Set<string>();
  private nextTimerId = 0n;
  private digest = 0;
  private cluster!: Cluster;
  private idle!: IdleStrategy;

  /** @param serviceCount of the member, of which each gets the messages of all */
  constructor(observer: ServiceObserver, serviceCount: number) {
    this.observer = observer;
    this.serviceCount = serviceCount;
  }

  /** What is still to come from the cluster. */
  get pending(): readonly string[] {
    return [...[...this.timers].map((id) => `timer ${id}`), ...[...this.messages].map((id) => `message of ${id}`)];
  }

  get logPosition(): number {
    return this.cluster?.logPosition ?? -1;
  }

  onStart(cluster: Cluster, snapshotImage: Image | undefined): void {
    this.cluster = cluster;
    this.idle = cluster.idleStrategy;
    this.nextTimerId = BigInt(cluster.context.serviceId) * TIMERS_OF_A_SERVICE;
    if (snapshotImage !== undefined) {
      this.load(snapshotImage);
    }
    this.observer.onStart(cluster.logPosition, this.digest);
  }

  onSessionOpen(session: ClientSession): void {
    this.applied(`open ${session.id}`);
  }

  onSessionClose(session: ClientSession): void {
    this.applied(`close ${session.id}`);
  }

  onNewLeadershipTermEvent({ leadershipTermId, leaderMemberId }: NewLeadershipTerm): void {
    this.observer.onTerm(leadershipTermId, leaderMemberId);
    this.applied(`term ${leadershipTermId} of ${leaderMemberId}`);
  }

  onSessionMessage(
    session: ClientSession | undefined,
    timestamp: bigint,
    buffer: AtomicBuffer,
    offset: number,
    length: number,
  ): void {
    const text = buffer.getStringWithoutLength(offset, length);
    const [id, kind, ...words] = text.split(' ') as [string, string, ...string[]];
    if (session === undefined) {
      this.onServiceMessage(`${id} ${words[0]}`);
    } else {
      this.answer(session, `${id} ${this.execute(id, kind, words, timestamp)}`);
    }
    this.applied(text);
  }

  onTimerEvent(correlationId: bigint): void {
    const id = String(correlationId);
    const isOwn = correlationId / TIMERS_OF_A_SERVICE === BigInt(this.cluster.context.serviceId);
    if (isOwn && !this.timers.delete(id)) {
      this.observer.onBroken(`timer ${id} fired, which was not scheduled or has fired before`);
    }
    this.applied(`timer ${id}`);
  }

  onTakeSnapshot(publication: ExclusivePublication): void {
    const state: State = {
      digest: this.digest,
      registers: [...this.registers],
      timers: [...this.timers],
      messages: [...this.messages],
      nextTimerId: String(this.nextTimerId),
    };
    const bytes = AtomicBuffer.ofString(JSON.stringify(state));
    for (let offset = 0; offset < bytes.capacity; offset += CHUNK_LENGTH) {
      const length = Math.min(CHUNK_LENGTH, bytes.capacity - offset);
      this.until(() => publication.offer(bytes, offset, length) > 0);
    }
  }

  private execute(id: string, kind: string, words: readonly string[], timestamp: bigint): string {
    switch (kind) {
      case 'later':
        this.schedule(timestamp + BigInt(words[0]!));
        return 'ok';
      case 'tell':
        this.tell(id);
        return 'ok';
      default: {
        const input = toInput(kind, words);
        const value = applyToRegister(this.registers.get(input.key) ?? EMPTY, input);
        this.registers.set(input.key, value);
        return value;
      }
    }
  }

  private schedule(deadline: bigint): void {
    const id = this.nextTimerId++;
    this.timers.add(String(id));
    this.until(() => this.cluster.scheduleTimer(id, deadline));
  }

  private tell(id: string): void {
    for (let serviceId = 0; serviceId < this.serviceCount; serviceId++) {
      this.messages.add(`${id} ${serviceId}`);
    }
    const message = AtomicBuffer.ofString(`${id} told ${this.cluster.context.serviceId}`);
    this.until(() => this.cluster.offer(message) > 0);
  }

  private onServiceMessage(idAndSender: string): void {
    if (!this.messages.delete(idAndSender)) {
      this.observer.onBroken(`the message for ${idAndSender} came, which was not sent or has come before`);
    }
  }

  private applied(what: string): void {
    const { logPosition, time } = this.cluster;
    this.digest = extendDigest(this.digest, `${logPosition} ${time} ${what}`);
    this.observer.onApplied(logPosition, what.slice(0, SHOWN_LENGTH), this.digest);
  }

  private load(image: Image): void {
    const chunks: Uint8Array[] = [];
    const assembler = new ImageFragmentAssembler((buffer, offset, length) => {
      chunks.push(buffer.copyBytes(offset, length));
    });
    while (!image.isEndOfStream) {
      this.idle.idle(image.poll(assembler.onFragment, 10));
    }
    const text = chunks.map((chunk) => new TextDecoder().decode(chunk)).join('');
    const state = JSON.parse(text) as State;
    this.digest = state.digest;
    for (const [key, value] of state.registers) {
      this.registers.set(key, value);
    }
    this.timers = new Set(state.timers);
    this.messages = new Set(state.messages);
    this.nextTimerId = BigInt(state.nextTimerId);
  }

  private answer(session: ClientSession, text: string): void {
    const message = AtomicBuffer.ofString(text);
    for (let attempt = 0; attempt < ANSWER_ATTEMPTS && session.offer(message) <= 0; attempt++) {
      this.idle.idle(0);
    }
  }

  private until(isDone: () => boolean): void {
    this.idle.reset();
    while (!isDone()) {
      this.idle.idle(0);
    }
  }
}

export function toInput(kind: string, words: readonly string[]): RegisterInput {
  const [key, second, third] = words as [string, string, string];
  switch (kind) {
    case 'get':
      return { kind, key };
    case 'put':
      return { kind, key, value: second };
    case 'swap':
      return { kind, key, expected: second, value: third };
    default:
      throw new Error(`there is no operation ${kind}`);
  }
}
