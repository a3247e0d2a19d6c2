import type { RandomSource } from '../platform/mod.ts';
import type { FeedbackDelayGenerator } from './feedback-delay-generator.ts';

/**
 * Random delays for a group of receivers that all see the same loss: drawn from a truncated exponential
 * distribution, so that most of the group waits long enough to hear the answer to the NAK of the few that
 * drew a short delay (the backoff of RFC 5401).
 *
 * Upstream: `io.aeron.driver.OptimalMulticastDelayGenerator`.
 */
export class OptimalMulticastDelayGenerator implements FeedbackDelayGenerator {
  readonly #random: RandomSource;
  readonly #randomMax: number;
  readonly #baseX: number;
  readonly #constantT: number;
  readonly #factorT: number;

  /**
   * @param maxBackoffNs the longest delay; more than 0. Upstream's knob: `aeron.nak.multicast.max.backoff`.
   * @param groupSize estimated number of receivers; at least 1. Upstream's knob: `aeron.nak.multicast.group.size`.
   */
  constructor(maxBackoffNs: number, groupSize: number, random: RandomSource) {
    const lambda = Math.log(groupSize) + 1;
    const scale = Math.exp(lambda) - 1;
    this.#random = random;
    this.#randomMax = lambda / maxBackoffNs;
    this.#baseX = lambda / (maxBackoffNs * scale);
    this.#constantT = maxBackoffNs / lambda;
    this.#factorT = scale * (maxBackoffNs / lambda);
  }

  generateDelayNs(): number {
    const x = this.#random.nextDouble() * this.#randomMax + this.#baseX;
    return Math.trunc(this.#constantT * Math.log(x * this.#factorT));
  }

  retryDelayNs(): number {
    return this.generateDelayNs();
  }
}
