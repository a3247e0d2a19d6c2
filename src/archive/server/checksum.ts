import { AeronError, type AtomicBuffer } from '../../agrona/mod.ts';

/** A 32-bit checksum over bytes of a frame or of a descriptor. Upstream: `io.aeron.archive.checksum.Checksum`. */
export interface Checksum {
  /** 'CRC-32' or 'CRC-32C'. */
  readonly name: string;
  /** Of `length` bytes from `offset`, as a signed int32. */
  compute(buffer: AtomicBuffer, offset: number, length: number): number;
}

/** Bytes that one step of the loop takes: eight tables, one for each byte of the step. */
const SLICES = 8;

/** Reflected polynomials, as the bits come. */
const CRC_32_POLYNOMIAL = 0xedb8_8320;
const CRC_32C_POLYNOMIAL = 0x82f6_3b78;

const CRC_32 = createCrc('CRC-32', CRC_32_POLYNOMIAL);
const CRC_32C = createCrc('CRC-32C', CRC_32C_POLYNOMIAL);

/** The checksum of zlib and Ethernet. */
export function crc32(): Checksum {
  return CRC_32;
}

/** Castagnoli's, which processors have an instruction for. */
export function crc32c(): Checksum {
  return CRC_32C;
}

/**
 * The checksum of a name that upstream knows: 'CRC-32', 'CRC-32C', or one of its classes.
 * @throws AeronError CONFIGURATION for any other name
 */
export function newChecksum(name: string): Checksum {
  switch (name.trim()) {
    case 'CRC-32':
    case 'io.aeron.archive.checksum.Crc32':
    case 'org.agrona.checksum.Crc32':
      return CRC_32;
    case 'CRC-32C':
    case 'io.aeron.archive.checksum.Crc32c':
    case 'org.agrona.checksum.Crc32c':
      return CRC_32C;
    default:
      throw new AeronError('CONFIGURATION', `unknown checksum '${name}'; there are CRC-32 and CRC-32C`);
  }
}

function createCrc(name: string, polynomial: number): Checksum {
  const table = createTables(polynomial);
  return {
    name,
    compute(buffer, offset, length) {
      buffer.boundsCheck(offset, length);
      return (offset & 3) === 0
        ? computeByWords(table, buffer, offset, length)
        : ~continueByBytes(table, -1, buffer.u8, offset, offset + length);
    },
  };
}

/** Frames and descriptors lie at multiples of four, so two loads fetch what a step takes. */
function computeByWords(table: Int32Array, buffer: AtomicBuffer, offset: number, length: number): number {
  const words = buffer.i32;
  const wordsEnd = (offset >>> 2) + ((length >>> 3) << 1);
  let crc = -1;
  for (let i = offset >>> 2; i < wordsEnd; i += 2) {
    const low = words[i]! ^ crc;
    const high = words[i + 1]!;
    crc =
      table[0x700 | (low & 0xff)]! ^
      table[0x600 | ((low >>> 8) & 0xff)]! ^
      table[0x500 | ((low >>> 16) & 0xff)]! ^
      table[0x400 | (low >>> 24)]! ^
      table[0x300 | (high & 0xff)]! ^
      table[0x200 | ((high >>> 8) & 0xff)]! ^
      table[0x100 | ((high >>> 16) & 0xff)]! ^
      table[high >>> 24]!;
  }
  return ~continueByBytes(table, crc, buffer.u8, offset + (length & -SLICES), offset + length);
}

function continueByBytes(table: Int32Array, crc: number, bytes: Uint8Array, from: number, to: number): number {
  let result = crc;
  for (let i = from; i < to; i++) {
    result = table[(result ^ bytes[i]!) & 0xff]! ^ (result >>> 8);
  }
  return result;
}

/** Table n, at 256 * n: what a byte makes of the checksum when n more bytes follow it. */
function createTables(polynomial: number): Int32Array {
  const table = new Int32Array(256 * SLICES);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) {
      crc = (crc & 1) === 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    }
    table[byte] = crc;
  }
  for (let i = 256; i < table.length; i++) {
    const crc = table[i - 256]!;
    table[i] = (crc >>> 8) ^ table[crc & 0xff]!;
  }
  return table;
}
