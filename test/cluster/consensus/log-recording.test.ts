import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AtomicBuffer, CountersReader } from '../../../src/agrona/mod.ts';
import { type AeronArchive, ArchiveError, ArchiveErrorCode, SourceLocation } from '../../../src/archive/client/mod.ts';
import type { Aeron } from '../../../src/client/mod.ts';
import { LogRecording, stopLeftRecording } from '../../../src/cluster/consensus/log-recording.ts';
import type { RecordingLog } from '../../../src/cluster/files/mod.ts';
import { SimulatedWorld } from '../../../src/simulation/mod.ts';

const SECOND_NS = 1_000_000_000;

function answered<T>(result: T): { poll(): boolean; readonly result: T } {
  return { poll: () => true, result };
}

describe('the recording of the log', () => {
  it('is given up when the archive takes the request and then records nothing', () => {
    const world = new SimulatedWorld({ seed: 1 });
    const { platform } = world.host('a', { addresses: ['10.0.0.1'] }).process('module');
    const archive = {
      archiveId: 1,
      context: { messageTimeoutNs: 5 * SECOND_NS, platform },
      startRecording: () => answered(7),
    } as unknown as AeronArchive;
    const aeron = { countersReader: new CountersReader(AtomicBuffer.allocate(0), AtomicBuffer.allocate(0)) };
    const recordingLog = { findLastTermRecordingId: () => -1 } as RecordingLog;
    const recording = new LogRecording(aeron as Aeron, archive, recordingLog);
    const start = recording.start('aeron:ipc', 100, 5, SourceLocation.LOCAL);
    start.next();
    world.run(4 * SECOND_NS);
    assert.equal(start.next().done, false);
    world.run(SECOND_NS);
    assert.throws(() => start.next(), {
      code: 'ARCHIVE_TIMEOUT',
      message: /the log is not being recorded: channel=aeron:ipc streamId=100: .*messageTimeoutNs of archiveContext/,
    });
  });
});

describe('the recording that a killed member has left', () => {
  const stepsUntilDone = (archive: Partial<AeronArchive>): number => {
    const steps = stopLeftRecording(archive as AeronArchive, 1);
    let count = 1;
    while (steps.next().done !== true) {
      count++;
    }
    return count;
  };

  it('has ended when the member starts', () => {
    const stopPositions = [-1, -1, 4096];
    const archive = {
      tryStopRecordingByIdentity: () => answered(true),
      getStopPosition: () => answered(stopPositions.shift()!),
    } as unknown as AeronArchive;
    assert.equal(stepsUntilDone(archive), 3);
    assert.deepEqual(stopPositions, []);
  });

  it('is not waited for when it was not going on, or is not known', () => {
    assert.equal(stepsUntilDone({ tryStopRecordingByIdentity: () => answered(false) } as unknown as AeronArchive), 1);
    const unknown = {
      tryStopRecordingByIdentity: () => {
        throw new ArchiveError('unknown', ArchiveErrorCode.UNKNOWN_RECORDING);
      },
    } as unknown as AeronArchive;
    assert.equal(stepsUntilDone(unknown), 1);
  });
});
