import { AtomicBuffer } from '../../agrona/mod.ts';
import {
  type Aeron,
  BufferClaim,
  type ConcurrentPublication,
  ExclusivePublication,
  Publication,
} from '../../client/mod.ts';
import type { Draw } from '../draw.ts';
import { Destinations } from './destinations.ts';
import { drawLength } from './draw-clients.ts';
import { EntryState, type Journal, type JournalEntry } from './journal.ts';
import type { PublisherScenario } from './scenario.ts';
import type { Stage } from './stage.ts';

/**
 * Publishes what its scenario says and notes in the journal what it was told is sent. Outlives its client: with
 * a new one it goes on, in a new session.
 */
export class PublisherProgram {
  readonly scenario: PublisherScenario;
  readonly #stage: Stage;
  readonly #host: string;
  readonly #draw: Draw;
  readonly #message: AtomicBuffer;
  readonly #claim = new BufferClaim();
  #aeron: Aeron | undefined;
  #registrationId: number | undefined;
  #publication: ConcurrentPublication | ExclusivePublication | undefined;
  #journal: Journal | undefined;
  #destinations: Destinations | undefined;
  #sequence = 0;
  #nextLength: number | undefined;
  #nextBurstNs = 0;
  #openClaim: { entry: JournalEntry; untilNs: number } | undefined;
  #isDone = false;

  constructor(stage: Stage, scenario: PublisherScenario, host: string, draw: Draw) {
    this.scenario = scenario;
    this.#stage = stage;
    this.#host = host;
    this.#draw = draw;
    this.#message = AtomicBuffer.allocate(scenario.stream.termLength / 8);
  }

  /** Has sent all it wanted, or was told to stop. */
  get isDone(): boolean {
    return this.#isDone || (this.#sequence >= this.scenario.messageCount && this.#openClaim === undefined);
  }

  get isOpen(): boolean {
    return this.#publication !== undefined;
  }

  /** 'publisher 3: 20 of 100 messages, position 1234 of 4000' */
  describe(): string {
    const { id, messageCount } = this.scenario;
    const publication = this.#publication;
    const state =
      publication === undefined
        ? 'without publication'
        : `session ${publication.sessionId} ${publication.isConnected ? 'connected' : 'not connected'} at ` +
          `${publication.position} of limit ${publication.positionLimit}`;
    return `publisher ${id}: ${this.#sequence} of ${messageCount} messages sent, ${state}`;
  }

  attach(aeron: Aeron): void {
    this.#aeron = aeron;
  }

  /** The client has gone, and with it the publication. */
  detach(): void {
    this.#journal?.leave(this.scenario.id);
    this.#forget();
    this.#aeron = undefined;
  }

  /** Whether it was a destination of this program that the driver has refused. */
  onRefusal(correlationId: number): boolean {
    return this.#destinations?.onRefusal(correlationId) ?? false;
  }

  /** Takes a destination away for a while. */
  dropDestination(index: number, forNs: number): void {
    this.#destinations?.drop(index, forNs);
  }

  /** One turn; returns the work done. */
  tick(): number {
    if (this.#aeron === undefined || this.#isDone) {
      return 0;
    }
    const nowNs = this.#stage.trafficNs;
    const publication = this.#publication ?? this.#add(this.#aeron, nowNs);
    if (publication === undefined) {
      return 0;
    }
    this.#destinations!.addDue(nowNs);
    if (this.#openClaim !== undefined) {
      return this.#endClaim(nowNs);
    }
    if (this.#sequence >= this.scenario.messageCount) {
      return this.#leaveWhenDone();
    }
    return this.#sendBurst(publication, nowNs);
  }

  /** Closes for good in the middle of the stream, and of a claim if there is one. */
  stop(isRevoked: boolean): void {
    this.#isDone = true;
    const publication = this.#publication;
    if (publication !== undefined) {
      this.#close(publication, isRevoked);
    } else if (this.#registrationId !== undefined) {
      this.#aeron?.asyncRemovePublication(this.#registrationId);
      this.#forget();
    }
  }

  #add(aeron: Aeron, nowNs: number): ConcurrentPublication | ExclusivePublication | undefined {
    const { channel, stream, isExclusive, startNs, destinations, id } = this.scenario;
    if (this.#registrationId === undefined) {
      if (nowNs < startNs) {
        return undefined;
      }
      this.#registrationId = isExclusive
        ? aeron.asyncAddExclusivePublication(channel, stream.streamId)
        : aeron.asyncAddPublication(channel, stream.streamId);
    }
    const publication = isExclusive
      ? aeron.getExclusivePublication(this.#registrationId)
      : aeron.getPublication(this.#registrationId);
    if (publication === undefined) {
      return undefined;
    }
    const { sessionId } = publication;
    this.#publication = publication;
    this.#journal = this.#stage.journals.open(stream, this.#host, publication);
    this.#journal.join(id);
    this.#destinations = new Destinations(this.#stage, `publisher ${id}`, destinations, publication);
    this.#stage.story.tell(`publisher ${id} has session ${sessionId} from position ${publication.position}`);
    return publication;
  }

  #sendBurst(publication: Publication, nowNs: number): number {
    if (nowNs < this.#nextBurstNs && !this.#stage.isCalm) {
      return 0;
    }
    this.#nextBurstNs = nowNs + this.scenario.everyNs;
    for (let sent = 0; sent < this.scenario.burst; sent++) {
      const isGoingOn = this.#send(publication);
      if (!isGoingOn) {
        return sent;
      }
    }
    return this.scenario.burst;
  }

