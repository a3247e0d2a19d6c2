import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AeronError } from '../../../src/agrona/mod.ts';
import { EntryType, formatEntry, RecordingLog, type Snapshot } from '../../../src/cluster/files/mod.ts';
import type { Platform } from '../../../src/platform/mod.ts';
import { SimulatedWorld } from '../../../src/platform/simulated/mod.ts';

const DIR = '/cluster';
const PATH = `${DIR}/recording.log`;
const LOG = 7;

function oneHost(seed = 1) {
  const world = new SimulatedWorld({ seed });
  const host = world.host('a', { addresses: ['10.0.0.1'] });
  const { platform } = host.process('member');
  platform.files.makeDirectories(DIR);
  platform.files.syncDirectory('/');
  return { host, platform, restart: () => host.process('member').platform };
}

const opened = (platform: Platform) => new RecordingLog(platform, DIR, true);

const throwsCode = (code: string, action: () => unknown) =>
  assert.throws(action, (error) => AeronError.is(error) && error.code === code);

const snapshot = (recordingId: number, leadershipTermId: number, logPosition: number, serviceId: number): Snapshot => ({
  recordingId,
  leadershipTermId,
  termBaseLogPosition: 0,
  logPosition,
  timestamp: 100n,
  serviceId,
});

/** A service's snapshot and the consensus module's. */
function appendSnapshots(log: RecordingLog, leadershipTermId: number, logPosition: number): void {
  log.appendSnapshot(snapshot(logPosition, leadershipTermId, logPosition, 0));
  log.appendSnapshot(snapshot(logPosition + 1, leadershipTermId, logPosition, -1));
}

const EXTENT = {
  startPosition: 0,
  stopPosition: 4096,
  initialTermId: 5,
  termBufferLength: 65536,
  mtuLength: 1408,
  sessionId: 9,
};
const lookUp = (recordingId: number) => (recordingId === LOG ? EXTENT : undefined);

