import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makeDurableDirectories } from '../../src/agrona/mod.ts';
import { SimulatedWorld } from '../../src/platform/simulated/mod.ts';

describe('durable directories', () => {
  it('are there after a crash, with what was synced in them', () => {
    const host = new SimulatedWorld({ seed: 1 }).host('a');
    const { files } = host.process('before').platform;
    files.makeDirectories('/old');
    files.syncDirectory('/');
    makeDurableDirectories(files, '/old/new/newer/');
    makeDurableDirectories(files, '/old/new/newer');
    host.crash({ unsynced: 'lost' });
    assert.equal(host.process('after').platform.files.exists('/old/new/newer'), true);
  });

  it('may be relative', () => {
    const host = new SimulatedWorld({ seed: 1 }).host('a');
    const { files } = host.process('program').platform;
    makeDurableDirectories(files, 'data/here');
    assert.equal(files.exists('data/here'), true);
  });
});
