import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { outcomeForcesStatusMessage, outcomeWindowLength, packOutcome } from '../../src/driver/congestion-control.ts';
import { checkCongestionControl, newCongestionControl } from '../../src/driver/static-window-congestion-control.ts';

const TERM_LENGTH = 64 * 1024;

describe('congestion control', () => {
  it('is a static window unless the channel says otherwise', () => {
    for (const name of [undefined, 'static']) {
      const congestionControl = newCongestionControl(name, TERM_LENGTH, 16 * 1024);
      const outcome = congestionControl.onTrackRebuild(0, 0, 0, 0, 0, 0, true);
      assert.equal(congestionControl.initialWindowLength(), 16 * 1024);
      assert.equal(congestionControl.maxWindowLength(), 16 * 1024);
      assert.equal(outcomeWindowLength(outcome), 16 * 1024);
      assert.equal(outcomeForcesStatusMessage(outcome), false);
      assert.equal(congestionControl.shouldMeasureRtt(0), false);
    }
  });

  it('opens the window to no more than half a term', () => {
    assert.equal(newCongestionControl(undefined, TERM_LENGTH, 128 * 1024).maxWindowLength(), TERM_LENGTH / 2);
  });

  it('is refused by a name that is not known, naming what is', () => {
    for (const name of ['cubic', '', 'STATIC']) {
      assert.throws(() => newCongestionControl(name, TERM_LENGTH, 1024), {
        code: 'INVALID_CHANNEL',
        message: /cc=static/,
      });
      assert.throws(() => checkCongestionControl(name), { code: 'INVALID_CHANNEL' });
    }
    checkCongestionControl('static');
  });

  it('packs a window and a flag into one number', () => {
    for (const windowLength of [0, 1408, 512 * 1024 * 1024]) {
      for (const isForced of [false, true]) {
        const outcome = packOutcome(windowLength, isForced);
        assert.equal(outcomeWindowLength(outcome), windowLength);
        assert.equal(outcomeForcesStatusMessage(outcome), isForced);
      }
    }
  });
});
