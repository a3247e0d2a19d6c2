import { type AeronArchive, ArchiveError, ArchiveErrorCode, sessionIdOfReplay } from '../../archive/client/mod.ts';
import type { Aeron, Image, Subscription } from '../../client/mod.ts';
import { ChannelUri } from '../../protocol/mod.ts';
import { ClusterError } from './errors.ts';
import { added, answer, type Procedure, until, withinMessageTimeout } from './procedure.ts';

export interface ReplayRequest {
  readonly recordingId: number;
  readonly position: number;
  /** To the end of the recording without. */
  readonly length?: number;
  readonly channel: string;
  readonly streamId: number;
}

/** A replay of a recording of this node's archive, and the image of it. */
export class LocalReplay {
  readonly #archive: AeronArchive;
  #replaySessionId: bigint | undefined;
  #subscription: Subscription | undefined;

  constructor(archive: AeronArchive) {
    this.#archive = archive;
  }

  /** Starts and waits for the image. @throws ClusterError when it begins elsewhere; ArchiveError */
  *start(aeron: Aeron, request: ReplayRequest): Procedure<Image> {
    const { recordingId, position, length, channel, streamId } = request;
    const params = length === undefined ? { position } : { position, length };
    this.#replaySessionId = yield* answer(this.#archive.startReplay(recordingId, channel, streamId, params));
    const sessionId = sessionIdOfReplay(this.#replaySessionId);
    const id = aeron.asyncAddSubscription(
      ChannelUri.addSessionId(channel, sessionId),
      streamId,
      () => {},
      () => {},
    );
    const subscription = yield* added(
      () => aeron.getSubscription(id),
      () => aeron.asyncRemoveSubscription(id),
    );
    this.#subscription = subscription;
    const arrived = until(() => subscription.imageBySessionId(sessionId));
    const image = yield* withinMessageTimeout(
      this.#archive,
      arrived,
      `replay of recording ${recordingId} does not come`,
    );
    if (image.joinPosition !== position) {
      throw new ClusterError('REPLAY', `joinPosition=${image.joinPosition} expected startPosition=${position}`);
    }
    return image;
  }

  /** Closes the subscription and stops the replay, should it still go on. */
  *stop(): Procedure<void> {
    const replaySessionId = this.#replaySessionId;
    this.#replaySessionId = undefined;
    this.closeSubscription();
    if (replaySessionId !== undefined) {
      yield* stopReplay(this.#archive, replaySessionId);
    }
  }

  /** The archive then ends the replay by itself. */
  closeSubscription(): void {
    this.#subscription?.close();
    this.#subscription = undefined;
  }
}

/** One that has ended by itself is not known any more to archives of old. */
function* stopReplay(archive: AeronArchive, replaySessionId: bigint): Procedure<void> {
  try {
    yield* answer(archive.stopReplay(replaySessionId));
  } catch (error) {
    if (!(error instanceof ArchiveError && error.errorCode === ArchiveErrorCode.UNKNOWN_REPLAY)) {
      throw error;
    }
  }
}
