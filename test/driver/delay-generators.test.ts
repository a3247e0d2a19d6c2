import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OptimalMulticastDelayGenerator } from '../../src/driver/optimal-multicast-delay-generator.ts';
import { StaticDelayGenerator, ZERO_DELAY_GENERATOR } from '../../src/driver/static-delay-generator.ts';
import type { RandomSource } from '../../src/platform/mod.ts';

const MAX_BACKOFF_NS = 10_000_000;
const GROUP_SIZE = 10;

function randomOf(nextDouble: () => number): RandomSource {
  return { nextDouble, nextInt32: () => 0, fill: () => {} };
}

describe('static delay generator', () => {
  it('repeats its delay for the retry when it has no other', () => {
    const generator = new StaticDelayGenerator(5);
    assert.equal(generator.generateDelayNs(), 5);
    assert.equal(generator.retryDelayNs(), 5);
  });

  it('tells the retry delay apart', () => {
    const generator = new StaticDelayGenerator(1_000, 100_000);
    assert.equal(generator.generateDelayNs(), 1_000);
    assert.equal(generator.retryDelayNs(), 100_000);
  });

  it('has an instance without any delay', () => {
    assert.equal(ZERO_DELAY_GENERATOR.generateDelayNs() + ZERO_DELAY_GENERATOR.retryDelayNs(), 0);
  });
});

describe('optimal multicast delay generator', () => {
  it('stretches from no delay to the longest backoff', () => {
    assert.equal(
      new OptimalMulticastDelayGenerator(
        MAX_BACKOFF_NS,
        GROUP_SIZE,
        randomOf(() => 0),
      ).generateDelayNs(),
      0,
    );
    const longest = new OptimalMulticastDelayGenerator(
      MAX_BACKOFF_NS,
      GROUP_SIZE,
      randomOf(() => 1 - Number.EPSILON),
    ).generateDelayNs();
    assert.ok(Math.abs(longest - MAX_BACKOFF_NS) <= 1, `${longest}`);
  });

  it('makes most of a group wait for more than half of the longest backoff', () => {
    let step = 0;
    const generator = new OptimalMulticastDelayGenerator(
      MAX_BACKOFF_NS,
      GROUP_SIZE,
      randomOf(() => (step++ % 1000) / 1000),
    );
    const delays = Array.from({ length: 1000 }, () => generator.generateDelayNs());
    assert.ok(delays.every((delay) => delay >= 0 && delay <= MAX_BACKOFF_NS));
    const late = delays.filter((delay) => delay > MAX_BACKOFF_NS / 2).length;
    assert.ok(late > 800, `${late} of 1000`);
  });

  it('draws anew for each retry', () => {
    const draws = [0.1, 0.9];
    const generator = new OptimalMulticastDelayGenerator(
      MAX_BACKOFF_NS,
      GROUP_SIZE,
      randomOf(() => draws.shift()!),
    );
    const first = generator.retryDelayNs();
    assert.ok(first < generator.retryDelayNs());
  });
});
