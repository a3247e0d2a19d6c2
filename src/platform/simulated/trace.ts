/** One thing that happened in the world: a datagram sent, lost or delivered, a file synced, a process killed. */
export interface TraceEvent {
  /** Virtual time. */
  readonly timeNs: number;
  /** 'send', 'lose', 'deliver', 'write', 'sync', 'crash', ... */
  readonly kind: string;
  /** The host it happened on. */
  readonly host: string;
  /** Addresses, paths, lengths: for people and for the hash. */
  readonly detail: string;
}

/**
 * Folds every event, and the bytes that moved with it, into one hash: two runs with the same hash did the
 * same things at the same virtual times.
 */
export class Trace {
  readonly #listener: ((event: TraceEvent) => void) | undefined;
  #low = 0x811c9dc5 | 0;
  #high = 0x6c62272e | 0;
  #count = 0;

  constructor(listener: ((event: TraceEvent) => void) | undefined) {
    this.#listener = listener;
  }

  /** 16 hexadecimal digits. */
  get hash(): string {
    return hex(this.#high) + hex(this.#low);
  }

  get count(): number {
    return this.#count;
  }

  record(timeNs: number, kind: string, host: string, detail: string, bytes?: Uint8Array): void {
    this.#count++;
    this.#mix((timeNs % 4294967296) | 0);
    this.#mix((timeNs / 4294967296) | 0);
    this.#mixText(kind);
    this.#mixText(host);
    this.#mixText(detail);
    if (bytes !== undefined) {
      this.#mixBytes(bytes);
    }
    this.#listener?.({ timeNs, kind, host, detail });
  }

  #mixText(text: string): void {
    for (let i = 0; i < text.length; i++) {
      this.#low = Math.imul(this.#low ^ text.charCodeAt(i), 0x01000193);
    }
    this.#mix(text.length);
  }

  #mixBytes(bytes: Uint8Array): void {
    const aligned = (bytes.byteOffset & 3) === 0 ? bytes : bytes.slice();
    const words = new Int32Array(aligned.buffer, aligned.byteOffset, bytes.length >>> 2);
    // Two lanes, so that one multiplication does not have to wait for the other.
    let low = this.#low;
    let high = this.#high;
    let i = 0;
    for (; i + 1 < words.length; i += 2) {
      low = Math.imul(low ^ words[i]!, 0x01000193);
      high = Math.imul(high ^ words[i + 1]!, 0x01000193);
      low ^= low >>> 15;
      high ^= high >>> 15;
    }
    for (i *= 4; i < bytes.length; i++) {
      low = Math.imul(low ^ bytes[i]!, 0x01000193);
    }
    this.#low = low;
    this.#high = high;
    this.#mix(bytes.length);
  }

  #mix(word: number): void {
    this.#low = Math.imul(this.#low ^ word, 0x85ebca6b);
    this.#low ^= this.#low >>> 13;
    this.#high = Math.imul(this.#high ^ this.#low, 0xc2b2ae35);
    this.#high ^= this.#high >>> 16;
  }
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
