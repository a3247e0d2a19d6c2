import { type Aeron, type Publication, RegistrationError } from '../../client/mod.ts';
import { ErrorCode } from '../../protocol/mod.ts';

const NOT_REGISTERED = -1;

/**
 * A publication to the ingress of one member, or of all, on its way from the request to the driver until it is
 * there. A driver that is short of something for the moment is asked again.
 */
export class IngressPublication {
  readonly channel: string;
  publication: Publication | undefined;
  /** Why there is none and will be none. */
  error: RegistrationError | undefined;
  readonly #aeron: Aeron;
  readonly #streamId: number;
  readonly #isExclusive: boolean;
  #registrationId = NOT_REGISTERED;

  constructor(aeron: Aeron, channel: string, streamId: number, isExclusive: boolean) {
    this.#aeron = aeron;
    this.channel = channel;
    this.#streamId = streamId;
    this.#isExclusive = isExclusive;
  }

  /** Takes the next step and returns the publication once it is there. */
  poll(): Publication | undefined {
    if (this.publication !== undefined || this.error !== undefined) {
      return this.publication;
    }
    if (this.#registrationId === NOT_REGISTERED) {
      this.#registrationId = this.#isExclusive
        ? this.#aeron.asyncAddExclusivePublication(this.channel, this.#streamId)
        : this.#aeron.asyncAddPublication(this.channel, this.#streamId);
    }
    try {
      this.publication = this.#isExclusive
        ? this.#aeron.getExclusivePublication(this.#registrationId)
        : this.#aeron.getPublication(this.#registrationId);
      if (this.publication !== undefined) {
        this.#registrationId = NOT_REGISTERED;
      }
    } catch (error) {
      this.#registrationId = NOT_REGISTERED;
      if (!(error instanceof RegistrationError)) {
        throw error;
      }
      if (error.errorCode !== ErrorCode.RESOURCE_TEMPORARILY_UNAVAILABLE) {
        this.error = error;
      }
    }
    return this.publication;
  }

  /** Closes it, also when it is still on its way. */
  close(): void {
    if (this.publication !== undefined) {
      this.publication.close();
    } else if (this.#registrationId !== NOT_REGISTERED && !this.#aeron.isClosed) {
      this.#aeron.asyncRemovePublication(this.#registrationId);
    }
    this.#registrationId = NOT_REGISTERED;
  }
}
