import { AtomicBuffer, CountersDescriptor } from '../../agrona/mod.ts';
import type { Aeron } from '../../client/mod.ts';
import { AeronCounters } from '../../protocol/mod.ts';
import { archiveIdLabel } from './archive-counters.ts';

/*
 * The counter that tells up to where a recording is written. Key:
 *
 *     0  recording id               8
 *     8  session id                 4
 *    12  length of source identity  4
 *    16  source identity            as long as that, cut to leave room for the archive id
 *     -  archive id                 8
 *
 * Upstream: `io.aeron.archive.status.RecordingPos`.
 */
const RECORDING_ID_OFFSET = 0;
const SESSION_ID_OFFSET = 8;
const SOURCE_IDENTITY_OFFSET = 12;
const MAX_SOURCE_IDENTITY_LENGTH = CountersDescriptor.MAX_KEY_LENGTH - SOURCE_IDENTITY_OFFSET - 4 - 8;

/** Of the recording that a position counter is about. */
export interface RecordedStream {
  readonly archiveId: bigint;
  readonly recordingId: number;
  readonly sessionId: number;
  readonly streamId: number;
  readonly strippedChannel: string;
  readonly sourceIdentity: string;
}

/** Asks for one; `aeron.getCounter` has it when the driver has made it. */
export function addRecordingPositionCounter(aeron: Aeron, stream: RecordedStream): number {
  const key = AtomicBuffer.allocate(CountersDescriptor.MAX_KEY_LENGTH);
  key.putInt64(RECORDING_ID_OFFSET, stream.recordingId);
  key.putInt32(SESSION_ID_OFFSET, stream.sessionId);
  const identityLength = key.putString(
    SOURCE_IDENTITY_OFFSET,
    stream.sourceIdentity.slice(0, MAX_SOURCE_IDENTITY_LENGTH),
  );
  const archiveIdOffset = SOURCE_IDENTITY_OFFSET + identityLength;
  // Behind text of any length: at no multiple of 8.
  key.view.setBigInt64(archiveIdOffset, stream.archiveId, true);
  return aeron.asyncAddCounter(
    AeronCounters.ARCHIVE_RECORDING_POSITION_TYPE_ID,
    label(stream),
    key.u8.slice(0, archiveIdOffset + 8),
  );
}

/** rec-pos: <recording id> <session id> <stream id> <channel> - archiveId=<archive id>; the channel is cut to fit. */
function label({ archiveId, recordingId, sessionId, streamId, strippedChannel }: RecordedStream): string {
  const head = `rec-pos: ${recordingId} ${sessionId} ${streamId} `;
  const tail = archiveIdLabel(archiveId);
  return head + strippedChannel.slice(0, CountersDescriptor.MAX_LABEL_LENGTH - head.length - tail.length) + tail;
}
