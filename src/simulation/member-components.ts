import type { AgentInvoker, IdleStrategy } from '../agrona/mod.ts';
import { Archive } from '../archive/server/mod.ts';
import { ConsensusModule, type ConsensusModuleOptions } from '../cluster/consensus/mod.ts';
import { type ClusteredService, ClusteredServiceContainer } from '../cluster/mod.ts';
import { MediaDriver } from '../driver/mod.ts';
import type { Platform } from '../platform/mod.ts';

const KIB = 1024;
export const AERON_DIRECTORY = '/dev/shm/aeron';
export const ARCHIVE_DIRECTORY = '/archive';
export const CLUSTER_DIRECTORY = '/cluster';
const INGRESS_PORT = 9002;
const CONSENSUS_PORT = 9003;
const LOG_PORT = 9004;
const CATCHUP_PORT = 9005;
const ARCHIVE_PORT = 9001;

/** What is the same for all members of a cluster. */
export interface ClusterSettings {
  /** Of the members, by id. */
  readonly addresses: readonly string[];
  /** 0 when no machine crashes: what was acknowledged must be on disk otherwise. */
  readonly fileSyncLevel: number;
  /** Of each member. */
  readonly serviceCount: number;
  /** Time-outs and the like, of each consensus module. */
  readonly consensusModule: ConsensusModuleOptions;
}

/** What each component of a member is launched with. Small files: a simulated machine is part of this one. */
export interface ComponentWorld {
  readonly settings: ClusterSettings;
  readonly id: number;
  readonly platform: Platform;
  /** Of the loop that the component is in; undefined in a process of its own. */
  readonly idleStrategy: IdleStrategy | undefined;
  readonly onError: (component: string, error: unknown) => void;
}

function clusterMembersOf({ addresses }: ClusterSettings): string {
  const ports = [INGRESS_PORT, CONSENSUS_PORT, LOG_PORT, CATCHUP_PORT, ARCHIVE_PORT];
  return addresses.map((address, id) => [id, ...ports.map((port) => `${address}:${port}`)].join(',')).join('|');
}

/** For clients: 'id=address:port,...'. */
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

export function launchArchive({ platform, id, idleStrategy, settings, onError }: ComponentWorld): AgentInvoker {
  const { fileSyncLevel, addresses } = settings;
  const archive = Archive.launch({
    platform,
    aeronDirectoryName: AERON_DIRECTORY,
    threadingMode: 'INVOKER',
    archiveDir: ARCHIVE_DIRECTORY,
    controlChannel: `aeron:udp?endpoint=${addresses[id]}:${ARCHIVE_PORT}`,
    replicationChannel: `aeron:udp?endpoint=${addresses[id]}:0`,
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
  const { platform, id, idleStrategy, settings, onError } = world;
  const consensusModule = ConsensusModule.launch({
    ingressChannel: 'aeron:udp?term-length=64k',
    logChannel: 'aeron:udp?term-length=64k',
    replicationChannel: `aeron:udp?endpoint=${settings.addresses[id]}:0`,
    ...settings.consensusModule,
    platform,
    aeronDirectoryName: AERON_DIRECTORY,
    useAgentInvoker: true,
    clusterDir: CLUSTER_DIRECTORY,
    clusterMemberId: id,
    clusterMembers: clusterMembersOf(settings),
    serviceCount: settings.serviceCount,
    fileSyncLevel: settings.fileSyncLevel,
    errorHandler: (error) => onError('consensus module', error),
    ...(idleStrategy !== undefined && { idleStrategy }),
  });
  return consensusModule.invoker!;
}

export function launchService(
  world: ComponentWorld,
  clusteredService: ClusteredService,
  serviceId: number,
): AgentInvoker {
  const { platform, idleStrategy, onError } = world;
  const container = ClusteredServiceContainer.launch({
    platform,
    aeronDirectoryName: AERON_DIRECTORY,
    clusteredService,
    serviceId,
    clusterDir: CLUSTER_DIRECTORY,
    errorHandler: (error) => onError(`service ${serviceId}`, error),
    ...(idleStrategy !== undefined && { idleStrategy }),
  });
  return container.invoker;
}
