import { ChannelUri } from '../../protocol/mod.ts';
import { ArchiveError, ArchiveErrorCode } from '../client/mod.ts';
import type { ArchiveContext } from './archive-context.ts';
import { CatalogEntry } from './catalog-entry.ts';
import type { ControlSession } from './control-session.ts';
import {
  ListRecordingByIdSession,
  ListRecordingSubscriptionsSession,
  ListRecordingsSession,
} from './listing-sessions.ts';
import type { Recordings } from './recordings.ts';
import type { Session } from './session.ts';
import { stripChannel } from './stripped-channel.ts';

/** What clients want to know of the catalog, and of what is recorded. Upstream: a part of `ArchiveConductor`. */
export class Listings {
  private readonly context: ArchiveContext;
  private readonly recordings: Recordings;
  private readonly addSession: (session: Session) => void;

  constructor(context: ArchiveContext, recordings: Recordings, addSession: (session: Session) => void) {
    this.context = context;
    this.recordings = recordings;
    this.addSession = addSession;
  }

  list(correlationId: number, fromRecordingId: number, count: number, session: ControlSession): void {
    this.listMatching(correlationId, fromRecordingId, count, session, () => true);
  }

  listForUri(
    correlationId: number,
    fromRecordingId: number,
    count: number,
    streamId: number,
    channelFragment: string,
    session: ControlSession,
  ): void {
    this.listMatching(
      correlationId,
      fromRecordingId,
      count,
      session,
      (entry) => entry.descriptor.streamId() === streamId && entry.originalChannel().includes(channelFragment),
    );
  }

  listById(correlationId: number, recordingId: number, session: ControlSession): void {
    checkNoListing(session);
    if (this.context.catalog.hasRecording(recordingId)) {
      this.begin(session, new ListRecordingByIdSession(correlationId, session, this.context.catalog, recordingId));
    } else {
      session.sendRecordingUnknown(correlationId, recordingId);
    }
  }

  listSubscriptions(
    correlationId: number,
    pseudoIndex: number,
    count: number,
    streamId: number | undefined,
    channelFragment: string,
    session: ControlSession,
  ): void {
    checkNoListing(session);
    if (pseudoIndex < 0 || pseudoIndex >= this.recordings.activeSubscriptions().length || count <= 0) {
      session.sendSubscriptionUnknown(correlationId);
      return;
    }
    const filter = { pseudoIndex, count, streamId, channelFragment };
    this.begin(session, new ListRecordingSubscriptionsSession(correlationId, session, this.recordings, filter));
  }

  /** Answers the recording's id, or -1. */
  findLast(
    correlationId: number,
    minRecordingId: number,
    sessionId: number,
    streamId: number,
    channelFragment: string,
    session: ControlSession,
  ): void {
    if (minRecordingId < 0) {
      throw new ArchiveError(`minRecordingId=${minRecordingId} < 0`, ArchiveErrorCode.UNKNOWN_RECORDING);
    }
    session.sendOk(correlationId, this.context.catalog.findLast(minRecordingId, sessionId, streamId, channelFragment));
  }

  /** Writes another channel into the descriptor. */
  updateChannel(correlationId: number, recordingId: number, channel: string, session: ControlSession): void {
    checkNoListing(session);
    const { catalog } = this.context;
    const entry = new CatalogEntry();
    if (!catalog.wrap(recordingId, entry)) {
      session.sendRecordingUnknown(correlationId, recordingId);
      return;
    }
    catalog.replaceRecording(recordingId, {
      ...entry.summary(),
      startTimestamp: entry.descriptor.startTimestamp(),
      stopTimestamp: entry.descriptor.stopTimestamp(),
      sourceIdentity: entry.sourceIdentity(),
      strippedChannel: stripChannel(ChannelUri.parse(channel)).build(),
      originalChannel: channel,
    });
    session.sendOk(correlationId);
  }

  private listMatching(
    correlationId: number,
    fromRecordingId: number,
    count: number,
    session: ControlSession,
    accepts: (entry: CatalogEntry) => boolean,
  ): void {
    checkNoListing(session);
    this.begin(
      session,
      new ListRecordingsSession(correlationId, session, this.context.catalog, fromRecordingId, count, accepts),
    );
  }

  private begin(session: ControlSession, listing: Session): void {
    session.activeListing = listing;
    this.addSession(listing);
  }
}

function checkNoListing(session: ControlSession): void {
  if (session.hasActiveListing) {
    throw new ArchiveError('active listing already in progress', ArchiveErrorCode.ACTIVE_LISTING);
  }
}
