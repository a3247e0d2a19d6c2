import type { Aeron, ExclusivePublication } from '../../client/mod.ts';
import { isTemporary } from './control-session.ts';
import type { Session } from './session.ts';

/** Adds the publication of a replay, and hands it over. Upstream: `CreateReplayPublicationSession`. */
export class CreateReplayPublicationSession implements Session {
  readonly sessionId = -1;
  private readonly aeron: Aeron;
  private readonly channel: string;
  private readonly streamId: number;
  private readonly onPublication: (publication: ExclusivePublication) => void;
  private readonly onFailure: (error: unknown) => void;
  private registrationId: number | undefined;
  private isOver = false;

  constructor(
    aeron: Aeron,
    channel: string,
    streamId: number,
    onPublication: (publication: ExclusivePublication) => void,
    onFailure: (error: unknown) => void,
  ) {
    this.aeron = aeron;
    this.channel = channel;
    this.streamId = streamId;
    this.onPublication = onPublication;
    this.onFailure = onFailure;
  }

  get isDone(): boolean {
    return this.isOver;
  }

  doWork(): number {
    if (this.isOver) {
      return 0;
    }
    this.registrationId ??= this.aeron.asyncAddExclusivePublication(this.channel, this.streamId);
    let publication: ExclusivePublication | undefined;
    try {
      publication = this.aeron.getExclusivePublication(this.registrationId);
    } catch (error) {
      this.registrationId = undefined;
      if (isTemporary(error)) {
        return 0;
      }
      this.isOver = true;
      this.onFailure(error);
      throw error;
    }
    if (publication === undefined) {
      return 0;
    }
    this.registrationId = undefined;
    this.isOver = true;
    this.onPublication(publication);
    return 1;
  }

  abort(_reason: string): void {
    this.isOver = true;
  }

  close(): void {
    if (this.registrationId !== undefined) {
      this.aeron.asyncRemovePublication(this.registrationId);
    }
  }
}
