import type { Catalog } from './catalog.ts';
import { CatalogEntry } from './catalog-entry.ts';
import type { ControlSession } from './control-session.ts';
import type { Recordings } from './recordings.ts';
import type { Session } from './session.ts';

/** Of recordings, in one duty cycle. */
const MAX_SCANS = 64;

/** A listing of a control session: goes on as fast as the client takes it. */
abstract class ListingSession implements Session {
  readonly sessionId: number;
  protected readonly correlationId: number;
  protected readonly controlSession: ControlSession;
  protected isOver = false;

  constructor(correlationId: number, controlSession: ControlSession) {
    this.sessionId = correlationId;
    this.correlationId = correlationId;
    this.controlSession = controlSession;
  }

  get isDone(): boolean {
    return this.isOver || this.controlSession.isDone;
  }

  /** What cannot be sent ends the listing, not the session: it would be as it is the next time. */
  doWork(): number {
    try {
      return this.list();
    } catch (error) {
      this.isOver = true;
      this.controlSession.sendError(this.correlationId, (error as Error).message);
      throw error;
    }
  }

  abort(_reason: string): void {
    this.isOver = true;
  }

  protected abstract list(): number;

  close(): void {
    this.controlSession.activeListing = undefined;
  }
}

/**
 * Sends the descriptors of up to `count` recordings that it accepts, from an id on, and says when there are no more.
 * Upstream: `AbstractListRecordingsSession`.
 */
export class ListRecordingsSession extends ListingSession {
  private readonly catalog: Catalog;
  private readonly accepts: (entry: CatalogEntry) => boolean;
  private nextRecordingId: number;
  private remaining: number;

  constructor(
    correlationId: number,
    controlSession: ControlSession,
    catalog: Catalog,
    fromRecordingId: number,
    count: number,
    accepts: (entry: CatalogEntry) => boolean,
  ) {
    super(correlationId, controlSession);
    this.catalog = catalog;
    this.nextRecordingId = fromRecordingId;
    this.remaining = count;
    this.accepts = accepts;
  }

  protected override list(): number {
    let scanned = 0;
    let isStopped = this.remaining <= 0;
    if (!isStopped) {
      this.catalog.forEachValidFrom(this.nextRecordingId, (entry) => {
        isStopped = scanned === MAX_SCANS || !this.send(entry);
        if (!isStopped) {
          scanned++;
          this.nextRecordingId = entry.recordingId + 1;
          isStopped = this.remaining === 0;
        }
        return !isStopped;
      });
    }
    if (this.remaining <= 0) {
      this.isOver = true;
    } else if (!isStopped) {
      this.controlSession.sendRecordingUnknown(this.correlationId, this.nextRecordingId);
      this.isOver = true;
    }
    return scanned;
  }

  /** False when it could not be sent now. */
  private send(entry: CatalogEntry): boolean {
    if (this.accepts(entry)) {
      if (!this.controlSession.sendDescriptor(this.correlationId, entry)) {
        return false;
      }
      this.remaining--;
    }
    return true;
  }
}

/** Sends the descriptor of one recording. Upstream: `ListRecordingByIdSession`. */
export class ListRecordingByIdSession extends ListingSession {
  private readonly catalog: Catalog;
  private readonly recordingId: number;
  private readonly entry = new CatalogEntry();

  constructor(correlationId: number, controlSession: ControlSession, catalog: Catalog, recordingId: number) {
    super(correlationId, controlSession);
    this.catalog = catalog;
    this.recordingId = recordingId;
  }

  protected override list(): number {
    if (!this.catalog.wrap(this.recordingId, this.entry)) {
      this.controlSession.sendRecordingUnknown(this.correlationId, this.recordingId);
      this.isOver = true;
    } else if (this.controlSession.sendDescriptor(this.correlationId, this.entry)) {
      this.isOver = true;
    }
    return this.isOver ? 1 : 0;
  }
}

/** Which recording subscriptions are wanted. */
export interface SubscriptionFilter {
  /** How many to leave out. */
  readonly pseudoIndex: number;
  readonly count: number;
  /** undefined: any. */
  readonly streamId: number | undefined;
  readonly channelFragment: string;
}

/** Sends the descriptors of recording subscriptions, and says when there are no more. Upstream: `ListRecordingSubscriptionsSession`. */
export class ListRecordingSubscriptionsSession extends ListingSession {
  private readonly recordings: Recordings;
  private readonly filter: SubscriptionFilter;
  private nextIndex: number;
  private remaining: number;

  constructor(
    correlationId: number,
    controlSession: ControlSession,
    recordings: Recordings,
    filter: SubscriptionFilter,
  ) {
    super(correlationId, controlSession);
    this.recordings = recordings;
    this.filter = filter;
    this.nextIndex = filter.pseudoIndex;
    this.remaining = filter.count;
  }

  protected override list(): number {
    const { channelFragment, streamId } = this.filter;
    const subscriptions = this.recordings.activeSubscriptions();
    let sent = 0;
    for (; this.nextIndex < subscriptions.length; this.nextIndex++) {
      const subscription = subscriptions[this.nextIndex]!;
      const isWanted =
        (streamId === undefined || subscription.streamId === streamId) &&
        subscription.channel.includes(channelFragment);
      if (!isWanted) {
        continue;
      }
      if (!this.controlSession.sendSubscriptionDescriptor(this.correlationId, subscription)) {
        return sent;
      }
      sent++;
      if (--this.remaining === 0) {
        this.isOver = true;
        return sent;
      }
    }
    this.controlSession.sendSubscriptionUnknown(this.correlationId);
    this.isOver = true;
    return sent + 1;
  }
}
