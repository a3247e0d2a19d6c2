import { libc } from './libc.ts';
import { NativeMemory } from './native-memory.ts';

/** A copy of `length` bytes that the C library put at `address`. */
export function copyFrom(address: number, length: number): DataView<ArrayBuffer> {
  const copy = new NativeMemory(length);
  libc().memcpy(copy.address, address, length);
  return new DataView(copy.arrayBuffer);
}

/** The pointer at `offset`: 0 for NULL. */
export function pointerAt(structure: DataView, offset: number): number {
  return Number(structure.getBigUint64(offset, true));
}

/** The text of a char* that ends with a zero byte. */
export function textAt(address: number): string {
  const length = libc().strlen(address);
  return new TextDecoder().decode(new Uint8Array(copyFrom(address, length).buffer));
}
