import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AtomicBuffer } from '../../src/agrona/mod.ts';
import { createLossGenerator } from '../../src/driver/debug/loss-configuration.ts';
import type { LossGenerator } from '../../src/driver/debug/loss-generator.ts';
import type { RandomSource } from '../../src/platform/mod.ts';
import { DataHeaderFlyweight, HeaderFlyweight, NakFlyweight } from '../../src/protocol/mod.ts';

const random = { nextDouble: () => 0.5 } as RandomSource;
const none = { rate: 0, seed: -1 };
const buffer = AtomicBuffer.allocate(64);

function isDropped(
  generator: LossGenerator | undefined,
  termOffset: number,
  length = 1408,
  { termId = 3, sessionId = 5, type = HeaderFlyweight.HDR_TYPE_DATA }: Partial<Record<string, number>> = {},
): boolean {
  DataHeaderFlyweight.encode(buffer, 0, length, 0xc0, type, termOffset, sessionId, 9, termId);
  return generator!.shouldDropFrame(undefined, buffer, 0, length);
}

describe('loss generators', () => {
  it('are none without a reason to lose anything', () => {
    assert.equal(createLossGenerator(none, random), undefined);
  });

  it('drop about the configured share of frames, the same ones for the same seed', () => {
    const draw = (seed: number) => {
      const generator = createLossGenerator({ rate: 0.2, seed }, random);
      return Array.from({ length: 2000 }, (_, i) => isDropped(generator, i * 32));
    };
    const dropped = draw(7).filter(Boolean).length;
    assert.ok(dropped > 320 && dropped < 480, `${dropped} of 2000`);
    assert.deepEqual(draw(7), draw(7));
    assert.notDeepEqual(draw(7), draw(8));
  });

  it('draw from the platform without a seed', () => {
    assert.equal(isDropped(createLossGenerator({ rate: 0.6, seed: -1 }, random), 0), true);
    assert.equal(isDropped(createLossGenerator({ rate: 0.4, seed: -1 }, random), 0), false);
    assert.equal(isDropped(createLossGenerator({ rate: 1, seed: -1 }, random), 0), true);
  });

  it('drop the frames that touch a fixed gap, once in each session', () => {
    const generator = createLossGenerator({ ...none, fixedLossArgs: 'term-id=3|term-offset=2000|length=1000' }, random);
    assert.equal(isDropped(generator, 0), false);
    assert.equal(isDropped(generator, 1408), true);
    assert.equal(isDropped(generator, 2816), true);
    assert.equal(isDropped(generator, 4224), false);
    assert.equal(isDropped(generator, 1408), false, 'a retransmission comes through');
    assert.equal(isDropped(generator, 1408, 1408, { sessionId: 6 }), true);
    assert.equal(isDropped(generator, 1408, 1408, { termId: 4 }), false);
  });

  it('leave frames alone that are not data', () => {
    const generator = createLossGenerator({ ...none, fixedLossArgs: 'term-id=3|term-offset=0|length=1000' }, random);
    NakFlyweight.encode(buffer, 0, 5, 9, 3, 0, 100);
    assert.equal(generator!.shouldDropFrame(undefined, buffer, 0, NakFlyweight.HEADER_LENGTH), false);
  });

  it('drop what touches one of many gaps', () => {
    const args = 'term-id=3|gap-radix=4000|gap-length=64|total-gaps=2';
    const generator = createLossGenerator({ ...none, multiGapLossArgs: args }, random);
    const outcomes = [0, 1408, 2816, 4224, 5632, 7040, 8448, 9856, 11264, 12672].map((offset) =>
      isDropped(generator, offset),
    );
    assert.deepEqual(outcomes, [false, false, true, false, false, true, false, false, false, false]);
    assert.equal(isDropped(generator, 4096 + 32, 32, { sessionId: 6 }), true);
    assert.equal(isDropped(generator, 4096 + 64, 32, { sessionId: 6 }), false);
  });

  const refused = [
    { ...none, rate: 1.1 },
    { ...none, rate: Number.NaN },
    { ...none, fixedLossArgs: 'term-id=1' },
    { ...none, fixedLossArgs: 'term-id=1|term-offset=-1|length=3' },
    { ...none, fixedLossArgs: 'term-id=1|term-offset=1|length=3|else=1' },
    { ...none, multiGapLossArgs: 'term-id=1|gap-radix=64|gap-length=64|total-gaps=1' },
    { ...none, multiGapLossArgs: 'term-id=x|gap-radix=64|gap-length=32|total-gaps=1' },
  ];
  for (const options of refused) {
    it(`refuse ${JSON.stringify(options)}`, () => {
      assert.throws(() => createLossGenerator(options, random), { code: 'CONFIGURATION' });
    });
  }
});
