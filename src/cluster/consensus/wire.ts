import { AeronError, type AtomicBuffer } from '../../agrona/mod.ts';

const TWO_32 = 2 ** 32;
/** Of credentials and the like, which come with a length that anybody may have written. */
const MAX_BYTES = 64 * 1024;

/** A 64-bit integer, to be compared with one of ours: what is no safe integer becomes a number that none of ours is. */
export function readLooseInteger(buffer: AtomicBuffer, offset: number): number {
  return buffer.view.getInt32(offset + 4, true) * TWO_32 + buffer.view.getUint32(offset, true);
}

/** Variable data of a message: `get` copies it to the array it is given. @throws AeronError MALFORMED_MESSAGE */
export function readBytes(length: number, get: (target: Uint8Array) => number): Uint8Array {
  if (length > MAX_BYTES) {
    throw new AeronError('MALFORMED_MESSAGE', `${length} bytes of variable data, of at most ${MAX_BYTES}`);
  }
  const bytes = new Uint8Array(length);
  get(bytes);
  return bytes;
}