  /** Whether another message may follow at once. */
  #send(publication: Publication): boolean {
    const { lengths, messageCount, claimChance, id, claimHoldNs } = this.scenario;
    if (this.#sequence >= messageCount) {
      return false;
    }
    if (!this.#pad(publication)) {
      return false;
    }
    this.#nextLength ??= drawLength(this.#draw, lengths, publication.maxMessageLength);
    const length = this.#nextLength;
    const limit = publication.positionLimit;
    const isClaimed = length <= publication.maxPayloadLength && this.#draw.chance(claimChance);
    const position = isClaimed ? publication.tryClaim(length, this.#claim) : this.#offer(publication, length);
    if (position < 0) {
      this.#checkRefusal(position);
      return position === Publication.ADMIN_ACTION;
    }
    const sequence = this.#sequence++;
    this.#nextLength = undefined;
    const state = isClaimed ? EntryState.CLAIMED : EntryState.SENT;
    const entry = this.#journal!.add(position, length, id, sequence, state);
    if (entry.startPosition >= limit) {
      this.#stage.fail(`publisher ${id} was let from ${entry.startPosition} on, beyond its limit of ${limit}`);
    }
    if (!isClaimed) {
      return true;
    }
    this.#openClaim = { entry, untilNs: this.#stage.trafficNs + this.#draw.between(0, claimHoldNs) };
    return claimHoldNs === 0 && this.#endClaim(this.#stage.trafficNs) > 0;
  }

  /** Padding, which nobody gets to see, now and then. False when there is no room for it now. */
  #pad(publication: Publication): boolean {
    if (!(publication instanceof ExclusivePublication && this.#draw.chance(this.scenario.paddingChance))) {
      return true;
    }
    const position = publication.appendPadding(this.#draw.between(0, publication.maxFramedLength));
    if (position < 0) {
      this.#checkRefusal(position);
    }
    return position >= 0;
  }

  #offer(publication: Publication, length: number): number {
    const message = this.#message;
    this.#stage.content.write(message, 0, length, this.scenario.id, this.#sequence);
    const first = this.#draw.between(0, length);
    switch (this.#draw.pick(['whole', 'whole', 'two', 'three'])) {
      case 'two':
        return publication.offerTwo(message, 0, first, message, first, length - first);
      case 'three': {
        const second = this.#draw.between(first, length);
        return publication.offerVector([
          { buffer: message, offset: 0, length: first },
          { buffer: message, offset: first, length: second - first },
          { buffer: message, offset: second, length: length - second },
        ]);
      }
      default:
        return publication.offer(message, 0, length);
    }
  }

  #checkRefusal(status: number): void {
    const { NOT_CONNECTED, BACK_PRESSURED, ADMIN_ACTION, CLOSED } = Publication;
    const mayClientBeLost = this.#stage.excuses.has(this.#host, this.#host);
    const isToBeExpected =
      status === NOT_CONNECTED ||
      status === BACK_PRESSURED ||
      status === ADMIN_ACTION ||
      (status === CLOSED && mayClientBeLost);
    if (!isToBeExpected) {
      this.#stage.fail(`publisher ${this.scenario.id} was refused with ${Publication.errorString(status)}`);
    }
  }

  #endClaim(nowNs: number): number {
    const { entry, untilNs } = this.#openClaim!;
    if (nowNs < untilNs) {
      return 0;
    }
    this.#openClaim = undefined;
    const claim = this.#claim;
    if (this.#draw.chance(this.scenario.abortChance)) {
      claim.abort();
      entry.state = EntryState.ABORTED;
    } else {
      this.#stage.content.write(claim.buffer, claim.offset, claim.length, entry.publisher, entry.sequence);
      claim.commit();
      entry.state = EntryState.SENT;
    }
    return 1;
  }

  #leaveWhenDone(): number {
    if (!this.scenario.closesWhenDone) {
      return 0;
    }
    this.#isDone = true;
    this.#close(this.#publication!, false);
    return 1;
  }

  #close(publication: ConcurrentPublication | ExclusivePublication, isRevoked: boolean): void {
    this.#stage.story.tell(
      `publisher ${this.scenario.id} ${isRevoked ? 'revokes' : 'closes'} session ${publication.sessionId} at ` +
        `position ${publication.position}`,
    );
    if (isRevoked && 'revoke' in publication) {
      publication.revoke();
    } else {
      publication.close();
    }
    this.#journal!.leave(this.scenario.id, { isRevoked });
    this.#forget();
  }

  #forget(): void {
    this.#registrationId = undefined;
    this.#publication = undefined;
    this.#journal = undefined;
    this.#openClaim = undefined;
    this.#nextLength = undefined;
  }
}
