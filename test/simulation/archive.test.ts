import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findSuite, formatStoryLine, type SeedOutcome } from '../../src/simulation/mod.ts';

const suite = findSuite('archive');

function passes(seed: number): SeedOutcome {
  const outcome = suite.run(seed);
  if (outcome.failure !== undefined) {
    const story = outcome.story.slice(-30).map(formatStoryLine);
    assert.fail([`seed ${seed}: ${outcome.failure.message}`, ...outcome.scenario, ...story].join('\n'));
  }
  return outcome;
}

describe('Simulated archives', () => {
  it('hold for a few seeds', () => {
    let messages = 0;
    for (let seed = 1001; seed <= 1004; seed++) {
      messages += passes(seed).deliveredMessages;
    }
    assert(messages > 100, `${messages} messages`);
  });

  it('hold for a seed in which a new directory once did not outlive a power failure', () => {
    passes(8);
  });

  it('hold for a seed in which a client once was not told that the disk had failed', () => {
    passes(4);
  });

  it('are the same run every time for one seed', () => {
    const first = passes(1003);
    const second = passes(1003);
    assert.equal(second.traceHash, first.traceHash);
    assert.deepEqual(second.story, first.story);
  });
});
