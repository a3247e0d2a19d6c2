/**
 * # cluster/service
 *
 * The clustered service container: brings the replicated log to an application, and takes its snapshots. It lives
 * beside a consensus module, TypeScript's or the real one, on the same media driver, and knows it by two IPC streams
 * and two counters:
 *
 *                      commit-pos, RecoveryState
 *     consensus ─────────────── counters ─────────────▶ ClusteredServiceAgent ──▶ your ClusteredService
 *     module    ── 104: join log, terminate, ... ─────▶      │   ▲                     │
 *               ◀─ 105: acks, timers, messages ────────      │   └── log, bounded ◀── archive or leader
 *     clients   ◀─ egress, of the leader alone ──────────────┘
 *
 * A service is an object:
 *
 *     const counter: ClusteredService = {
 *       onStart(cluster, snapshotImage) { ... },
 *       onSessionMessage(session, timestamp, buffer, offset, length) { ... },
 *       onTakeSnapshot(snapshotPublication) { ... },
 *     };
 *     const container = ClusteredServiceContainer.launch({ clusteredService: counter, clusterDir });
 *     container.run();
 *
 * The same input in the same order gives the same state on all members, so a service may ask nobody else: cluster
 * time is `timestamp`, timers are `cluster.scheduleTimer`. What it sends to sessions leaves the leader alone.
 * docs/clustered-service.md is the guide.
 */
export { CloseReason, ClusterTimeUnit } from '../codecs/mod.ts';
export { type AppVersionValidator, semanticVersionValidator } from './app-version-validator.ts';
export { type ClientSession, MOCKED_OFFER, SESSION_HEADER_LENGTH } from './client-session.ts';
export { type Cluster, ClusterRole } from './cluster.ts';
export type { ClusteredService, NewLeadershipTerm } from './clustered-service.ts';
export { ClusteredServiceContainer } from './clustered-service-container.ts';
export { ClusterTerminationError } from './errors.ts';
export { type GivenServiceOptions, SERVICE_OPTIONS, type ServiceOptions } from './service-options.ts';
