import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ArchiveErrorCode, RecordingPos, RecordingSignal, SourceLocation } from '../../src/archive/client/mod.ts';
import { Aeron } from '../../src/client/mod.ts';
import { AeronCounters } from '../../src/protocol/mod.ts';
import { SimulatedArchive } from '../../src/simulation/mod.ts';
import { ArchiveWorld, IPC, messagesOf, refusedWith, STREAM_ID } from './archive-world.ts';

const UDP = 'aeron:udp?endpoint=10.0.0.1:20121|term-length=64k';
const { START, STOP, EXTEND } = RecordingSignal;

describe('recording', () => {
  it('shows how far it has come in a counter with upstream’s label', () => {
    const world = new ArchiveWorld({ archiveId: 7n });
    world.client.startRecording(IPC, STREAM_ID, SourceLocation.LOCAL).block();
    const publication = world.addPublication();
    const counters = world.aeron.countersReader;
    const counterId = () => RecordingPos.findCounterIdBySession(counters, publication.sessionId, 7n);
    world.until(() => counterId() >= 0);
    const id = counterId();
    assert.equal(RecordingPos.getRecordingId(counters, id), 0);
    assert.equal(RecordingPos.getSourceIdentity(counters, id), 'aeron:ipc');
    assert.deepEqual(world.labelsOf(AeronCounters.ARCHIVE_RECORDING_POSITION_TYPE_ID), [
      `rec-pos: 0 ${publication.sessionId} ${STREAM_ID} aeron:ipc - archiveId=7`,
    ]);
    world.publish(publication, 10);
    world.until(() => counters.getCounterValue(id) === publication.position);
    publication.close();
    world.until(() => counterId() < 0);
    assert.deepEqual(world.signalsOf(0), [START, STOP]);
    world.close();
  });

  it('records all publishers of a stream, each in a recording of its own', () => {
    const world = new ArchiveWorld();
    const { client } = world;
    client.startRecording(IPC, STREAM_ID, SourceLocation.LOCAL).block();
    const publications = [world.addPublication(), world.addPublication()];
    publications.forEach((publication, i) => {
      world.publish(publication, 5, 100 * i);
    });
    const ids = publications.map(({ sessionId }) => world.recordingOf(sessionId));
    assert.deepEqual(ids.toSorted(), [0, 1]);
    publications.forEach((publication, i) => {
      world.awaitRecorded(ids[i]!, publication.position);
    });
    assert.deepEqual(world.replay(ids[1]!, 5), messagesOf(5, 100));
    client.stopRecording(IPC, STREAM_ID).block();
    world.until(() => ids.every((id) => client.getStopPosition(id).block() > 0));
    world.close();
  });

  it('goes on with all other publishers of a stream when one recording is stopped', () => {
    const world = new ArchiveWorld();
    const { client } = world;
    const begin = () => {
      const publication = world.addPublication();
      return { publication, id: world.recordingOf(publication.sessionId) };
    };
    const start = (isAutoStop = false) =>
      client.startRecording(IPC, STREAM_ID, SourceLocation.LOCAL, isAutoStop).block();
    start();
    const [first, second] = [begin(), begin()];
    assert.equal(client.tryStopRecordingByIdentity(first.id).block(), true);
    world.until(() => client.getStopPosition(first.id).block() === 0);
    const third = begin();
    world.publish(third.publication, 5);
    const { position } = third.publication;
    world.awaitRecorded(third.id, position);

    // Its channel may be recorded anew, which has nothing to do with what still goes on.
    const subscriptionId = start();
    assert.equal(client.tryStopRecordingByIdentity(second.id).block(), false);
    world.until(() => client.getStopPosition(second.id).block() === 0);
    third.publication.close();
    world.awaitStopped(third.id, position);
    assert.equal(client.tryStopRecording(subscriptionId).block(), true);
    world.close();
  });

  it('keeps a recording that was begun when an earlier one of its channel comes to its end', () => {
    const world = new ArchiveWorld();
    const { client } = world;
    const start = () => client.startRecording(IPC, STREAM_ID, SourceLocation.LOCAL, true).block();
    start();
    const publications = [world.addPublication(), world.addPublication()];
    const [first, second] = publications.map(({ sessionId }) => world.recordingOf(sessionId));
    assert.equal(client.tryStopRecordingByIdentity(first!).block(), true);
    const subscriptionId = start();
    world.until(() => client.getStopPosition(second!).block() === 0);
    assert.equal(client.tryStopRecording(subscriptionId).block(), true);
    world.close();
  });

  it('spies on a local publisher, and records a remote one', () => {
    const world = new ArchiveWorld();
    const { client } = world;
    client.startRecording(UDP, STREAM_ID, SourceLocation.LOCAL).block();
    client.startRecording(UDP, STREAM_ID + 1, SourceLocation.REMOTE).block();
    const reader = world.addSubscription(UDP, STREAM_ID);
    const spied = world.addPublication(UDP, STREAM_ID);
    const remote = world.addPublication(UDP, STREAM_ID + 1);
    world.publish(spied, 5);
    world.publish(remote, 5, 50);
    world.receive(reader, 5);
    const descriptors: string[] = [];
    world.until(() => {
      descriptors.length = 0;
      client
        .listRecordings(0, 10, ({ strippedChannel, sourceIdentity, streamId }) => {
          descriptors.push(`${streamId} ${strippedChannel} ${sourceIdentity.replace(/:\d+$/, '')}`);
        })
        .block();
      return descriptors.length === 2;
    });
    assert.deepEqual(descriptors.toSorted(), [
      `${STREAM_ID} aeron:udp?endpoint=10.0.0.1:20121 aeron:ipc`,
      `${STREAM_ID + 1} aeron:udp?endpoint=10.0.0.1:20121 10.0.0.1`,
    ]);
    world.close();
  });

  it('refuses what it cannot record', () => {
    const world = new ArchiveWorld({ maxConcurrentRecordings: 2 });
    const { client } = world;
    const start = (channel: string) => () => client.startRecording(channel, STREAM_ID, SourceLocation.LOCAL).block();
    start(IPC)();
    assert.throws(start(IPC), refusedWith(ArchiveErrorCode.ACTIVE_SUBSCRIPTION));
    assert.throws(start('aeron:udp?endpoint=nowhere'), refusedWith(ArchiveErrorCode.GENERIC));
    start('aeron:ipc?alias=other|tags=2')();
    assert.throws(start('aeron:ipc?tags=3'), refusedWith(ArchiveErrorCode.MAX_RECORDINGS));
    assert.throws(
      () => client.stopRecording('aeron:ipc', 99).block(),
      refusedWith(ArchiveErrorCode.UNKNOWN_SUBSCRIPTION),
    );
    assert.throws(() => client.stopRecording(98_765).block(), refusedWith(ArchiveErrorCode.UNKNOWN_SUBSCRIPTION));
    client.stopRecording(IPC, STREAM_ID).block();
    start('aeron:ipc?tags=3')();
    world.close();
  });

  it('does not begin with too little space on the disk', () => {
    const world = new ArchiveWorld({ lowStorageSpaceThreshold: 2 ** 50 });
    assert.throws(
      () => world.client.startRecording(IPC, STREAM_ID, SourceLocation.LOCAL).block(),
      refusedWith(ArchiveErrorCode.STORAGE_SPACE),
    );
    world.close();
  });

  it('extends a recording by the publisher who goes on where it ends, and by nobody else', () => {
    const world = new ArchiveWorld();
    const { client } = world;
    const first = world.record(10);
    const other = 'aeron:ipc?alias=other';
    assert.throws(
      () => client.extendRecording(99, other, STREAM_ID, SourceLocation.LOCAL).block(),
      refusedWith(ArchiveErrorCode.UNKNOWN_RECORDING),
    );
    assert.throws(
      () => client.extendRecording(first.recordingId, other, 99, SourceLocation.LOCAL).block(),
      refusedWith(ArchiveErrorCode.UNKNOWN_RECORDING),
    );
    client.extendRecording(first.recordingId, IPC, STREAM_ID, SourceLocation.LOCAL).block();
    const stranger = world.addPublication();
    world.until(() => {
      client.pollForRecordingSignals();
      return world.clientErrors.length > 0;
    });
    assert.match(String(world.clientErrors[0]), /image.joinPosition=0 != rec.stopPosition=/);
    stranger.close();
    const heir = world.addPublication(world.continuing(first));
    world.publish(heir, 10, 10);
    world.until(() => client.getRecordingPosition(first.recordingId).block() === heir.position);
    client.stopRecording(IPC, STREAM_ID).block();
    world.awaitStopped(first.recordingId, heir.position);
    assert.deepEqual(world.replay(first.recordingId, 20), messagesOf(20));
    assert.ok(world.signalsOf(first.recordingId).includes(EXTEND));
    world.close();
  });

  it('ends with an error that its client sees when the disk is full, and goes on when there is room', () => {
    const disks = { '/': { capacityLength: 8 * 1024 * 1024 } };
    const world = new ArchiveWorld({ fileSyncLevel: 1, catalogFileSyncLevel: 1 }, {}, {}, { disks });
    const { client } = world;
    const { files } = world.platform;
    client.startRecording(IPC, STREAM_ID, SourceLocation.LOCAL).block();
    const publication = world.addPublication();
    world.publish(publication, 10);
    const recordingId = world.recordingOf(publication.sessionId);
    world.awaitRecorded(recordingId, publication.position);
    const kept = publication.position;
    files.writeWhole('/filler', new Uint8Array(files.usableSpace('/')));
    for (let n = 10; world.clientErrors.length === 0 && n < 60; n++) {
      publication.offer(world.message(n, 1000));
    }
    world.until(() => {
      client.pollForRecordingSignals();
      return world.clientErrors.length > 0;
    });
    assert.match(String(world.clientErrors[0]), /recording 0 was stopped at position/);
    world.awaitStopped(recordingId, kept);
    publication.close();
    files.remove('/filler');
    client.stopRecording(IPC, STREAM_ID).block();
    assert.deepEqual(world.replay(recordingId, 10), messagesOf(10));
    assert.equal(world.record(5).recordingId, recordingId + 1);
    world.close();
  });

  it('ends at the first error of the disk, whatever the errors of subscribers are to its client', () => {
    const disks = { '/': { capacityLength: 8 * 1024 * 1024 } };
    const world = new ArchiveWorld({}, {}, {}, { disks });
    const { files } = world.platform;
    world.archive.close();
    const aeron = Aeron.connectBlocking({
      platform: world.host.process('of-others').platform,
      useConductorAgentInvoker: true,
      subscriberErrorHandler: () => {},
    });
    world.archive = SimulatedArchive.launch(world.host, { aeron });
    const client = world.connect();
    client.startRecording(IPC, STREAM_ID, SourceLocation.LOCAL).block();
    const publication = world.addPublication();
    world.publish(publication, 10);
    world.until(() => client.getRecordingPosition(0).block() === publication.position);
    const { position } = publication;
    files.writeWhole('/filler', new Uint8Array(files.usableSpace('/')));
    world.publish(publication, 20, 10, 1000);
    world.until(() => client.getStopPosition(0).block() >= 0);
    const stopPosition = client.getStopPosition(0).block();
    assert.ok(stopPosition >= position && stopPosition < publication.position);
    client.pollForRecordingSignals();
    assert.match(String(world.clientErrors[0]), /recording 0 was stopped at position/);
    world.close();
  });

  it('tells of itself on the recording events channel', () => {
    const channel = 'aeron:udp?control-mode=dynamic|control=10.0.0.1:8030';
    const world = new ArchiveWorld({ recordingEventsEnabled: true, recordingEventsChannel: channel });
    const events = world.eventsOf('aeron:udp?control-mode=dynamic|control=10.0.0.1:8030|endpoint=10.0.0.1:0', 30);
    const { recordingId, position } = world.record(10);
    world.until(() => events.poll().some((event) => event.startsWith('stopped')));
    assert.deepEqual(events.all[0], `started ${recordingId} 0 ${STREAM_ID}`);
    assert.deepEqual(events.all.at(-1), `stopped ${recordingId} 0 ${position}`);
    assert.ok(events.all.includes(`progress ${recordingId} 0 ${position}`));
    world.close();
  });
});
