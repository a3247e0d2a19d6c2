import {
  AeronError,
  type AtomicCounter,
  countedErrorHandler,
  type ErrorHandler,
  ensureMarkFileLink,
  type IdleStrategy,
  makeDurableDirectories,
  rethrowingErrorHandler,
} from '../../agrona/mod.ts';
import type { AeronArchiveOptions } from '../../archive/client/mod.ts';
import { Aeron, type Counter } from '../../client/mod.ts';
import type { Platform } from '../../platform/mod.ts';
import { AeronCounters, formatVersionInfo } from '../../protocol/mod.ts';
import { ClusterComponentType, ClusterMarkFile, NodeStateFile, NULL_VALUE, RecordingLog } from '../files/mod.ts';
import { asyncAddClusterCounter } from './cluster-counters.ts';
import type { ConsensusModuleContext } from './context.ts';
import { addModuleCounters, type ModuleCounters } from './module-counters.ts';

/** A consensus module that has shown no life for longer is taken for dead. */
const LIVENESS_TIMEOUT_MS = 10_000;
const FILE_PAGE_SIZE = 4096;
const VERSION_INFO = formatVersionInfo('1.52.2', 'aeron-ts');

/**
 * What a consensus module is made of before its agent is: the files of its directory, its Aeron client, its
 * counters. Upstream: `ConsensusModule.Context.conclude`.
 */
export class Resources {
  readonly markFile: ClusterMarkFile;
  readonly nodeState: NodeStateFile;
  readonly recordingLog: RecordingLog;
  readonly aeron: Aeron;
  readonly archiveOptions: AeronArchiveOptions;
  readonly counters: ModuleCounters;
  readonly errorCounter: AtomicCounter;
  /** Logs without counting: for who counts himself. */
  readonly logErrorHandler: ErrorHandler;
  /** Counts and logs. */
  readonly errorHandler: ErrorHandler;
  readonly ownsAeron: boolean;
  readonly #closers: (() => void)[] = [];

  /**
   * Takes the directory, connects to the driver, and adds counters; waits by asking the idle strategy.
   * @throws ClusterError ACTIVE_MODULE; AeronError MARK_FILE_ACTIVE, MARK_FILE_CLUSTER, CONFIGURATION; DriverTimeoutError; PlatformError
   */
  constructor(context: ConsensusModuleContext) {
    const { platform, clusterDir, fileSyncLevel, clusterId } = context;
    this.ownsAeron = context.aeron === undefined || context.ownsAeronClient;
    this.markFile = this.#closeLater(claimMarkFile(context, platform));
    try {
      ensureMarkFileLink(platform, clusterDir, context.markFileDir, ClusterMarkFile.LINK_FILENAME);
      this.nodeState = this.#closeLater(openNodeState(context, this.markFile));
      this.recordingLog = this.#closeLater(new RecordingLog(platform, clusterDir, true));
      this.recordingLog.force(fileSyncLevel);
      this.logErrorHandler = this.markFile.newErrorHandler(platform.clock, context.logger, context.errorHandler);
      this.aeron = checkAeron(context.aeron ?? this.#connect(context));
      if (this.ownsAeron) {
        this.#closeLater(this.aeron);
      }
      const waiting = new ResourceWait(this.aeron, context);
      const awaitCounter = (correlationId: number): Counter => {
        const counter = waiting.until(() => this.aeron.getCounter(correlationId));
        return this.ownsAeron ? counter : this.#closeLater(counter);
      };
      this.errorCounter = awaitCounter(
        asyncAddClusterCounter(
          this.aeron,
          AeronCounters.CLUSTER_CONSENSUS_MODULE_ERROR_COUNT_TYPE_ID,
          'Cluster Errors',
          clusterId,
          ` ${VERSION_INFO}`,
        ),
      );
      this.errorHandler = countedErrorHandler(this.logErrorHandler, this.errorCounter);
      this.counters = addModuleCounters(this.aeron, context, awaitCounter);
      this.archiveOptions = {
        ...context.localArchive,
        aeron: this.aeron,
        ownsAeronClient: false,
        // What the archive says unasked is to be looked at.
        errorHandler: undefined,
        clientName: context.agentRoleName,
        idleStrategy: context.idleStrategy,
        platform,
      };
      this.#fillMarkFile(context);
    } catch (error) {
      this.markFile.signalFailedStart();
      this.close();
      throw error;
    }
  }

  /** Closes what was opened, the last first. */
  close(): void {
    for (const close of this.#closers.splice(0).reverse()) {
      close();
    }
  }

  #closeLater<T extends { close(): void }>(resource: T): T {
    this.#closers.push(() => resource.close());
    return resource;
  }

