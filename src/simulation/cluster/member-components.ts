import type { AgentInvoker, IdleStrategy } from '../../agrona/mod.ts';
import { Archive } from '../../archive/server/mod.ts';
import { ConsensusModule } from '../../cluster/consensus/mod.ts';
import { ClusteredServiceContainer } from '../../cluster/mod.ts';
import { MediaDriver } from '../../driver/mod.ts';
import type { Platform } from '../../platform/mod.ts';
import type { ClusterStage } from './cluster-stage.ts';
import type { RegisterService } from './register-service.ts';

const KIB = 1024;
export const AERON_DIRECTORY = '/dev/shm/aeron';
export const ARCHIVE_DIRECTORY = '/archive';
export const CLUSTER_DIRECTORY = '/cluster';
const INGRESS_PORT = 9002;
const CONSENSUS_PORT = 9003;
const LOG_PORT = 9004;
const CATCHUP_PORT = 9005;
const ARCHIVE_PORT = 9001;

/** What each component of a member is launched with. Small files: a simulated machine is part of this one. */
export interface ComponentWorld {
  readonly stage: ClusterStage;
  readonly id: number;
  readonly address: string;
  readonly platform: Platform;
  /** Of the loop that the component is in; undefined in a process of its own. */
  readonly idleStrategy: IdleStrategy | undefined;
  readonly onError: (component: string, error: unknown) => void;
}

export function clusterMembersOf(addresses: readonly string[]): string {
  const ports = [INGRESS_PORT, CONSENSUS_PORT, LOG_PORT, CATCHUP_PORT, ARCHIVE_PORT];
  return addresses.map((address, id) => [id, ...ports.map((port) => `${address}:${port}`)].join(',')).join('|');
}

export function ingressEndpointsOf(addresses: readonly string[]): string {
  return addresses.map((address, id) => `${id}=${address}:${INGRESS_PORT}`).join(',');
}

export function launchDriver({ platform }: ComponentWorld): MediaDriver {
  return MediaDriver.launch({
    platform,
    aeronDirectoryName: AERON_DIRECTORY,
    threadingMode: 'INVOKER',
    dirDeleteOnStart: true,
    publicationTermBufferLength: 64 * KIB,
    ipcTermBufferLength: 64 * KIB,
    counterValuesBufferLength: 1024 * KIB,
    termBufferSparseFile: true,
  });
}

export function launchArchive({ platform, address, idleStrategy, stage, onError }: ComponentWorld): AgentInvoker {
  const { fileSyncLevel } = stage.scenario;
  const archive = Archive.launch({
    platform,
    aeronDirectoryName: AERON_DIRECTORY,
    threadingMode: 'INVOKER',
    archiveDir: ARCHIVE_DIRECTORY,
    controlChannel: `aeron:udp?endpoint=${address}:${ARCHIVE_PORT}`,
    replicationChannel: `aeron:udp?endpoint=${address}:0`,
    recordingEventsEnabled: false,
    segmentFileLength: 128 * KIB,
    catalogCapacity: 64 * KIB,
    fileSyncLevel,
    catalogFileSyncLevel: fileSyncLevel,
    lowStorageSpaceThreshold: 0,
    errorHandler: (error) => onError('archive', error),
    ...(idleStrategy !== undefined && { idleStrategy }),
  });
  return archive.invoker!;
}

export function launchConsensusModule(world: ComponentWorld): AgentInvoker {
  const { platform, id, address, idleStrategy, stage, onError } = world;
  const { timeouts, fileSyncLevel } = stage.scenario;
  const consensusModule = ConsensusModule.launch({
    platform,
    aeronDirectoryName: AERON_DIRECTORY,
    useAgentInvoker: true,
    clusterDir: CLUSTER_DIRECTORY,
    clusterMemberId: id,
    clusterMembers: stage.clusterMembers,
    serviceCount: 1,
    ingressChannel: 'aeron:udp?term-length=64k',
    logChannel: 'aeron:udp?term-length=64k',
    replicationChannel: `aeron:udp?endpoint=${address}:0`,
    fileSyncLevel,
    ...timeouts,
    errorHandler: (error) => onError('consensus module', error),
    ...(idleStrategy !== undefined && { idleStrategy }),
  });
  return consensusModule.invoker!;
}

export function launchService(world: ComponentWorld, clusteredService: RegisterService): AgentInvoker {
  const { platform, idleStrategy, onError } = world;
  const container = ClusteredServiceContainer.launch({
    platform,
    aeronDirectoryName: AERON_DIRECTORY,
    clusteredService,
    clusterDir: CLUSTER_DIRECTORY,
    errorHandler: (error) => onError('service', error),
    ...(idleStrategy !== undefined && { idleStrategy }),
  });
  return container.invoker;
}
