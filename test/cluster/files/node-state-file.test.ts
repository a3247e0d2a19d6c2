import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AeronError } from '../../../src/agrona/mod.ts';
import { NodeStateFile } from '../../../src/cluster/files/mod.ts';
import type { Platform } from '../../../src/platform/mod.ts';
import { SimulatedWorld } from '../../../src/platform/simulated/mod.ts';

const DIR = '/cluster';
const PATH = `${DIR}/${NodeStateFile.FILENAME}`;

function oneHost(seed = 1) {
  const world = new SimulatedWorld({ seed });
  const host = world.host('a', { addresses: ['10.0.0.1'] });
  const { platform } = host.process('member');
  platform.files.makeDirectories(DIR);
  platform.files.syncDirectory('/');
  return { host, platform, restart: () => host.process('member').platform };
}

const opened = (platform: Platform, fileSyncLevel = 1) => new NodeStateFile(platform, DIR, true, fileSyncLevel);

const throwsCode = (code: string, action: () => unknown) =>
  assert.throws(action, (error) => AeronError.is(error) && error.code === code);

describe('NodeStateFile', () => {
  it('begins without a vote and remembers the last one', () => {
    const { platform } = oneHost();
    const file = opened(platform);
    const state = (it: NodeStateFile) => [
      it.candidateTermId(),
      it.candidateTermLogPosition(),
      it.candidateTermTimestampMs(),
    ];
    assert.deepEqual(state(file), [-1, -1, -1]);
    file.updateCandidateTermId(4, 640, 1000);
    assert.equal(file.proposeMaxCandidateTermId(4, 700, 2000), 4);
    assert.deepEqual(state(file), [4, 640, 1000]);
    assert.equal(file.proposeMaxCandidateTermId(5, 700, 2000), 5);
    file.close();
    assert.deepEqual(state(opened(platform)), [5, 700, 2000]);
  });

  it('is not made unless that is asked for', () => {
    throwsCode('ENOENT', () => new NodeStateFile(oneHost().platform, DIR, false, 0));
  });

  it('never forgets a vote in a crash, whatever the crash interrupts', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.nat(5), (seed, votes) => {
        const { host, platform, restart } = oneHost(seed);
        const file = opened(platform);
        for (let term = 0; term < votes; term++) {
          file.updateCandidateTermId(term, term * 64, 1000);
        }
        host.crash();
        assert.equal(opened(restart()).candidateTermId(), votes - 1);
      }),
      { numRuns: 50 },
    );
  });

  it('can be read after a kill while it is made', () => {
    for (let calls = 1; calls < 12; calls++) {
      const { host, restart } = oneHost();
      const killed = host.process('killed');
      killed.killAfter(calls);
      try {
        opened(killed.platform);
      } catch {
        // Killed.
      }
      assert.equal(opened(restart()).candidateTermId(), -1);
    }
  });

  it('is refused when it is damaged or of another version, and the error says what to do', () => {
    const damaged = (change: (bytes: Uint8Array) => Uint8Array) => {
      const { platform } = oneHost();
      opened(platform).close();
      platform.files.writeWhole(PATH, change(platform.files.readWhole(PATH)));
      return () => opened(platform);
    };
    const at = (offset: number, value: number) => damaged((bytes) => bytes.with(offset, value));
    throwsCode(
      'NODE_STATE_INVALID',
      damaged((bytes) => bytes.subarray(0, 4)),
    );
    throwsCode(
      'NODE_STATE_INVALID',
      damaged((bytes) => bytes.subarray(0, 40)),
    );
    throwsCode(
      'NODE_STATE_INVALID',
      damaged((bytes) => bytes.fill(0, 8)),
    );
    throwsCode('NODE_STATE_INVALID', at(10, 0));
    throwsCode('NODE_STATE_INVALID', at(50, 0));
    throwsCode('NODE_STATE_VERSION', at(2, 9));
  });

  it('passes over messages that it does not know', () => {
    const { platform } = oneHost();
    opened(platform).close();
    const bytes = platform.files.readWhole(PATH);
    const view = new DataView(bytes.buffer);
    bytes.copyWithin(8 + 24, 8, 8 + 40 + 16);
    view.setUint16(8 + 2, 399, true);
    view.setInt32(8 + 8, 20, true);
    platform.files.writeWhole(PATH, bytes);
    assert.equal(opened(platform).candidateTermId(), -1);
  });
});
