import type { AtomicBuffer } from '../../agrona/mod.ts';
import {
  type Aeron,
  ControlledFragmentAction,
  ControlledFragmentAssembler,
  FragmentAssembler,
  type Image,
  type Subscription,
} from '../../client/mod.ts';
import { DataHeaderFlyweight, FrameDescriptor } from '../../protocol/mod.ts';
import type { Draw } from '../draw.ts';
import { Destinations } from './destinations.ts';
import { ImageCheck } from './image-check.ts';
import type { Journal } from './journal.ts';
import { REJECTION, type SubscriberScenario } from './scenario.ts';
import type { Stage } from './stage.ts';

const { ABORT, BREAK, COMMIT, CONTINUE } = ControlledFragmentAction;

/** Subscribes as its scenario says, and checks each message it gets. Outlives its client. */
export class SubscriberProgram {
  readonly scenario: SubscriberScenario;
  messages = 0;
  readonly #stage: Stage;
  readonly #host: string;
  readonly #draw: Draw;
  readonly #assembler: FragmentAssembler;
  readonly #controlledAssembler: ControlledFragmentAssembler;
  readonly #checks = new Map<Image, ImageCheck>();
  /** Longer than any frame. */
  readonly #blockLimit: number;
  #aeron: Aeron | undefined;
  #registrationId: number | undefined;
  #subscription: Subscription | undefined;
  #destinations: Destinations | undefined;
  #nextPollNs = 0;
  #hasLeft = false;

