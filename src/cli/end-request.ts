/** SIGINT, SIGTERM, or a component that says that it is time to end. */
export class EndRequest {
  /** Settles at the first of them. */
  readonly requested: Promise<void>;
  readonly #controller = new AbortController();

  constructor() {
    this.requested = new Promise((resolve) => {
      this.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    // Also when it comes again, from a terminal and from a parent: a component that is being closed must not be killed.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => this.request());
    }
  }

  /** Aborted at the first of them. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  request(): void {
    this.#controller.abort();
  }
}
