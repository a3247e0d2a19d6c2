/**
 * Where the processor keeps stores in order (x64), a plain store is a release store; elsewhere a fence has
 * to stand before it. JavaScript has no fence, so a read-modify-write on a scratch word stands in for one.
 */
const architecture: string | undefined = (globalThis as { process?: { arch?: string } }).process?.arch;
const storesAreOrdered = architecture === undefined || architecture === 'x64' || architecture === 'ia32';
const scratch = new Int32Array(new SharedArrayBuffer(8));

function fence(): void {
  Atomics.add(scratch, 0, 0);
}

function nothing(): void {}

/** Orders all earlier loads and stores before all later stores. */
export const releaseFence: () => void = storesAreOrdered ? nothing : fence;

/** Orders all earlier loads before all later loads and stores. */
export const acquireFence: () => void = storesAreOrdered ? nothing : fence;
