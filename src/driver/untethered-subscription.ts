import type { ReadablePosition } from './position.ts';
import type { SubscriptionLink } from './subscription-link.ts';

/**
 * A subscriber that must not hold others back: once it has been behind for too long it is told that its
 * image is gone (LINGER), is then left out of flow control (RESTING), and may later join again (ACTIVE).
 *
 * Upstream: `io.aeron.driver.UntetheredSubscription`.
 */
export class UntetheredSubscription {
  readonly subscriptionLink: SubscriptionLink;
  readonly position: ReadablePosition;
  state: 'ACTIVE' | 'LINGER' | 'RESTING' = 'ACTIVE';
  timeOfLastUpdateNs: number;

  constructor(subscriptionLink: SubscriptionLink, position: ReadablePosition, nowNs: number) {
    this.subscriptionLink = subscriptionLink;
    this.position = position;
    this.timeOfLastUpdateNs = nowNs;
  }

  transitionTo(state: UntetheredSubscription['state'], nowNs: number): void {
    this.state = state;
    this.timeOfLastUpdateNs = nowNs;
  }
}
