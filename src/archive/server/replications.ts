import { ChannelUri } from '../../protocol/mod.ts';
import { type AeronArchiveOptions, ArchiveError, ArchiveErrorCode } from '../client/mod.ts';
import type { ArchiveContext } from './archive-context.ts';
import type { ControlSession } from './control-session.ts';
import type { Recordings } from './recordings.ts';
import { type ReplicationRequest, ReplicationSession } from './replication-session.ts';
import type { Session } from './session.ts';

const NULL_VALUE = -1;
const NULL_POSITION = -1;
const NO_BYTES = new Uint8Array(0);
/** Each is a client of another archive. Upstream has no limit. */
const MAX_REPLICATIONS = 128;

export interface ReplicationsOptions {
  readonly context: ArchiveContext;
  readonly recordings: Recordings;
  readonly addSession: (session: Session) => void;
  /** A number that no other session of the archive has. */
  readonly newSessionId: () => number;
  /** How other archives are spoken to. */
  readonly archiveClientOptions: AeronArchiveOptions;
}

/** What is being copied from other archives. Upstream: a part of `ArchiveConductor`. */
export class Replications {
  private readonly options: ReplicationsOptions;
  private readonly sessions = new Map<number, ReplicationSession>();

  constructor(options: ReplicationsOptions) {
    this.options = options;
  }

  /** Answers the replication's id. @throws ArchiveError, ControlProtocolError */
  start(correlationId: number, controlSession: ControlSession, request: ReplicationRequest): void {
    const { context, recordings } = this.options;
    const { catalog, options } = context;
    const { dstRecordingId } = request;
    const replicationChannel = request.replicationChannel || options.replicationChannel!;
    checkChannel(request, ChannelUri.parse(replicationChannel));
    if (this.sessions.size >= MAX_REPLICATIONS) {
      throw new ArchiveError(`max concurrent replications reached ${MAX_REPLICATIONS}`);
    }
    const isExisting = dstRecordingId !== NULL_VALUE;
    if (isExisting && !catalog.hasRecording(dstRecordingId)) {
      throw new ArchiveError(`unknown destination recording id ${dstRecordingId}`, ArchiveErrorCode.UNKNOWN_RECORDING);
    }
    const destination = isExisting ? catalog.recordingSummary(dstRecordingId) : undefined;
    if (destination?.stopPosition === NULL_POSITION || recordings.session(dstRecordingId) !== undefined) {
      throw new ArchiveError(
        `cannot replicate to active recording ${dstRecordingId}`,
        ArchiveErrorCode.ACTIVE_RECORDING,
      );
    }
    const replicationId = this.options.newSessionId();
    const session = new ReplicationSession({
      context,
      recordings,
      controlSession,
      replicationId,
      request,
      replicationChannel,
      destination,
      archiveOptions: this.archiveOptions(request, replicationId),
      onEnd: () => this.sessions.delete(replicationId),
    });
    this.sessions.set(replicationId, session);
    this.options.addSession(session);
    controlSession.sendOk(correlationId, replicationId);
  }

  /** @throws ArchiveError */
  stop(correlationId: number, replicationId: number, controlSession: ControlSession): void {
    const session = this.sessions.get(replicationId);
    if (session === undefined) {
      throw new ArchiveError(`unknown replication id ${replicationId}`, ArchiveErrorCode.UNKNOWN_REPLICATION);
    }
    this.sessions.delete(replicationId);
    session.abort('stop replication');
    controlSession.sendOk(correlationId);
  }

  private archiveOptions(request: ReplicationRequest, replicationId: number): AeronArchiveOptions {
    const { archiveClientOptions } = this.options;
    const { encodedCredentials } = request;
    const hasCredentials = encodedCredentials.length > 0;
    return {
      ...archiveClientOptions,
      controlRequestChannel: request.srcControlChannel,
      controlRequestStreamId: request.srcControlStreamId,
      clientName: `${archiveClientOptions.clientName ?? ''} replicationSessionId=${replicationId}`.trim(),
      ...(request.srcResponseChannel === '' ? {} : { controlResponseChannel: request.srcResponseChannel }),
      ...(hasCredentials
        ? { credentialsSupplier: { encodedCredentials: () => encodedCredentials, onChallenge: () => NO_BYTES } }
        : {}),
    };
  }
}

function checkChannel(request: ReplicationRequest, channel: ChannelUri): void {
  if (!channel.hasControlModeResponse) {
    return;
  }
  if (request.liveDestination !== '') {
    throw new ArchiveError("response channels can't be used with live destinations");
  }
  if (request.channelTagId !== BigInt(NULL_VALUE) || request.subscriptionTagId !== BigInt(NULL_VALUE)) {
    throw new ArchiveError("response channels can't be used with tagged replication");
  }
}
