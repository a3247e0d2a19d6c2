import type { AgentInvoker } from '../agrona/mod.ts';
import type { Platform, ScheduledCall } from '../platform/mod.ts';
import type { ClientConductor } from './client-conductor.ts';

/** Rounds right after each other before an idle loop begins to sleep while somebody waits for an answer. */
const EAGER_ROUNDS = 100;
const AWAITING_SLEEP_MS = 1;

/**
 * Gives the conductor its turns on the event loop: again at once while there is work, eagerly and then every
 * millisecond while a command is awaited (which also keeps the process alive), otherwise every
 * `idleSleepDurationNs`. A client with an invoker of its own is only helped while a command is awaited.
 */
export class EventLoopRunner {
  readonly #platform: Platform;
  readonly #conductor: ClientConductor;
  readonly #invoker: AgentInvoker;
  readonly #driverInvoker: AgentInvoker | undefined;
  readonly #onlyWhileAwaited: boolean;
  #next: ScheduledCall | undefined;
  #isRunning = false;
  #idleRounds = 0;

  constructor(
    platform: Platform,
    conductor: ClientConductor,
    invoker: AgentInvoker,
    options: { onlyWhileAwaited: boolean; driverInvoker?: AgentInvoker | undefined },
  ) {
    this.#platform = platform;
    this.#conductor = conductor;
    this.#invoker = invoker;
    this.#onlyWhileAwaited = options.onlyWhileAwaited;
    this.#driverInvoker = options.driverInvoker;
  }

  /** Goes on soon: at the start, and when a command was sent. */
  wake(): void {
    this.#idleRounds = 0;
    if (!this.#isRunning) {
      this.#next?.cancel();
      this.#next = this.#platform.scheduler.soon(this.#run);
    }
  }

  stop(): void {
    this.#next?.cancel();
    this.#next = undefined;
  }

  readonly #run = (): void => {
    this.#isRunning = true;
    this.#driverInvoker?.invoke();
    const workCount = this.#invoker.invoke();
    this.#isRunning = false;
    this.#idleRounds = workCount > 0 ? 0 : this.#idleRounds + 1;
    this.#next = this.#schedule();
  };

  #schedule(): ScheduledCall | undefined {
    const { scheduler } = this.#platform;
    const isAwaited = this.#conductor.pending.hasWaiters;
    if (this.#invoker.isClosed || (this.#onlyWhileAwaited && !isAwaited)) {
      return undefined;
    }
    if (this.#idleRounds === 0 || (isAwaited && this.#idleRounds < EAGER_ROUNDS)) {
      return scheduler.soon(this.#run);
    }
    return isAwaited
      ? scheduler.after(AWAITING_SLEEP_MS, this.#run, { keepAlive: true })
      : scheduler.after(this.#conductor.idleSleepMs, this.#run);
  }
}
