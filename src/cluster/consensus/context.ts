import {
  AeronError,
  ALLOW_ALL,
  type Authenticator,
  type AuthorisationService,
  createIdleStrategy,
  DEFAULT_AUTHENTICATOR,
  DENY_ALL,
  type IdleStrategy,
  type OptionSources,
  resolveOptions,
  SemanticVersion,
} from '../../agrona/mod.ts';
import { type LocalArchiveOptions, localArchiveOptions } from '../../archive/client/mod.ts';
import { defaultPlatform, type Platform } from '../../platform/mod.ts';
import { ChannelUri, CommonContext } from '../../protocol/mod.ts';
import { BackupQueryDecoder, HeartbeatRequestDecoder, StandbySnapshotDecoder } from '../codecs/mod.ts';
import { type ClusterClock, MillisecondClusterClock, NanosecondClusterClock } from './cluster-clock.ts';
import type { ClusterMember } from './core/cluster-member.ts';
import { determineMember, parseClusterMembers } from './core/cluster-members.ts';
import { ClusterError } from './errors.ts';
import {
  CONSENSUS_MODULE_OPTIONS,
  type ConsensusModuleOptions,
  NANOSECOND_CLUSTER_CLOCK,
  type ResolvedOptions,
  type VersionValidator,
} from './options.ts';

/** Parameters that the log channel gets from where the log stands. */
const LOG_POSITION_PARAMETERS = ['init-term-id', 'term-id', 'term-offset'];

/** The options of a consensus module, all settled. */
export type ConsensusModuleContext = ResolvedOptions & {
  readonly aeronDirectoryName: string;
  readonly clusterServicesDirectoryName: string;
  readonly markFileDir: string;
  readonly ingressChannel: string;
  readonly replicationChannel: string;
  readonly agentRoleName: string;
  readonly replicationProgressIntervalNs: number;
  readonly appVersionValidator: VersionValidator;
  readonly idleStrategy: IdleStrategy;
  readonly logger: (text: string) => void;
  readonly platform: Platform;
  readonly clock: ClusterClock;
  readonly members: readonly ClusterMember[];
  readonly thisMember: ClusterMember;
  readonly authenticator: Authenticator;
  /** What `authenticatorSupplier` is called, for the mark file. */
  readonly authenticatorName: string;
  readonly authorisationService: AuthorisationService;
  /** How this node's archive is reached. */
  readonly localArchive: LocalArchiveOptions;
  /** Whether the leader sends the log to each member by itself. */
  readonly isLogMdc: boolean;
};

