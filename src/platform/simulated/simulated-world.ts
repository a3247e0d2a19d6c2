import { AeronError, type ScheduledCall, SocketAddress } from '../mod.ts';
import type { Link, LinkFaults } from './link.ts';
import { type NetworkCounts, NetworkFabric } from './network-fabric.ts';
import { Prng } from './prng.ts';
import { RunLoop } from './run-loop.ts';
import { type HostOptions, type HostWorld, SimulatedHost } from './simulated-host.ts';
import { Trace, type TraceEvent } from './trace.ts';

/** 2026-01-01T00:00Z. */
const DEFAULT_START_EPOCH_MS = 1_767_225_600_000;
const ADDRESS_ALIGNMENT = 4096;
/** How many turns the promises of a program get between two rounds of the world. */
const MICROTASK_TURNS = 20;

export interface WorldOptions {
  /** Everything that is random in the world comes of it. */
  readonly seed: number;
  /** Wall clock when the world begins: 2026-01-01 by default. */
  readonly startEpochMs?: number;
  /** What links between hosts are like until they are `set`: 50 µs, and no faults. */
  readonly links?: Partial<LinkFaults>;
  /** How long a round in which some agent did work takes: 10 µs by default. */
  readonly cycleNs?: number;
  /** How far time jumps at most when no agent did any work: 1 ms by default. */
  readonly idleNs?: number;
  /** Told everything that happens, in order. */
  readonly onTrace?: (event: TraceEvent) => void;
}

/** A world of hosts under virtual time. See the entry of this room for how it works and how it is used. */
export class SimulatedWorld {
  readonly seed: number;
  readonly hosts = new Map<string, SimulatedHost>();
  readonly #random: Prng;
  readonly #loop: RunLoop;
  readonly #trace: Trace;
  readonly #fabric: NetworkFabric;
  readonly #internals: HostWorld;
  readonly #idleNs: number;
  #nextAddress = 0x10000;

