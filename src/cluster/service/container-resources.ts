import {
  AeronError,
  type AtomicCounter,
  countedErrorHandler,
  createIdleStrategy,
  DutyCycleTracker,
  type ErrorHandler,
  ensureMarkFileLink,
  formatDuration,
  type IdleStrategy,
  makeDurableDirectories,
  type OptionSources,
  rethrowingErrorHandler,
} from '../../agrona/mod.ts';
import { type LocalArchiveOptions, localArchiveOptions } from '../../archive/client/mod.ts';
import { Aeron } from '../../client/mod.ts';
import type { Platform } from '../../platform/mod.ts';
import { AeronCounters, CommonContext, formatVersionInfo } from '../../protocol/mod.ts';
import { ClusterComponentType, ClusterMarkFile } from '../files/mod.ts';
import { awaitCounter } from './await-resource.ts';
import { asyncAddServiceCounter } from './cluster-counters.ts';
import type { ClusteredService } from './clustered-service.ts';
import type { ServiceOptions } from './service-options.ts';
import { SnapshotDurationTracker } from './snapshot-duration-tracker.ts';

/** A container that has shown no life for longer is taken for dead. */
const LIVENESS_TIMEOUT_MS = 10_000;
const FILE_PAGE_SIZE = 4096;
const NULL_VALUE = -1;
const VERSION_INFO = formatVersionInfo('1.52.2', 'aeron-ts');

/**
 * What a container is made of before its agent is: mark file, error log, Aeron client, counters.
 *
 * Upstream: `ClusteredServiceContainer.Context.conclude`.
 */
export class ContainerResources {
  readonly options: ServiceOptions;
  readonly service: ClusteredService;
  readonly platform: Platform;
  readonly serviceName: string;
  readonly aeron: Aeron;
  readonly markFile: ClusterMarkFile;
  readonly archiveOptions: LocalArchiveOptions;
  /** The one of the thread, or of the loop that the container is in. */
  readonly idleStrategy: IdleStrategy;
  /** Logs without counting: for who counts himself. */
  readonly logErrorHandler: ErrorHandler;
  /** Counts and logs. */
  readonly errorHandler: ErrorHandler;
  readonly errorCounter: AtomicCounter;
  readonly dutyCycleTracker: DutyCycleTracker;
  readonly snapshotDurationTracker: SnapshotDurationTracker;
  private readonly counters: AtomicCounter[] = [];

  /** @throws AeronError CONFIGURATION, MARK_FILE_ACTIVE; DriverTimeoutError; PlatformError */
  constructor(options: ServiceOptions, platform: Platform, sources: OptionSources) {
    this.options = options;
    this.platform = platform;
    this.service = checkService(options);
    const { clusterId, serviceId } = options;
    this.serviceName = options.serviceName ?? `clustered-service-${clusterId}-${serviceId}`;
    this.idleStrategy = options.idleStrategy ?? createIdleStrategy(options.idleStrategyName, platform);
    const aeronDirectoryName =
      options.aeron?.context.aeronDirectoryName ??
      options.aeronDirectoryName ??
      CommonContext.defaultAeronDirectoryName(platform.environment);
    this.markFile = claimMarkFile(options, platform);
    let aeron: Aeron | undefined;
    try {
      const { clusterDir, markFileDir = clusterDir } = options;
      ensureMarkFileLink(platform, clusterDir, markFileDir, ClusterMarkFile.linkFilenameForService(serviceId));
      this.logErrorHandler = this.markFile.newErrorHandler(platform.clock, options.logger, options.errorHandler);
      aeron = options.aeron ?? this.connect(aeronDirectoryName);
      this.aeron = checkAeron(aeron);
      this.errorCounter = this.addCounter(
        AeronCounters.CLUSTER_CLUSTERED_SERVICE_ERROR_COUNT_TYPE_ID,
        'Cluster Container Errors',
        ` ${VERSION_INFO}`,
      );
      this.errorHandler = countedErrorHandler(this.logErrorHandler, this.errorCounter);
      this.dutyCycleTracker = this.newDutyCycleTracker();
      this.snapshotDurationTracker = this.newSnapshotDurationTracker();
      this.archiveOptions = this.concludeArchiveOptions(sources);
      this.concludeMarkFile(aeronDirectoryName);
    } catch (error) {
      this.markFile.signalFailedStart();
      if (this.ownsAeron) {
        aeron?.close();
      }
      this.markFile.close();
      throw error;
    }
  }

  get ownsAeron(): boolean {
    return this.options.aeron === undefined || this.options.ownsAeronClient;
  }

  close(): void {
    if (this.ownsAeron) {
      this.aeron.close();
    } else if (!this.aeron.isClosed) {
      for (const counter of this.counters) {
        counter.close();
      }
    }
    this.markFile.close();
  }

  private connect(aeronDirectoryName: string): Aeron {
    return Aeron.connectBlocking({
      platform: this.platform,
      aeronDirectoryName,
      clientName: this.serviceName,
      useConductorAgentInvoker: true,
      errorHandler: (error) => (this.errorHandler ?? this.logErrorHandler)(error),
      subscriberErrorHandler: rethrowingErrorHandler,
    });
  }

