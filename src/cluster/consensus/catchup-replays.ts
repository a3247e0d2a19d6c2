import type { ErrorHandler } from '../../agrona/mod.ts';
import {
  type AeronArchive,
  type ArchiveError,
  ArchiveErrorCode,
  type ArchiveRequest,
} from '../../archive/client/mod.ts';
import { ChannelUri } from '../../protocol/mod.ts';
import type { ConsensusModuleContext } from './context.ts';
import { ClusterEvent } from './errors.ts';

interface CatchupReplay {
  readonly memberId: number;
  readonly correlationId: number;
  request: ArchiveRequest<bigint> | undefined;
  replaySessionId: bigint | undefined;
  isStopped: boolean;
}

/** The replays of a leader's log that its archive sends to followers who are behind. Nothing waits. */
export class CatchupReplays {
  readonly #archive: AeronArchive;
  readonly #context: ConsensusModuleContext;
  readonly #report: ErrorHandler;
  readonly #onFailed: (memberId: number) => void;
  #replays: CatchupReplay[] = [];

  constructor(
    archive: AeronArchive,
    context: ConsensusModuleContext,
    report: ErrorHandler,
    onFailed: (memberId: number) => void,
  ) {
    this.#archive = archive;
    this.#context = context;
    this.#report = report;
    this.#onFailed = onFailed;
  }

  start(
    memberId: number,
    request: { recordingId: number; position: number; endpoint: string; logSessionId: number },
  ): void {
    const uri = ChannelUri.parse(this.#context.followerCatchupChannel);
    uri.put('endpoint', request.endpoint);
    uri.put('session-id', String(request.logSessionId));
    uri.put('linger', '0');
    uri.put('eos', 'false');
    uri.put('alias', `catchup-followerId-${memberId}`);
    const started = this.#archive.startReplay(request.recordingId, uri.toString(), this.#context.logStreamId, {
      position: request.position,
    });
    this.#replays.push({
      memberId,
      correlationId: this.#archive.lastCorrelationId,
      request: started,
      replaySessionId: undefined,
      isStopped: false,
    });
  }

  stop(memberId: number): void {
    for (const replay of this.#replays) {
      if (replay.memberId === memberId) {
        replay.isStopped = true;
      }
    }
    // Before another one begins: both would publish to the same endpoint.
    this.poll();
  }

  stopAll(): void {
    for (const replay of this.#replays) {
      replay.isStopped = true;
    }
  }

  /** Goes on with starting and stopping. */
  poll(): number {
    const before = this.#replays.length;
    if (before > 0) {
      this.#replays = this.#replays.filter((replay) => this.#goOn(replay));
    }
    return before - this.#replays.length;
  }

  /** The archive has sent an error that nobody waited for; true when it was about one of these. */
  onError(error: ArchiveError): boolean {
    const replay = this.#replays.find(({ correlationId }) => correlationId === error.correlationId);
    if (replay !== undefined) {
      this.#replays = this.#replays.filter((other) => other !== replay);
      this.#fail(replay, error);
      return true;
    }
    if (error.errorCode === ArchiveErrorCode.UNKNOWN_REPLAY) {
      this.#report(new ClusterEvent(`replay no longer relevant - ${error.message}`));
      return true;
    }
    return false;
  }

  /** False when it is over. */
  #goOn(replay: CatchupReplay): boolean {
    if (replay.request !== undefined) {
      try {
        if (!replay.request.poll()) {
          return true;
        }
        replay.replaySessionId = replay.request.result;
        replay.request = undefined;
      } catch (error) {
        this.#fail(replay, error);
        return false;
      }
    }
    if (!replay.isStopped) {
      return true;
    }
    const { archiveProxy, controlSessionId, context } = this.#archive;
    return !archiveProxy.stopReplay(replay.replaySessionId!, context.aeron.nextCorrelationId(), controlSessionId);
  }

  #fail({ memberId, isStopped }: CatchupReplay, cause: unknown): void {
    const why = cause instanceof Error ? cause.message : String(cause);
    this.#report(new ClusterEvent(`catchup replay failed - ${why}`, { cause }));
    if (!isStopped) {
      this.#onFailed(memberId);
    }
  }
}
