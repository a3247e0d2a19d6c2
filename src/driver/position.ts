/**
 * A position counter (in bytes of a stream) as the driver uses it; agrona's positions are of this shape.
 */
export interface ReadablePosition {
  /** Counter id. */
  readonly id: number;
  get(): number;
  getVolatile(): number;
  close(): void;
}

export interface Position extends ReadablePosition {
  set(value: number): void;
  setRelease(value: number): void;
  /** True when `value` was above the position and is now it. */
  proposeMaxRelease(value: number): boolean;
}
