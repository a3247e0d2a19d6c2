import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AeronError, DistinctErrorLog, ensureMarkFileLink, resolveMarkFileDir } from '../../../src/agrona/mod.ts';
import { ClusterComponentType, ClusterMarkFile } from '../../../src/cluster/files/mod.ts';
import { SimulatedWorld } from '../../../src/platform/simulated/mod.ts';

const DIR = '/cluster';
const TIMEOUT_MS = 10_000;

const DETAILS = {
  archiveStreamId: 100,
  serviceStreamId: 104,
  consensusModuleStreamId: 105,
  ingressStreamId: 101,
  memberId: 2,
  serviceId: -1,
  clusterId: 3,
  aeronDirectory: '/dev/shm/aeron',
  controlChannel: 'aeron:ipc',
  ingressChannel: 'aeron:udp',
  serviceName: '',
  authenticator: 'authenticator',
  servicesClusterDir: DIR,
};

function oneMember() {
  const world = new SimulatedWorld({ seed: 1 });
  const { platform } = world.host('a', { addresses: ['10.0.0.1'] }).process('member');
  platform.files.makeDirectories(DIR);
  const said: string[] = [];
  const options = {
    platform,
    markFileDir: DIR,
    filename: ClusterMarkFile.FILENAME,
    type: ClusterComponentType.CONSENSUS_MODULE,
    clusterId: DETAILS.clusterId,
    errorBufferLength: ClusterMarkFile.ERROR_BUFFER_MIN_LENGTH,
    timeoutMs: TIMEOUT_MS,
    filePageSize: 4096,
    logger: (text: string) => said.push(text),
  };
  const started = () => {
    const file = ClusterMarkFile.claim(options);
    file.fill(DETAILS);
    file.signalReady(platform.clock.epochTimeMs());
    return file;
  };
  return { world, platform, options, said, started, path: `${DIR}/${ClusterMarkFile.FILENAME}` };
}

const throwsCode = (code: string, action: () => unknown) =>
  assert.throws(action, (error) => AeronError.is(error) && error.code === code);

