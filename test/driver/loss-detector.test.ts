import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { AtomicBuffer } from '../../src/agrona/mod.ts';
import { LossDetector } from '../../src/driver/loss-detector.ts';
import { StaticDelayGenerator } from '../../src/driver/static-delay-generator.ts';

const TERM_LENGTH = 64 * 1024;
const INITIAL_TERM_ID = 7;
const DELAY_NS = 20;
const RETRY_DELAY_NS = 100;

describe('loss detector', () => {
  let termBuffer: AtomicBuffer;
  let gaps: Array<[termId: number, termOffset: number, length: number]>;
  let detector: LossDetector;

  beforeEach(() => {
    termBuffer = AtomicBuffer.allocate(TERM_LENGTH);
    gaps = [];
    detector = new LossDetector(new StaticDelayGenerator(DELAY_NS, RETRY_DELAY_NS), (termId, termOffset, length) =>
      gaps.push([termId, termOffset, length]),
    );
  });

  const insert = (termOffset: number, length: number) => termBuffer.putInt32(termOffset, length);
  const scan = (nowNs: number, rebuildPosition: number, hwmPosition: number) =>
    detector.scan(termBuffer, rebuildPosition, hwmPosition, nowNs, TERM_LENGTH, INITIAL_TERM_ID);

  it('moves past contiguous frames and reports nothing', () => {
    insert(0, 64);
    insert(64, 50);
    assert.equal(scan(0, 0, 128), 128);
    assert.equal(detector.lossFound, false);
    assert.deepEqual(gaps, []);
  });

  it('stops at a gap and reports it after the delay, then after each retry delay', () => {
    insert(0, 64);
    insert(192, 64);
    assert.equal(scan(0, 0, 256), 64);
    assert.equal(detector.lossFound, true);
    assert.deepEqual(gaps, []);

    scan(DELAY_NS - 1, 64, 256);
    assert.equal(detector.lossFound, false);
    assert.deepEqual(gaps, []);

    scan(DELAY_NS, 64, 256);
    assert.deepEqual(gaps, [[INITIAL_TERM_ID, 64, 128]]);
    scan(DELAY_NS + RETRY_DELAY_NS - 1, 64, 256);
    assert.equal(gaps.length, 1);
    scan(DELAY_NS + RETRY_DELAY_NS, 64, 256);
    assert.equal(gaps.length, 2);
  });

  it('takes a gap that has shrunk for a new one with a delay of its own', () => {
    insert(0, 64);
    insert(192, 64);
    scan(0, 0, 256);
    insert(64, 64);
    assert.equal(scan(DELAY_NS, 64, 256), 128);
    assert.equal(detector.lossFound, true);
    assert.deepEqual(gaps, []);
    scan(2 * DELAY_NS, 128, 256);
    assert.deepEqual(gaps, [[INITIAL_TERM_ID, 128, 64]]);
  });

  it('says nothing of a gap that was closed before its time', () => {
    insert(0, 64);
    insert(128, 64);
    scan(0, 0, 192);
    insert(64, 64);
    assert.equal(scan(DELAY_NS + 1, 64, 192), 192);
    assert.deepEqual(gaps, []);
  });

  it('reports one gap at a time, the first', () => {
    insert(0, 64);
    insert(128, 64);
    insert(256, 64);
    scan(0, 0, 320);
    scan(DELAY_NS, 64, 320);
    assert.deepEqual(gaps, [[INITIAL_TERM_ID, 64, 64]]);
  });

  it('takes what a heartbeat says was sent, but did not come, for a gap', () => {
    insert(0, 64);
    scan(0, 0, 160);
    scan(DELAY_NS, 64, 160);
    assert.deepEqual(gaps, [[INITIAL_TERM_ID, 64, 96]]);
  });

  it('looks no further than the end of the term of the rebuild position', () => {
    const position = 3 * TERM_LENGTH + TERM_LENGTH - 64;
    scan(0, position, position + 1024);
    scan(DELAY_NS, position, position + 1024);
    assert.deepEqual(gaps, [[INITIAL_TERM_ID + 3, TERM_LENGTH - 64, 64]]);
  });

  it('wraps the term id as 32-bit integers do', () => {
    detector.scan(termBuffer, TERM_LENGTH, TERM_LENGTH + 64, 0, TERM_LENGTH, 0x7fffffff);
    detector.scan(termBuffer, TERM_LENGTH, TERM_LENGTH + 64, DELAY_NS, TERM_LENGTH, 0x7fffffff);
    assert.deepEqual(gaps, [[-0x80000000, 0, 64]]);
  });

  it('reports at once without a delay', () => {
    const immediate = new LossDetector(new StaticDelayGenerator(0), (...gap) => gaps.push(gap));
    immediate.scan(termBuffer, 0, 64, 5, TERM_LENGTH, INITIAL_TERM_ID);
    assert.deepEqual(gaps, [[INITIAL_TERM_ID, 0, 64]]);
  });
});
