import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CoreWorld } from './core-world.ts';

const SECOND = 1_000_000_000;
/** A start-up canvass, a few ballots, catching up. */
const CALM_LIMIT_NS = 300 * SECOND;

type Step =
  | { readonly what: 'crash' | 'close' | 'start' | 'snapshot'; readonly member: number }
  | { readonly what: 'part'; readonly group: number }
  | { readonly what: 'heal' }
  | { readonly what: 'offer'; readonly count: number }
  | { readonly what: 'run'; readonly rounds: number };

const member = fc.nat(4);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ what: fc.constant('crash' as const), member }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('close' as const), member }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('start' as const), member }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('snapshot' as const), member }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('part' as const), group: fc.nat(31) }) },
  { weight: 2, arbitrary: fc.constant({ what: 'heal' as const }) },
  { weight: 4, arbitrary: fc.record({ what: fc.constant('offer' as const), count: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('run' as const), rounds: fc.nat(40) }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('run' as const), rounds: fc.nat(2_500) }) },
);

/** The same for the same seed: numbers from 0 up to but without 1. */
function numbersOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** Members that are started, crash, lose sight of each other and come back, while clients send. */
class Run {
  readonly world: CoreWorld;
  #isCalm = false;
  #offered = 0;

  constructor(size: number, seed: number) {
    const random = numbersOf(seed);
    const delay = () => (!this.#isCalm && random() < 0.05 ? undefined : 1 + Math.floor(random() ** 4 * 20));
    this.world = new CoreWorld({ size, random, delay });
    for (let id = 0; id < size; id++) {
      this.world.start(id);
    }
  }

  perform(step: Step): void {
    const { world, size } = this;
    switch (step.what) {
      case 'crash':
      case 'close':
        if (world.isRunning(step.member % size)) {
          world[step.what](step.member % size);
        }
        break;
      case 'start':
        if (!world.isRunning(step.member % size)) {
          world.start(step.member % size);
        }
        break;
      case 'snapshot':
        if (world.isRunning(step.member % size) && !world.nodes[step.member % size]!.core.isInElection) {
          world.nodes[step.member % size]!.takeSnapshot();
        }
        break;
      case 'part':
        world.heal();
        world.part((id) => (step.group & (1 << id)) !== 0);
        break;
      case 'heal':
        world.heal();
        break;
      case 'offer':
        this.#offer(step.count);
        break;
      case 'run':
        for (let i = 0; i < step.rounds; i++) {
          world.round();
        }
        break;
    }
  }

  get size(): number {
    return this.world.nodes.length;
  }

  #offer(count: number): void {
    for (let i = 0; i < count; i++) {
      this.world.leader?.offer(`m${this.#offered++}`);
    }
  }

  /** Everybody is there and hears the others: there must be a leader and equal logs, with all that was committed. */
  calmDown(): void {
    const { world } = this;
    this.#isCalm = true;
    world.heal();
    for (let id = 0; id < this.size; id++) {
      if (!world.isRunning(id)) {
        world.start(id);
      }
    }
    this.#settle();
    this.#offer(3);
    this.#settle();
    const ids = world.leader!.disk.log.map(({ id }) => id);
    for (const node of world.nodes) {
      assert.deepEqual(
        node.disk.log.map(({ id }) => id),
        ids,
      );
      assert.deepEqual(node.disk.terms, world.leader!.disk.terms);
    }
    assert.deepEqual(
      ids.slice(0, world.committed.length),
      world.committed.map(({ id }) => id),
    );
  }

  #settle(): void {
    const isSettled = this.world.runUntil(() => this.world.isSettled, CALM_LIMIT_NS);
    assert.ok(isSettled, `no progress:\n${this.world.describe()}`);
  }
}

function check(size: number, numRuns: number): void {
  fc.assert(
    fc.property(fc.integer(), fc.array(step, { minLength: 5, maxLength: 60 }), (seed, steps) => {
      const run = new Run(size, seed);
      for (const next of steps) {
        run.perform(next);
      }
      run.calmDown();
    }),
    { numRuns },
  );
}

describe('Elections under crashes, cuts, loss and reordering', () => {
  for (const size of [1, 2, 3, 5]) {
    it(`keep the logs of ${size} equal, lose nothing committed, and go on once it is calm`, () => {
      check(size, Number(process.env['ELECTION_RUNS'] ?? 40));
    });
  }
});
