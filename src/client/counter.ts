import { type AtomicBuffer, AtomicCounter } from '../agrona/mod.ts';
import type { ClientConductor } from './client-conductor.ts';

/** A counter that this client has added: everybody on the machine can read it, and `aeron stat` shows it. */
export class Counter extends AtomicCounter {
  /** Of the command that added it; what `aeron.getCounter` and `aeron.asyncRemoveCounter` take. */
  readonly correlationId: number;
  /** The correlation id; for a static counter what its creator chose. */
  readonly registrationId: number | bigint;
  /** False for a static counter, which outlives its clients. */
  readonly isClientOwned: boolean;
  readonly #conductor: ClientConductor;

  constructor(
    conductor: ClientConductor,
    valuesBuffer: AtomicBuffer,
    counterId: number,
    correlationId: number,
    registrationId: number | bigint,
    isClientOwned: boolean,
  ) {
    super(valuesBuffer, counterId);
    this.#conductor = conductor;
    this.correlationId = correlationId;
    this.registrationId = registrationId;
    this.isClientOwned = isClientOwned;
  }

  /** Gives the counter back to the driver, which frees it unless it is static. */
  override close(): void {
    if (!this.isClosed) {
      super.close();
      this.#conductor.removeCounter(this);
    }
  }

  /** For the conductor. */
  internalClose(): void {
    super.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
