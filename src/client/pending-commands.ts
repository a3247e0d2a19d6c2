import { DriverTimeoutError } from './errors.ts';

interface Waiter {
  readonly deadlineNs: number;
  resolve(): void;
  reject(error: unknown): void;
}

/** Errors of commands that nobody has asked about yet; more than this many and the oldest is forgotten. */
const MAX_FAILURES = 1024;

/** The commands of one client that the driver has not answered yet, and who waits for them. */
export class PendingCommands {
  /** With whom to tell of a failure that nobody waits for or can ask about. */
  readonly #active = new Map<number, ((error: unknown) => void) | undefined>();
  readonly #waiters = new Map<number, Waiter>();
  readonly #failures = new Map<number, unknown>();

  get hasActive(): boolean {
    return this.#active.size > 0;
  }

  get hasWaiters(): boolean {
    return this.#waiters.size > 0;
  }

  isActive(correlationId: number): boolean {
    return this.#active.has(correlationId);
  }

  /** @param onFailure told when the command fails and nobody waits; without it, whoever asks with `takeFailure` is. */
  add(correlationId: number, onFailure?: (error: unknown) => void): void {
    this.#active.set(correlationId, onFailure);
  }

  /** Settles when the command does, or rejects with a DriverTimeoutError after the deadline. */
  wait(correlationId: number, deadlineNs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiters.set(correlationId, { deadlineNs, resolve, reject });
    });
  }

  /** Nobody wants the answer any more. True when it had not come yet. */
  forget(correlationId: number): boolean {
    this.#waiters.delete(correlationId);
    return this.#active.delete(correlationId);
  }

  /** The driver has done it. False when nobody asked (any more). */
  complete(correlationId: number): boolean {
    const wasActive = this.#active.delete(correlationId);
    this.#takeWaiter(correlationId)?.resolve();
    return wasActive;
  }

  /** The driver has refused it. */
  fail(correlationId: number, error: unknown): void {
    const onFailure = this.#active.get(correlationId);
    this.#active.delete(correlationId);
    const waiter = this.#takeWaiter(correlationId);
    if (waiter !== undefined) {
      waiter.reject(error);
      return;
    }
    if (onFailure !== undefined) {
      onFailure(error);
      return;
    }
    if (this.#failures.size >= MAX_FAILURES) {
      const [oldest] = this.#failures.keys();
      this.#failures.delete(oldest!);
    }
    this.#failures.set(correlationId, error);
  }

  /** The error of a failed command, once. */
  takeFailure(correlationId: number): unknown {
    const error = this.#failures.get(correlationId);
    this.#failures.delete(correlationId);
    return error;
  }

  /** Rejects the waiters whose deadline has passed; an answer that comes later is ignored. */
  checkDeadlines(nowNs: number, describeTimeout: () => string): void {
    for (const [correlationId, waiter] of this.#waiters) {
      if (waiter.deadlineNs - nowNs < 0) {
        this.forget(correlationId);
        waiter.reject(new DriverTimeoutError(describeTimeout()));
      }
    }
  }

  /** The client closes: everybody who waits is told why. */
  failAll(error: unknown): void {
    const waiters = [...this.#waiters.values()];
    this.#waiters.clear();
    this.#active.clear();
    for (const waiter of waiters) {
      waiter.reject(error);
    }
  }

  #takeWaiter(correlationId: number): Waiter | undefined {
    const waiter = this.#waiters.get(correlationId);
    this.#waiters.delete(correlationId);
    return waiter;
  }
}
