import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AeronArchive, type ArchiveError, RecordingSignal, SourceLocation } from '../../src/archive/client/mod.ts';
import { ControlResponseCode } from '../../src/archive/codecs/mod.ts';
import type { GivenArchiveOptions } from '../../src/archive/server/mod.ts';
import { AeronCounters } from '../../src/protocol/mod.ts';
import { SimulatedArchive, SimulatedMediaDriver } from '../../src/simulation/mod.ts';
import { ArchiveWorld, IPC, messagesOf, STREAM_ID } from './archive-world.ts';
import { FakeArchive } from './fake-archive.ts';

const CONTROL_STREAM_ID = 10;
const CONTROL_CHANNEL = 'aeron:udp?endpoint=10.0.0.1:8010';
const { SYNC, REPLICATE_END, EXTEND } = RecordingSignal;

describe('replication between two machines', () => {
  /** The world's archive is the source; the copy goes to a second machine. */
  const place = (world: ArchiveWorld) => {
    const host = world.world.host('b', { addresses: ['10.0.0.2'] });
    const driver = SimulatedMediaDriver.launch(host);
    const archive = SimulatedArchive.launch(host, {
      controlChannel: 'aeron:udp?endpoint=10.0.0.2:8010',
      replicationChannel: 'aeron:udp?endpoint=10.0.0.2:0',
      archiveClientContext: { messageTimeoutNs: 3e9 },
    });
    const client = world.connect({
      controlRequestChannel: 'aeron:udp?endpoint=10.0.0.2:8010',
      controlResponseChannel: 'aeron:udp?endpoint=10.0.0.1:0',
    });
    return { driver, archive, client };
  };
  const source = () => new ArchiveWorld({ controlChannel: CONTROL_CHANNEL });
  const seen = (world: ArchiveWorld, client: AeronArchive, replicationId: number) => {
    client.pollForRecordingSignals();
    return world.signals.filter(({ correlationId }) => correlationId === replicationId).map(({ signal }) => signal);
  };

  it('copies a recording, and goes on with the copy when there is more', () => {
    const world = source();
    const { client } = place(world);
    const first = world.record(100);
    const replicate = (dstRecordingId?: number) =>
      client
        .replicate(
          first.recordingId,
          CONTROL_STREAM_ID,
          CONTROL_CHANNEL,
          dstRecordingId === undefined ? {} : { dstRecordingId },
        )
        .block();
    const replicationId = replicate();
    world.until(() => seen(world, client, replicationId).includes(REPLICATE_END));
    assert.ok(seen(world, client, replicationId).includes(SYNC));
    const copy = world.signals.find(({ correlationId }) => correlationId === replicationId)!.recordingId;
    assert.equal(client.getStopPosition(copy).block(), first.position);

    world.client.extendRecording(first.recordingId, IPC, STREAM_ID, SourceLocation.LOCAL).block();
    const heir = world.addPublication(world.continuing(first));
    world.publish(heir, 50, 100);
    world.awaitRecorded(first.recordingId, heir.position);
    world.client.stopRecording(IPC, STREAM_ID).block();
    world.awaitStopped(first.recordingId, heir.position);
    const again = replicate(copy);
    world.until(() => seen(world, client, again).includes(REPLICATE_END));
    assert.equal(client.getStopPosition(copy).block(), heir.position);
    const replayed = world.addSubscription('aeron:udp?endpoint=10.0.0.1:9999', 5);
    client.startReplay(copy, 'aeron:udp?endpoint=10.0.0.1:9999', 5).block();
    assert.deepEqual(world.receive(replayed, 150), messagesOf(150));
  });

  it('resumes after a break of the network', () => {
    const world = source();
    const { client } = place(world);
    world.client.startRecording(IPC, STREAM_ID, SourceLocation.LOCAL).block();
    const publication = world.addPublication();
    world.publish(publication, 100);
    const recordingId = world.recordingOf(publication.sessionId);
    const replicationId = client.replicate(recordingId, CONTROL_STREAM_ID, CONTROL_CHANNEL).block();
    world.until(() => seen(world, client, replicationId).includes(EXTEND));
    const copy = world.signals.find(({ signal }) => signal === EXTEND)!.recordingId;
    world.until(() => client.getRecordingPosition(copy).block() === publication.position);
    world.world.partition(['a'], ['b']);
    world.publish(publication, 100, 100);
    const healNs = world.platform.clock.nanoTime() + 20e9;
    world.until(() => world.platform.clock.nanoTime() > healNs);
    world.world.heal();

    const second = world.connect({
      controlRequestChannel: 'aeron:udp?endpoint=10.0.0.2:8010',
      controlResponseChannel: 'aeron:udp?endpoint=10.0.0.1:0',
      messageTimeoutNs: 60e9,
    });
    world.until(() => second.getStopPosition(copy).block() >= 0);
    const again = second.replicate(recordingId, CONTROL_STREAM_ID, CONTROL_CHANNEL, { dstRecordingId: copy }).block();
    world.until(() => second.getRecordingPosition(copy).block() === publication.position);
    second.stopReplication(again).block();
    world.until(() => second.getStopPosition(copy).block() === publication.position);
  });
});

describe('replication', () => {
  /** The copy goes to the world's archive, and the source is played. */
  const place = (options: GivenArchiveOptions = {}) => {
    const world = new ArchiveWorld(options);
    const channel = 'aeron:udp?endpoint=10.0.0.1:8011';
    const program = world.host.process('source');
    const source = new FakeArchive(program.platform, channel);
    program.run(() => source.doWork());
    const request = () => {
      world.until(() => source.requests.length > 0);
      return source.take()!;
    };
    const replicationId = world.client.replicate(0, CONTROL_STREAM_ID, channel).block();
    const complain = () => source.respond(999, ControlResponseCode.ERROR, 0, 'the disk is broken');
    const endsWithComplaint = () => {
      world.until(() => {
        world.client.pollForRecordingSignals();
        return world.signals.some(({ signal }) => signal === REPLICATE_END);
      }, 2e9);
      const [error] = world.clientErrors as ArchiveError[];
      assert.match(error!.message, /the disk is broken/);
      assert.equal(error!.correlationId, replicationId);
      world.until(() => source.isSessionClosed);
    };
    return { world, source, program, request, complain, endsWithComplaint };
  };

  it('ends with an error of the source that comes in the place of the replay', () => {
    const { source, request, complain, endsWithComplaint } = place();
    source.descriptor(request().correlationId, 0);
    source.ok(request(), 5);
    complain();
    endsWithComplaint();
  });

  it('ends with an error of the source that comes in the place of an answer', () => {
    const { request, complain, endsWithComplaint } = place();
    request();
    complain();
    endsWithComplaint();
  });

  it('leaves nothing behind when its source is gone', () => {
    // Longer than the source's driver needs to be taken for gone.
    const { world, source, program, request } = place({ archiveClientContext: { messageTimeoutNs: 8e9 } });
    source.descriptor(request().correlationId, 0);
    source.ok(request(), 5);
    const publications = () =>
      world.labelsOf(AeronCounters.DRIVER_PUBLISHER_LIMIT_TYPE_ID).filter((label) => label.includes('10.0.0.1:8011'));
    assert.equal(publications().length, 1);
    world.until(() => source.hasSentAll);
    source.aeron.close();
    program.kill();
    world.until(() => {
      world.client.pollForRecordingSignals();
      return world.signals.some(({ signal }) => signal === REPLICATE_END);
    });
    world.until(() => publications().length === 0);
    world.close();
  });
});
