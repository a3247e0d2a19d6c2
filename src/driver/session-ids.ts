/**
 * Which sessions are in use on which stream of which channel, and the next one that is not. Sessions that a
 * user reserved (`publicationReservedSessionIdLow` to `-High`, both inclusive) are never given.
 *
 * Upstream: `DriverConductor.nextAvailableSessionId`, `SessionKey`.
 */
export class SessionIds {
  private readonly reservedLow: number;
  private readonly reservedHigh: number;
  private readonly active = new Set<string>();
  private nextSessionId: number;

  /** @param firstSessionId a random one, so that a restarted driver does not give the same again. */
  constructor(firstSessionId: number, reservedLow: number, reservedHigh: number) {
    this.nextSessionId = firstSessionId | 0;
    this.reservedLow = reservedLow;
    this.reservedHigh = reservedHigh;
  }

  add(sessionId: number, streamId: number, channel: string): void {
    this.active.add(keyOf(sessionId, streamId, channel));
  }

  remove(sessionId: number, streamId: number, channel: string): void {
    this.active.delete(keyOf(sessionId, streamId, channel));
  }

  has(sessionId: number, streamId: number, channel: string): boolean {
    return this.active.has(keyOf(sessionId, streamId, channel));
  }

  /** A session that no publication of the stream on this channel has. */
  nextAvailable(streamId: number, channel: string): number {
    for (;;) {
      const sessionId = this.advance();
      if (!this.has(sessionId, streamId, channel)) {
        return sessionId;
      }
    }
  }

  /** A session that no publication of the stream has, whatever its channel. */
  nextAvailableOnAnyChannel(streamId: number): number {
    const taken = new Set<number>();
    for (const key of this.active) {
      const [session, stream] = key.split(' ', 2);
      if (Number(stream) === streamId) {
        taken.add(Number(session));
      }
    }
    for (;;) {
      const sessionId = this.advance();
      if (!taken.has(sessionId)) {
        return sessionId;
      }
    }
  }

  private advance(): number {
    if (this.nextSessionId >= this.reservedLow && this.nextSessionId <= this.reservedHigh) {
      this.nextSessionId = (this.reservedHigh + 1) | 0;
    }
    const sessionId = this.nextSessionId;
    this.nextSessionId = (sessionId + 1) | 0;
    return sessionId;
  }
}

function keyOf(sessionId: number, streamId: number, channel: string): string {
  return `${sessionId} ${streamId} ${channel}`;
}
