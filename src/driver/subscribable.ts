import type { ReadablePosition } from './position.ts';
import type { SubscriptionLink } from './subscription-link.ts';

/**
 * What a subscription can be linked to: an IPC publication, an image, or a network publication that is spied on.
 *
 * Upstream: `io.aeron.driver.Subscribable`.
 */
export interface Subscribable {
  /** The id by which clients know the image: the publication's registration id or the image's correlation id. */
  subscribableRegistrationId(): number;
  addSubscriber(subscriptionLink: SubscriptionLink, subscriberPosition: ReadablePosition, nowNs: number): void;
  /** Also closes the position. */
  removeSubscriber(subscriptionLink: SubscriptionLink, subscriberPosition: ReadablePosition): void;
}
