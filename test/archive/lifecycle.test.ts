import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AtomicBuffer } from '../../src/agrona/mod.ts';
import { SourceLocation } from '../../src/archive/client/mod.ts';
import { ArchiveMarkFile, Catalog } from '../../src/archive/server/mod.ts';
import { AeronError } from '../../src/mod.ts';
import { SimulatedArchive } from '../../src/simulation/mod.ts';
import { ArchiveWorld, IPC, messagesOf, STREAM_ID } from './archive-world.ts';

const codeIs = (code: string) => (error: unknown) => AeronError.is(error) && error.code === code;

describe('an archive’s life', () => {
  it('is refused in a directory that another one has', () => {
    const world = new ArchiveWorld();
    assert.throws(
      () => SimulatedArchive.launch(world.host, { controlChannelEnabled: false, ...withResponses() }),
      codeIs('MARK_FILE_ACTIVE'),
    );
    world.close();
  });

  it('is refused under an archive id that another one on the driver has', () => {
    const world = new ArchiveWorld({ archiveId: 5n });
    const second = { archiveId: 5n, archiveDir: '/other', controlChannelEnabled: false, ...withResponses() };
    assert.throws(() => SimulatedArchive.launch(world.host, second), codeIs('ACTIVE_ARCHIVE'));
    // What it had of the directory was given back.
    world.archive.close();
    SimulatedArchive.launch(world.host, second).close();
    world.close();
  });

  it('tells what is wrong with its options', () => {
    const world = new ArchiveWorld();
    const launch = (options: object) => () => SimulatedArchive.launch(world.host, { archiveDir: '/b', ...options });
    assert.throws(launch({ fileSyncLevel: 1 }), /catalogFileSyncLevel 0 < fileSyncLevel 1/);
    assert.throws(launch({ controlChannel: 'aeron:ipc' }), /controlChannel must be UDP media: uri=aeron:ipc/);
    assert.throws(launch({ localControlChannel: 'aeron:udp?endpoint=a:1' }), /localControlChannel must be IPC media/);
    assert.throws(launch({ segmentFileLength: 100_000 }), /segmentFileLength.*power of two/);
    assert.throws(launch({ recordChecksum: 'MD5' }), /unknown checksum 'MD5'/);
    assert.throws(launch({ authenticatorSupplierName: 'com.example.Mine' }), /authenticatorSupplierName/);
    world.close();
  });

  it('shows life in its mark file, and that it has ended', () => {
    const world = new ArchiveWorld();
    const markFile = ArchiveMarkFile.openExisting(world.platform, '/archive', 1000);
    const { controlChannel, archiveId, pid } = markFile.header();
    assert.equal(controlChannel, 'aeron:udp?endpoint=localhost:8010');
    assert.equal(archiveId, world.archive.archive.archiveId);
    assert.ok(pid > 0);
    const before = markFile.activityTimestampVolatile();
    world.until(() => markFile.activityTimestampVolatile() > before + 2000);
    world.archive.close();
    assert.equal(markFile.activityTimestampVolatile(), -1);
    markFile.close();
  });

  it('goes on after SIGKILL with all that was recorded', () => {
    const world = new ArchiveWorld({ archiveId: 7n });
    const { client } = world;
    client.startRecording(IPC, STREAM_ID, SourceLocation.LOCAL).block();
    const publication = world.addPublication();
    world.publish(publication, 100);
    const recordingId = world.recordingOf(publication.sessionId);
    const { position } = publication;
    world.awaitRecorded(recordingId, position);
    world.archive.kill();
    publication.close();
    client.close();
    world.restartArchive({ archiveId: 7n });
    assert.equal(world.client.getStopPosition(recordingId).block(), position);
    assert.deepEqual(world.replay(recordingId, 100), messagesOf(100));
    world.close();
  });

  it('ends when its driver is lost', () => {
    const world = new ArchiveWorld();
    world.driver.kill();
    assert.ok(world.world.runUntil(() => world.archive.isClosed, 60e9));
    const markFile = ArchiveMarkFile.openExisting(world.platform, '/archive', 1000);
    assert.equal(markFile.activityTimestampVolatile(), -1);
    markFile.close();
    assert.match(world.archive.errors().join(), /DRIVER_TIMEOUT/);
  });

  it('writes down where its recordings end when its driver is lost', () => {
    const world = new ArchiveWorld();
    const { files } = world.platform;
    world.client.startRecording(IPC, STREAM_ID, SourceLocation.LOCAL).block();
    const publication = world.addPublication(`${IPC}|mtu=8192`);
    const stopPosition = () => {
      const catalog = Catalog.openForTool({ platform: world.platform, archiveDir: '/archive' });
      const position = catalog.stopPosition(0);
      catalog.close();
      return position;
    };
    // A page of zeros, of which only the catalog, or the writer's note, can tell that it was sent so.
    world.until(() => publication.offer(AtomicBuffer.allocate(7000)) > 0);
    const { position } = publication;
    world.awaitRecorded(world.recordingOf(publication.sessionId), position);
    assert.equal(stopPosition(), -1);
    world.driver.kill();
    assert.ok(world.world.runUntil(() => world.archive.isClosed, 60e9));
    assert.equal(files.stat('/archive/0-0.rec')?.length, 128 * 1024);
    assert.equal(stopPosition(), position);
  });
});

function withResponses() {
  return { archiveClientContext: { controlResponseChannel: 'aeron:udp?endpoint=localhost:0' } };
}
