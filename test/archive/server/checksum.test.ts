import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { crc32 as zlibCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { AtomicBuffer } from '../../../src/agrona/mod.ts';
import { crc32, crc32c, newChecksum } from '../../../src/archive/server/mod.ts';
import { throwsCode } from './throws-code.ts';

/** Bit by bit, as the definition has it. */
function slowCrc(polynomial: number, bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) {
      crc = (crc & 1) === 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    }
  }
  return ~crc;
}

const slice = fc.record({
  bytes: fc.uint8Array({ maxLength: 300 }),
  offset: fc.integer({ min: 0, max: 40 }),
});

const within = ({ bytes, offset }: { bytes: Uint8Array; offset: number }) => {
  const buffer = AtomicBuffer.allocate(offset + bytes.length + 8);
  buffer.putBytes(offset, bytes, 0, bytes.length);
  return buffer;
};

describe('checksums', () => {
  it('have the values that are published for them', () => {
    const digits = AtomicBuffer.copyOf(new TextEncoder().encode('123456789'));
    assert.equal(crc32().compute(digits, 0, 9) >>> 0, 0xcbf4_3926);
    assert.equal(crc32c().compute(digits, 0, 9) >>> 0, 0xe306_9283);
    assert.equal(crc32().compute(digits, 0, 0), 0);
    const zeros = AtomicBuffer.allocate(32);
    assert.equal(crc32c().compute(zeros, 0, 32) >>> 0, 0x8a91_36aa);
  });

  it('are those of the definition at any offset and length', () => {
    fc.assert(
      fc.property(slice, (given) => {
        const buffer = within(given);
        const { bytes, offset } = given;
        assert.equal(crc32().compute(buffer, offset, bytes.length), slowCrc(0xedb8_8320, bytes));
        assert.equal(crc32().compute(buffer, offset, bytes.length) >>> 0, zlibCrc32(bytes));
        assert.equal(crc32c().compute(buffer, offset, bytes.length), slowCrc(0x82f6_3b78, bytes));
      }),
    );
  });

  it('do not look beyond the buffer', () => {
    throwsCode(() => crc32().compute(AtomicBuffer.allocate(16), 8, 16), 'OUT_OF_BOUNDS');
  });

  it('go by the names that upstream knows, and no others', () => {
    for (const name of ['CRC-32', 'io.aeron.archive.checksum.Crc32', 'org.agrona.checksum.Crc32']) {
      assert.equal(newChecksum(name), crc32());
    }
    for (const name of ['CRC-32C', 'io.aeron.archive.checksum.Crc32c', ' org.agrona.checksum.Crc32c ']) {
      assert.equal(newChecksum(name), crc32c());
    }
    throwsCode(() => newChecksum('MD5'), 'CONFIGURATION');
  });
});
