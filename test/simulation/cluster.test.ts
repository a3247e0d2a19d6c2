import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findSuite, formatStoryLine, type SeedOutcome } from '../../src/simulation/mod.ts';

const suite = findSuite('cluster');

function passes(seed: number): SeedOutcome {
  const outcome = suite.run(seed);
  if (outcome.failure !== undefined) {
    const story = outcome.story.slice(-40).map(formatStoryLine);
    assert.fail([`seed ${seed}: ${outcome.failure.message}`, ...outcome.scenario, ...story].join('\n'));
  }
  return outcome;
}

describe('Simulated clusters', () => {
  it('hold for a few seeds, one of them twice with the same run', () => {
    const first = passes(3);
    const second = passes(3);
    assert.equal(second.traceHash, first.traceHash);
    assert.deepEqual(second.story, first.story);
    assert(first.deliveredMessages > 50, `${first.deliveredMessages} messages`);
    assert(first.story.some(({ text }) => /answers are linearizable/.test(text)));
    passes(4);
  });

  it('hold for a seed in which all machines crash, and once came back with nothing', () => {
    passes(742);
  });
});
