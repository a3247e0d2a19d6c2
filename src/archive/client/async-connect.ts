import type { AeronArchive } from './aeron-archive.ts';
import { ArchiveRequest, type Procedure } from './archive-request.ts';
import { type AsyncConnectState, Connecting, type Connection } from './connecting.ts';
import { type AeronArchiveContext, runInvokers } from './context.ts';

/**
 * A connection to an archive that is being made. An agent polls it in its duty cycle until the client is there:
 *
 *     archive ??= connecting.poll();
 *
 * Closed before that, it takes back what it has added to the driver. Upstream: `AeronArchive.AsyncConnect`.
 */
export class AsyncConnect {
  readonly context: AeronArchiveContext;
  readonly #connecting: Connecting;
  readonly #request: ArchiveRequest<AeronArchive>;
  #archive: AeronArchive | undefined;

  /** @param create makes the client of a connection. */
  constructor(context: AeronArchiveContext, create: (connection: Connection) => AeronArchive) {
    this.context = context;
    this.#connecting = new Connecting(context, () => this.#archive?.onDisconnected());
    this.#request = new ArchiveRequest(context, this.#connect(create));
  }

  /** How far it has come. */
  get state(): AsyncConnectState {
    return this.#connecting.state;
  }

  /**
   * One step, in which the conductor of the Aeron client and the `agentInvoker` get a turn. Returns the client
   * when it is connected.
   *
   * @throws ArchiveTimeoutError after `messageTimeoutNs`; ArchiveError AUTHENTICATION_REJECTED, ...;
   *   RegistrationError when the driver refuses a channel. It is closed then.
   */
  poll(): AeronArchive | undefined {
    runInvokers(this.context);
    return this.#closingOnError(() => (this.#request.poll() ? this.#request.result : undefined));
  }

  /** Waits by asking the idle strategy. @throws as `poll` */
  block(): AeronArchive {
    return this.#closingOnError(() => this.#request.block());
  }

  /** Waits on the event loop. @throws as `poll`; the signal's reason */
  async promise(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<AeronArchive> {
    try {
      return await this.#request.promise(options);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Gives up, unless the client is there already. */
  close(): void {
    if (this.#archive !== undefined) {
      return;
    }
    this.#request.cancel();
    if (this.context.ownsAeronClient) {
      this.context.aeron.close();
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }

  *#connect(create: (connection: Connection) => AeronArchive): Procedure<AeronArchive> {
    this.#archive = create(yield* this.#connecting.connect());
    return this.#archive;
  }

  #closingOnError<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      this.close();
      throw error;
    }
  }
}
