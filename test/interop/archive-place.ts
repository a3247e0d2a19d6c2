import { AtomicBuffer } from '../../src/agrona/mod.ts';
import { AeronArchive, type AeronArchiveOptions } from '../../src/archive/mod.ts';
import { type ExclusivePublication, messages, type Subscription, send } from '../../src/client/mod.ts';
import { nativePlatform } from '../../src/platform/native/mod.ts';
import type { ArchivePlace } from './stage.ts';

const DEADLINE_MS = 60_000;
/** Terms of the streams that are recorded here: two fill a segment. */
export const TERM_LENGTH = 64 * 1024;
export const SEGMENT_LENGTH = 128 * 1024;
export const RECORDED_CHANNEL = `aeron:ipc?term-length=${TERM_LENGTH}`;

/** By default over UDP, with answers to a port that the system chooses. */
export function optionsFor(place: ArchivePlace, options: AeronArchiveOptions = {}): AeronArchiveOptions {
  return {
    platform: nativePlatform(),
    aeronDirectoryName: place.directory,
    controlRequestChannel: place.controlChannel,
    controlResponseChannel: 'aeron:udp?endpoint=localhost:0',
    messageTimeoutNs: '30s',
    ...options,
  };
}

export function connect(place: ArchivePlace, options: AeronArchiveOptions = {}): Promise<AeronArchive> {
  return AeronArchive.connect(optionsFor(place, options));
}

/** Waits until `look` returns something other than false and undefined. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const result = await look();
    if (result !== undefined && result !== false) {
      return result;
    }
    if (Date.now() > deadline) {
      throw new Error(`not within ${DEADLINE_MS} ms: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A recording that was made and stopped. */
export interface Recorded {
  readonly recordingId: number;
  readonly sessionId: number;
  readonly startPosition: number;
  readonly stopPosition: number;
}

let nextStreamId = 1000;

/** A stream id that no other test of this process was given. */
export function streamId(): number {
  return nextStreamId++;
}

/** The i-th message of a stream, of `length` bytes: its number, and bytes that follow from it. */
export function messageOf(i: number, length: number): AtomicBuffer {
  const message = AtomicBuffer.allocate(length);
  for (let offset = 0; offset < length; offset++) {
    message.putInt8(offset, (i * 31 + offset) & 0x7f);
  }
  message.putInt32(0, i);
  return message;
}

export async function publish(
  publication: ExclusivePublication,
  first: number,
  count: number,
  length: number,
): Promise<void> {
  for (let i = first; i < first + count; i++) {
    await send(publication, messageOf(i, length).u8);
  }
}

/** Sends messages to a stream that is recorded, and stops the recording when all are in. */
export async function record(archive: AeronArchive, stream: number, count: number, length = 100): Promise<Recorded> {
  const publication = await archive.addRecordedExclusivePublication(RECORDED_CHANNEL, stream);
  const startPosition = publication.position;
  await publish(publication, 0, count, length);
  const { sessionId } = publication;
  const recordingId = await archive.awaitRecorded(publication);
  const stopPosition = publication.position;
  await archive.stopRecording(publication);
  await stopped(archive, recordingId, stopPosition);
  publication.close();
  return { recordingId, sessionId, startPosition, stopPosition };
}

/** The id of a stream's recording, when it has begun. */
export function recordingOf(archive: AeronArchive, stream: number, sessionId: number): Promise<number> {
  return until('the recording begins', async () => {
    const recordingId = await archive.findLastMatchingRecording(0, 'aeron:', stream, sessionId);
    return recordingId >= 0 ? recordingId : undefined;
  });
}

export async function recorded(archive: AeronArchive, recordingId: number, position: number): Promise<void> {
  await until('the recording gets there', async () => (await archive.getRecordingPosition(recordingId)) >= position);
}

export async function stopped(archive: AeronArchive, recordingId: number, position: number): Promise<void> {
  await until('the recording stops', async () => (await archive.getStopPosition(recordingId)) === position);
}

/** The next `count` messages of a subscription must be the i-th and the following of a stream. */
export async function expectMessages(
  subscription: Subscription,
  first: number,
  count: number,
  length = 100,
): Promise<void> {
  let i = first;
  const signal = AbortSignal.timeout(DEADLINE_MS);
  for await (const message of messages(subscription, { signal })) {
    const expected = messageOf(i, length).u8;
    if (message.data.length !== length || !message.data.every((byte, offset) => byte === expected[offset])) {
      throw new Error(
        `message ${i} is not what was sent: ${message.data.length} bytes, ${message.data.slice(0, 8)}...`,
      );
    }
    if (++i === first + count) {
      return;
    }
  }
  throw new Error(`the stream ended before message ${i}`);
}
