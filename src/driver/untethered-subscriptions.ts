import type { ReadablePosition } from './position.ts';
import type { ResourceConductor } from './resource-conductor.ts';
import type { SubscriptionLink } from './subscription-link.ts';
import { UntetheredSubscription } from './untethered-subscription.ts';

/** A publication or an image as far as its untethered subscribers are concerned. */
export interface UntetheredStream {
  readonly sessionId: number;
  readonly logFileName: string;
  /** What clients are told the source of the image is: 'host:port', or 'aeron:ipc'. */
  readonly sourceIdentity: string;
  subscribableRegistrationId(): number;
  /** Where a subscriber that joins now starts. */
  joinPosition(): number;
  /** The position takes part in flow control from now on. */
  addSubscriberPosition(position: ReadablePosition): void;
  /** The position no longer takes part in flow control; it stays open. */
  removeSubscriberPosition(position: ReadablePosition): void;
}

/** Durations in nanoseconds. */
export interface UntetheredTimeouts {
  /** How long a subscriber may be behind the window limit: `aeron.untethered.window.limit.timeout`. */
  readonly windowLimitNs: number;
  /** How long it then still counts, so that it can close its image: `aeron.untethered.linger.timeout`. */
  readonly lingerNs: number;
  /** How long it is left out before it joins again: `aeron.untethered.resting.timeout`. */
  readonly restingNs: number;
}

/**
 * The untethered subscribers of one stream:
 *
 *     ACTIVE --behind for too long--> LINGER --rejoin=true--> RESTING --rested--> ACTIVE
 *                                       \---- rejoin=false: forgotten
 *
 * Upstream: `checkUntetheredSubscriptions` of publications and images.
 */
export class UntetheredSubscriptions {
  readonly #stream: UntetheredStream;
  readonly #timeouts: UntetheredTimeouts;
  #subscriptions: UntetheredSubscription[] = [];

  constructor(stream: UntetheredStream, timeouts: UntetheredTimeouts) {
    this.#stream = stream;
    this.#timeouts = timeouts;
  }

  get isEmpty(): boolean {
    return this.#subscriptions.length === 0;
  }

  add(link: SubscriptionLink, position: ReadablePosition, nowNs: number): void {
    this.#subscriptions.push(new UntetheredSubscription(link, position, nowNs));
  }

  remove(link: SubscriptionLink): void {
    this.#subscriptions = this.#subscriptions.filter((untethered) => untethered.subscriptionLink !== link);
  }

  /** @param windowLimit a subscriber at or behind this position holds the others back. */
  check(nowNs: number, windowLimit: number, conductor: ResourceConductor): void {
    for (const untethered of this.#subscriptions) {
      const sinceUpdateNs = nowNs - untethered.timeOfLastUpdateNs;
      if (untethered.state === 'ACTIVE') {
        this.#checkActive(untethered, nowNs, windowLimit, conductor);
      } else if (untethered.state === 'LINGER' && sinceUpdateNs >= this.#timeouts.lingerNs) {
        this.#leave(untethered, nowNs);
      } else if (untethered.state === 'RESTING' && sinceUpdateNs >= this.#timeouts.restingNs) {
        this.#rejoin(untethered, nowNs, conductor);
      }
    }
  }

  /** Closes the positions that the stream itself no longer knows. */
  close(): void {
    for (const untethered of this.#subscriptions) {
      if (untethered.state === 'RESTING') {
        untethered.position.close();
      }
    }
    this.#subscriptions = [];
  }

  #checkActive(
    untethered: UntetheredSubscription,
    nowNs: number,
    windowLimit: number,
    conductor: ResourceConductor,
  ): void {
    if (untethered.position.get() > windowLimit) {
      untethered.timeOfLastUpdateNs = nowNs;
    } else if (nowNs - untethered.timeOfLastUpdateNs >= this.#timeouts.windowLimitNs) {
      conductor.notifyUnavailableImageLink(this.#stream.subscribableRegistrationId(), untethered.subscriptionLink);
      untethered.transitionTo('LINGER', nowNs);
    }
  }

  #leave(untethered: UntetheredSubscription, nowNs: number): void {
    this.#stream.removeSubscriberPosition(untethered.position);
    if (untethered.subscriptionLink.isRejoin) {
      untethered.transitionTo('RESTING', nowNs);
    } else {
      this.remove(untethered.subscriptionLink);
      untethered.position.close();
    }
  }

  #rejoin(untethered: UntetheredSubscription, nowNs: number, conductor: ResourceConductor): void {
    const stream = this.#stream;
    const joinPosition = stream.joinPosition();
    stream.addSubscriberPosition(untethered.position);
    conductor.notifyAvailableImageLink(
      stream.subscribableRegistrationId(),
      stream.sessionId,
      untethered.subscriptionLink,
      untethered.position.id,
      joinPosition,
      stream.logFileName,
      stream.sourceIdentity,
    );
    untethered.transitionTo('ACTIVE', nowNs);
  }
}
