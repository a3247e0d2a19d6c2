import { AeronError } from '../../agrona/mod.ts';
import type { FragmentHandler, Image, Subscription } from '../../client/mod.ts';
import { ChannelUri } from '../../protocol/mod.ts';
import type { AeronArchive } from './aeron-archive.ts';
import type { ArchiveRequest } from './archive-request.ts';
import { ArchiveError, ArchiveTimeoutError } from './errors.ts';
import { sessionIdOfReplay } from './replay-params.ts';

/** How close behind the recording, at most, the live stream is joined; a quarter of a term if that is less. */
const LIVE_ADD_MAX_WINDOW = 32 * 1024 * 1024;
const MERGE_PROGRESS_TIMEOUT_DEFAULT_MS = 5_000;
const FIRST_BACKOFF_MS = 8;
const MAX_BACKOFF_MS = 500;
/** How often the control session is looked at while nothing is asked of it. */
const ARCHIVE_POLL_INTERVAL_MS = 100;
const NULL_POSITION = -1;

export const ReplayMergeState = {
  RESOLVE_REPLAY_PORT: 'RESOLVE_REPLAY_PORT',
  GET_RECORDING_POSITION: 'GET_RECORDING_POSITION',
  REPLAY: 'REPLAY',
  CATCHUP: 'CATCHUP',
  ATTEMPT_LIVE_JOIN: 'ATTEMPT_LIVE_JOIN',
  MERGED: 'MERGED',
  FAILED: 'FAILED',
  CLOSED: 'CLOSED',
} as const;
export type ReplayMergeState = (typeof ReplayMergeState)[keyof typeof ReplayMergeState];

/** What to replay, and which stream to join. */
export interface ReplayMergeParameters {
  /** With `control-mode=manual`, and the stream and session of the recording. */
  readonly subscription: Subscription;
  readonly archive: AeronArchive;
  /** What the replay is sent by; its endpoint is that of `replayDestination`. */
  readonly replayChannel: string;
  /** Where the replay comes in; port 0 lets the system choose. */
  readonly replayDestination: string;
  /** Where the live stream comes in. */
  readonly liveDestination: string;
  readonly recordingId: number;
  /** Where to begin. */
  readonly startPosition: number;
  /** How long it may get nowhere; 5 s by default. */
  readonly mergeProgressTimeoutMs?: number;
}

/**
 * Replays a live recording and goes over to the live stream without a gap or anything twice: a subscriber that
 * comes late, or was away.
 *
 *     GET_RECORDING_POSITION ─▶ REPLAY ─▶ CATCHUP ◀─▶ ATTEMPT_LIVE_JOIN ─▶ MERGED
 *        how far is it?                     replay is read     │ near the end: live destination added
 *                                                              │ at the end, both come in: replay dropped
 *
 * Both come into one image, because a replay has the session, stream and positions of what was recorded. An
 * agent polls it until `isMerged`, and then its image or subscription:
 *
 *     while (!merge.isMerged) { merge.poll(handler, 10); }
 *
 * The publisher must be one that waits for receivers, or has a pace: one that only the archive listens in on has
 * nobody else to wait for until the subscriber's first status message. IPC cannot be merged. Upstream: `io.aeron.archive.client.ReplayMerge`.
 */
export class ReplayMerge {
  readonly subscription: Subscription;
  readonly #archive: AeronArchive;
  readonly #replayDestination: string;
  readonly #liveDestination: string;
  readonly #replayUri: ChannelUri;
  readonly #recordingId: number;
  readonly #startPosition: number;
  readonly #mergeProgressTimeoutMs: number;
  #state: ReplayMergeState;
  #image: Image | undefined;
  #isLiveAdded = false;
  #replaySessionId: bigint | undefined;
  #positionRequest: ArchiveRequest<number> | undefined;
  #replayRequest: ArchiveRequest<bigint> | undefined;
  #nextTargetPosition = NULL_POSITION;
  #positionOfLastProgress = NULL_POSITION;
  #timeOfLastProgressMs: number;
  #timeOfNextPositionRequestMs: number;
  #timeOfLastArchivePollMs: number;
  #backoffMs = FIRST_BACKOFF_MS;

