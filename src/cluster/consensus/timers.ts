/** Most timers that expire in one round, so that a flood of them does not starve the rest. */
const POLL_LIMIT = 20;

interface Timer {
  readonly correlationId: bigint;
  deadline: bigint;
  index: number;
}

/**
 * The timers that services have scheduled, by deadline: a binary heap and an index by correlation id.
 * Correlation ids are unique: scheduling one again moves its timer. Timers of one deadline expire in any
 * order. Upstream: `io.aeron.cluster.PriorityHeapTimerService`.
 */
export class Timers {
  readonly #byCorrelationId = new Map<bigint, Timer>();
  readonly #heap: Timer[] = [];

  get size(): number {
    return this.#heap.length;
  }

  /**
   * Gives the correlation ids of timers whose deadline has come to `expire`, which says whether it took one;
   * those taken are gone, and after one refused the round ends. Returns how many were taken.
   */
  poll(now: bigint, expire: (correlationId: bigint) => boolean): number {
    let expired = 0;
    while (expired < POLL_LIMIT) {
      const timer = this.#heap[0];
      if (timer === undefined || timer.deadline > now || !expire(timer.correlationId)) {
        break;
      }
      this.#remove(timer);
      expired++;
    }
    return expired;
  }

  /** Schedules a timer, or moves the one with this id. */
  schedule(correlationId: bigint, deadline: bigint): void {
    const existing = this.#byCorrelationId.get(correlationId);
    if (existing !== undefined) {
      existing.deadline = deadline;
      this.#up(existing.index, existing);
      this.#down(existing.index, existing);
      return;
    }
    const timer = { correlationId, deadline, index: this.#heap.length };
    this.#heap.push(timer);
    this.#byCorrelationId.set(correlationId, timer);
    this.#up(timer.index, timer);
  }

  /** Whether there was one. */
  cancel(correlationId: bigint): boolean {
    const timer = this.#byCorrelationId.get(correlationId);
    if (timer === undefined) {
      return false;
    }
    this.#remove(timer);
    return true;
  }

  forEach(consumer: (correlationId: bigint, deadline: bigint) => void): void {
    for (const { correlationId, deadline } of this.#heap) {
      consumer(correlationId, deadline);
    }
  }

  #remove(timer: Timer): void {
    this.#byCorrelationId.delete(timer.correlationId);
    const last = this.#heap.pop()!;
    if (last !== timer) {
      this.#place(timer.index, last);
      this.#up(last.index, last);
      this.#down(last.index, last);
    }
  }

  #up(start: number, timer: Timer): void {
    let index = start;
    while (index > 0) {
      const parent = this.#heap[(index - 1) >>> 1]!;
      if (parent.deadline <= timer.deadline) {
        break;
      }
      const parentIndex = parent.index;
      this.#place(index, parent);
      index = parentIndex;
    }
    this.#place(index, timer);
  }

  #down(start: number, timer: Timer): void {
    const { length } = this.#heap;
    let index = start;
    for (;;) {
      let childIndex = 2 * index + 1;
      if (childIndex >= length) {
        break;
      }
      if (childIndex + 1 < length && this.#heap[childIndex + 1]!.deadline < this.#heap[childIndex]!.deadline) {
        childIndex++;
      }
      const child = this.#heap[childIndex]!;
      if (child.deadline >= timer.deadline) {
        break;
      }
      this.#place(index, child);
      index = childIndex;
    }
    this.#place(index, timer);
  }

  #place(index: number, timer: Timer): void {
    this.#heap[index] = timer;
    timer.index = index;
  }
}
