/** SIGINT, SIGTERM, or a component that says that it is time to end. */
export class EndRequest {
  /** Settles at the first of them. */
  readonly requested: Promise<void>;
  readonly #controller = new AbortController();

  constructor() {
    this.requested = new Promise((resolve) => {
      this.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => this.request());
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
