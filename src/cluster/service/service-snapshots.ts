import { AeronError, AgentTerminationError, SemanticVersion } from '../../agrona/mod.ts';
import {
  AeronArchive,
  type AeronArchiveOptions,
  ArchiveError,
  ArchiveErrorCode,
  type ArchiveRequest,
  sessionIdOfReplay,
} from '../../archive/client/mod.ts';
import { SourceLocation } from '../../archive/codecs/mod.ts';
import type { ExclusivePublication, Image } from '../../client/mod.ts';
import { ChannelUri } from '../../protocol/mod.ts';
import { ClusterTimeUnit } from '../codecs/mod.ts';
import { awaitExclusivePublication, awaitImage, awaitResource, awaitSubscription } from './await-resource.ts';
import type { ClusteredService } from './clustered-service.ts';
import { ContainerClientSession } from './container-client-session.ts';
import { findRecordingCounter, isRecordingActive, recordingIdOf } from './recording-counter.ts';
import type { ServiceCluster } from './service-cluster.ts';
import { toTimeUnit } from './service-log-handler.ts';
import { SERVICE_SNAPSHOT_TYPE_ID, ServiceSnapshotLoader } from './service-snapshot-loader.ts';
import { ServiceSnapshotTaker } from './service-snapshot-taker.ts';
import type { SnapshotMarker } from './snapshot-taker.ts';

/**
 * Snapshots of a service, in recordings of the member's archive. The container is connected to the archive while
 * it takes or loads one. Waits by asking the cluster's idle strategy.
 */
export class ServiceSnapshots {
  private readonly cluster: ServiceCluster;
  private readonly service: ClusteredService;
  private readonly archiveOptions: AeronArchiveOptions;

  constructor(cluster: ServiceCluster, service: ClusteredService, archiveOptions: AeronArchiveOptions) {
    this.cluster = cluster;
    this.service = service;
    this.archiveOptions = archiveOptions;
  }

  /**
   * Starts the service from a snapshot.
   * @throws AeronError SNAPSHOT_INVALID, APP_VERSION; ArchiveError; what the service throws
   */
  load(recordingId: number): void {
    const { aeron, idleStrategy, context } = this.cluster;
    const { replayChannel, replayStreamId } = context;
    const archive = this.connect();
    try {
      const replayId = this.await(archive.startReplay(recordingId, replayChannel, replayStreamId, { position: 0 }));
      const sessionId = sessionIdOfReplay(replayId);
      const channel = ChannelUri.addSessionId(replayChannel, sessionId);
      const subscription = awaitSubscription(aeron, channel, replayStreamId, idleStrategy);
      try {
        const image = awaitImage(subscription, sessionId, idleStrategy);
        this.loadState(image, archive);
        this.cluster.promisedCallbacks.check('onStart', this.service.onStart?.(this.cluster, image));
      } finally {
        subscription.close();
      }
    } finally {
      archive.close();
    }
  }

  /**
   * Takes a snapshot of the service and returns its recording id.
   * @throws AgentTerminationError when the archive has no space; ArchiveError, AeronError; what the service throws
   */
  take(logPosition: number, leadershipTermId: number): number {
    const { aeron, idleStrategy, context } = this.cluster;
    const { snapshotChannel, snapshotStreamId } = context;
    const archive = this.connect();
    let publication: ExclusivePublication | undefined;
    try {
      publication = awaitExclusivePublication(aeron, snapshotChannel, snapshotStreamId, idleStrategy);
      return this.record(archive, publication, logPosition, leadershipTermId);
    } catch (error) {
      throw error instanceof ArchiveError && error.errorCode === ArchiveErrorCode.STORAGE_SPACE
        ? new AgentTerminationError('the archive has no space for a snapshot', { cause: error })
        : error;
    } finally {
      publication?.close();
      archive.close();
    }
  }

  private record(
    archive: AeronArchive,
    publication: ExclusivePublication,
    logPosition: number,
    leadershipTermId: number,
  ): number {
    const { aeron, idleStrategy, context, sessions, timeUnit = ClusterTimeUnit.MILLIS } = this.cluster;
    const { snapshotChannel, snapshotStreamId, appVersion } = context;
    const { sessionId } = publication;
    const channel = ChannelUri.addSessionId(snapshotChannel, sessionId);
    this.await(archive.startRecording(channel, snapshotStreamId, SourceLocation.LOCAL, true));
    const counterId = awaitResource(idleStrategy, () => {
      archive.checkForErrorResponse();
      return findRecordingCounter(aeron.countersReader, sessionId, archive.archiveId);
    });
    const recordingId = recordingIdOf(aeron.countersReader, counterId);
    const marker: SnapshotMarker = {
      typeId: SERVICE_SNAPSHOT_TYPE_ID,
      logPosition,
      leadershipTermId,
      timeUnit,
      appVersion,
    };
    const taker = new ServiceSnapshotTaker(publication, idleStrategy);
    taker.markBegin(marker);
    for (const session of sessions.list) {
      taker.snapshotSession(session);
    }
    taker.markEnd(marker);
    archive.checkForErrorResponse();
    this.cluster.promisedCallbacks.check('onTakeSnapshot', this.service.onTakeSnapshot?.(publication));
    this.awaitRecorded(archive, counterId, recordingId, publication.position);
    return recordingId;
  }

  private awaitRecorded(archive: AeronArchive, counterId: number, recordingId: number, position: number): void {
    const { aeron, idleStrategy } = this.cluster;
    idleStrategy.reset();
    while (aeron.countersReader.getCounterValue(counterId) < position) {
      idleStrategy.idle(0);
      archive.checkForErrorResponse();
      if (!isRecordingActive(aeron.countersReader, counterId, recordingId)) {
        throw new AeronError('SNAPSHOT_INVALID', `recording stopped unexpectedly: ${recordingId}`);
      }
    }
  }

  private loadState(image: Image, archive: AeronArchive): void {
    const { cluster } = this;
    const { appVersion, appVersionValidator } = cluster.context;
    const loader = new ServiceSnapshotLoader(image, (session) =>
      cluster.sessions.add(new ContainerClientSession(session, cluster)),
    );
    for (;;) {
      const fragments = loader.poll();
      if (loader.isDone) {
        break;
      }
      if (fragments === 0) {
        archive.checkForErrorResponse();
        if (image.isClosed || image.isEndOfStream) {
          throw new AeronError('SNAPSHOT_INVALID', `snapshot ended unexpectedly at ${image.position}`);
        }
      }
      cluster.idleStrategy.idle(fragments);
    }
    if (!appVersionValidator(appVersion, loader.appVersion)) {
      throw new AeronError(
        'APP_VERSION',
        `incompatible app version: ${SemanticVersion.format(appVersion)} ` +
          `snapshot=${SemanticVersion.format(loader.appVersion)} (appVersion, appVersionValidator)`,
      );
    }
    cluster.timeUnit = toTimeUnit(loader.timeUnit);
  }

  private connect(): AeronArchive {
    const connecting = AeronArchive.asyncConnect(this.archiveOptions);
    try {
      return awaitResource(this.cluster.idleStrategy, () => connecting.poll());
    } catch (error) {
      connecting.close();
      throw error;
    }
  }

  private await<T>(request: ArchiveRequest<T>): T {
    const { idleStrategy } = this.cluster;
    idleStrategy.reset();
    while (!request.poll()) {
      idleStrategy.idle(0);
    }
    return request.result;
  }
}