  constructor(options: WorldOptions) {
    const { seed, cycleNs = 10_000, idleNs = 1_000_000 } = options;
    this.seed = seed;
    this.#idleNs = idleNs;
    this.#random = Prng.seeded(seed);
    this.#loop = new RunLoop(this.#random.fork('turns'), cycleNs, idleNs);
    this.#trace = new Trace(options.onTrace);
    this.#fabric = new NetworkFabric(this.#loop, this.#trace, this.#random.fork('links'), options.links ?? {});
    this.#internals = {
      loop: this.#loop,
      turnNs: cycleNs,
      fabric: this.#fabric,
      startEpochMs: options.startEpochMs ?? DEFAULT_START_EPOCH_MS,
      takeAddress: (length) => this.#takeAddress(length),
      record: (kind, host, detail, bytes) => this.#trace.record(this.#loop.now, kind, host, detail, bytes),
    };
  }

  /** Virtual nanoseconds since the world began. */
  get now(): number {
    return this.#loop.now;
  }

  /** Of everything that has happened so far; equal for two runs exactly when they are the same run. */
  get traceHash(): string {
    return this.#trace.hash;
  }

  get networkCounts(): Readonly<NetworkCounts> {
    return this.#fabric.counts;
  }

  /** A stream of random numbers of its own for the caller, by the seed and the label. */
  random(label: string): Prng {
    return this.#random.fork(`user ${label}`);
  }

  /** Makes a host. Its name can be resolved everywhere. @throws AeronError HOST_EXISTS, ADDRESS_TAKEN, INVALID_ADDRESS */
  host(name: string, options: HostOptions = {}): SimulatedHost {
    if (this.hosts.has(name)) {
      throw new AeronError('HOST_EXISTS', `there is a host ${name}`);
    }
    const host = new SimulatedHost(this.#internals, name, this.#random.fork(`host ${name}`), options);
    this.#fabric.attach(host.network);
    this.hosts.set(name, host);
    this.setName(
      name,
      host.network.interfaces.filter((own) => !own.isLoopback).map((own) => own.address.host),
    );
    return host;
  }

  /** Lets a name be resolved to addresses, in this order, from now on; to none: it is not known any more. */
  setName(name: string, addresses: readonly string[]): void {
    this.#fabric.names.set(
      name,
      addresses.map((address) => SocketAddress.of(address, 0)),
    );
  }

  /** One direction of what connects two hosts; of a host and itself, its loopback. */
  link(from: string, to: string): Link {
    this.#checkHost(from);
    this.#checkHost(to);
    return this.#fabric.link(from, to);
  }

  /** Both directions of every pair of hosts, loopbacks not among them. */
  setLinks(faults: Partial<LinkFaults>): void {
    for (const link of this.#links()) {
      link.set(faults);
    }
  }

  /** Cuts every link between a host of the one group and a host of the other, both ways. */
  partition(group: readonly string[], others: readonly string[]): void {
    this.partitionOneWay(group, others);
    this.partitionOneWay(others, group);
  }

  /** Nothing comes through from the one group to the other; the other direction stays as it is. */
  partitionOneWay(from: readonly string[], to: readonly string[]): void {
    for (const a of from) {
      for (const b of to) {
        this.link(a, b).set({ isDown: true });
      }
    }
  }

  /** Brings all links up again; their other faults stay. */
  heal(): void {
    this.setLinks({ isDown: false });
  }

  /** Calls back after a time, whatever else goes on: for scripts of faults. */
  after(delayNs: number, callback: () => void): ScheduledCall {
    let isCancelled = false;
    this.#loop.schedule({
      timeNs: this.now + delayNs,
      run: () => {
        if (!isCancelled) {
          callback();
        }
      },
    });
    return {
      cancel: () => {
        isCancelled = true;
      },
    };
  }

  /** Time passes: datagrams arrive and scheduled calls are made, but no duty cycle is invoked. */
  advance(durationNs: number): void {
    this.#loop.advance(durationNs);
  }

  /**
   * Every duty cycle once, in an order drawn from the seed, and the time that takes: `cycleNs` when there was
   * work, else up to the next event but not more than `idleNs`. Returns the work done.
   * @throws whatever came out of a duty cycle or a scheduled call; the process it belongs to is dead then.
   */
  step(): number {
    return this.#loop.step(this.now + this.#idleNs);
  }

  /** Steps for so long. */
  run(durationNs: number): void {
    this.runUntil(() => false, durationNs);
  }

  /** Steps until the condition holds (true), or `withinNs` have passed without (false). Asked between steps. */
  runUntil(condition: () => boolean, withinNs: number): boolean {
    const deadlineNs = this.now + withinNs;
    while (!condition()) {
      if (this.now >= deadlineNs) {
        return false;
      }
      this.#loop.step(deadlineNs);
    }
    return true;
  }

  /** Like `runUntil` for programs that `await`: their promises get their turns between the steps. */
  async settleUntil(condition: () => boolean, withinNs: number): Promise<boolean> {
    const deadlineNs = this.now + withinNs;
    await turns();
    while (!condition()) {
      if (this.now >= deadlineNs) {
        return false;
      }
      this.#loop.step(deadlineNs);
      await turns();
    }
    return true;
  }

  *#links(): Iterable<Link> {
    for (const from of this.hosts.keys()) {
      for (const to of this.hosts.keys()) {
        if (from !== to) {
          yield this.#fabric.link(from, to);
        }
      }
    }
  }

  #takeAddress(length: number): number {
    const address = this.#nextAddress;
    this.#nextAddress += Math.ceil((length + 1) / ADDRESS_ALIGNMENT) * ADDRESS_ALIGNMENT;
    return address;
  }

  #checkHost(name: string): void {
    if (!this.hosts.has(name)) {
      throw new AeronError('UNKNOWN_HOST', `there is no host ${name}, only ${[...this.hosts.keys()].join(', ')}`);
    }
  }
}

async function turns(): Promise<void> {
  for (let i = 0; i < MICROTASK_TURNS; i++) {
    await undefined;
  }
}
