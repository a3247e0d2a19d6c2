import type { IpcPublication } from './ipc-publication.ts';
import { SubscriptionLink } from './subscription-link.ts';

/** A subscription, or a destination, of 'aeron:ipc'. Upstream: `io.aeron.driver.IpcSubscriptionLink`. */
export class IpcSubscriptionLink extends SubscriptionLink {
  override matchesIpcPublication(publication: IpcPublication): boolean {
    return publication.streamId === this.streamId && this.isWildcardOrSessionIdMatch(publication.sessionId);
  }
}
