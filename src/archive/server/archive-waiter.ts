import { AeronError, type AgentInvoker, type IdleStrategy } from '../../agrona/mod.ts';
import type { Aeron, Counter, ExclusivePublication, Subscription } from '../../client/mod.ts';

/**
 * Waits for the driver while an archive starts, which is the only time when it waits: gives the client, and a
 * driver in the same loop, their turns, and asks the idle strategy in between.
 */
export class ArchiveWaiter {
  private readonly aeron: Aeron;
  private readonly idleStrategy: IdleStrategy;
  private readonly driverInvoker: AgentInvoker | undefined;

  constructor(aeron: Aeron, idleStrategy: IdleStrategy, driverInvoker: AgentInvoker | undefined) {
    this.aeron = aeron;
    this.idleStrategy = idleStrategy;
    this.driverInvoker = driverInvoker;
  }

  /** @throws RegistrationError when the driver refuses; AeronError CLIENT_CLOSED when it is lost */
  counter(correlationId: number): Counter {
    return this.until(() => this.aeron.getCounter(correlationId));
  }

  /** As `counter`. */
  subscription(registrationId: number): Subscription {
    return this.until(() => this.aeron.getSubscription(registrationId));
  }

  /** As `counter`. */
  exclusivePublication(registrationId: number): ExclusivePublication {
    return this.until(() => this.aeron.getExclusivePublication(registrationId));
  }

  /** One turn for everybody else. */
  idle(): void {
    const invoker = this.aeron.conductorAgentInvoker;
    this.idleStrategy.idle((this.driverInvoker?.invoke() ?? 0) + (invoker?.invoke() ?? 0));
  }

  private until<T>(poll: () => T | undefined): T {
    this.idleStrategy.reset();
    for (;;) {
      const result = poll();
      if (result !== undefined) {
        return result;
      }
      if (this.aeron.isClosed) {
        throw new AeronError('CLIENT_CLOSED', 'the media driver was lost while the archive started');
      }
      this.idle();
    }
  }
}
