import { SystemCounterDescriptor } from '../protocol/mod.ts';
import { AeronClient } from './aeron-client.ts';
import { allocateClientHeartbeat } from './channel-counters.ts';
import type { ConductorContext } from './conductor-context.ts';
import type { DriverResources } from './driver-resources.ts';

/** The clients: a client is known from its first command on, until it closes or falls silent. */
export class ClientRegistry {
  private readonly ctx: ConductorContext;
  private readonly resources: DriverResources;

  constructor(ctx: ConductorContext, resources: DriverResources) {
    this.ctx = ctx;
    this.resources = resources;
  }

  /** @throws AeronError COUNTERS_EXHAUSTED when there is no counter for its heartbeat. */
  getOrAdd(clientId: number): AeronClient {
    return this.resources.findClient(clientId) ?? this.add(clientId);
  }

  onKeepalive(clientId: number): void {
    this.resources.findClient(clientId)?.timeOfLastKeepaliveMs(this.ctx.cachedEpochClock.epochTimeMs());
  }

  onClose(clientId: number): void {
    this.resources.findClient(clientId)?.onClosedByCommand();
  }

  private add(clientId: number): AeronClient {
    const { ctx } = this;
    const heartbeat = allocateClientHeartbeat(ctx.countersManager, clientId);
    heartbeat.setRelease(ctx.cachedEpochClock.epochTimeMs());
    const client = new AeronClient(
      clientId,
      ctx.clientLivenessTimeoutNs,
      ctx.systemCounters.get(SystemCounterDescriptor.CLIENT_TIMEOUTS),
      heartbeat,
    );
    this.resources.clients.push(client);
    ctx.clientProxy.onCounterReady(clientId, heartbeat.id);
    return client;
  }
}
