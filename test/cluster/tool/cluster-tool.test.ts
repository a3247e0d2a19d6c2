import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AeronError, ensureMarkFileLink } from '../../../src/agrona/mod.ts';
import { ClusterComponentType, ClusterMarkFile, RecordingLog } from '../../../src/cluster/files/mod.ts';
import { runClusterTool } from '../../../src/cluster/tool/mod.ts';
import { SimulatedWorld } from '../../../src/platform/simulated/mod.ts';

const DIR = '/node0/cluster';
const LOG = 7;

function oneMember() {
  const world = new SimulatedWorld({ seed: 1 });
  const { platform } = world.host('a', { addresses: ['10.0.0.1'] }).process('member');
  platform.files.makeDirectories(DIR);
  /** Exit code, then what was printed. */
  const run = (...words: string[]): (number | string)[] => {
    const lines: string[] = [];
    const exitCode = runClusterTool(platform, words, { out: (line) => lines.push(line) });
    return [exitCode, ...lines];
  };
  const snapshot = (recordingId: number, leadershipTermId: number, logPosition: number, serviceId: number) => ({
    recordingId,
    leadershipTermId,
    termBaseLogPosition: 0,
    logPosition,
    timestamp: 100n,
    serviceId,
  });
  const withLog = (write: (log: RecordingLog, at: typeof snapshot) => void) => {
    const log = new RecordingLog(platform, DIR, true);
    write(log, snapshot);
    log.close();
  };
  const markFile = (markFileDir: string, filename: string, type: ClusterComponentType) => {
    platform.files.makeDirectories(markFileDir);
    const errorBufferLength = ClusterMarkFile.ERROR_BUFFER_MIN_LENGTH;
    const options = { platform, markFileDir, filename, type, errorBufferLength, timeoutMs: 1000, filePageSize: 4096 };
    const file = ClusterMarkFile.claim({ ...options, clusterId: 0, logger: () => {} });
    file.signalReady(platform.clock.epochTimeMs());
    return file;
  };
  return { platform, run, withLog, markFile };
}

/** The recording ids in the order of the file, and whether they are valid. */
const idsOf = (line: string | number | undefined): string[] =>
  [...`${line}`.matchAll(/recordingId=(\d+).*?isValid=(\w+)/g)].map(([, id, isValid]) => `${id} ${isValid}`);

