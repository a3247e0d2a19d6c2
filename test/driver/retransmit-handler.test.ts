import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AtomicBuffer, CountersManager } from '../../src/agrona/mod.ts';
import { UnicastFlowControl } from '../../src/driver/flow-control/unicast-flow-control.ts';
import { RetransmitHandler } from '../../src/driver/retransmit-handler.ts';
import { StaticDelayGenerator } from '../../src/driver/static-delay-generator.ts';

const TERM_LENGTH = 64 * 1024;
const MTU_LENGTH = 1024;
const DELAY_NS = 20;
const LINGER_NS = 40;

class Stage {
  readonly resent: Array<[termId: number, termOffset: number, length: number]> = [];
  readonly overflows = new CountersManager(AtomicBuffer.allocate(4096), AtomicBuffer.allocate(1024), {
    epochTimeMs: () => 0,
  }).newCounter('overflow');
  readonly #handler: RetransmitHandler;
  readonly #flowControl = new UnicastFlowControl(16);
  nowNs = 0;

  constructor(delayNs: number, hasGroupSemantics: boolean, maxResend = 16) {
    this.#handler = new RetransmitHandler(
      new StaticDelayGenerator(delayNs),
      new StaticDelayGenerator(LINGER_NS),
      hasGroupSemantics,
      maxResend,
      this.overflows,
    );
  }

  readonly resend = (termId: number, termOffset: number, length: number) => {
    this.resent.push([termId, termOffset, length]);
  };

  nak(termId: number, termOffset: number, length: number): void {
    this.#handler.onNak(termId, termOffset, length, TERM_LENGTH, MTU_LENGTH, this.#flowControl, this, this.nowNs);
  }

  pass(durationNs: number): void {
    this.nowNs += durationNs;
    this.#handler.processTimeouts(this.nowNs, this);
  }
}

describe('retransmit handler', () => {
  it('resends at once without a delay, and not again while it lingers', () => {
    const stage = new Stage(0, false);
    stage.nak(7, 128, 64);
    assert.deepEqual(stage.resent, [[7, 128, 64]]);
    stage.pass(LINGER_NS);
    stage.nak(7, 128, 64);
    assert.equal(stage.resent.length, 1);
    stage.pass(1);
    stage.nak(7, 128, 64);
    assert.equal(stage.resent.length, 2);
  });

  it('resends after the delay, once', () => {
    const stage = new Stage(DELAY_NS, true);
    stage.nak(7, 128, 64);
    stage.nak(7, 128, 64);
    stage.pass(DELAY_NS);
    assert.deepEqual(stage.resent, []);
    stage.pass(1);
    assert.deepEqual(stage.resent, [[7, 128, 64]]);
    stage.pass(10 * LINGER_NS);
    assert.equal(stage.resent.length, 1);
  });

  it('is deaf to the losses that an action covers, not to those before and behind it', () => {
    const stage = new Stage(0, true);
    stage.nak(7, 128, 64);
    stage.nak(7, 160, 64);
    stage.nak(7, 96, 32);
    stage.nak(7, 192, 32);
    stage.nak(8, 128, 64);
    assert.deepEqual(stage.resent, [
      [7, 128, 64],
      [7, 96, 32],
      [7, 192, 32],
      [8, 128, 64],
    ]);
  });

  it('serves one receiver that asks for something else at once', () => {
    const stage = new Stage(0, false);
    stage.nak(7, 0, 64);
    stage.nak(7, 1024, 64);
    stage.nak(7, 2048, 64);
    assert.equal(stage.resent.length, 3);
    assert.equal(stage.overflows.get(), 0);
  });

  it('counts what a group asks for beyond the actions it has', () => {
    const stage = new Stage(DELAY_NS, true, 2);
    stage.nak(7, 0, 64);
    stage.nak(7, 1024, 64);
    stage.nak(7, 2048, 64);
    assert.equal(stage.overflows.get(), 1);
    stage.pass(DELAY_NS + 1);
    assert.equal(stage.resent.length, 2);
    stage.pass(LINGER_NS + 1);
    stage.nak(7, 2048, 64);
    stage.pass(DELAY_NS + 1);
    assert.equal(stage.resent.length, 3);
  });

  it('does nothing for nothing', () => {
    const stage = new Stage(0, true);
    stage.nak(7, 128, 0);
    stage.pass(100);
    assert.deepEqual(stage.resent, []);
  });

  it('has actions for new losses whatever was asked for before', () => {
    const step = fc.oneof(
      fc.record({ offset: fc.integer({ min: 0, max: 100 }), length: fc.integer({ min: 0, max: 20 }) }),
      fc.integer({ min: 1, max: 100 }),
    );
    fc.assert(
      fc.property(fc.boolean(), fc.constantFrom(0, DELAY_NS), fc.array(step), (isGroup, delayNs, steps) => {
        const stage = new Stage(delayNs, isGroup, 3);
        for (const action of steps) {
          if (typeof action === 'number') {
            stage.pass(action);
          } else {
            stage.nak(7, action.offset * 32, action.length * 32);
          }
        }
        stage.pass(DELAY_NS + 1);
        stage.pass(LINGER_NS + 1);
        stage.resent.length = 0;
        for (const termId of isGroup ? [20, 21, 22] : [20]) {
          stage.nak(termId, 0, 32);
        }
        stage.pass(DELAY_NS + 1);
        assert.equal(stage.resent.length, isGroup ? 3 : 1);
      }),
    );
  });
});
