/** Something that happens in the world at a point of virtual time. */
export interface WorldEvent {
  readonly timeNs: number;
  run(): void;
}

interface Entry {
  readonly event: WorldEvent;
  readonly sequence: number;
}

/** Events by time, and in the order of their coming where the time is the same. A binary heap. */
export class EventQueue {
  readonly #heap: Entry[] = [];
  #sequence = 0;

  /** When the next event is due; Infinity when there is none. */
  get nextTimeNs(): number {
    return this.#heap.length === 0 ? Number.POSITIVE_INFINITY : this.#heap[0]!.event.timeNs;
  }

  add(event: WorldEvent): void {
    const heap = this.#heap;
    const entry = { event, sequence: this.#sequence++ };
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(entry, heap[parent]!)) {
        break;
      }
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = entry;
  }

  /** Removes and returns the next event; there must be one. */
  take(): WorldEvent {
    const heap = this.#heap;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length > 0) {
      this.#sink(last);
    }
    return first.event;
  }

  #sink(entry: Entry): void {
    const heap = this.#heap;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) {
        break;
      }
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) {
        child++;
      }
      if (!isBefore(heap[child]!, entry)) {
        break;
      }
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = entry;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.event.timeNs < b.event.timeNs || (a.event.timeNs === b.event.timeNs && a.sequence < b.sequence);
}
