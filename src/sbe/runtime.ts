import { SbeError } from './sbe-error.ts';

/** What a generated flyweight reads and writes: agrona's `AtomicBuffer`, or `sbeBuffer(bytes)`. */
export interface SbeBuffer {
  readonly view: DataView;
  readonly u8: Uint8Array;
}

/** A buffer for flyweights over plain bytes. */
export function sbeBuffer(bytes: Uint8Array): SbeBuffer {
  return { u8: bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** The text at `offset`; for fixed fields up to the first zero byte. Allocates the string alone where it is short ASCII. */
export function getText(buffer: SbeBuffer, offset: number, length: number, isFixed: boolean): string {
  const bytes = buffer.u8;
  if (offset + length > bytes.length) {
    throw new SbeError('SBE_RANGE', `${length} bytes of text at ${offset} do not fit ${bytes.length}`);
  }
  let end = length;
  if (isFixed) {
    end = 0;
    while (end < length && bytes[offset + end] !== 0) {
      end++;
    }
  }
  return decoder.decode(bytes.slice(offset, offset + end));
}

/** Writes the text and returns its bytes. */
export function putText(buffer: SbeBuffer, offset: number, text: string): number {
  const bytes = encoder.encode(text);
  putBytes(buffer, offset, bytes, 0, bytes.length);
  return bytes.length;
}

/** Writes the text into a fixed field, padded by zero bytes. @throws SbeError SBE_RANGE when it is too long. */
export function putFixedText(buffer: SbeBuffer, offset: number, fieldLength: number, text: string): void {
  const bytes = encoder.encode(text);
  if (bytes.length > fieldLength) {
    throw new SbeError('SBE_RANGE', `'${text}' takes ${bytes.length} bytes, its field has ${fieldLength}`);
  }
  putBytes(buffer, offset, bytes, 0, bytes.length);
  buffer.u8.fill(0, offset + bytes.length, offset + fieldLength);
}

export function putBytes(
  buffer: SbeBuffer,
  offset: number,
  source: Uint8Array,
  sourceOffset: number,
  length: number,
): void {
  const target = buffer.u8;
  if (offset + length > target.length || sourceOffset < 0 || sourceOffset + length > source.length) {
    throw new SbeError(
      'SBE_RANGE',
      `${length} bytes from ${sourceOffset} of ${source.length} do not fit ${target.length} at ${offset}`,
    );
  }
  for (let i = 0; i < length; i++) {
    target[offset + i] = source[sourceOffset + i]!;
  }
}

/** Copies at most `length` bytes from `offset` to `target` and returns how many. */
export function getBytes(
  buffer: SbeBuffer,
  offset: number,
  target: Uint8Array,
  targetOffset: number,
  length: number,
): number {
  const count = Math.min(length, target.length - targetOffset);
  const source = buffer.u8;
  if (count < 0 || offset + count > source.length) {
    throw new SbeError('SBE_RANGE', `${count} bytes at ${offset} do not fit ${source.length}`);
  }
  for (let i = 0; i < count; i++) {
    target[targetOffset + i] = source[offset + i]!;
  }
  return count;
}

const TWO_32 = 4294967296;

/** A 64-bit integer as a number. @throws SbeError SBE_RANGE when it is no safe integer. */
export function getSafeInteger(view: DataView, offset: number, littleEndian: boolean): number {
  const low = view.getUint32(littleEndian ? offset : offset + 4, littleEndian);
  const high = view.getInt32(littleEndian ? offset + 4 : offset, littleEndian);
  const value = high * TWO_32 + low;
  if (!Number.isSafeInteger(value)) {
    throw new SbeError('SBE_RANGE', `${view.getBigInt64(offset, littleEndian)} is no safe integer`);
  }
  return value;
}

/** @throws SbeError SBE_RANGE when the value is no safe integer. */
export function putSafeInteger(view: DataView, offset: number, value: number, littleEndian: boolean): void {
  if (!Number.isSafeInteger(value)) {
    throw new SbeError('SBE_RANGE', `${value} is no safe integer`);
  }
  view.setInt32(littleEndian ? offset + 4 : offset, Math.floor(value / TWO_32), littleEndian);
  view.setInt32(littleEndian ? offset : offset + 4, value | 0, littleEndian);
}

/** @throws SbeError SBE_RANGE unless 0 <= value <= max. */
export function checkCount(what: string, value: number, max: number): void {
  if (!Number.isInteger(value) || value < 0 || value > max) {
    throw new SbeError('SBE_RANGE', `${what} must be 0 to ${max}, not ${value}`);
  }
}
