import type { Platform } from '../platform/mod.ts';
import { Wait } from './wait.ts';

/** Messages that could not be sent at once, in the order of the calls. */
export class SendQueue {
  readonly #platform: Platform;
  #length = 0;
  /** Resolves when all sends so far have ended: the next one waits behind them. */
  #before: Promise<void> = Promise.resolve();

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  /** Whether a message may be sent at once. */
  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /**
   * Resolves with what `offer` returns, once it has its turn and that is not negative. The message is not sent any more
   * when this rejects.
   * @throws what `offer` throws; the signal's reason
   */
  async send(offer: () => number, signal: AbortSignal | undefined): Promise<number> {
    const before = this.#before;
    const sent = offerAfter(before, offer, new Wait(this.#platform, signal));
    this.#length++;
    // One that gives up does not let the next one pass those before it.
    this.#before = Promise.allSettled([before, sent]).then(() => {});
    try {
      return await sent;
    } finally {
      this.#length--;
    }
  }
}

async function offerAfter(before: Promise<void>, offer: () => number, wait: Wait): Promise<number> {
  await wait.until(before);
  for (;;) {
    wait.signal?.throwIfAborted();
    const position = offer();
    if (position >= 0) {
      return position;
    }
    await wait.next();
  }
}