  #connect({ platform, aeronDirectoryName, agentRoleName }: ConsensusModuleContext): Aeron {
    return Aeron.connectBlocking({
      platform,
      aeronDirectoryName,
      clientName: agentRoleName,
      useConductorAgentInvoker: true,
      errorHandler: (error) => (this.errorHandler ?? this.logErrorHandler)(error),
      subscriberErrorHandler: rethrowingErrorHandler,
    });
  }

  #fillMarkFile(context: ConsensusModuleContext): void {
    this.markFile.fill({
      archiveStreamId: context.localArchive.controlRequestStreamId,
      serviceStreamId: context.serviceStreamId,
      consensusModuleStreamId: context.consensusModuleStreamId,
      ingressStreamId: context.ingressStreamId,
      memberId: context.clusterMemberId,
      serviceId: NULL_VALUE,
      clusterId: context.clusterId,
      aeronDirectory: context.aeronDirectoryName,
      controlChannel: context.controlChannel,
      ingressChannel: context.ingressChannel,
      serviceName: '',
      authenticator: context.authenticatorName,
      servicesClusterDir: context.clusterServicesDirectoryName,
    });
    this.markFile.signalReady(context.platform.clock.epochTimeMs());
  }
}

/** Waits for what the driver has to answer, while the client's conductor and the others in the thread go on. */
class ResourceWait {
  readonly #aeron: Aeron;
  readonly #idleStrategy: IdleStrategy;

  constructor(aeron: Aeron, { idleStrategy }: ConsensusModuleContext) {
    this.#aeron = aeron;
    this.#idleStrategy = idleStrategy;
  }

  until<T>(get: () => T | undefined): T {
    this.#idleStrategy.reset();
    for (;;) {
      const result = get();
      if (result !== undefined) {
        return result;
      }
      this.#idleStrategy.idle(this.#aeron.conductorAgentInvoker!.invoke());
    }
  }
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

function claimMarkFile(context: ConsensusModuleContext, platform: Platform): ClusterMarkFile {
  const { clusterDir, markFileDir, errorBufferLength, deleteDirOnStart, logger } = context;
  if (deleteDirOnStart) {
    platform.files.removeTree(clusterDir);
  }
  makeDurableDirectories(platform.files, clusterDir);
  platform.files.makeDirectories(markFileDir);
  return ClusterMarkFile.claim({
    platform,
    markFileDir,
    filename: ClusterMarkFile.FILENAME,
    type: ClusterComponentType.CONSENSUS_MODULE,
    clusterId: context.clusterId,
    errorBufferLength,
    timeoutMs: LIVENESS_TIMEOUT_MS,
    filePageSize: FILE_PAGE_SIZE,
    logger,
  });
}

/** Votes of old are in the mark file. */
function openNodeState(context: ConsensusModuleContext, markFile: ClusterMarkFile): NodeStateFile {
  const { platform, clusterDir, fileSyncLevel } = context;
  const nodeState = new NodeStateFile(platform, clusterDir, true, fileSyncLevel);
  if (nodeState.candidateTermId() === NULL_VALUE && markFile.candidateTermId() !== NULL_VALUE) {
    nodeState.updateCandidateTermId(markFile.candidateTermId(), NULL_VALUE, platform.clock.epochTimeMs());
  }
  return nodeState;
}