  constructor(stage: Stage, scenario: SubscriberScenario, host: string, draw: Draw) {
    this.scenario = scenario;
    this.#stage = stage;
    this.#host = host;
    this.#draw = draw;
    this.#blockLimit = scenario.stream.mtu * draw.between(1, 8);
    this.#assembler = new FragmentAssembler((buffer, offset, length, header) => {
      this.#checkOf(header.image!).onMessage(buffer, offset, length, header.position);
      this.messages++;
    });
    this.#controlledAssembler = new ControlledFragmentAssembler((buffer, offset, length, header) => {
      if (this.#draw.chance(0.05)) {
        return ABORT;
      }
      this.#checkOf(header.image!).onMessage(buffer, offset, length, header.position);
      this.messages++;
      return this.#draw.pick([CONTINUE, CONTINUE, COMMIT, BREAK]);
    });
  }

  get isOpen(): boolean {
    return this.#subscription !== undefined;
  }

  /** Reads all that there is of the journal, or need not. */
  hasAllOf(journal: Journal): boolean {
    if (!this.isOpen || !this.#isAddressedBy(journal)) {
      return true;
    }
    for (const check of this.#checks.values()) {
      if (check.image.sessionId === journal.sessionId && !check.image.isClosed) {
        const end = journal.entries.at(-1)?.endPosition ?? 0;
        return this.scenario.isReliable ? check.isComplete : check.image.position >= end;
      }
    }
    return false;
  }

  describe(): string {
    const images = [...this.#checks.values()].map((check) => `; ${check.describe()}`).join('');
    return `subscriber ${this.scenario.id}: ${this.messages} messages${this.isOpen ? '' : ', closed'}${images}`;
  }

  attach(aeron: Aeron): void {
    this.#aeron = aeron;
  }

  detach(): void {
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

  /** Rejects an image, if there is one; returns the host that it comes from. */
  rejectImage(): string | undefined {
    const check = this.scenario.isSpy ? undefined : [...this.#checks.values()].find(({ image }) => !image.isClosed);
    check?.image.reject(REJECTION).catch((error) => this.#stage.onLateError(error));
    return check?.journal?.host;
  }

  /** One turn; returns the work done. */
  tick(): number {
    if (this.#aeron === undefined) {
      return 0;
    }
    const nowNs = this.#stage.trafficNs;
    const subscription = this.#subscription ?? this.#add(this.#aeron, nowNs);
    if (subscription === undefined) {
      return 0;
    }
    this.#destinations!.addDue(nowNs);
    if (this.#isTimeToLeave(nowNs)) {
      this.#leave(subscription);
      return 1;
    }
    return this.#poll(subscription, nowNs);
  }

  #add(aeron: Aeron, nowNs: number): Subscription | undefined {
    const { channel, stream, destinations, id } = this.scenario;
    if (this.#registrationId === undefined) {
      if (nowNs < this.#startNs()) {
        return undefined;
      }
      this.#registrationId = aeron.asyncAddSubscription(
        channel,
        stream.streamId,
        (image) => this.#onAvailable(image),
        (image) => this.#onUnavailable(image),
      );
    }
    const subscription = aeron.getSubscription(this.#registrationId);
    if (subscription !== undefined) {
      this.#subscription = subscription;
      this.#destinations = new Destinations(this.#stage, `subscriber ${id}`, destinations, subscription);
      this.#stage.story.tell(`subscriber ${id} is there`);
    }
    return subscription;
  }

  #startNs(): number {
    const { startNs, leavesAtNs, returnsAfterNs } = this.scenario;
    return this.#hasLeft ? leavesAtNs! + returnsAfterNs : startNs;
  }

  #poll(subscription: Subscription, nowNs: number): number {
    const { fragmentLimit, everyNs, poll } = this.scenario;
    if (nowNs < this.#nextPollNs && !this.#stage.isCalm) {
      return 0;
    }
    this.#nextPollNs = nowNs + everyNs;
    for (const check of this.#checks.values()) {
      check.checkLag();
    }
    switch (poll) {
      case 'poll':
        return subscription.poll(this.#assembler.onFragment, fragmentLimit);
      case 'controlled':
        return subscription.controlledPoll(this.#controlledAssembler.onFragment, fragmentLimit);
      case 'block':
        return this.#pollBlocks();
    }
  }

  #pollBlocks(): number {
    let bytes = 0;
    for (const check of this.#checks.values()) {
      const before = check.messages;
      bytes += check.image.blockPoll((buffer, offset, length) => {
        for (const frame of framesOf(buffer, offset, length)) {
          check.onFrame(buffer, frame.payloadOffset, frame.payloadLength, check.image.position + frame.offset);
        }
      }, this.#blockLimit);
      this.messages += check.messages - before;
    }
    return bytes;
  }

  #isTimeToLeave(nowNs: number): boolean {
    const { leavesAtNs } = this.scenario;
    return leavesAtNs !== undefined && !this.#hasLeft && nowNs >= leavesAtNs && !this.#stage.isCalm;
  }

  #leave(subscription: Subscription): void {
    this.#hasLeft = true;
    this.#stage.story.tell(`subscriber ${this.scenario.id} leaves`);
    subscription.close();
    this.#forget();
  }

  #onAvailable(image: Image): void {
    const { id } = this.scenario;
    this.#checks.set(image, new ImageCheck(this.#stage, this.scenario, this.#host, image));
    this.#stage.story.tell(
      `subscriber ${id} gets session ${image.sessionId} from ${image.sourceIdentity}, joining at ${image.joinPosition}`,
    );
  }

  #onUnavailable(image: Image): void {
    if (image.subscription.isClosed) {
      return;
    }
    const check = this.#checkOf(image);
    const { id } = this.scenario;
    this.#stage.story.tell(`subscriber ${id} loses session ${image.sessionId}: ${check.describe()}`);
    const hasEnded = check.isComplete && this.#mayHaveEnded(check.journal);
    if (!hasEnded && !this.#mayLose(check)) {
      this.#stage.fail(`subscriber ${id} lost session ${image.sessionId} without a reason: ${check.describe()}`);
    }
    this.#assembler.freeSessionBuffer(image.sessionId);
    this.#controlledAssembler.freeSessionBuffer(image.sessionId);
    this.#checks.delete(image);
  }

  /** The driver may have closed the publication of a client that stood still, before that client knows. */
  #mayHaveEnded(journal: Journal | undefined): boolean {
    return journal === undefined || !journal.isOpen || this.#stage.excuses.has(journal.host, journal.host);
  }

  #mayLose({ journal, isEstablished }: ImageCheck): boolean {
    const { isCounted, isTethered, isReliable } = this.scenario;
    const isOutOfReach = journal === undefined || this.#stage.excuses.has(journal.host, this.#host);
    return !isCounted || !isEstablished || !isTethered || !isReliable || isOutOfReach || journal.isRevoked;
  }

  #isAddressedBy(journal: Journal): boolean {
    return journal.isOpen && journal.stream === this.scenario.stream;
  }

  #checkOf(image: Image): ImageCheck {
    const check = this.#checks.get(image);
    return check ?? this.#stage.fail(`subscriber ${this.scenario.id} has an unannounced session ${image.sessionId}`);
  }

  #forget(): void {
    this.#registrationId = undefined;
    this.#subscription = undefined;
    this.#checks.clear();
    this.#assembler.clear();
    this.#controlledAssembler.clear();
  }
}

/** The messages' frames of a block; padding is left out. `offset` counts from the start of the block. */
function* framesOf(
  buffer: AtomicBuffer,
  blockOffset: number,
  blockLength: number,
): Iterable<{ readonly offset: number; readonly payloadOffset: number; readonly payloadLength: number }> {
  let offset = 0;
  while (offset < blockLength) {
    const frameOffset = blockOffset + offset;
    const frameLength = FrameDescriptor.frameLengthVolatile(buffer, frameOffset);
    if (!FrameDescriptor.isPaddingFrame(buffer, frameOffset)) {
      const payloadLength = frameLength - DataHeaderFlyweight.HEADER_LENGTH;
      yield { offset, payloadOffset: frameOffset + DataHeaderFlyweight.HEADER_LENGTH, payloadLength };
    }
    offset += FrameDescriptor.alignFrameLength(frameLength);
  }
}
