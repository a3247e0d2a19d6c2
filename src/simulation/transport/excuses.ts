/**
 * When a stream may lose an image without anybody being at fault: a host or a pair of hosts was cut off for
 * longer than the time-outs allow. Holds until the time-outs that it may have started have run out.
 */
export class Excuses {
  readonly #now: () => number;
  readonly #graceNs: number;
  readonly #untilNs = new Map<string, number>();

  /** @param graceNs for how long after its end a cut may still show. */
  constructor(now: () => number, graceNs: number) {
    this.#now = now;
    this.#graceNs = graceNs;
  }

  /** From now on, for so long, nothing or not everything goes between the two; for a host's own streams, `a` is `b`. */
  cut(a: string, b: string, durationNs: number): void {
    const untilNs = this.#now() + durationNs + this.#graceNs;
    for (const key of [`${a} ${b}`, `${b} ${a}`]) {
      this.#untilNs.set(key, Math.max(untilNs, this.#untilNs.get(key) ?? 0));
    }
  }

  hasEverHad(a: string, b: string): boolean {
    return this.#untilNs.has(`${a} ${b}`);
  }

  has(a: string, b: string): boolean {
    return this.#now() <= (this.#untilNs.get(`${a} ${b}`) ?? -1);
  }
}
