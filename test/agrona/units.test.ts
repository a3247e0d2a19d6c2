import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  AeronError,
  BitUtil,
  formatDuration,
  formatSize,
  parseDuration,
  parseProperties,
  parseSize,
  SemanticVersion,
} from '../../src/agrona/mod.ts';

const throwsCode = (action: () => unknown, code: string) =>
  assert.throws(action, (error) => AeronError.is(error) && error.code === code);

const amount = fc.oneof(
  fc.nat(10_000),
  fc.maxSafeInteger().map(Math.abs),
  fc.tuple(fc.nat(1000), fc.constantFrom(1024, 1024 ** 2, 1024 ** 3, 1e3, 1e6, 1e9)).map(([n, unit]) => n * unit),
);

describe('sizes and durations', () => {
  it('are read back as they were written', () => {
    fc.assert(
      fc.property(amount, (value) => {
        assert.equal(parseSize(formatSize(value)), value);
        assert.equal(parseDuration(formatDuration(value)), value);
      }),
    );
  });

  it('are written and read in the words of upstream', () => {
    assert.equal(parseSize('64k'), 65_536);
    assert.equal(parseSize('16M'), 16_777_216);
    assert.equal(parseSize('1g'), 1_073_741_824);
    assert.equal(parseSize('1408'), 1_408);
    assert.equal(parseDuration('10s'), 10_000_000_000);
    assert.equal(parseDuration('100MS'), 100_000_000);
    assert.equal(parseDuration('5us'), 5_000);
    assert.equal(parseDuration('1ns'), 1);
    assert.equal(parseDuration('17'), 17);
    assert.equal(formatSize(1024 * 1024 + 1024), '1025k');
    assert.equal(formatSize(0), '0');
    assert.equal(formatDuration(1_500_000_000), '1500ms');
    assert.equal(formatDuration(0), '0ns');
  });

  it('are refused when they are none', () => {
    for (const text of ['', 'k', '-1k', '1.5k', '64kb', '64 k', '9007199254740992', '9007199254740991g']) {
      throwsCode(() => parseSize(text), 'CONFIGURATION');
    }
    for (const text of ['', 's', '-1s', '1.5s', '5m', '5h', '5 s', '9007199254740991s']) {
      throwsCode(() => parseDuration(text), 'CONFIGURATION');
    }
    throwsCode(() => formatSize(-1), 'OUT_OF_RANGE');
    throwsCode(() => formatDuration(0.5), 'OUT_OF_RANGE');
  });
});

describe('parseProperties', () => {
  it('reads what java.util.Properties reads', () => {
    const text = [
      '# a comment',
      '  ! another',
      '',
      'aeron.dir=/dev/shm/aeron',
      'aeron.mtu.length : 8k',
      'aeron.spies true',
      '  indented\t=\tvalue with spaces  ',
      'continued=one,\\',
      '    two,\\',
      '    three',
      'escaped\\ key\\:\\==a\\tb\\u00e9\\\\',
      'lonely',
      'twice=first',
      'twice=second',
      'equals=a=b',
      'ends=with\\\\',
    ].join('\n');
    assert.deepEqual(
      [...parseProperties(text)],
      [
        ['aeron.dir', '/dev/shm/aeron'],
        ['aeron.mtu.length', '8k'],
        ['aeron.spies', 'true'],
        ['indented', 'value with spaces  '],
        ['continued', 'one,two,three'],
        ['escaped key:=', 'a\tbé\\'],
        ['lonely', ''],
        ['twice', 'second'],
        ['equals', 'a=b'],
        ['ends', 'with\\'],
      ],
    );
  });

  it('takes every line ending, and a file that ends in the middle of a line', () => {
    assert.deepEqual(
      [...parseProperties('a=1\r\nb=2\rc=3\nd=4\\')],
      [
        ['a', '1'],
        ['b', '2'],
        ['c', '3'],
        ['d', '4'],
      ],
    );
  });

  it('takes any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('\\', '=', ':', ' ', '\n', '#', 'a', 'u') }),
        (text) => void parseProperties(text),
      ),
    );
  });
});

describe('BitUtil', () => {
  it('aligns up to a power of two', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 30), fc.nat(20), (value, shift) => {
        const alignment = 1 << shift;
        const aligned = BitUtil.align(value, alignment);
        assert.ok(aligned >= value && aligned < value + alignment && aligned % alignment === 0);
        assert.equal(BitUtil.alignLong(value + 2 ** 40, alignment), aligned + 2 ** 40);
      }),
    );
  });

  it('knows powers of two', () => {
    for (let shift = 0; shift <= 52; shift++) {
      assert.equal(BitUtil.isPowerOfTwo(2 ** shift), true);
      assert.equal(BitUtil.isPowerOfTwo(3 * 2 ** shift), false);
    }
    for (const none of [0, -1, -2, 3, 0.5, 2 ** 40 + 1, Number.NaN]) {
      assert.equal(BitUtil.isPowerOfTwo(none), false);
    }
  });

  it('finds the next power of two', () => {
    fc.assert(
      fc.property(fc.integer({ min: -5, max: 2 ** 30 }), (value) => {
        const found = BitUtil.findNextPositivePowerOfTwo(value);
        assert.ok(BitUtil.isPowerOfTwo(found) && found >= value);
        assert.ok(found === 1 || found / 2 < value);
      }),
    );
    throwsCode(() => BitUtil.findNextPositivePowerOfTwo(2 ** 30 + 1), 'OUT_OF_RANGE');
  });
});

describe('SemanticVersion', () => {
  it('keeps three bytes in an int', () => {
    const version = SemanticVersion.compose(1, 52, 255);
    assert.equal(version, 0x0134ff);
    assert.deepEqual(
      [SemanticVersion.major(version), SemanticVersion.minor(version), SemanticVersion.patch(version)],
      [1, 52, 255],
    );
    assert.equal(SemanticVersion.format(version), '1.52.255');
    for (const [major, minor, patch] of [
      [0, 0, 0],
      [256, 0, 0],
      [0, -1, 0],
      [0, 0, 1.5],
    ] as const) {
      throwsCode(() => SemanticVersion.compose(major, minor, patch), 'OUT_OF_RANGE');
    }
  });
});
