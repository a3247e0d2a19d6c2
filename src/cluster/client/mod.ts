/**
 * # cluster/client
 *
 * Talks to a cluster from outside: opens a session with whichever member leads, sends to it, receives what the
 * services answer, and stays with the session when another member takes over.
 *
 *     your code ── offer ──▶ ingress publication ──▶ leader ──▶ log ──▶ services
 *     your code ◀── egress subscription ◀──────────────────────────────────┘
 *
 *     connect ─▶ [one of the members] ─ redirect ─▶ [leader] ─ challenge? ─▶ session open
 *
 * Three ways in, from the lowest:
 *
 *   - `AeronCluster`, with Aeron's names: `offer`, `tryClaim`, `pollEgress` with an `EgressListener`,
 *     `sendKeepAlive`. Somebody has to poll. `AeronCluster.connect` is a promise, `asyncConnect` is polled by
 *     agents, `connectBlocking` is for threads of their own.
 *   - `ClusterClient`, for programs with an event loop: `await client.send(...)`, `for await (const message of
 *     client.messages())`, `client.on('newLeader', ...)`, keep-alives by itself.
 *   - `EgressAdapter`, `EgressPoller` and `IngressSessionDecorator`, for those who keep a session themselves.
 *
 * A session survives its leader. Until another is elected (`state` is AWAIT_NEW_LEADER), nothing is sent; what
 * was sent last before may be lost, and only an answer of the service tells that it was not.
 */
export { AdminRequestType, AdminResponseCode, EventCode } from '../codecs/mod.ts';
export { AeronCluster, SessionState } from './aeron-cluster.ts';
export { AsyncConnect, ConnectState, PROTOCOL_SEMANTIC_VERSION } from './async-connect.ts';
export { ClusterClient, type ClusterClientOptions } from './cluster-client.ts';
export { AERON_CLUSTER_OPTIONS, type AeronClusterContext, type AeronClusterOptions } from './context.ts';
export { ControlledEgressAdapter, EgressAdapter } from './egress-adapter.ts';
export type {
  ControlledEgressListener,
  ControlledEgressListenerExtension,
  EgressListener,
  EgressListenerExtension,
} from './egress-listener.ts';
export { EgressPoller } from './egress-poller.ts';
export { AuthenticationError, ClusterError, ConnectTimeoutError } from './errors.ts';
export type { ClusterClientEvents, ClusterMessage } from './inbox.ts';
export { IngressSessionDecorator } from './ingress-session-decorator.ts';