  private newDutyCycleTracker(): DutyCycleTracker {
    const { cycleThresholdNs } = this.options;
    return new DutyCycleTracker(
      this.addCounter(
        AeronCounters.CLUSTER_CLUSTERED_SERVICE_MAX_CYCLE_TIME_TYPE_ID,
        'Cluster container max cycle time in ns',
      ),
      this.addCounter(
        AeronCounters.CLUSTER_CLUSTERED_SERVICE_CYCLE_TIME_THRESHOLD_EXCEEDED_TYPE_ID,
        `Cluster container work cycle time exceeded count: threshold=${formatDuration(cycleThresholdNs)}`,
      ),
      cycleThresholdNs,
    );
  }

  private newSnapshotDurationTracker(): SnapshotDurationTracker {
    const { snapshotDurationThresholdNs } = this.options;
    return new SnapshotDurationTracker(
      this.addCounter(
        AeronCounters.CLUSTERED_SERVICE_MAX_SNAPSHOT_DURATION_TYPE_ID,
        'Clustered service max snapshot duration in ns',
      ),
      this.addCounter(
        AeronCounters.CLUSTERED_SERVICE_SNAPSHOT_DURATION_THRESHOLD_EXCEEDED_TYPE_ID,
        'Clustered service max snapshot duration exceeded count: threshold=' +
          formatDuration(snapshotDurationThresholdNs),
      ),
      snapshotDurationThresholdNs,
    );
  }

  private addCounter(typeId: number, name: string, suffix = ''): AtomicCounter {
    const { aeron, idleStrategy } = this;
    const correlationId = asyncAddServiceCounter(aeron, typeId, name, this.options, suffix);
    const counter = awaitCounter(aeron, correlationId, {
      alias: idleStrategy.alias,
      reset: () => idleStrategy.reset(),
      idle: (workCount) => idleStrategy.idle(workCount + aeron.conductorAgentInvoker!.invoke()),
    });
    this.counters.push(counter);
    return counter;
  }

  /** Each service has an answer stream of its own. @throws AeronError CONFIGURATION */
  private concludeArchiveOptions(sources: OptionSources): LocalArchiveOptions {
    const { clusterId, serviceId, archiveContext = {} } = this.options;
    return {
      ...localArchiveOptions(archiveContext, sources, {
        responseStreamOffset: clusterId * 100 + 100 + serviceId + 1,
        requestAlias: `sc-${serviceId}-archive-ctrl-req-cluster-${clusterId}`,
        responseAlias: `sc-${serviceId}-archive-ctrl-resp-cluster-${clusterId}`,
      }),
      clientName: this.serviceName,
      aeron: this.aeron,
      ownsAeronClient: false,
      errorHandler: undefined,
    };
  }

  private concludeMarkFile(aeronDirectory: string): void {
    const { clusterId, serviceId, controlChannel, serviceStreamId, consensusModuleStreamId } = this.options;
    this.markFile.fill({
      archiveStreamId: this.archiveOptions.controlRequestStreamId,
      serviceStreamId,
      consensusModuleStreamId,
      ingressStreamId: NULL_VALUE,
      memberId: NULL_VALUE,
      serviceId,
      clusterId,
      aeronDirectory,
      controlChannel,
      ingressChannel: '',
      serviceName: this.serviceName,
      authenticator: '',
      servicesClusterDir: '',
    });
    this.markFile.signalReady(this.platform.clock.epochTimeMs());
  }
}

function checkService({ clusteredService }: ServiceOptions): ClusteredService {
  if (typeof clusteredService?.onSessionMessage !== 'function') {
    throw new AeronError('CONFIGURATION', 'option clusteredService must be an object with a method onSessionMessage');
  }
  return clusteredService;
}

function checkAeron(aeron: Aeron): Aeron {
  if (aeron.conductorAgentInvoker === undefined) {
    throw new AeronError('CONFIGURATION', 'option aeron must be made with `useConductorAgentInvoker: true`');
  }
  if (aeron.context.subscriberErrorHandler !== rethrowingErrorHandler) {
    throw new AeronError(
      'CONFIGURATION',
      'option aeron must be made with `subscriberErrorHandler: rethrowingErrorHandler`',
    );
  }
  return aeron;
}

function claimMarkFile(options: ServiceOptions, platform: Platform): ClusterMarkFile {
  const { clusterDir, markFileDir = clusterDir, serviceId, errorBufferLength } = options;
  makeDurableDirectories(platform.files, clusterDir);
  platform.files.makeDirectories(markFileDir);
  return ClusterMarkFile.claim({
    platform,
    markFileDir,
    filename: ClusterMarkFile.filenameForService(serviceId),
    type: ClusterComponentType.CONTAINER,
    clusterId: options.clusterId,
    errorBufferLength,
    timeoutMs: LIVENESS_TIMEOUT_MS,
    filePageSize: FILE_PAGE_SIZE,
    logger: options.logger ?? (() => {}),
  });
}
