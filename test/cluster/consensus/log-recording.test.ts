import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AeronArchive, ArchiveError, ArchiveErrorCode } from '../../../src/archive/client/mod.ts';
import { stopLeftRecording } from '../../../src/cluster/consensus/log-recording.ts';

describe('the recording that a killed member has left', () => {
  const answered = <T>(result: T) => ({ poll: () => true, result });
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
