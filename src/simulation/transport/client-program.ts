import { Aeron, type AeronOptions, RegistrationError } from '../../client/mod.ts';
import { AeronError } from '../../platform/mod.ts';
import type { SimulatedProcess } from '../../platform/simulated/mod.ts';
import { Draw } from '../draw.ts';
import { ADDRESS_IN_USE } from './destinations.ts';
import { PublisherProgram } from './publisher-program.ts';
import type { ClientScenario } from './scenario.ts';
import type { HostStage, Stage } from './stage.ts';
import { SubscriberProgram } from './subscriber-program.ts';

const RETRY_NS = 20_000_000;
/** Of counters of applications. */
const COUNTER_TYPE_ID = 1001;
/**
 * What a client may say when its driver is dead or stands still, or when it stood still itself: it may be told of
 * logs that a new driver has removed with the directory of the old one.
 */
const LOST = [
  'DRIVER_TIMEOUT',
  'CLIENT_TIMEOUT',
  'CONDUCTOR_SERVICE_TIMEOUT',
  'CLIENT_CLOSED',
  'LOG_BUFFER_UNAVAILABLE',
];

/** A process with a client and its programs, and whoever starts it again when it has lost its driver. */
export class ClientProgram {
  readonly scenario: ClientScenario;
  readonly publishers: readonly PublisherProgram[];
  readonly subscribers: readonly SubscriberProgram[];
  readonly #stage: Stage;
  readonly #options: AeronOptions;
  #clientProcess: SimulatedProcess | undefined;
  #aeron: Aeron | undefined;
  #counterId = 0;

  constructor(stage: Stage, scenario: ClientScenario, driverTimeoutMs: number, seed: number) {
    const draw = Draw.seeded(seed, `client ${scenario.name}`);
    const { host } = scenario;
    this.scenario = scenario;
    this.#stage = stage;
    this.#options = { driverTimeoutMs, keepAliveIntervalNs: scenario.keepAliveIntervalNs };
    this.publishers = scenario.publishers.map(
      (publisher) => new PublisherProgram(stage, publisher, host, draw.fork(`publisher ${publisher.id}`)),
    );
    this.subscribers = scenario.subscribers.map(
      (subscriber) => new SubscriberProgram(stage, subscriber, host, draw.fork(`subscriber ${subscriber.id}`)),
    );
  }

  get isRunning(): boolean {
    return this.#clientProcess !== undefined;
  }

  /** Starts it, now or as soon as its driver serves. */
  start(): void {
    if (this.#stage.isEnding || this.isRunning) {
      return;
    }
    const hostStage = this.#stage.host(this.scenario.host);
    if (!hostStage.isServing || !this.#connect(hostStage)) {
      this.#stage.world.after(RETRY_NS, () => this.start());
    }
  }

  /** At once, or in the middle of its code at the operation on files or network that is so many ahead. */
  kill(afterOperations?: number): void {
    if (afterOperations === undefined) {
      this.#end('is killed', () => {});
    } else {
      this.#clientProcess?.killAfter(afterOperations);
    }
  }

  /** A process that was killed in the middle of its code does not say so. */
  notice(): void {
    if (this.#clientProcess?.isAlive === false) {
      this.#end('was killed', () => {});
    }
  }

  close(): void {
    this.#end('closes', (aeron) => aeron.close());
  }

  pause(): void {
    this.#clientProcess?.pause();
  }

  resume(): void {
    this.#clientProcess?.resume();
  }

  #connect({ host }: HostStage): boolean {
    const { name, usesInvoker } = this.scenario;
    const clientProcess = host.process(name);
    try {
      const aeron = Aeron.connectBlocking({
        ...this.#options,
        platform: clientProcess.platform,
        clientName: name,
        useConductorAgentInvoker: usesInvoker,
        errorHandler: (error) => this.#onError(error),
      });
      this.#aeron = aeron;
    } catch (error) {
      clientProcess.kill();
      this.#onError(error);
      return false;
    }
    this.#clientProcess = clientProcess;
    clientProcess.run(() => this.#dutyCycle(this.#aeron!));
    for (const program of [...this.publishers, ...this.subscribers]) {
      program.attach(this.#aeron);
    }
    this.#counterId = this.#aeron.asyncAddCounter(COUNTER_TYPE_ID, `rounds of ${name}`);
    this.#stage.story.tell(`client ${name} is connected`);
    return true;
  }

  #dutyCycle(aeron: Aeron): number {
    let work = aeron.conductorAgentInvoker?.invoke() ?? 0;
    if (aeron.isClosed) {
      this.#end('has lost its driver', () => {});
      this.#stage.world.after(RETRY_NS, () => this.start());
      return 1;
    }
    try {
      aeron.getCounter(this.#counterId)?.increment();
      for (const publisher of this.publishers) {
        work += publisher.tick();
      }
      for (const subscriber of this.subscribers) {
        work += subscriber.tick();
      }
    } catch (error) {
      this.#onError(error);
    }
    return work;
  }

  #onError(error: unknown): void {
    if (AeronError.is(error) && LOST.includes(error.code)) {
      const { name, host } = this.scenario;
      this.#stage.story.tell(`client ${name}: ${error.message}`);
      if (this.#stage.excuses.has(host, host)) {
        return;
      }
    }
    if (error instanceof RegistrationError && this.#isRefusedDestination(error)) {
      return;
    }
    throw error;
  }

  #isRefusedDestination({ correlationId, message }: RegistrationError): boolean {
    const programs = [...this.publishers, ...this.subscribers];
    return ADDRESS_IN_USE.test(message) && programs.some((program) => program.onRefusal(correlationId));
  }

  #end(how: string, end: (aeron: Aeron) => void): void {
    if (this.#clientProcess === undefined || this.#aeron === undefined) {
      return;
    }
    this.#stage.story.tell(`client ${this.scenario.name} ${how}`);
    end(this.#aeron);
    for (const program of [...this.publishers, ...this.subscribers]) {
      program.detach();
    }
    this.#clientProcess.kill();
    this.#clientProcess = undefined;
    this.#aeron = undefined;
  }
}
