import type { FeedbackDelayGenerator } from './feedback-delay-generator.ts';

/**
 * The same delay every time: right where there is one sender and one receiver, who cannot get into each
 * other's way.
 *
 * Upstream: `io.aeron.driver.StaticDelayGenerator`.
 */
export class StaticDelayGenerator implements FeedbackDelayGenerator {
  readonly #delayNs: number;
  readonly #retryDelayNs: number;

  /** Both in nanoseconds, not negative. */
  constructor(delayNs: number, retryDelayNs: number = delayNs) {
    this.#delayNs = delayNs;
    this.#retryDelayNs = retryDelayNs;
  }

  generateDelayNs(): number {
    return this.#delayNs;
  }

  retryDelayNs(): number {
    return this.#retryDelayNs;
  }
}

/** Feedback at once, again and again: how an unreliable stream fills its gaps. */
export const ZERO_DELAY_GENERATOR: FeedbackDelayGenerator = new StaticDelayGenerator(0);