describe('RecordingLog', () => {
  it('commits a term where the next one begins', () => {
    const log = opened(oneHost().platform);
    log.appendTerm(LOG, 0, 0, 10n);
    log.appendTerm(LOG, 1, 640, 20n);
    assert.deepEqual(
      log.entries.map(({ leadershipTermId, termBaseLogPosition, logPosition }) => [
        leadershipTermId,
        termBaseLogPosition,
        logPosition,
      ]),
      [
        [0, 0, 640],
        [1, 640, -1],
      ],
    );
    assert.equal(log.findLastTerm()?.leadershipTermId, 1);
    assert.equal(log.findLastTermRecordingId(), LOG);
    assert.equal(log.getTermTimestamp(1), 20n);
    assert.equal(log.getTermTimestamp(2), -1n);
    assert.equal(log.isUnknown(2), true);
    throwsCode('UNKNOWN_TERM', () => log.getTermEntry(2));
  });

  it('refuses a term twice, and one of another recording', () => {
    const log = opened(oneHost().platform);
    log.appendTerm(LOG, 0, 0, 10n);
    throwsCode('DUPLICATE_TERM', () => log.appendTerm(LOG, 0, 0, 10n));
    throwsCode('RECORDING_MISMATCH', () => log.appendTerm(LOG + 1, 1, 0, 10n));
    throwsCode('RECORDING_MISMATCH', () => log.appendSnapshot(snapshot(-1, 0, 64, 0)));
  });

  it('sorts a snapshot before the term that follows it, however late it is entered', () => {
    const log = opened(oneHost().platform);
    log.appendTerm(LOG, 0, 0, 10n);
    log.appendTerm(LOG, 1, 640, 20n);
    appendSnapshots(log, 0, 320);
    assert.deepEqual(
      log.entries.map(({ type, serviceId, entryIndex }) => [type, serviceId, entryIndex]),
      [
        [EntryType.TERM, -1, 0],
        [EntryType.SNAPSHOT, 0, 2],
        [EntryType.SNAPSHOT, -1, 3],
        [EntryType.TERM, -1, 1],
      ],
    );
  });

  it('plans to load the latest snapshots and to replay the log behind them', () => {
    const log = opened(oneHost().platform);
    log.appendTerm(LOG, 0, 0, 10n);
    appendSnapshots(log, 0, 320);
    appendSnapshots(log, 0, 640);
    const plan = log.createRecoveryPlan(lookUp, 1, -1);
    assert.deepEqual(
      plan.snapshots.map(({ recordingId, serviceId }) => [recordingId, serviceId]),
      [
        [641, -1],
        [640, 0],
      ],
    );
    assert.deepEqual(plan.log, {
      ...EXTENT,
      recordingId: LOG,
      leadershipTermId: 0,
      termBaseLogPosition: 0,
      logPosition: -1,
      startPosition: 640,
    });
    assert.equal(plan.appendedLogPosition, 4096);
    assert.equal(plan.committedLogPosition, 640);
  });

  it('plans nothing without entries, and a whole log where one was replicated', () => {
    const log = opened(oneHost().platform);
    assert.deepEqual(log.createRecoveryPlan(lookUp, 1, -1), {
      lastLeadershipTermId: -1,
      lastTermBaseLogPosition: 0,
      appendedLogPosition: 0,
      committedLogPosition: 0,
      snapshots: [],
      log: undefined,
    });
    assert.equal(log.createRecoveryPlan(lookUp, 1, LOG).log?.stopPosition, 4096);
    throwsCode('RECORDING_UNKNOWN', () => log.createRecoveryPlan(lookUp, 1, 3));
    appendSnapshots(log, 0, 320);
    throwsCode('RECORDING_LOG_INVALID', () => log.createRecoveryPlan(lookUp, 2, -1));
  });

  it('loads an earlier snapshot when the latest was invalidated, until it is taken again', () => {
    const { platform } = oneHost();
    const log = opened(platform);
    assert.equal(log.invalidateLatestSnapshot(), false);
    log.appendTerm(LOG, 0, 0, 10n);
    appendSnapshots(log, 0, 320);
    appendSnapshots(log, 0, 640);
    assert.equal(log.invalidateLatestSnapshot(), true);
    assert.equal(log.getLatestSnapshot(-1)?.logPosition, 320);
    assert.equal(log.getLatestSnapshot(0)?.recordingId, 320);
    assert.deepEqual(opened(platform).entries, log.entries);
    appendSnapshots(log, 0, 640);
    assert.equal(log.entries.length, 5);
    assert.equal(log.getLatestSnapshot(-1)?.logPosition, 640);
    assert.deepEqual(opened(platform).entries, log.entries);
  });

  it('finds the snapshots at or before a position, or the lowest', () => {
    const log = opened(oneHost().platform);
    assert.equal(log.findSnapshotAtOrBeforeOrLowest(1000, 1), undefined);
    log.appendTerm(LOG, 0, 0, 10n);
    appendSnapshots(log, 0, 320);
    appendSnapshots(log, 0, 640);
    const at = (position: number) => log.findSnapshotAtOrBeforeOrLowest(position, 1)?.map((s) => s.recordingId);
    assert.deepEqual(at(639), [320, 321]);
    assert.deepEqual(at(640), [640, 641]);
    assert.deepEqual(at(0), [320, 321]);
  });

  it('keeps snapshots of standbys apart, with where they are', () => {
    const { platform } = oneHost();
    const log = opened(platform);
    const endpoint = 'standby.example.org:9010/with/a/name/longer/than/one/record';
    log.appendTerm(LOG, 0, 0, 10n);
    log.appendStandbySnapshot(snapshot(1, 0, 320, 0), endpoint);
    log.appendStandbySnapshot(snapshot(2, 0, 320, -1), endpoint);
    log.appendStandbySnapshot(snapshot(3, 0, 640, -1), endpoint);
    assert.deepEqual(
      log
        .latestStandbySnapshots(1)
        .get(endpoint)
        ?.map((entry) => entry.recordingId),
      [2, 1],
    );
    assert.deepEqual(opened(platform).entries, log.entries);
    assert.equal(log.createRecoveryPlan(lookUp, 1, -1).snapshots.length, 0);
    for (const [recordingId, serviceId, archiveEndpoint] of [
      [4, 0, ''],
      [4, 0, 'x'.repeat(4096)],
      [4, 0, 'host\u00e9:1'],
      [4, -2, endpoint],
      [-1, 0, endpoint],
    ] as const) {
      const invalid = snapshot(recordingId, 0, 640, serviceId);
      throwsCode('STANDBY_SNAPSHOT_INVALID', () => log.appendStandbySnapshot(invalid, archiveEndpoint));
    }
  });

  it('says what an entry is in the words of upstream', () => {
    const log = opened(oneHost().platform);
    log.appendTerm(0, 0, 0, 1763766982045n);
    assert.equal(
      formatEntry(log.entries[0]!),
      'Entry{recordingId=0, leadershipTermId=0, termBaseLogPosition=0, logPosition=-1, timestamp=1763766982045, ' +
        'serviceId=-1, type=TERM, isValid=true, entryIndex=0}',
    );
  });
});