describe('the cluster tool', () => {
  it('shows how it is used when a command line cannot be', () => {
    const { run } = oneMember();
    const usage = run();
    assert.equal(usage[0], 255);
    assert.equal(usage[1], 'Usage: <cluster-dir> <command> [options]');
    assert.equal(usage.length, 20);
    assert.deepEqual(run(DIR), usage);
    assert.deepEqual(run(DIR, 'dance'), [255, 'Unknown command: dance', ...usage.slice(1)]);
    assert.deepEqual(run('/nowhere', 'pid'), [255, 'ERR: cluster directory not found: /nowhere', ...usage.slice(1)]);
    assert.deepEqual(run(DIR, 'recovery-plan'), usage);
  });

  it('says so when there is no mark file', () => {
    const { run } = oneMember();
    const missing = 'cluster-mark.dat does not exist.';
    assert.deepEqual(run(DIR, 'pid'), [255]);
    assert.deepEqual(run(DIR, 'describe'), [0, missing]);
    assert.deepEqual(run(DIR, 'errors'), [0, missing]);
    for (const command of ['list-members', 'is-leader', 'backup-query', 'snapshot', 'validate-recording-log']) {
      assert.deepEqual(run(DIR, command), [255, missing], command);
    }
  });

  it('finds mark files where links point to', () => {
    const { platform, run, markFile } = oneMember();
    markFile('/marks', ClusterMarkFile.FILENAME, ClusterComponentType.CONSENSUS_MODULE);
    markFile('/marks', ClusterMarkFile.filenameForService(0), ClusterComponentType.CONTAINER);
    ensureMarkFileLink(platform, DIR, '/marks', ClusterMarkFile.LINK_FILENAME);
    ensureMarkFileLink(platform, DIR, '/marks', ClusterMarkFile.linkFilenameForService(0));
    assert.deepEqual(run(DIR, 'pid'), [0, `${platform.processes.pid}`]);
    const [exitCode, ...lines] = run(DIR, 'describe');
    assert.equal(exitCode, 0);
    assert.equal(lines[2], 'INFO: mark file exists: /marks/cluster-mark-service-0.dat');
    assert.match(`${lines[4]}`, /version=768\|componentType=CONTAINER\|/);
  });

  it('fails with an error when the driver of a member does not run', () => {
    const { run, markFile } = oneMember();
    markFile(DIR, ClusterMarkFile.FILENAME, ClusterComponentType.CONSENSUS_MODULE);
    for (const command of ['list-members', 'is-leader', 'suspend']) {
      assert.throws(() => run(DIR, command), AeronError.is, command);
    }
    assert.deepEqual(run(DIR, 'backup-query'), [255, 'not a cluster backup node']);
  });

  it('lists terms in the order of upstream', () => {
    const { run, withLog } = oneMember();
    withLog((log) => {
      for (let term = 0; term <= 20; term++) {
        log.appendTerm(LOG, term, term * 64, 1n);
      }
    });
    // Of Long2LongHashMap, which has no order of its own, in Java.
    const order = [6, 4, 1, 7, 16, 15, 14, 18, 9, 11, 5, 10, 3, 2, 12, 8, 17, 19, 13, 20, 0];
    const index = order.map((term) => `${term}=${term}`).join(', ');
    assert.ok(`${run(DIR, 'recording-log')[1]}`.endsWith(`], cacheIndex={${index}}}`));
  });

  it('sorts a recording log that is not, and keeps what is invalid', () => {
    const { run, withLog } = oneMember();
    withLog((log, at) => {
      log.appendTerm(LOG, 0, 0, 1n);
      log.appendTerm(LOG, 1, 640, 1n);
      log.appendSnapshot(at(1, 0, 320, 0));
      log.appendSnapshot(at(2, 0, 320, -1));
      log.invalidateLatestSnapshot();
    });
    const before = run(DIR, 'recording-log')[1];
    assert.deepEqual(run(DIR, 'sort-recording-log'), [0]);
    const after = run(DIR, 'recording-log')[1];
    assert.deepEqual(idsOf(after), ['7 true', '1 false', '2 false', '7 true']);
    assert.equal(`${after}`.replace(/entryIndex=\d/g, ''), `${before}`.replace(/entryIndex=\d/g, ''));
    assert.deepEqual(run(DIR, 'sort-recording-log'), [255]);
  });

  it('begins a recording log anew from the latest snapshots, and keeps the old one', () => {
    const { platform, run, withLog } = oneMember();
    withLog((log, at) => {
      log.appendTerm(LOG, 0, 0, 1n);
      log.appendSnapshot(at(1, 0, 320, 0));
      log.appendSnapshot(at(2, 0, 320, -1));
      log.appendTerm(LOG, 1, 640, 1n);
    });
    const old = platform.files.readWhole(`${DIR}/recording.log`);
    assert.deepEqual(run(DIR, 'seed-recording-log-from-snapshot'), [0]);
    assert.deepEqual(platform.files.readWhole(`${DIR}/recording.log.bak`), old);
    const seeded = `${run(DIR, 'recording-log')[1]}`;
    assert.deepEqual(idsOf(seeded), ['1 true', '2 true']);
    assert.ok(!/logPosition=320/.test(seeded));
  });

  it('has no recording log left when there is no snapshot to begin from', () => {
    const { platform, run, withLog } = oneMember();
    withLog((log) => log.appendTerm(LOG, 0, 0, 1n));
    assert.deepEqual(run(DIR, 'seed-recording-log-from-snapshot'), [0]);
    assert.equal(platform.files.exists(`${DIR}/recording.log`), false);
  });

  it('invalidates the latest snapshot, as long as there is one', () => {
    const { run, withLog } = oneMember();
    withLog((log, at) => {
      log.appendTerm(LOG, 0, 0, 1n);
      log.appendSnapshot(at(1, 0, 320, 0));
      log.appendSnapshot(at(2, 0, 320, -1));
    });
    assert.deepEqual(run(DIR, 'invalidate-latest-snapshot'), [0, ' invalidate latest snapshot: true']);
    assert.deepEqual(run(DIR, 'invalidate-latest-snapshot'), [255, ' invalidate latest snapshot: false']);
    assert.deepEqual(run(DIR, 'describe-latest-cm-snapshot'), [255, 'Snapshot not found']);
  });
});