/** @throws AeronError CONFIGURATION, NO_PLATFORM; ClusterError CLUSTER_MEMBERS; ControlProtocolError INVALID_CHANNEL */
export function createContext(given: ConsensusModuleOptions, givenSources?: OptionSources): ConsensusModuleContext {
  const platform = given.platform ?? given.aeron?.context.platform ?? defaultPlatform();
  const sources = givenSources ?? { environment: platform.environment };
  const options = resolveOptions(CONSENSUS_MODULE_OPTIONS, given, sources);
  const logUri = checkLogChannel(options.logChannel);
  const { leaderHeartbeatTimeoutNs, startupCanvassTimeoutNs, clusterId, clusterMemberId, clusterDir } = options;
  if (startupCanvassTimeoutNs < 2 * leaderHeartbeatTimeoutNs) {
    throw new ClusterError(
      'CONFIGURATION',
      `startupCanvassTimeoutNs=${startupCanvassTimeoutNs} must be at least twice leaderHeartbeatTimeoutNs=${leaderHeartbeatTimeoutNs}`,
    );
  }
  const members = parseClusterMembers(required(options, 'clusterMembers'));
  return {
    ...options,
    platform,
    aeronDirectoryName:
      options.aeron?.context.aeronDirectoryName ??
      options.aeronDirectoryName ??
      CommonContext.defaultAeronDirectoryName(platform.environment),
    clusterServicesDirectoryName: options.clusterServicesDirectoryName || clusterDir,
    markFileDir: options.markFileDir || clusterDir,
    ingressChannel: required(options, 'ingressChannel'),
    replicationChannel: required(options, 'replicationChannel'),
    agentRoleName: options.agentRoleName || `consensus-module-${clusterId}-${clusterMemberId}`,
    replicationProgressIntervalNs:
      options.replicationProgressIntervalNs || Math.ceil(options.replicationProgressTimeoutNs / 10),
    appVersionValidator: options.appVersionValidator ?? isSameMajorVersion,
    idleStrategy: options.idleStrategy ?? createIdleStrategy(options.idleStrategyName, platform),
    logger: options.logger ?? (() => {}),
    clock: clusterClockOf(options, platform),
    members,
    thisMember: determineMember(members, clusterMemberId, options.memberEndpoints),
    authenticator: options.authenticatorSupplier?.() ?? DEFAULT_AUTHENTICATOR,
    authenticatorName: options.authenticatorSupplier?.name || options.authenticatorSupplierName,
    authorisationService: options.authorisationServiceSupplier?.() ?? authorisationServiceOf(options),
    localArchive: localArchiveOptions(options.archiveContext ?? {}, sources, {
      responseStreamOffset: clusterId * 100 + 100,
      requestAlias: `cm-archive-ctrl-req-cluster-${clusterId}-member-${clusterMemberId}`,
      responseAlias: `cm-archive-ctrl-resp-cluster-${clusterId}-member-${clusterMemberId}`,
    }),
    isLogMdc: logUri.isUdp && logUri.get('endpoint') === undefined,
  };
}

function clusterClockOf({ clusterClock }: ResolvedOptions, { clock }: Platform): ClusterClock {
  if (typeof clusterClock !== 'string') {
    return clusterClock;
  }
  return clusterClock === NANOSECOND_CLUSTER_CLOCK
    ? new NanosecondClusterClock(clock)
    : new MillisecondClusterClock(clock);
}

function authorisationServiceOf({ authorisationServiceName }: ResolvedOptions): AuthorisationService {
  switch (authorisationServiceName) {
    case 'ALLOW_ALL':
      return ALLOW_ALL;
    case 'DENY_ALL':
      return DENY_ALL;
    default:
      return ALLOW_BACKUP_AND_STANDBY;
  }
}

/** What backups and standbys need. Upstream: `io.aeron.cluster.AllowBackupAndStandbyAuthorisationService`. */
const ALLOW_BACKUP_AND_STANDBY: AuthorisationService = {
  isAuthorised: (protocolId, actionId) =>
    protocolId === BackupQueryDecoder.SCHEMA_ID &&
    (actionId === BackupQueryDecoder.TEMPLATE_ID ||
      actionId === HeartbeatRequestDecoder.TEMPLATE_ID ||
      actionId === StandbySnapshotDecoder.TEMPLATE_ID),
};

/** Upstream: `io.aeron.cluster.AppVersionValidator`. */
function isSameMajorVersion(contextAppVersion: number, appVersionUnderTest: number): boolean {
  return SemanticVersion.major(contextAppVersion) === SemanticVersion.major(appVersionUnderTest);
}

function required(options: ResolvedOptions, name: 'clusterMembers' | 'ingressChannel' | 'replicationChannel'): string {
  const value = options[name];
  if (value === undefined || value === '') {
    const [variable] = CONSENSUS_MODULE_OPTIONS[name].variables;
    throw new AeronError('CONFIGURATION', `option ${name} must be set; also set by ${variable}`);
  }
  return value;
}

function checkLogChannel(logChannel: string): ChannelUri {
  const uri = ChannelUri.parse(logChannel);
  const stuck = LOG_POSITION_PARAMETERS.find((name) => uri.containsKey(name));
  if (stuck !== undefined) {
    throw new ClusterError(
      'CONFIGURATION',
      `logChannel=${logChannel} must not contain ${stuck}: the log itself decides`,
    );
  }
  return uri;
}