/** Entries as a member makes them: terms one after the other, with snapshots in between. */
const history = fc.array(fc.constantFrom('term' as const, 'snapshot' as const, 'invalidate' as const), {
  maxLength: 30,
});

function play(log: RecordingLog, steps: readonly string[], afterStep: () => void): void {
  let term = 0;
  let position = 0;
  log.appendTerm(LOG, term, position, 1n);
  afterStep();
  for (const step of steps) {
    position += 64;
    if (step === 'term') {
      log.appendTerm(LOG, ++term, position, 1n);
    } else if (step === 'snapshot') {
      appendSnapshots(log, term, position);
    } else {
      log.invalidateLatestSnapshot();
    }
    afterStep();
  }
}

describe('a recording log file', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const { platform } = oneHost();
        const log = opened(platform);
        play(log, steps, () => {});
        assert.deepEqual(opened(platform).entries, log.entries);
        log.reload();
        assert.deepEqual(opened(platform).entries, log.entries);
      }),
      { numRuns: 50 },
    );
  });

  it('has after a crash all that was forced, and goes on', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), history, fc.nat(30), (seed, steps, forcedSteps) => {
        const { host, platform, restart } = oneHost(seed);
        const log = opened(platform);
        const all = new Set<string>();
        let forced: string[] = [];
        let count = 0;
        const key = ({ type, leadershipTermId, logPosition, recordingId }: RecordingLog['entries'][number]) =>
          `${type} ${leadershipTermId} ${type === EntryType.TERM ? '' : logPosition} ${recordingId}`;
        play(log, steps, () => {
          for (const entry of log.entries) {
            all.add(key(entry));
          }
          if (count++ <= forcedSteps) {
            log.force(1);
            forced = log.entries.map(key);
          }
        });
        host.crash();
        const after = opened(restart());
        const found = after.entries.map(key);
        assert.deepEqual(
          forced.filter((entry) => !found.includes(entry)),
          [],
          'forced and lost',
        );
        assert.deepEqual(
          found.filter((entry) => !all.has(entry)),
          [],
          'never written',
        );
        const nextTerm = (after.findLastTerm()?.leadershipTermId ?? -1) + 1;
        after.appendTerm(LOG, nextTerm, 1 << 20, 2n);
        after.force(2);
        assert.deepEqual(opened(restart()).entries, after.entries);
      }),
      { numRuns: 200 },
    );
  });

  it('has with the next force what one that failed did not write, here or in an earlier life', () => {
    for (const isRestarted of [false, true]) {
      const { host, platform, restart } = oneHost();
      let log = opened(platform);
      log.appendTerm(LOG, 0, 0, 10n);
      host.disk(DIR).set({ syncError: 1 });
      throwsCode('EIO', () => log.force(1));
      host.disk(DIR).set({ syncError: 0 });
      if (isRestarted) {
        log.close();
        log = opened(restart());
      }
      log.force(1);
      host.crash({ unsynced: 'lost' });
      assert.equal(opened(restart()).entries.length, 1);
    }
  });

  it('passes over what is half-written at its end', () => {
    for (let length = 129; length < 192; length++) {
      const { platform } = oneHost();
      const log = opened(platform);
      log.appendTerm(LOG, 0, 0, 1n);
      appendSnapshots(log, 0, 64);
      log.close();
      const bytes = platform.files.readWhole(PATH);
      platform.files.writeWhole(PATH, bytes.subarray(0, length));
      const after = opened(platform);
      assert.equal(after.entries.length, 2);
      after.appendTerm(LOG, 1, 64, 1n);
      assert.equal(platform.files.stat(PATH)?.length, 192);
      assert.deepEqual(opened(platform).entries, after.entries);
    }
  });

  it('is refused when it is damaged with good entries behind, and the error says what to do', () => {
    const { platform } = oneHost();
    const log = opened(platform);
    play(log, ['term', 'snapshot', 'term'], () => {});
    const bytes = platform.files.readWhole(PATH);
    bytes[64 + 44] = 0x55;
    platform.files.writeWhole(PATH, bytes);
    assert.throws(
      () => opened(platform),
      (error) => AeronError.is(error) && error.code === 'RECORDING_LOG_INVALID' && /entry 1 at 64/.test(error.message),
    );
  });

  it('is opened or refused with whatever bytes are in it, and nothing else happens', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1024 }), (bytes) => {
        const { platform } = oneHost();
        platform.files.writeWhole(PATH, bytes);
        try {
          opened(platform);
        } catch (error) {
          assert(AeronError.is(error), `${error}`);
        }
      }),
    );
  });
});