  /** @throws AeronError CONFIGURATION for IPC, and for a subscription without `control-mode=manual` */
  constructor(parameters: ReplayMergeParameters) {
    const { subscription, archive, replayChannel, replayDestination, liveDestination } = parameters;
    for (const channel of [subscription.channel, replayChannel, replayDestination, liveDestination]) {
      if (ChannelUri.parse(channel).isIpc) {
        throw new AeronError('CONFIGURATION', `IPC cannot be merged: ${channel}`);
      }
    }
    if (ChannelUri.parse(subscription.channel).get('control-mode') !== 'manual') {
      throw new AeronError(
        'CONFIGURATION',
        `a subscription to merge has control-mode=manual, not ${subscription.channel}`,
      );
    }
    this.subscription = subscription;
    this.#archive = archive;
    this.#replayDestination = replayDestination;
    this.#liveDestination = liveDestination;
    this.#recordingId = parameters.recordingId;
    this.#startPosition = parameters.startPosition;
    this.#mergeProgressTimeoutMs = parameters.mergeProgressTimeoutMs ?? MERGE_PROGRESS_TIMEOUT_DEFAULT_MS;
    this.#replayUri = ChannelUri.parse(replayChannel);
    this.#replayUri.put('linger', '0');
    this.#replayUri.put('eos', 'false');
    const endpoint = ChannelUri.parse(replayDestination).get('endpoint');
    if (endpoint === undefined) {
      throw new AeronError('CONFIGURATION', `the destination of a replay needs an endpoint: ${replayDestination}`);
    }
    if (endpoint.endsWith(':0')) {
      this.#state = ReplayMergeState.RESOLVE_REPLAY_PORT;
    } else {
      this.#replayUri.put('endpoint', endpoint);
      this.#state = ReplayMergeState.GET_RECORDING_POSITION;
    }
    subscription.asyncAddDestination(replayDestination);
    const nowMs = this.#nowMs();
    this.#timeOfLastProgressMs = nowMs;
    this.#timeOfNextPositionRequestMs = nowMs;
    this.#timeOfLastArchivePollMs = nowMs;
  }

  get state(): ReplayMergeState {
    return this.#state;
  }

  /** Whether the live stream is all that comes in. */
  get isMerged(): boolean {
    return this.#state === ReplayMergeState.MERGED;
  }

  get hasFailed(): boolean {
    return this.#state === ReplayMergeState.FAILED;
  }

  /** Whether the live stream comes in, beside the replay or alone. */
  get isLiveAdded(): boolean {
    return this.#isLiveAdded;
  }

  /** What to read; undefined until the replay has begun. */
  get image(): Image | undefined {
    return this.#image;
  }

  /** `doWork`, then `Image.poll`. Returns the fragments. @throws as `doWork` */
  poll(handler: FragmentHandler, fragmentLimit: number): number {
    this.doWork();
    return this.#image?.poll(handler, fragmentLimit) ?? 0;
  }

  /**
   * Takes it further. Returns what there was to do.
   *
   * @throws ArchiveTimeoutError when it gets nowhere for `mergeProgressTimeoutMs`, ArchiveError when the archive
   *   refuses or is lost: it has failed then.
   */
  doWork(): number {
    const { MERGED, FAILED, CLOSED } = ReplayMergeState;
    if (this.#state === MERGED || this.#state === FAILED || this.#state === CLOSED) {
      return 0;
    }
    try {
      const nowMs = this.#nowMs();
      const workCount = this.#step(nowMs);
      this.#checkProgress(nowMs);
      return workCount;
    } catch (error) {
      this.#enter(FAILED);
      throw error;
    }
  }

  /** Ends the replay, unless it has merged, and leaves the subscription to its owner. */
  close(): void {
    if (this.#state === ReplayMergeState.CLOSED) {
      return;
    }
    if (!this.#archive.context.aeron.isClosed) {
      if (this.#state !== ReplayMergeState.MERGED && !this.subscription.isClosed) {
        this.subscription.asyncRemoveDestination(this.#replayDestination);
      }
      if (this.#archive.archiveProxy.publication.isConnected) {
        this.#stopReplay();
      }
    }
    this.#enter(ReplayMergeState.CLOSED);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #step(nowMs: number): number {
    switch (this.#state) {
      case ReplayMergeState.RESOLVE_REPLAY_PORT:
        return this.#resolveReplayPort(nowMs);
      case ReplayMergeState.GET_RECORDING_POSITION:
        return this.#getRecordingPosition(nowMs);
      case ReplayMergeState.REPLAY:
        return this.#replay(nowMs);
      case ReplayMergeState.CATCHUP:
        return this.#catchUp(nowMs);
      default:
        return this.#attemptLiveJoin(nowMs);
    }
  }

  #resolveReplayPort(nowMs: number): number {
    const endpoint = this.subscription.resolvedEndpoint();
    if (endpoint === undefined) {
      return 0;
    }
    this.#replayUri.replaceEndpointWildcardPort(endpoint);
    this.#enter(ReplayMergeState.GET_RECORDING_POSITION);
    this.#timeOfLastProgressMs = nowMs;
    return 1;
  }

