import type { Prng } from './prng.ts';

/** What one direction of a link between two hosts does to datagrams. All chances are from 0 to 1 per datagram. */
export interface LinkFaults {
  /** Time a datagram is under way. */
  readonly latencyNs: number;
  /** Up to this much more, drawn for each datagram; by itself it never reorders. */
  readonly jitterNs: number;
  /** Chance that a datagram is lost. */
  readonly loss: number;
  /** Chance that a datagram arrives twice. */
  readonly duplicate: number;
  /** Chance that a datagram is held back while later ones overtake it, for up to `reorderDelayNs`. */
  readonly reorder: number;
  readonly reorderDelayNs: number;
  /** Chance that the sender's system does not take a datagram now: `send` returns false, `sendBatch` stops short. */
  readonly refuse: number;
  /** Bytes a second, IP and UDP headers among them; 0 is without limit. */
  readonly bandwidth: number;
  /** Bytes that may wait for the bandwidth; more are lost. */
  readonly queueLength: number;
  /** Nothing passes in this direction. */
  readonly isDown: boolean;
}

export const CLEAN_LINK: LinkFaults = {
  latencyNs: 50_000,
  jitterNs: 0,
  loss: 0,
  duplicate: 0,
  reorder: 0,
  reorderDelayNs: 1_000_000,
  refuse: 0,
  bandwidth: 0,
  queueLength: 1024 * 1024,
  isDown: false,
};

/** IPv4 and UDP headers, which bandwidth has to carry too. */
const HEADER_LENGTH = 28;

/** What becomes of one datagram: why it is lost, or when its copies arrive. */
export interface Fate {
  readonly lostTo: 'down' | 'loss' | 'queue' | undefined;
  readonly arrivalsNs: readonly number[];
}

/**
 * One direction between two hosts, or a host's loopback. Arrivals keep the order of sending unless `reorder`
 * or `duplicate` says otherwise.
 */
export class Link {
  /** Datagrams scheduled and not arrived. */
  inFlight = 0;
  readonly #random: Prng;
  readonly #clean: LinkFaults;
  #faults: LinkFaults;
  #lastArrivalNs = 0;
  #busyUntilNs = 0;

  constructor(random: Prng, faults: LinkFaults) {
    this.#random = random;
    this.#clean = faults;
    this.#faults = faults;
  }

  get faults(): LinkFaults {
    return this.#faults;
  }

  /** Changes what is given and leaves the rest; holds for datagrams sent from now on. */
  set(faults: Partial<LinkFaults>): void {
    this.#faults = { ...this.#faults, ...faults };
  }

  /** Back to what the link was made with. */
  reset(): void {
    this.#faults = this.#clean;
  }

  refuses(): boolean {
    return this.#random.chance(this.#faults.refuse);
  }

  transmit(nowNs: number, length: number): Fate {
    const { isDown, loss, duplicate, reorder, reorderDelayNs, latencyNs } = this.#faults;
    if (isDown) {
      return DOWN;
    }
    const departureNs = this.#depart(nowNs, length + HEADER_LENGTH);
    if (departureNs === undefined) {
      return QUEUE_FULL;
    }
    if (this.#random.chance(loss)) {
      return LOST;
    }
    let arrivalNs = departureNs + latencyNs + this.#jitter();
    if (this.#random.chance(reorder)) {
      arrivalNs += this.#random.below(reorderDelayNs + 1);
    } else {
      arrivalNs = Math.max(arrivalNs, this.#lastArrivalNs);
      this.#lastArrivalNs = arrivalNs;
    }
    if (this.#random.chance(duplicate)) {
      return { lostTo: undefined, arrivalsNs: [arrivalNs, arrivalNs + this.#random.below(reorderDelayNs + 1)] };
    }
    return { lostTo: undefined, arrivalsNs: [arrivalNs] };
  }

  /** When the last bit has left; undefined when there is no room to wait for that. */
  #depart(nowNs: number, length: number): number | undefined {
    const { bandwidth, queueLength } = this.#faults;
    if (bandwidth === 0) {
      return nowNs;
    }
    const startNs = Math.max(nowNs, this.#busyUntilNs);
    const waitingBytes = ((startNs - nowNs) * bandwidth) / 1e9;
    if (waitingBytes + length > queueLength) {
      return undefined;
    }
    this.#busyUntilNs = startNs + Math.ceil((length * 1e9) / bandwidth);
    return this.#busyUntilNs;
  }

  #jitter(): number {
    const { jitterNs } = this.#faults;
    return jitterNs === 0 ? 0 : this.#random.below(jitterNs + 1);
  }
}

const DOWN: Fate = { lostTo: 'down', arrivalsNs: [] };
const LOST: Fate = { lostTo: 'loss', arrivalsNs: [] };
const QUEUE_FULL: Fate = { lostTo: 'queue', arrivalsNs: [] };
