import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  type AeronArchive,
  type ArchiveError,
  ArchiveErrorCode,
  RecordingSignal,
  type RecordingSignalEvent,
  SourceLocation,
} from '../../src/archive/mod.ts';
import { freePort } from '../ports.ts';
import {
  connect,
  expectMessages,
  publish,
  RECORDED_CHANNEL,
  record,
  recorded,
  recordingOf,
  stopped,
  streamId,
  until,
} from './archive-place.ts';
import { type ArchivePlace, type Language, Stage } from './stage.ts';

const LIVE_MS = 180_000;
const CONTROL_STREAM_ID = 10;

/** Copies from an archive of one language to one of another, asked for by our client. */
export function describeReplication(source: Language, target: Language): void {
  describe(`replication from ${source} to ${target}`, () => {
    const stage = new Stage();
    let from: ArchivePlace;
    let origin: AeronArchive;
    let archive: AeronArchive;
    const signals: RecordingSignalEvent[] = [];
    const errors: ArchiveError[] = [];

    before(async () => {
      const properties = { 'aeron.archive.message.timeout': '5s' };
      const [a, b] = await Promise.all([stage.archive(source), stage.archive(target, { properties })]);
      from = a;
      origin = await connect(a);
      archive = await connect(b, {
        recordingSignalConsumer: (signal) => signals.push(signal),
        errorHandler: (error) => errors.push(error as ArchiveError),
      });
    });
    after(async () => {
      try {
        origin?.close();
        archive?.close();
      } finally {
        await stage.clear();
      }
    });

    /** Waits for a signal of one replication and returns it. */
    const signalled = (replicationId: number, signal: RecordingSignal) =>
      until(`signal ${signal}; there were ${JSON.stringify(signals)}, ${errors}`, () => {
        archive.pollForRecordingSignals();
        return signals.find((seen) => seen.correlationId === replicationId && seen.signal === signal);
      });
    const failed = (replicationId: number) =>
      until('an error', () => {
        archive.pollForRecordingSignals();
        return errors.find((error) => error.correlationId === replicationId);
      });
    const { EXTEND, MERGE, REPLICATE, REPLICATE_END, STOP, SYNC } = RecordingSignal;

    it('copies a recording, and goes on with the copy when there is more', { timeout: LIVE_MS }, async () => {
      const stream = streamId();
      const { recordingId, stopPosition } = await record(origin, stream, 100);
      const half = stopPosition / 2;
      const firstId = await archive.replicate(recordingId, CONTROL_STREAM_ID, from.controlChannel, {
        stopPosition: half,
      });
      const { recordingId: copyId } = await signalled(firstId, REPLICATE);
      await signalled(firstId, REPLICATE_END);
      await stopped(archive, copyId, half);
      assert.equal(await archive.tryStopReplication(firstId), false);

      const secondId = await archive.replicate(recordingId, CONTROL_STREAM_ID, from.controlChannel, {
        dstRecordingId: copyId,
        channelTagId: BigInt(freePort()),
        subscriptionTagId: BigInt(freePort()),
        fileIoMaxLength: 4096,
      });
      await signalled(secondId, REPLICATE_END);
      await signalled(secondId, STOP);
      await stopped(archive, copyId, stopPosition);
      assert.deepEqual(
        signals
          .filter(({ correlationId }) => correlationId === secondId)
          .map(({ signal }) => signal)
          .sort(),
        [STOP, EXTEND, SYNC, REPLICATE_END],
      );
      const replay = await archive.replay(copyId, 'aeron:ipc', streamId());
      await expectMessages(replay, 0, 100);
    });

    it('follows a live recording until it is stopped', { timeout: LIVE_MS }, async () => {
      const stream = streamId();
      const publication = await origin.addRecordedExclusivePublication(RECORDED_CHANNEL, stream);
      await publish(publication, 0, 10, 100);
      const recordingId = await recordingOf(origin, stream, publication.sessionId);
      await recorded(origin, recordingId, publication.position);
      const replicationId = await archive.replicate(recordingId, CONTROL_STREAM_ID, from.controlChannel, {
        replicationSessionId: 4711,
      });
      const { recordingId: copyId } = await signalled(replicationId, EXTEND);
      await publish(publication, 10, 10, 100);
      await recorded(archive, copyId, publication.position);
      await archive.stopReplication(replicationId);
      await stopped(archive, copyId, publication.position);
      const replay = await archive.replay(copyId, 'aeron:ipc', streamId());
      await expectMessages(replay, 0, 20);
      await origin.stopRecording(publication);
      publication.close();
    });

    it('goes over to the live stream', { timeout: LIVE_MS }, async () => {
      const stream = streamId();
      const control = `localhost:${freePort()}`;
      const channel = `aeron:udp?control-mode=dynamic|control=${control}|term-length=64k|ssc=true`;
      const publication = await origin.context.aeron.addExclusivePublication(channel, stream);
      const session = publication.sessionId;
      const spied = `aeron:udp?control-mode=dynamic|control=${control}|session-id=${session}`;
      await origin.startRecording(spied, stream, SourceLocation.LOCAL);
      await publish(publication, 0, 100, 100);
      const recordingId = await recordingOf(origin, stream, session);
      await recorded(origin, recordingId, publication.position);
      const replicationId = await archive.replicate(recordingId, CONTROL_STREAM_ID, from.controlChannel, {
        liveDestination: `aeron:udp?endpoint=localhost:0|control=${control}|control-mode=dynamic`,
      });
      const { recordingId: copyId } = await signalled(replicationId, MERGE);
      await publish(publication, 100, 100, 100);
      await recorded(archive, copyId, publication.position);
      await signalled(replicationId, REPLICATE_END);
      assert.equal(await archive.tryStopRecordingByIdentity(copyId), true);
      await stopped(archive, copyId, publication.position);
      const replay = await archive.replay(copyId, 'aeron:ipc', streamId());
      await expectMessages(replay, 0, 200);
      await origin.stopRecording(spied, stream);
      publication.close();
    });

    it('tells why there is no copy', { timeout: LIVE_MS }, async () => {
      const unknown = await archive.replicate(1_000_000, CONTROL_STREAM_ID, from.controlChannel);
      assert.equal((await failed(unknown)).errorCode, ArchiveErrorCode.UNKNOWN_RECORDING);
      const unreachable = await archive.replicate(0, CONTROL_STREAM_ID, `aeron:udp?endpoint=localhost:${freePort()}`);
      assert.equal((await failed(unreachable)).errorCode, ArchiveErrorCode.REPLICATION_CONNECTION_FAILURE);
      assert.equal(await archive.tryStopReplication(unreachable), false);
    });
  });
}
