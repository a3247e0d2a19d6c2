import { CountersDescriptor } from '../../agrona/mod.ts';
import type { SimulatedHost } from '../../platform/simulated/mod.ts';
import { SystemCounterDescriptor as S } from '../../protocol/mod.ts';
import { SimulatedMediaDriver } from '../simulated-media-driver.ts';
import { ADDRESS_IN_USE } from './destinations.ts';
import { FlowControlMonitor } from './flow-control-monitor.ts';
import { type HostScenario, REJECTION } from './scenario.ts';
import type { HostStage, Stage } from './stage.ts';

/** What no fault of the network or of a client brings about. */
const NEVER_COUNTED = [
  S.RECEIVER_PROXY_FAILS,
  S.SENDER_PROXY_FAILS,
  S.CONDUCTOR_PROXY_FAILS,
  S.INVALID_PACKETS,
  S.FREE_FAILS,
];
const UNKNOWN = /\[UNKNOWN_(SUBSCRIPTION|PUBLICATION|COUNTER)\]/;

/** A host with the driver that it has at the moment, and what must hold of it. */
export class DriverStage implements HostStage {
  readonly scenario: HostScenario;
  readonly host: SimulatedHost;
  readonly #stage: Stage;
  readonly #emptyLength: number;
  /** Senders may go beyond what a receiver of this host has room for, without being at fault. */
  readonly #mayBeOverrun: boolean;
  #driver: SimulatedMediaDriver | undefined;
  #monitor: FlowControlMonitor | undefined;
  /** Counters that a driver has without clients. */
  #ownCounters = new Set<string>();
  /** Bytes that a driver has mapped without clients. */
  #ownMappedLength = 0;

  constructor(stage: Stage, scenario: HostScenario, mayBeOverrun: boolean) {
    const { name, address, clockDriftPpm, clockOffsetMs } = scenario;
    this.scenario = scenario;
    this.#stage = stage;
    this.#mayBeOverrun = mayBeOverrun;
    this.host = stage.world.host(name, { addresses: [address], clockDriftPpm, clockOffsetMs });
    this.#emptyLength = this.host.disk('/dev/shm').usableLength;
  }

  get driver(): SimulatedMediaDriver {
    return this.#driver!;
  }

  get isServing(): boolean {
    return this.#driver?.isAlive === true && !this.#driver.isPaused;
  }

  launch(options: { dirDeleteOnStart?: boolean } = {}): void {
    this.#driver?.kill();
    const driver = SimulatedMediaDriver.launch(this.host, {
      ...this.scenario.driver,
      ...options,
      dirDeleteOnShutdown: true,
    });
    this.#driver?.close();
    this.#driver = driver;
    this.#monitor = new FlowControlMonitor(this.#stage, this.#driver);
    this.#ownCounters = new Set(this.#counters());
    this.#ownMappedLength = driver.counters.getCounterValue(S.BYTES_CURRENTLY_MAPPED);
    this.#stage.story.tell(`the driver of ${this.host.name} is there`);
  }

  /** At once, or in the middle of its code at the operation on files or network that is so many ahead. */
  kill(afterOperations: number | undefined): void {
    this.#checkErrors();
    if (afterOperations === undefined) {
      this.driver.kill();
    } else {
      this.driver.killAfter(afterOperations);
    }
  }

  check(): void {
    if (this.isServing) {
      this.#monitor!.check();
    }
  }

  /** What a driver without clients should not have. */
  leftovers(): string[] {
    if (!this.isServing) {
      return [`${this.host.name}: no driver`];
    }
    const counters = this.#counters().filter((label) => !this.#ownCounters.has(label));
    const sockets = this.host.network.socketCount;
    return [
      ...this.driver.logFiles().map((name) => `file ${name}`),
      ...counters.map((label) => `counter ${label}`),
      ...(sockets === 0 ? [] : [`${sockets} sockets`]),
    ].map((what) => `${this.host.name}: ${what}`);
  }

  /** Closes the driver, of which nothing may stay. */
  end(): void {
    this.#checkErrors();
    this.#checkSystemCounters();
    this.driver.close();
    this.#removeSavedErrors();
    const used = this.#emptyLength - this.host.disk('/dev/shm').usableLength;
    if (used !== 0) {
      this.#stage.fail(`${used} bytes of /dev/shm of ${this.host.name} stayed behind a closed driver`);
    }
  }

  tellCounters(): void {
    this.driver.counters.forEach((value, id, label) => {
      const isTelling = value !== 0n && id !== S.AERON_VERSION;
      if (isTelling) {
        this.#stage.story.tell(`${this.host.name} counter ${id} ${label}: ${value}`);
      }
    });
  }

  #checkErrors(): void {
    const errors = this.driver.errors().filter((error) => !this.#isToBeExpected(error));
    if (errors.length > 0) {
      this.#stage.fail(`the driver of ${this.host.name} has logged errors: ${errors.join('; ')}`);
    }
  }

  /** A driver that starts in the place of a dead one saves the errors of that one. */
  #removeSavedErrors(): void {
    const { files } = this.host.process('cleaner').platform;
    for (const name of files.list('/dev/shm')) {
      if (name.endsWith('-error.log')) {
        files.remove(`/dev/shm/${name}`);
      }
    }
  }

  #checkSystemCounters(): void {
    const { counters, host } = this.driver;
    const unwanted = this.#mayBeOverrun ? NEVER_COUNTED : [...NEVER_COUNTED, S.FLOW_CONTROL_OVER_RUNS];
    for (const id of unwanted) {
      const value = counters.getCounterValue(id);
      if (value !== 0) {
        this.#stage.fail(`the driver of ${host.name} has counted '${counters.getCounterLabel(id)}': ${value}`);
      }
    }
    const mapped = counters.getCounterValue(S.BYTES_CURRENTLY_MAPPED);
    if (mapped !== this.#ownMappedLength) {
      this.#stage.fail(`the driver of ${host.name} has ${mapped} bytes mapped, ${this.#ownMappedLength} when it began`);
    }
  }

  /** Images are rejected on purpose; addresses of somebody who died are in use for a while; who was timed out may not know it yet. */
  #isToBeExpected(error: string): boolean {
    const { excuses } = this.#stage;
    const mayClientsBeLost = excuses.hasEverHad(this.host.name, this.host.name);
    return (
      ADDRESS_IN_USE.test(error) ||
      error.includes(`errorMessage=${REJECTION}`) ||
      (mayClientsBeLost && UNKNOWN.test(error))
    );
  }

  #counters(): string[] {
    const { counters } = this.driver;
    const labels: string[] = [];
    counters.findAllocated((id) => {
      if (counters.getCounterState(id) === CountersDescriptor.RECORD_ALLOCATED) {
        labels.push(counters.getCounterLabel(id));
      }
      return false;
    });
    return labels;
  }
}