describe('ClusterMarkFile', () => {
  it('shows others who runs and how it is configured', () => {
    const { platform, started, path } = oneMember();
    const owner = started();
    const observer = ClusterMarkFile.openExisting(platform, path, 0);
    const header = observer.header();
    assert.deepEqual({ ...header, ...DETAILS }, header);
    assert.equal(header.pid, platform.processes.pid);
    assert.equal(header.componentType, ClusterComponentType.CONSENSUS_MODULE);
    assert.equal(observer.activityTimestampVolatile(), platform.clock.epochTimeMs());
    assert.equal(observer.candidateTermId(), -1);
    owner.setMemberId(5);
    owner.setClusterId(6);
    assert.deepEqual([observer.memberId(), observer.clusterId()], [5, 6]);
    owner.updateActivityTimestamp(77);
    assert.equal(observer.activityTimestampVolatile(), 77);
    owner.close();
    owner.close();
    owner.updateActivityTimestamp(78);
    assert.deepEqual([owner.memberId(), owner.activityTimestampVolatile()], [-1, -1]);
  });

  it('is waited for by others until it is there and ready', () => {
    const { world, platform, started, path } = oneMember();
    throwsCode('MARK_FILE_INVALID', () => ClusterMarkFile.openExisting(platform, path, 10));
    world.after(1e9, () => started());
    assert.equal(ClusterMarkFile.openExisting(platform, path, 2000).header().memberId, DETAILS.memberId);
    assert.ok(platform.clock.nanoTime() >= 1e9);
  });

  it('is refused while another lives, and free at once when it has ended', () => {
    const { options, started } = oneMember();
    const owner = started();
    throwsCode('MARK_FILE_ACTIVE', () => ClusterMarkFile.claim(options));
    owner.signalTerminated();
    owner.close();
    started();
  });

  it('goes to the next owner when the last one has been silent for long enough', () => {
    const { platform, options, started } = oneMember();
    started().close();
    platform.park((TIMEOUT_MS - 1) * 1e6);
    throwsCode('MARK_FILE_ACTIVE', () => ClusterMarkFile.claim(options));
    platform.park(2e6);
    assert.equal(ClusterMarkFile.claim({ ...options, errorBufferLength: 2 << 20 }).errorBuffer.capacity, 2 << 20);
    throwsCode('MARK_FILE_ACTIVE', () => ClusterMarkFile.claim(options));
  });

  it('is not for a component of another kind, except that a backup becomes a member', () => {
    const { options, started } = oneMember();
    started().signalTerminated();
    throwsCode('MARK_FILE_TYPE', () => ClusterMarkFile.claim({ ...options, type: ClusterComponentType.CONTAINER }));
    const backup = { ...options, clusterId: 0, filename: 'backup.dat', type: ClusterComponentType.BACKUP };
    ClusterMarkFile.claim(backup).signalTerminated();
    ClusterMarkFile.claim({ ...backup, type: ClusterComponentType.CONSENSUS_MODULE });
  });

  it('is not for a component of another cluster, unless it never said of which it is', () => {
    const { options, started, path } = oneMember();
    started().signalTerminated();
    assert.throws(() => ClusterMarkFile.claim({ ...options, clusterId: 4 }), {
      code: 'MARK_FILE_CLUSTER',
      message: /clusterId=3, not of clusterId=4 \(aeron\.cluster\.id\): \/cluster\/cluster-mark\.dat/,
    });
    const failed = ClusterMarkFile.claim(options);
    failed.signalFailedStart();
    failed.close();
    assert.equal(ClusterMarkFile.claim({ ...options, clusterId: 4 }).path, path);
  });

  it('tells of a failed start and saves the errors of it', () => {
    const { platform, options, said } = oneMember();
    const failed = ClusterMarkFile.claim(options);
    new DistinctErrorLog(failed.errorBuffer, platform.clock).record(new Error('no space'));
    failed.signalFailedStart();
    failed.close();
    const next = ClusterMarkFile.claim(options);
    assert.deepEqual(next.errorBuffer.getInt32(0), 0);
    assert.equal(said[0], 'mark file version -1 indicates error on previous startup.');
    const path = /existing errors saved to: (.*)$/.exec(said[1]!)![1]!;
    assert.match(path, /^\/cluster\/CONSENSUS_MODULE-\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d-\d{3}\+0000-error\.log$/);
    assert.match(new TextDecoder().decode(platform.files.readWhole(path)), /no space/);
  });

  it('refuses texts that have no room, and short error logs', () => {
    const { options } = oneMember();
    throwsCode('CONFIGURATION', () => ClusterMarkFile.claim({ ...options, errorBufferLength: 4096 }));
    const file = ClusterMarkFile.claim(options);
    throwsCode('MARK_FILE_HEADER_LENGTH', () => file.fill({ ...DETAILS, ingressChannel: 'x'.repeat(8192) }));
  });

  it('is elsewhere when a link says so', () => {
    const { platform } = oneMember();
    const resolved = () => resolveMarkFileDir(platform, DIR, ClusterMarkFile.LINK_FILENAME);
    assert.equal(resolved(), DIR);
    ensureMarkFileLink(platform, DIR, '/dev/shm/../shm/./marks', ClusterMarkFile.LINK_FILENAME);
    assert.equal(resolved(), '/dev/shm/marks');
    ensureMarkFileLink(platform, DIR, `${DIR}/`, ClusterMarkFile.LINK_FILENAME);
    assert.equal(resolved(), DIR);
  });

  it('of services are found by their names, in the order of their ids', () => {
    const { platform } = oneMember();
    for (const name of ['cluster-mark-service-10.dat', 'cluster-mark-service-2.dat', 'cluster-mark-service-2.old']) {
      platform.files.writeWhole(`${DIR}/${name}`, new Uint8Array(0));
    }
    ensureMarkFileLink(platform, DIR, '/marks', ClusterMarkFile.linkFilenameForService(0));
    assert.deepEqual(ClusterMarkFile.findServiceMarkFiles(platform, DIR), [
      `/marks/${ClusterMarkFile.filenameForService(0)}`,
      `${DIR}/${ClusterMarkFile.filenameForService(2)}`,
      `${DIR}/${ClusterMarkFile.filenameForService(10)}`,
    ]);
    assert.deepEqual(ClusterMarkFile.findServiceMarkFiles(platform, '/nowhere'), []);
  });
});
