import { type Memory, PlatformError } from '../mod.ts';
import { libc, MAX_VIEW_LENGTH } from './libc.ts';

const ALIGNMENT = 64;

/** Frees a block when nothing can reach its bytes any more: every typed array over them holds the array buffer. */
const unreachable = new FinalizationRegistry<number>((address) => libc().free(address));

/** A zeroed block of the C heap. */
export class NativeMemory implements Memory {
  readonly arrayBuffer: ArrayBuffer;
  readonly length: number;
  readonly address: number;

  constructor(length: number) {
    if (!Number.isSafeInteger(length) || length < 0 || length > MAX_VIEW_LENGTH) {
      throw new PlatformError(
        'EINVAL',
        'allocate',
        `cannot allocate ${length} bytes: length must be 0 to ${MAX_VIEW_LENGTH} (EINVAL)`,
      );
    }
    const reserved = Math.max(ALIGNMENT, Math.ceil(length / ALIGNMENT) * ALIGNMENT);
    const address = libc().aligned_alloc(ALIGNMENT, reserved);
    if (address === 0) {
      throw new PlatformError('ENOMEM', 'allocate', `cannot allocate ${length} bytes: not enough memory (ENOMEM)`);
    }
    this.address = address;
    this.length = length;
    this.arrayBuffer = length === 0 ? new ArrayBuffer(0) : libc().view(address, length);
    new Uint8Array(this.arrayBuffer).fill(0);
    unreachable.register(this.arrayBuffer, address);
  }
}
