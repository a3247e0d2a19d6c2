import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { AeronError } from '../../../src/agrona/mod.ts';
import { ClusterComponentType, ClusterMarkFile, NodeStateFile, RecordingLog } from '../../../src/cluster/files/mod.ts';
import type { Platform } from '../../../src/platform/mod.ts';
import { SimulatedWorld } from '../../../src/platform/simulated/mod.ts';

const FIXTURES = new URL('../../../../test/fixtures/cluster/', import.meta.url);
const DIR = '/cluster';
const MARK_FILE_LENGTH = 8192 + (1 << 20);
const NODE_STATE_LENGTH = 1 << 20;

/** What ClusterFixtures.java does. */
const MARK_FILE_DETAILS = {
  archiveStreamId: 10,
  serviceStreamId: 104,
  consensusModuleStreamId: 105,
  ingressStreamId: 101,
  memberId: 2,
  serviceId: -1,
  clusterId: 3,
  aeronDirectory: '/dev/shm/aeron',
  controlChannel: 'aeron:ipc?term-length=128k',
  ingressChannel: 'aeron:udp',
  serviceName: '',
  authenticator: 'an.Authenticator',
  servicesClusterDir: '/services',
};

function writeRecordingLog(log: RecordingLog): void {
  const snapshot = (
    recordingId: number,
    leadershipTermId: number,
    positions: [base: number, end: number],
    timestamp: bigint,
    serviceId: number,
  ) => ({
    recordingId,
    leadershipTermId,
    termBaseLogPosition: positions[0],
    logPosition: positions[1],
    timestamp,
    serviceId,
  });
  log.appendTerm(7, 0, 0, 1_700_000_000_000n);
  log.appendSnapshot(snapshot(8, 0, [0, 640], 1_700_000_000_001n, 1));
  log.appendSnapshot(snapshot(9, 0, [0, 640], 1_700_000_000_001n, 0));
  log.appendSnapshot(snapshot(10, 0, [0, 640], 1_700_000_000_001n, -1));
  log.appendTerm(7, 2, 1280, 1_700_000_000_002n);
  log.appendTerm(7, 1, 960, 1_700_000_000_003n);
  log.appendSnapshot(snapshot(11, 2, [1280, 1920], 1_700_000_000_000_000_004n, 0));
  log.appendSnapshot(snapshot(12, 2, [1280, 1920], 1_700_000_000_000_000_004n, -1));
  log.invalidateLatestSnapshot();
  log.appendTerm(7, 3, 2560, 1_700_000_000_005n);
  log.commitLogPosition(3, 2 ** 40);
  log.appendStandbySnapshot(snapshot(13, 3, [2560, 2880], 1_700_000_000_006n, 0), 'short:9');
  log.appendStandbySnapshot(snapshot(14, 3, [2560, 2880], 1_700_000_000_006n, -1), 'standby.example.org:9010');
}

function oneMember() {
  const world = new SimulatedWorld({ seed: 1 });
  const { platform } = world.host('a', { addresses: ['10.0.0.1'] }).process('member');
  platform.files.makeDirectories(DIR);
  return platform;
}

const markFileOptions = (platform: Platform) => ({
  platform,
  markFileDir: DIR,
  filename: ClusterMarkFile.FILENAME,
  type: ClusterComponentType.CONSENSUS_MODULE,
  clusterId: 3,
  errorBufferLength: 1 << 20,
  timeoutMs: 10_000,
  filePageSize: 4096,
  logger: () => {},
});

for (const version of ['1.44.1', '1.51.0']) {
  const fixture = (name: string): Uint8Array => readFileSync(new URL(`${version}/${name}`, FIXTURES));
  /** Puts a file there of which the fixture is the start. */
  const place = (platform: Platform, name: string, length: number) => {
    const bytes = new Uint8Array(length);
    bytes.set(fixture(name));
    platform.files.writeWhole(`${DIR}/${name}`, bytes);
  };

  describe(`cluster files written by ${version}`, () => {
    it('have the recording log that we write, and read', () => {
      const platform = oneMember();
      const ours = new RecordingLog(platform, DIR, true);
      writeRecordingLog(ours);
      const bytes = platform.files.readWhole(`${DIR}/${RecordingLog.FILE_NAME}`);
      assert.deepEqual(Buffer.from(bytes), Buffer.from(fixture('recording.log')));
      const read = new RecordingLog(platform, DIR, false);
      assert.deepEqual(read.entries, ours.entries);
      assert.deepEqual(
        read.entries.map(({ entryIndex, isValid }) => (isValid ? entryIndex : -entryIndex)),
        [0, 1, 2, 3, 5, 4, -6, -7, 8, 9, 10],
      );
    });

    it('have the node state that we write, and read', () => {
      const platform = oneMember();
      new NodeStateFile(platform, DIR, true, 1).updateCandidateTermId(5, 3200, 1_700_000_000_000);
      const path = `${DIR}/${NodeStateFile.FILENAME}`;
      const bytes = platform.files.readWhole(path);
      assert.equal(bytes.length, NODE_STATE_LENGTH);
      assert.deepEqual(Buffer.from(bytes.subarray(0, 1024)), Buffer.from(fixture(NodeStateFile.FILENAME)));
      const other = oneMember();
      place(other, NodeStateFile.FILENAME, NODE_STATE_LENGTH);
      const read = new NodeStateFile(other, DIR, false, 1);
      assert.deepEqual(
        [read.candidateTermId(), read.candidateTermLogPosition(), read.candidateTermTimestampMs()],
        [5, 3200, 1_700_000_000_000],
      );
    });

    it('have a mark file that we read, and take over', () => {
      const platform = oneMember();
      place(platform, ClusterMarkFile.FILENAME, MARK_FILE_LENGTH);
      const path = `${DIR}/${ClusterMarkFile.FILENAME}`;
      const file = ClusterMarkFile.openExisting(platform, path, 0);
      const header = file.header();
      assert.deepEqual({ ...header, ...MARK_FILE_DETAILS, pid: 4711, startTimestamp: 1_700_000_000_000 }, header);
      assert.equal(file.activityTimestampVolatile(), 1_700_000_000_123);
      assert.equal(file.errorBuffer.capacity, 1 << 20);
      file.close();

      const successor = ClusterMarkFile.claim(markFileOptions(platform));
      successor.fill({ ...MARK_FILE_DETAILS, memberId: 4 });
      successor.signalReady(platform.clock.epochTimeMs());
      assert.equal(ClusterMarkFile.openExisting(platform, path, 0).memberId(), 4);
      assert.throws(
        () => ClusterMarkFile.claim(markFileOptions(platform)),
        (error) => AeronError.is(error) && error.code === 'MARK_FILE_ACTIVE',
      );
    });
  });
}

describe('the mark file of the current release', () => {
  it('is the one that we write', () => {
    const platform = oneMember();
    const file = ClusterMarkFile.claim(markFileOptions(platform));
    file.fill(MARK_FILE_DETAILS);
    file.signalReady(1_700_000_000_123);
    const bytes = platform.files.readWhole(`${DIR}/${ClusterMarkFile.FILENAME}`);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const body = 8;
    view.setBigInt64(body + 16, 1_700_000_000_000n, true);
    view.setBigInt64(body + 24, 4711n, true);
    assert.equal(bytes.length, MARK_FILE_LENGTH);
    const theirs = readFileSync(new URL(`1.51.0/${ClusterMarkFile.FILENAME}`, FIXTURES));
    assert.deepEqual(Buffer.from(bytes.subarray(0, 1024)), Buffer.from(theirs));
  });
});