  #getRecordingPosition(nowMs: number): number {
    if (!this.#hasNextTarget(nowMs)) {
      return 0;
    }
    if (this.#nextTargetPosition !== NULL_POSITION) {
      this.#enter(ReplayMergeState.REPLAY);
      this.#timeOfLastProgressMs = nowMs;
    }
    return 1;
  }

  #replay(nowMs: number): number {
    this.#replayRequest ??= this.#archive.startReplay(
      this.#recordingId,
      this.#replayUri.toString(),
      this.subscription.streamId,
      { position: this.#startPosition, length: Number.MAX_SAFE_INTEGER },
    );
    if (!this.#replayRequest.poll()) {
      return 0;
    }
    this.#replaySessionId = this.#replayRequest.result;
    this.#backoffMs = FIRST_BACKOFF_MS;
    this.#timeOfNextPositionRequestMs = nowMs;
    this.#enter(ReplayMergeState.CATCHUP);
    this.#timeOfLastProgressMs = nowMs;
    return 1;
  }

  #catchUp(nowMs: number): number {
    if (this.#image === undefined) {
      this.#image = this.subscription.imageBySessionId(sessionIdOfReplay(this.#replaySessionId!));
      if (this.#image === undefined) {
        return 0;
      }
      this.#madeProgress(nowMs, this.#image.position);
    }
    const { position } = this.#image;
    if (position >= this.#nextTargetPosition) {
      this.#enter(ReplayMergeState.ATTEMPT_LIVE_JOIN);
      this.#madeProgress(nowMs, position);
      return 1;
    }
    if (position > this.#positionOfLastProgress) {
      this.#madeProgress(nowMs, position);
    } else if (this.#image.isClosed) {
      throw new ArchiveError(`the image of the replay has gone at position ${position}`);
    }
    return 0;
  }

  #attemptLiveJoin(nowMs: number): number {
    if (!this.#hasNextTarget(nowMs)) {
      return 0;
    }
    if (this.#nextTargetPosition === NULL_POSITION) {
      return 1;
    }
    const image = this.#image!;
    const { position } = image;
    const distance = this.#nextTargetPosition - position;
    if (!this.#isLiveAdded && distance <= Math.min(image.termBufferLength >> 2, LIVE_ADD_MAX_WINDOW)) {
      this.subscription.asyncAddDestination(this.#liveDestination);
      this.#isLiveAdded = true;
      this.#madeProgress(nowMs, position);
    } else if (this.#isLiveAdded && distance <= 0 && image.activeTransportCount >= 2) {
      this.subscription.asyncRemoveDestination(this.#replayDestination);
      this.#stopReplay();
      this.#madeProgress(nowMs, position);
      this.#enter(ReplayMergeState.MERGED);
      return 1;
    }
    this.#enter(ReplayMergeState.CATCHUP);
    return 1;
  }

  /** Asks how far the recording has come, at longer and longer intervals; true when a new answer is there. */
  #hasNextTarget(nowMs: number): boolean {
    if (this.#positionRequest === undefined) {
      if (nowMs < this.#timeOfNextPositionRequestMs) {
        return false;
      }
      this.#positionRequest = this.#archive.getMaxRecordedPosition(this.#recordingId);
      this.#backoffMs = Math.min(this.#backoffMs * 2, MAX_BACKOFF_MS);
      this.#timeOfNextPositionRequestMs = nowMs + this.#backoffMs;
      this.#timeOfLastProgressMs = nowMs;
    }
    if (!this.#positionRequest.poll()) {
      return false;
    }
    this.#nextTargetPosition = this.#positionRequest.result;
    this.#positionRequest = undefined;
    return true;
  }

  /** It matters to nobody whether the replay has ended by itself already. */
  #stopReplay(): void {
    const { archiveProxy, context, controlSessionId } = this.#archive;
    const replaySessionId = this.#replaySessionId;
    if (
      replaySessionId !== undefined &&
      archiveProxy.stopReplay(replaySessionId, context.aeron.nextCorrelationId(), controlSessionId)
    ) {
      this.#replaySessionId = undefined;
    }
  }

  #enter(state: ReplayMergeState): void {
    this.#state = state;
    this.#positionRequest?.cancel();
    this.#positionRequest = undefined;
    this.#replayRequest?.cancel();
    this.#replayRequest = undefined;
  }

  #madeProgress(nowMs: number, position: number): void {
    this.#timeOfLastProgressMs = nowMs;
    this.#positionOfLastProgress = position;
  }

  #checkProgress(nowMs: number): void {
    if (nowMs > this.#timeOfLastProgressMs + this.#mergeProgressTimeoutMs) {
      const transports = this.#image?.activeTransportCount ?? 0;
      throw new ArchiveTimeoutError(
        `no progress of a replay merge within ${this.#mergeProgressTimeoutMs} ms: state=${this.#state}, activeTransportCount=${transports}`,
      );
    }
    const isAsking = this.#positionRequest !== undefined || this.#replayRequest !== undefined;
    if (!isAsking && nowMs > this.#timeOfLastArchivePollMs + ARCHIVE_POLL_INTERVAL_MS) {
      this.#timeOfLastArchivePollMs = nowMs;
      const error = this.#archive.pollForErrorResponse();
      if (error !== undefined) {
        throw new ArchiveError(error);
      }
    }
  }

  #nowMs(): number {
    return this.#archive.context.platform.clock.epochTimeMs();
  }
}
