import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AeronArchive, RecordingSignal, type RecordingSignalEvent } from '../../../src/archive/client/mod.ts';
import { RecordingReplication } from '../../../src/cluster/consensus/log-replication.ts';
import type { Member } from '../../../src/cluster/consensus/member.ts';
import { type Procedure, ProcedureQueue } from '../../../src/cluster/consensus/procedure.ts';
import { replicateStandbySnapshots } from '../../../src/cluster/consensus/standby-snapshots.ts';

const REPLICATION_ID = 7;

/** A replication by an archive that answers when a test says so. */
class ReplicationUnderTest {
  readonly stopped: number[] = [];
  hasAnswered = false;
  failure: Error | undefined;
  readonly replication = new RecordingReplication(
    {
      replicate: () => ({ poll: () => this.#poll(), result: REPLICATION_ID, cancel: () => assert.fail('cancelled') }),
      tryStopReplication: (id: number) => {
        this.stopped.push(id);
        return { poll: () => true, result: true };
      },
    } as unknown as AeronArchive,
    {
      srcRecordingId: 0,
      srcControlChannel: 'aeron:udp?endpoint=10.0.0.2:9001',
      srcControlStreamId: 10,
      params: {},
      progressTimeoutNs: 1,
      progressIntervalNs: 1,
    },
  );

  #poll(): boolean {
    if (this.failure !== undefined) {
      throw this.failure;
    }
    return this.hasAnswered;
  }
}

const isDone = (steps: Procedure<void>): boolean => steps.next().done === true;

describe('the replication of a log', () => {
  it('is stopped when it is given up before the archive has said which it is', () => {
    const under = new ReplicationUnderTest();
    const start = under.replication.start(0);
    assert.equal(isDone(start), false);
    start.return();
    const stop = under.replication.stop();
    assert.equal(isDone(stop), false);
    assert.deepEqual(under.stopped, []);
    under.hasAnswered = true;
    assert.equal(isDone(stop), true);
    assert.deepEqual(under.stopped, [REPLICATION_ID]);
  });

  it('of a standby that comes to a halt is stopped as well', () => {
    const stopped: number[] = [];
    const background = new ProcedureQueue();
    const standby = { serviceId: 0, logPosition: 64, recordingId: 5 };
    let nowNs = 0;
    const steps = replicateStandbySnapshots({
      background,
      signalListeners: new Set(),
      aeron: { nextCorrelationId: () => 1 },
      archive: {
        context: { aeron: {} },
        replicate: () => ({ poll: () => true, result: REPLICATION_ID }),
        tryStopReplication: (id: number) => {
          stopped.push(id);
          return { poll: () => true, result: true };
        },
      },
      context: {
        leaderArchiveControlChannel: 'aeron:udp',
        replicationProgressTimeoutNs: 5,
        replicationProgressIntervalNs: 1,
      },
      resources: {
        recordingLog: {
          latestStandbySnapshots: () => new Map([['10.0.0.9:9001', [standby]]]),
          getLatestSnapshot: () => undefined,
        },
      },
      get nowNs() {
        return nowNs++;
      },
    } as unknown as Member);
    assert.throws(
      () => {
        while (!isDone(steps)) {
          assert(nowNs < 100);
        }
      },
      { code: 'STANDBY_SNAPSHOT', message: /10\.0\.0\.9:9001: .*has not progressed/ },
    );
    background.step();
    assert.deepEqual(stopped, [REPLICATION_ID]);
  });

  it('is not stopped when it was refused or has ended', () => {
    const refused = new ReplicationUnderTest();
    refused.failure = new Error('unknown recording');
    assert.throws(() => isDone(refused.replication.start(0)), /unknown recording/);
    assert.equal(isDone(refused.replication.stop()), true);

    const ended = new ReplicationUnderTest();
    ended.hasAnswered = true;
    assert.equal(isDone(ended.replication.start(0)), true);
    ended.replication.onSignal({
      correlationId: REPLICATION_ID,
      recordingId: 3,
      position: 64,
      signal: RecordingSignal.REPLICATE_END,
    } as RecordingSignalEvent);
    assert.equal(isDone(ended.replication.stop()), true);
    assert.deepEqual([...refused.stopped, ...ended.stopped], []);
  });
});
