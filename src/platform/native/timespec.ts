import { NativeMemory } from './native-memory.ts';

const NS_PER_SECOND = 1_000_000_000;
const LONGEST_SECONDS = 0x7fff_ffff;

/**
 *     struct timespec { i64 seconds; i64 nanoseconds }
 */
export class Timespec {
  /** Kept with the fields below in mind: the memory lives as long as its bytes can be reached. */
  private readonly words: Int32Array;
  readonly address: number;

  constructor() {
    const memory = new NativeMemory(16);
    this.words = new Int32Array(memory.arrayBuffer);
    this.address = memory.address;
  }

  /** A negative duration is none; one beyond 68 years is 68 years. */
  set(durationNs: number): void {
    const ns = Math.max(0, durationNs);
    const seconds = Math.min(Math.floor(ns / NS_PER_SECOND), LONGEST_SECONDS);
    this.words[0] = seconds;
    this.words[2] = Math.floor(ns) % NS_PER_SECOND;
  }

  get seconds(): number {
    return this.words[0]! >>> 0;
  }

  get nanoseconds(): number {
    return this.words[2]!;
  }
}
