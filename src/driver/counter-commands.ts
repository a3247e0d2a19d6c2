import { CountersDescriptor } from '../agrona/mod.ts';
import {
  ControlProtocolError,
  type CounterMessage,
  ErrorCode,
  type RemoveMessage,
  type StaticCounterMessage,
} from '../protocol/mod.ts';
import type { ClientRegistry } from './client-registry.ts';
import type { ConductorContext } from './conductor-context.ts';
import { CounterLink } from './counter-link.ts';
import { type DriverResources, removeUnordered } from './driver-resources.ts';

/** The owner of a static counter: nobody, so that it stays when its client goes. */
const NO_OWNER_ID = -1;

/** Adds and removes counters on behalf of clients. */
export class CounterCommands {
  private readonly ctx: ConductorContext;
  private readonly resources: DriverResources;
  private readonly clients: ClientRegistry;

  constructor(ctx: ConductorContext, resources: DriverResources, clients: ClientRegistry) {
    this.ctx = ctx;
    this.resources = resources;
    this.clients = clients;
  }

  /** @throws AeronError COUNTERS_EXHAUSTED */
  add(command: CounterMessage): void {
    const { countersManager, clientProxy } = this.ctx;
    const client = this.clients.getOrAdd(command.clientId);
    const counter = countersManager.newCounter(command.label, command.typeId, command.key);
    countersManager.setCounterRegistrationId(counter.id, command.correlationId);
    countersManager.setCounterOwnerId(counter.id, command.clientId);
    this.resources.counterLinks.push(new CounterLink(command.correlationId, client, counter));
    clientProxy.onCounterReady(command.correlationId, counter.id);
  }

  /**
   * A static counter is added once, by whichever client comes first, and stays until the driver ends.
   * @throws AeronError COUNTERS_EXHAUSTED; ControlProtocolError GENERIC_ERROR when it is taken by one that is not static
   */
  addStatic(command: StaticCounterMessage): void {
    const { countersManager, clientProxy } = this.ctx;
    this.clients.getOrAdd(command.clientId);
    const existing = countersManager.findByTypeIdAndRegistrationId(command.typeId, command.registrationId);
    if (existing === CountersDescriptor.NULL_COUNTER_ID) {
      const counterId = countersManager.allocate(command.label, command.typeId, command.key);
      countersManager.setCounterRegistrationId(counterId, command.registrationId);
      countersManager.setCounterOwnerId(counterId, NO_OWNER_ID);
      clientProxy.onStaticCounter(command.correlationId, counterId);
      return;
    }
    if (countersManager.getCounterOwnerId(existing) !== NO_OWNER_ID) {
      throw new ControlProtocolError(
        ErrorCode.GENERIC_ERROR,
        `cannot add static counter, because a non-static counter exists (counterId=${existing}) for` +
          ` typeId=${command.typeId} and registrationId=${command.registrationId}`,
      );
    }
    clientProxy.onStaticCounter(command.correlationId, existing);
  }

  /** @throws ControlProtocolError UNKNOWN_COUNTER */
  remove(command: RemoveMessage): void {
    const { counterLinks } = this.resources;
    const index = counterLinks.findIndex((link) => link.registrationId === command.registrationId);
    const link = counterLinks[index];
    if (link === undefined) {
      throw new ControlProtocolError(ErrorCode.UNKNOWN_COUNTER, `unknown counter: ${command.registrationId}`);
    }
    removeUnordered(counterLinks, index);
    this.ctx.clientProxy.operationSucceeded(command.correlationId);
    this.ctx.clientProxy.onUnavailableCounter(command.registrationId, link.counterId);
    link.close();
  }
}
