import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { AeronVersion } from '../../scripts/java.ts';
import {
  type AeronArchive,
  ArchiveError,
  ArchiveErrorCode,
  REPLAY_ALL_AND_STOP,
  type RecordingDescriptor,
  RecordingSignal,
  type RecordingSignalEvent,
  type RecordingSubscriptionDescriptor,
  SourceLocation,
  sessionIdOfReplay,
} from '../../src/archive/mod.ts';
import { ChannelUri } from '../../src/protocol/mod.ts';
import { freePort } from '../ports.ts';
import {
  connect,
  expectMessages,
  publish,
  RECORDED_CHANNEL,
  record,
  recorded,
  recordingOf,
  SEGMENT_LENGTH,
  stopped,
  streamId,
  TERM_LENGTH,
  until,
} from './archive-place.ts';
import { type ArchivePlace, type Language, Stage } from './stage.ts';

const LIVE_MS = 180_000;
const UNKNOWN_ID = 987_654;
/** Bytes of a message with which segments fill soon, and of its frame. */
const LARGE = 1000;
const LARGE_FRAME = 1056;

/** What our client can ask of an archive, on one archive of a language and version. */
export function describeOperations(title: string, language: Language, version?: AeronVersion): void {
  describe(title, () => {
    const stage = new Stage();
    let place: ArchivePlace;
    let archive: AeronArchive;
    const signals: RecordingSignalEvent[] = [];

    before(async () => {
      place = await stage.archive(language, version === undefined ? {} : { version });
      archive = await connect(place, { recordingSignalConsumer: (signal) => signals.push(signal) });
    });
    after(async () => {
      try {
        archive?.close();
        archive?.context.aeron.close();
      } finally {
        await stage.clear();
      }
    });

    const seen = (recordingId: number): RecordingSignal[] =>
      signals.filter((signal) => signal.recordingId === recordingId).map(({ signal }) => signal);

    const signalled = (recordingId: number, signal: RecordingSignal) =>
      until(`signal ${signal} of recording ${recordingId}`, () => {
        archive.pollForRecordingSignals();
        return seen(recordingId).includes(signal);
      });

    it('records and replays by answers over IPC', { timeout: LIVE_MS }, async () => {
      await using local = await connect(place, {
        controlRequestChannel: 'aeron:ipc',
        controlResponseChannel: 'aeron:ipc',
      });
      const stream = streamId();
      const { recordingId } = await record(local, stream, 50);
      const replay = await local.replay(recordingId, 'aeron:ipc', streamId());
      await expectMessages(replay, 0, 50);
    });

    it('records a publisher from the network, and goes on for as long as it sends', { timeout: LIVE_MS }, async () => {
      const stream = streamId();
      const channel = `aeron:udp?endpoint=localhost:${freePort()}|term-length=64k`;
      const subscriptionId = await archive.startRecording(channel, stream, SourceLocation.REMOTE);

      const subscriptions: RecordingSubscriptionDescriptor[] = [];
      const count = await archive.listRecordingSubscriptions(
        0,
        10,
        'endpoint=localhost',
        stream,
        true,
        (descriptor) => {
          subscriptions.push(descriptor);
        },
      );
      assert.equal(count, 1);
      assert.equal(subscriptions[0]!.subscriptionId, subscriptionId);
      assert.equal(subscriptions[0]!.streamId, stream);
      assert.equal(await archive.listRecordingSubscriptions(0, 10, 'no such channel', stream, true, () => {}), 0);

      const publication = await archive.context.aeron.addExclusivePublication(channel, stream);
      await publish(publication, 0, 10, 100);
      const recordingId = await recordingOf(archive, stream, publication.sessionId);
      await recorded(archive, recordingId, publication.position);
      const replay = await archive.replay(recordingId, 'aeron:ipc', streamId());
      await expectMessages(replay, 0, 10);
      await publish(publication, 10, 10, 100);
      await expectMessages(replay, 10, 10);
      replay.close();

      await archive.stopRecording(subscriptionId);
      await stopped(archive, recordingId, publication.position);
      publication.close();
      assert.equal(await archive.tryStopRecording(subscriptionId), false);
      assert.equal(await archive.tryStopRecording(channel, stream), false);
      await rejects(archive.stopRecording(subscriptionId), ArchiveErrorCode.UNKNOWN_SUBSCRIPTION);
      await signalled(recordingId, RecordingSignal.STOP);
      assert.deepEqual(seen(recordingId), [RecordingSignal.START, RecordingSignal.STOP]);
    });

    it('refuses to record what is recorded already', { timeout: LIVE_MS }, async () => {
      const stream = streamId();
      await archive.startRecording(RECORDED_CHANNEL, stream, SourceLocation.LOCAL);
      await rejects(
        archive.startRecording(RECORDED_CHANNEL, stream, SourceLocation.LOCAL),
        ArchiveErrorCode.ACTIVE_SUBSCRIPTION,
      );
      assert.equal(await archive.tryStopRecording(RECORDED_CHANNEL, stream), true);
    });

    it('stops by itself when the publisher has gone, if told to', { timeout: LIVE_MS }, async () => {
      const stream = streamId();
      await archive.startRecording(RECORDED_CHANNEL, stream, SourceLocation.LOCAL, true);
      const publication = await archive.context.aeron.addExclusivePublication(RECORDED_CHANNEL, stream);
      await publish(publication, 0, 3, 100);
      const recordingId = await recordingOf(archive, stream, publication.sessionId);
      const { position } = publication;
      publication.close();
      await stopped(archive, recordingId, position);
      const subscriptionCount = () => archive.listRecordingSubscriptions(0, 1, 'aeron:ipc', stream, true, () => {});
      await until('the archive no longer subscribes', async () => (await subscriptionCount()) === 0);
    });

    it('stops a recording by its id', { timeout: LIVE_MS }, async () => {
      const stream = streamId();
      const publication = await archive.addRecordedPublication(RECORDED_CHANNEL, stream);
      const recordingId = await recordingOf(archive, stream, publication.sessionId);
      assert.equal(await archive.getStopPosition(recordingId), -1);
      assert.equal(await archive.tryStopRecordingByIdentity(recordingId), true);
      await stopped(archive, recordingId, 0);
      assert.equal(await archive.tryStopRecordingByIdentity(recordingId), false);
      publication.close();
    });

    it('extends a recording', { timeout: LIVE_MS }, async () => {
      const stream = streamId();
      const { recordingId, stopPosition } = await record(archive, stream, 20);
      const [descriptor] = await listOne(archive, recordingId);
      const uri = ChannelUri.parse('aeron:ipc');
      uri.initialPosition(stopPosition, descriptor!.initialTermId, descriptor!.termBufferLength);
      const publication = await archive.context.aeron.addExclusivePublication(uri.toString(), stream);
      assert.equal(publication.position, stopPosition);
      await archive.extendRecording(recordingId, 'aeron:ipc', stream, SourceLocation.LOCAL);
      await publish(publication, 20, 20, 100);
      await recorded(archive, recordingId, publication.position);
      await archive.stopRecording('aeron:ipc', stream);
      await stopped(archive, recordingId, publication.position);
      publication.close();
      const replay = await archive.replay(recordingId, 'aeron:ipc', streamId());
      await expectMessages(replay, 0, 40);
      await signalled(recordingId, RecordingSignal.EXTEND);

      const stranger = await archive.context.aeron.addExclusivePublication(RECORDED_CHANNEL, stream);
      // Refused at once, or after the answer, when the archive has seen the stream.
      const error = await archive.extendRecording(recordingId, RECORDED_CHANNEL, stream, SourceLocation.LOCAL).then(
        () => until('the archive refuses a stream that does not fit', () => archive.pollForErrorResponse()),
        (reason: unknown) => String(reason),
      );
      assert.match(error, /cannot extend recording/);
      stranger.close();
      await archive.tryStopRecording(RECORDED_CHANNEL, stream);
    });

    it('lists recordings, one or many', { timeout: LIVE_MS }, async () => {
      const stream = streamId();
      const made = [
        await record(archive, stream, 1),
        await record(archive, stream, 2),
        await record(archive, stream, 3),
      ];
      const ids = made.map(({ recordingId }) => recordingId);

      const [descriptor] = await listOne(archive, ids[1]!);
      assert.equal(descriptor!.recordingId, ids[1]);
      assert.equal(descriptor!.streamId, stream);
      assert.equal(descriptor!.sessionId, made[1]!.sessionId);
      assert.equal(descriptor!.startPosition, 0);
      assert.equal(descriptor!.stopPosition, made[1]!.stopPosition);
      assert.equal(descriptor!.termBufferLength, TERM_LENGTH);
      assert.equal(descriptor!.segmentFileLength, SEGMENT_LENGTH);
      assert.match(descriptor!.strippedChannel, /^aeron:ipc/);
      assert.match(descriptor!.originalChannel, /^aeron:ipc\?.*term-length=/);
      assert.equal(descriptor!.sourceIdentity, 'aeron:ipc');
      assert.ok(descriptor!.stopTimestamp >= descriptor!.startTimestamp);
      assert.ok(Math.abs(descriptor!.startTimestamp - Date.now()) < 60_000);
      assert.equal(await archive.listRecording(UNKNOWN_ID, () => {}), 0);

      const found: number[] = [];
      const consumer = (recording: RecordingDescriptor) => void found.push(recording.recordingId);
      assert.equal(await archive.listRecordingsForUri(0, 2, 'aeron:ipc', stream, consumer), 2);
      assert.equal(await archive.listRecordingsForUri(ids[1]! + 1, 10, 'aeron:ipc', stream, consumer), 1);
      assert.deepEqual(found, ids);
      assert.equal(await archive.listRecordingsForUri(0, 10, 'aeron:udp', stream, consumer), 0);
      assert.equal(await archive.listRecordings(ids[2]!, 10, consumer), 1);
      assert.equal(await archive.listRecordings(UNKNOWN_ID, 10, consumer), 0);

      const all: number[] = [];
      for await (const { recordingId } of archive.recordings()) {
        all.push(recordingId);
      }
      assert.deepEqual(all, [...Array(ids[2]! + 1).keys()]);
      const matching = { channelFragment: 'aeron:ipc', streamId: stream };
      const some: number[] = [];
      for await (const { recordingId } of archive.recordings({ matching })) {
        some.push(recordingId);
      }
      assert.deepEqual(some, ids);

      assert.equal(await archive.findLastMatchingRecording(0, 'ipc', stream, made[0]!.sessionId), ids[0]);
      assert.equal(await archive.findLastMatchingRecording(ids[1]!, 'ipc', stream, made[0]!.sessionId), -1);
    });

    it('answers many requests at once, listings among them', { timeout: LIVE_MS }, async () => {
      const { recordingId, stopPosition } = await record(archive, streamId(), 5);
      const positions = Array.from({ length: 20 }, () => archive.getStopPosition(recordingId));
      const listings = Array.from({ length: 5 }, () => listOne(archive, recordingId));
      assert.deepEqual(await Promise.all(positions), Array(20).fill(stopPosition));
      for (const found of await Promise.all(listings)) {
        assert.equal(found[0]?.recordingId, recordingId);
      }
    });

    it('tells positions, and what is wrong with a request', { timeout: LIVE_MS }, async () => {
      const { recordingId, stopPosition } = await record(archive, streamId(), 5);
      assert.equal(await archive.getStartPosition(recordingId), 0);
      assert.equal(await archive.getStopPosition(recordingId), stopPosition);
      assert.equal(await archive.getRecordingPosition(recordingId), -1);
      assert.equal(await archive.getMaxRecordedPosition(recordingId), stopPosition);
      const { UNKNOWN_RECORDING } = ArchiveErrorCode;
      await rejects(archive.getStartPosition(UNKNOWN_ID), UNKNOWN_RECORDING);
      await rejects(archive.getStopPosition(UNKNOWN_ID), UNKNOWN_RECORDING);
      await rejects(archive.getMaxRecordedPosition(UNKNOWN_ID), UNKNOWN_RECORDING);
      await rejects(archive.startReplay(UNKNOWN_ID, 'aeron:ipc', 1), UNKNOWN_RECORDING);
      await rejects(archive.truncateRecording(UNKNOWN_ID, 0), UNKNOWN_RECORDING);
      await rejects(archive.purgeRecording(UNKNOWN_ID), UNKNOWN_RECORDING);
      await rejects(archive.extendRecording(UNKNOWN_ID, 'aeron:ipc', 1, SourceLocation.LOCAL), UNKNOWN_RECORDING);
      await rejects(archive.startReplay(recordingId, 'aeron:ipc', 1, { position: stopPosition + 32 }));
      await rejects(archive.startReplay(recordingId, 'aeron:ipc', 1, { position: 16 }));
      await rejects(archive.truncateRecording(recordingId, stopPosition + 32));
    });

    it('replays from a position, for a length, up to a counter, and until it is stopped', {
      timeout: LIVE_MS,
    }, async () => {
      const { recordingId, sessionId, stopPosition } = await record(archive, streamId(), 100);
      const frame = stopPosition / 100;

      const tail = await archive.replay(recordingId, 'aeron:ipc', streamId(), { position: 90 * frame });
      await expectMessages(tail, 90, 10);

      const middle = await archive.replay(recordingId, 'aeron:ipc', streamId(), {
        position: 10 * frame,
        length: 20 * frame,
        fileIoMaxLength: 4096,
      });
      await expectMessages(middle, 10, 20);
      await until('the replay ends', () => middle.images.every((image) => image.isEndOfStream));

      const counter = await archive.context.aeron.addCounter(1001, 'limit of a replay');
      counter.set(30 * frame);
      const stream = streamId();
      const bounded = await archive.replay(recordingId, 'aeron:ipc', stream, { boundingLimitCounterId: counter.id });
      await expectMessages(bounded, 0, 30);
      assert.equal(
        bounded.poll(() => assert.fail('beyond the limit'), 10),
        0,
      );
      counter.set(stopPosition);
      await expectMessages(bounded, 30, 70);
      counter.close();

      const open = await archive.startReplay(recordingId, 'aeron:ipc', stream);
      assert.equal(typeof open, 'bigint');
      const replayed = await archive.context.aeron.addSubscription('aeron:ipc', stream);
      const hasGone = () => {
        replayed.poll(() => {}, 100);
        return replayed.hasNoImages;
      };
      await until('the replay comes', () => replayed.imageBySessionId(sessionIdOfReplay(open)) !== undefined);
      assert.notEqual(sessionIdOfReplay(open), sessionId);
      // Older archives say that a replay has ended already.
      const orEnded = (error: unknown) =>
        assert.equal(version && (error as ArchiveError).errorCode, ArchiveErrorCode.UNKNOWN_REPLAY);
      await archive.stopReplay(open).then(undefined, orEnded);
      await until('the replay goes', hasGone);
      await archive.startReplay(recordingId, 'aeron:ipc', stream);
      await until('the replay comes', () => !replayed.hasNoImages);
      await archive.stopAllReplays(recordingId);
      await until('the replay goes', hasGone);
      await archive.stopReplay(open).then(undefined, orEnded);
    });

    it('replays what is there now, and no more', { timeout: LIVE_MS }, async () => {
      const stream = streamId();
      const publication = await archive.addRecordedExclusivePublication(RECORDED_CHANNEL, stream);
      await publish(publication, 0, 10, 100);
      const recordingId = await recordingOf(archive, stream, publication.sessionId);
      await recorded(archive, recordingId, publication.position);
      if (version === undefined) {
        const replay = await archive.replay(recordingId, 'aeron:ipc', streamId(), { length: REPLAY_ALL_AND_STOP });
        await expectMessages(replay, 0, 10);
        await until('the replay ends', () => replay.images.every((image) => image.isEndOfStream));
      }
      await archive.stopRecording(publication);
      publication.close();
    });

    it('truncates and purges recordings', { timeout: LIVE_MS }, async () => {
      const { recordingId, stopPosition } = await record(archive, streamId(), 200, LARGE);
      assert.ok(stopPosition > SEGMENT_LENGTH);
      assert.equal(await archive.truncateRecording(recordingId, 10 * LARGE_FRAME), 1);
      assert.equal(await archive.getStopPosition(recordingId), 10 * LARGE_FRAME);
      const replay = await archive.replay(recordingId, 'aeron:ipc', streamId());
      await expectMessages(replay, 0, 10, LARGE);

      await until('no replay is in the way', async () => {
        const deleted = await archive.purgeRecording(recordingId).then(undefined, () => 0);
        return deleted > 0;
      });
      await signalled(recordingId, RecordingSignal.DELETE);
      assert.equal(await archive.listRecording(recordingId, () => {}), 0);
      await rejects(archive.getStopPosition(recordingId), ArchiveErrorCode.UNKNOWN_RECORDING);
    });

    it('detaches, deletes, attaches and purges segments', { timeout: LIVE_MS }, async () => {
      const { recordingId, stopPosition } = await record(archive, streamId(), 450, LARGE);
      assert.ok(stopPosition > 3 * SEGMENT_LENGTH);
      await rejects(archive.detachSegments(recordingId, SEGMENT_LENGTH + 32));
      await archive.detachSegments(recordingId, SEGMENT_LENGTH);
      assert.equal(await archive.getStartPosition(recordingId), SEGMENT_LENGTH);
      assert.equal(await archive.attachSegments(recordingId), 1);
      assert.equal(await archive.getStartPosition(recordingId), 0);
      await archive.detachSegments(recordingId, SEGMENT_LENGTH);
      assert.equal(await archive.deleteDetachedSegments(recordingId), 1);
      assert.equal(await archive.attachSegments(recordingId), 0);
      assert.equal(await archive.purgeSegments(recordingId, 2 * SEGMENT_LENGTH), 1);
      assert.equal(await archive.getStartPosition(recordingId), 2 * SEGMENT_LENGTH);
    });

    it('migrates segments to another recording of the stream', { timeout: LIVE_MS }, async () => {
      const stream = streamId();
      const first = await record(archive, stream, 450, LARGE);
      const { recordingId, stopPosition } = first;
      // The second recording goes on in the middle of the stream, from a segment's start.
      const [descriptor] = await listOne(archive, recordingId);
      const joinPosition = 2 * SEGMENT_LENGTH;
      await archive.truncateRecording(recordingId, joinPosition);
      const uri = ChannelUri.parse('aeron:ipc');
      uri.initialPosition(joinPosition, descriptor!.initialTermId, descriptor!.termBufferLength);
      uri.put('session-id', String(first.sessionId));
      const publication = await until('the session of the first recording is free', () =>
        archive.context.aeron.addExclusivePublication(uri.toString(), stream).catch(() => undefined),
      );
      await archive.startRecording(`aeron:ipc?session-id=${first.sessionId}`, stream, SourceLocation.LOCAL);
      await publish(publication, 0, 50, LARGE);
      const second = await until('the second recording begins', async () => {
        const id = await archive.findLastMatchingRecording(recordingId + 1, 'aeron:ipc', stream, first.sessionId);
        return id >= 0 ? id : undefined;
      });
      await recorded(archive, second, publication.position);
      await archive.stopRecording(publication);
      await stopped(archive, second, publication.position);
      publication.close();
      assert.equal(await archive.getStartPosition(second), joinPosition);
      assert.equal(await archive.migrateSegments(recordingId, second), 2);
      assert.equal(await archive.getStartPosition(second), 0);
      assert.ok(stopPosition > joinPosition);
      const replay = await archive.replay(second, 'aeron:ipc', streamId());
      await expectMessages(replay, 0, 100, LARGE);
    });

    it('goes on with the same recordings when another client comes by a response channel', {
      timeout: LIVE_MS,
      skip: version !== undefined,
    }, async () => {
      const endpoint = ChannelUri.parse(place.controlChannel).get('endpoint');
      const responsePort = freePort();
      await using other = await connect(place, {
        controlResponseChannel: `aeron:udp?control-mode=response|control=localhost:${responsePort}`,
        controlRequestChannel: `aeron:udp?endpoint=${endpoint}`,
      });
      const { recordingId } = await record(other, streamId(), 30);
      const replay = await other.replay(
        recordingId,
        `aeron:udp?control-mode=response|control=localhost:${freePort()}`,
        streamId(),
      );
      await expectMessages(replay, 0, 30);
    });

    it('knows the archive', { timeout: LIVE_MS }, async () => {
      assert.equal(typeof archive.archiveId, 'bigint');
      assert.equal(archive.state, 'CONNECTED');
      assert.equal(archive.pollForErrorResponse(), undefined);
      archive.checkForErrorResponse();
      const { recordingId } = await record(archive, streamId(), 1);
      if (version === undefined) {
        await archive.updateChannel(recordingId, 'aeron:ipc?alias=renamed');
        const [descriptor] = await listOne(archive, recordingId);
        assert.match(descriptor!.originalChannel, /alias=renamed/);
      }
    });
  });
}

async function listOne(archive: AeronArchive, recordingId: number): Promise<RecordingDescriptor[]> {
  const found: RecordingDescriptor[] = [];
  await archive.listRecording(recordingId, (descriptor) => found.push(descriptor));
  return found;
}

/** The archive must refuse, with the code if one is given. */
async function rejects(request: PromiseLike<unknown>, errorCode?: ArchiveErrorCode): Promise<void> {
  const error = await Promise.resolve(request).then(
    () => assert.fail('the archive should refuse'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ArchiveError, `an ArchiveError, not ${error}`);
  if (errorCode !== undefined) {
    assert.equal(error.errorCode, errorCode, error.message);
  }
}
