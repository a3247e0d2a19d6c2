import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findSuite, formatStoryLine, type SeedOutcome } from '../../src/simulation/mod.ts';

const suite = findSuite('transport');

function passes(seed: number): SeedOutcome {
  const outcome = suite.run(seed);
  if (outcome.failure !== undefined) {
    const story = outcome.story.slice(-30).map(formatStoryLine);
    assert.fail([`seed ${seed}: ${outcome.failure.message}`, ...outcome.scenario, ...story].join('\n'));
  }
  return outcome;
}

describe('Simulated transport', () => {
  it('holds for a few seeds', () => {
    let messages = 0;
    for (let seed = 1001; seed <= 1012; seed++) {
      messages += passes(seed).deliveredMessages;
    }
    assert(messages > 1_000, `${messages} messages`);
  });

  it('holds for seeds in which refused destinations once went unnoticed', () => {
    for (const seed of [129, 164]) {
      passes(seed);
    }
  });

  it('holds for seeds in which padding beyond the window once cost a subscriber its image', () => {
    for (const seed of [100_214, 300_336]) {
      passes(seed);
    }
  });

  it('holds for a seed in which a receiver that fell too far behind must die to join anew', () => {
    passes(472);
  });

  it('is the same run every time for one seed, and another one for another seed', () => {
    const first = passes(1003);
    const second = passes(1003);
    assert.equal(second.traceHash, first.traceHash);
    assert.deepEqual(second.story, first.story);
    assert.notEqual(passes(1004).traceHash, first.traceHash);
  });

  it('tells what it does', () => {
    const { scenario, story, durationNs } = passes(1001);
    assert(scenario.some((line) => /^host a 10\.0\.0\.1 /.test(line)));
    assert(scenario.some((line) => /^stream 1001 /.test(line)));
    assert(story.some(({ text }) => text === 'everything is given back'));
    assert(durationNs > 0);
  });
});
