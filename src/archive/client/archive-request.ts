import { AeronError } from '../../agrona/mod.ts';
import { Wait } from '../../client/mod.ts';
import { type AeronArchiveContext, runInvokers } from './context.ts';

/**
 * Something that takes a while, as steps: it yields, with how much it got done, while it has to wait, and
 * returns its result. It never waits by itself; whoever drives it decides how. Given up, its `finally` blocks
 * take back what it had begun.
 */
export type Procedure<T> = Generator<number, T, void>;

/**
 * A request to an archive that was sent, or waits for room to be. Its answer can be had in three ways, of
 * which a caller uses the one that suits where he is:
 *
 *     const position = await archive.getStopPosition(7);             // a program, on its event loop
 *
 *     const request = archive.getStopPosition(7);                    // an agent, in its duty cycle:
 *     if (request.poll()) { use(request.result); }                   //   never waits
 *
 *     const position = archive.getStopPosition(7).block();           // an agent that starts or ends:
 *                                                                    //   asks the idle strategy while it waits
 *
 * The answer comes after `messageTimeoutNs` at the latest: an ArchiveTimeoutError then.
 */
export class ArchiveRequest<T> implements PromiseLike<T> {
  readonly #context: AeronArchiveContext;
  readonly #procedure: Procedure<T>;
  #workCount = 0;
  #isDone = false;
  #hasFailed = false;
  #error: unknown;
  #result: T | undefined;

  /** Takes the first step at once. */
  constructor(context: AeronArchiveContext, procedure: Procedure<T>) {
    this.#context = context;
    this.#procedure = procedure;
    this.#step();
  }

  /** Whether it has been answered, or has failed. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** What was answered. @throws what `poll` throws; AeronError ILLEGAL_STATE before the answer is there. */
  get result(): T {
    if (!this.#isDone) {
      throw new AeronError('ILLEGAL_STATE', 'the archive has not answered yet; poll until it has');
    }
    if (this.#hasFailed) {
      throw this.#error;
    }
    return this.#result as T;
  }

  /**
   * Looks whether the answer has come; it then is the `result`. Never waits. An agent invokes its Aeron client's
   * conductor itself.
   *
   * @throws ArchiveError when the archive refuses or is lost, ArchiveTimeoutError; RegistrationError where a
   *   publication or subscription is part of the request.
   */
  poll(): boolean {
    if (!this.#isDone) {
      this.#step();
    }
    if (this.#hasFailed) {
      throw this.#error;
    }
    return this.#isDone;
  }

  /**
   * Waits by asking the idle strategy, and gives the conductor of the Aeron client and the `agentInvoker` their
   * turns meanwhile.
   *
   * @throws as `poll`; AeronError CONFIGURATION when the Aeron client lives on the event loop, which this would stop.
   */
  block(): T {
    const { idleStrategy } = this.#context;
    requireInvoker(this.#context);
    idleStrategy.reset();
    while (!this.poll()) {
      idleStrategy.idle(this.#workCount + runInvokers(this.#context));
    }
    return this.result;
  }

  /** Waits on the event loop. An aborted wait gives the request up; it may have been carried out all the same. */
  async promise(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<T> {
    const { signal } = options;
    const wait = new Wait(this.#context.platform, signal);
    try {
      signal?.throwIfAborted();
      while (!this.poll()) {
        if (this.#workCount + runInvokers(this.#context) > 0) {
          await wait.afterProgress();
        } else {
          await wait.next();
        }
      }
      return this.result;
    } finally {
      this.cancel();
    }
  }

  /** For `await`. */
  // biome-ignore lint/suspicious/noThenProperty: it is a promise for whoever awaits it, and costs none to others
  then<R1 = T, R2 = never>(
    onFulfilled?: ((value: T) => R1 | PromiseLike<R1>) | null,
    onRejected?: ((reason: unknown) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2> {
    return this.promise().then(onFulfilled, onRejected);
  }

  /** Waits for it no longer. It may have been carried out all the same. */
  cancel(): void {
    if (!this.#isDone) {
      this.#isDone = true;
      this.#hasFailed = true;
      this.#error = new AeronError('CANCELLED', 'the request was cancelled');
      this.#procedure.return(undefined as T);
    }
  }

  #step(): void {
    try {
      const step = this.#procedure.next();
      if (step.done === true) {
        this.#isDone = true;
        this.#result = step.value;
      } else {
        this.#workCount = step.value;
      }
    } catch (error) {
      this.#isDone = true;
      this.#hasFailed = true;
      this.#error = error;
    }
  }
}

/** @throws AeronError CONFIGURATION */
function requireInvoker(context: AeronArchiveContext): void {
  if (context.aeron.conductorAgentInvoker === undefined) {
    throw new AeronError(
      'CONFIGURATION',
      'to block, the Aeron client must be driven by its invoker (useConductorAgentInvoker): its conductor lives on the event loop that would be blocked',
    );
  }
}
