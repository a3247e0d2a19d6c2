import { CountersDescriptor } from '../../agrona/mod.ts';
import { type AeronArchive, RecordingPos, SourceLocation } from '../../archive/client/mod.ts';
import { type Aeron, type ExclusivePublication, Publication } from '../../client/mod.ts';
import { ChannelUri } from '../../protocol/mod.ts';
import type { ConsensusModuleContext } from './context.ts';
import { ClusterError } from './errors.ts';
import { LocalReplay } from './log-replay.ts';
import { answer, type Procedure, until, withinMessageTimeout } from './procedure.ts';
import type { EncodedMessages } from './snapshot-encoder.ts';
import { type SnapshotListener, SnapshotLoader } from './snapshot-loader.ts';

const { NULL_COUNTER_ID } = CountersDescriptor;
/** Messages that are written in a round. */
const BATCH = 50;

/** Writes and reads the consensus module's snapshots, as recordings of this node's archive. */
export class SnapshotRecording {
  readonly #aeron: Aeron;
  readonly #archive: AeronArchive;
  readonly #context: ConsensusModuleContext;

  constructor(aeron: Aeron, archive: AeronArchive, context: ConsensusModuleContext) {
    this.#aeron = aeron;
    this.#archive = archive;
    this.#context = context;
  }

  /** Records messages as a snapshot; its recording. @throws ClusterError SNAPSHOT_FAILED, ArchiveError */
  *take(messages: EncodedMessages): Procedure<number> {
    const { snapshotChannel, snapshotStreamId } = this.#context;
    const id = this.#aeron.asyncAddExclusivePublication(snapshotChannel, snapshotStreamId);
    try {
      const publication = yield* until(() => this.#aeron.getExclusivePublication(id));
      const { sessionId } = publication;
      const channel = ChannelUri.addSessionId(snapshotChannel, sessionId);
      yield* answer(this.#archive.startRecording(channel, snapshotStreamId, SourceLocation.LOCAL, true));
      const counters = this.#aeron.countersReader;
      const recorded = until(() => {
        const found = RecordingPos.findCounterIdBySession(counters, sessionId, this.#archive.archiveId);
        return found === NULL_COUNTER_ID ? undefined : found;
      });
      const counterId = yield* withinMessageTimeout(this.#archive, recorded, 'the snapshot is not being recorded');
      const recordingId = RecordingPos.getRecordingId(counters, counterId);
      yield* write(publication, messages);
      while (counters.getCounterValue(counterId) < publication.position) {
        if (!RecordingPos.isActive(counters, counterId, recordingId)) {
          throw new ClusterError('SNAPSHOT_FAILED', `recording has stopped unexpectedly: ${recordingId}`);
        }
        yield;
      }
      return recordingId;
    } finally {
      this.#aeron.asyncRemovePublication(id);
    }
  }

  /** Reads a snapshot. @throws ClusterError SNAPSHOT_INVALID, ArchiveError, and what the listener throws */
  *load(recordingId: number, listener: SnapshotListener): Procedure<void> {
    const { replayChannel, replayStreamId } = this.#context;
    const replay = new LocalReplay(this.#archive);
    try {
      const image = yield* replay.start(this.#aeron, {
        recordingId,
        position: 0,
        channel: replayChannel,
        streamId: replayStreamId,
      });
      const loader = new SnapshotLoader(image, listener);
      while (!loader.isDone) {
        if (loader.poll() === 0) {
          if (image.isClosed) {
            throw new ClusterError('SNAPSHOT_INVALID', `snapshot ended unexpectedly: recordingId=${recordingId}`);
          }
          yield;
        }
      }
    } finally {
      replay.closeSubscription();
    }
  }
}

function* write(publication: ExclusivePublication, { buffer, ends }: EncodedMessages): Procedure<void> {
  let begin = 0;
  for (let i = 0; i < ends.length; ) {
    const position = publication.offer(buffer, begin, ends[i]! - begin);
    if (position > 0) {
      begin = ends[i]!;
      i++;
      if (i % BATCH !== 0) {
        continue;
      }
    } else if (position !== Publication.BACK_PRESSURED && position !== Publication.ADMIN_ACTION) {
      throw new ClusterError(
        'SNAPSHOT_FAILED',
        `the snapshot cannot be written: ${Publication.errorString(position)}; its recording or the archive has gone`,
      );
    }
    yield;
  }
}
