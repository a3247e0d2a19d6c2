import type { TimedChannel } from './scenario.ts';
import type { Stage } from './stage.ts';

/** What a driver says of an address that is still bound. */
export const ADDRESS_IN_USE = /is in use on host/;
/** An address that is still bound by an earlier image or by a client that died is free after a while. */
const RETRY_NS = 100_000_000;

/** What destinations are added to. */
interface MultiDestination {
  readonly isClosed: boolean;
  asyncAddDestination(channel: string): number;
  asyncRemoveDestination(channel: string): number;
}

/** Adds the destinations of a publication or subscription when it is time, and again when the driver refuses. */
export class Destinations {
  readonly #stage: Stage;
  readonly #owner: string;
  readonly #target: MultiDestination;
  readonly #added = new Map<number, string>();
  readonly #all: readonly TimedChannel[];
  #waiting: TimedChannel[];

  constructor(stage: Stage, owner: string, destinations: readonly TimedChannel[], target: MultiDestination) {
    this.#stage = stage;
    this.#owner = owner;
    this.#target = target;
    this.#all = destinations;
    this.#waiting = [...destinations];
  }

  addDue(nowNs: number): void {
    const due = this.#waiting.filter(({ atNs }) => atNs <= nowNs);
    if (due.length === 0 || this.#target.isClosed) {
      return;
    }
    this.#waiting = this.#waiting.filter(({ atNs }) => atNs > nowNs);
    for (const { channel } of due) {
      this.#stage.story.tell(`${this.#owner} adds destination ${channel}`);
      this.#added.set(this.#target.asyncAddDestination(channel), channel);
    }
  }

  /** Takes the n-th away for a while, if it is there. */
  drop(index: number, forNs: number): void {
    const { channel } = this.#all[index]!;
    const isThere = this.#waiting.every((waiting) => waiting.channel !== channel);
    if (!isThere || this.#target.isClosed) {
      return;
    }
    this.#stage.story.tell(`${this.#owner} drops destination ${channel}`);
    this.#target.asyncRemoveDestination(channel);
    this.#waiting.push({ channel, atNs: this.#stage.trafficNs + forNs });
  }

  /** Whether it was one of these. */
  onRefusal(correlationId: number): boolean {
    const channel = this.#added.get(correlationId);
    if (channel === undefined) {
      return false;
    }
    this.#waiting.push({ channel, atNs: this.#stage.trafficNs + RETRY_NS });
    return true;
  }
}
