import type { AeronClient } from './aeron-client.ts';
import type { DriverManagedResource } from './driver-managed-resource.ts';

/** A publication as far as its publishers are concerned. */
export interface LinkedPublication {
  incRef(): void;
  decRef(): void;
  revoke(): void;
}

/**
 * One client's hold on a publication, by the registration that it was given for.
 *
 * Upstream: `io.aeron.driver.PublicationLink`.
 */
export class PublicationLink implements DriverManagedResource {
  readonly registrationId: number;
  private readonly client: AeronClient;
  private readonly publication: LinkedPublication;
  private reachedEndOfLife = false;

  constructor(registrationId: number, client: AeronClient, publication: LinkedPublication) {
    this.registrationId = registrationId;
    this.client = client;
    this.publication = publication;
    publication.incRef();
  }

  revoke(): void {
    this.publication.revoke();
  }

  close(): void {
    this.publication.decRef();
  }

  onTimeEvent(): void {
    this.reachedEndOfLife = this.client.hasTimedOut;
  }

  hasReachedEndOfLife(): boolean {
    return this.reachedEndOfLife;
  }
}
