/**
 * # cluster/consensus
 *
 * The consensus module of a cluster member: agrees with the other members on one log, and has the services of its
 * node apply it. It uses a media driver and an archive on its machine, TypeScript's or the real ones.
 *
 *        clients                  other members                                  archive
 *           │ ingress ▲ egress       ▲ consensus channel ▲ log channel              ▲ records, replays, replicates
 *           ▼         │              ▼                   ▼                          ▼
 *     ┌──────────────────────────────────────────────────────────────────────────────────┐
 *     │ ConsensusModuleAgent    rounds: sides (ingress, consensus, service, log) ─▶ state │
 *     │   core/                 elections, quorum, commit position: pure                  │
 *     │   ReplicatedState       sessions, timers, messages of services: alike on all      │
 *     │   MemberLog             the log: published, followed, replayed, recorded          │
 *     └──────────────────────────────────────────────────────────────────────────────────┘
 *           │ control channel: join this log, end; acks, timers, messages │
 *           ▼                                                             ▼
 *        services                                    recording.log, node-state.dat, cluster-mark.dat
 *
 * In use, in a loop with driver, archive and service or by itself:
 *
 *     const consensusModule = ConsensusModule.launch({
 *       useAgentInvoker: true,
 *       aeronDirectoryName,
 *       clusterDir: 'node0/cluster',
 *       clusterMemberId: 0,
 *       clusterMembers: '0,host0:9002,host0:9003,host0:9004,host0:9005,host0:9001|1,host1:...',
 *       ingressChannel: 'aeron:udp',
 *       replicationChannel: 'aeron:udp?endpoint=host0:0',
 *     });
 *     loop.add(consensusModule.invoker);
 *
 * Nothing here waits but `launch`: recovery, elections and snapshots go on in steps, a step a round.
 */
export { ClusterTimeUnit } from '../codecs/mod.ts';
export type { ClusterClock } from './cluster-clock.ts';
export { ConsensusModule } from './consensus-module.ts';
export type { ConsensusModuleContext } from './context.ts';
export {
  type ClusterTimeConsumerSupplier,
  CONSENSUS_MODULE_OPTIONS,
  type ConsensusModuleOptions,
  type VersionValidator,
} from './options.ts';
export { ClusterControlToggle, ConsensusModuleState, consensusModuleStateName, NodeControlToggle } from './states.ts';
