import {
  AeronError,
  AgentInvoker,
  AgentRunner,
  type AgentTerminationError,
  CachedEpochClock,
  countedErrorHandler,
  createIdleStrategy,
  type ErrorHandler,
  type IdleStrategy,
  makeDurableDirectories,
  type OptionSources,
  resolveOptions,
  rethrowingErrorHandler,
} from '../../agrona/mod.ts';
import { Aeron } from '../../client/mod.ts';
import { defaultPlatform, type Platform } from '../../platform/mod.ts';
import { AeronCounters, ChannelUri } from '../../protocol/mod.ts';
import { ArchiveConductor } from './archive-conductor.ts';
import type { ArchiveContext } from './archive-context.ts';
import { addArchiveCounters, addErrorCounter, findArchiveCounter } from './archive-counters.ts';
import { ArchiveMarkFile } from './archive-mark-file.ts';
import {
  ARCHIVE_OPTIONS,
  type ArchiveOptions,
  archiveClientOptions,
  checkArchiveOptions,
  type GivenArchiveOptions,
} from './archive-options.ts';
import { ArchiveWaiter } from './archive-waiter.ts';
import { Catalog } from './catalog.ts';
import { newChecksum } from './checksum.ts';
import { isTemporary } from './control-session.ts';
import { RecordingEventsProxy } from './recording-events-proxy.ts';
import { deleteSegment, listDeletionsLeft } from './segment-files.ts';

const PAGE_LENGTH = 4096;
/** Longer than a driver takes a client for alive that it does not hear of. */
const ARCHIVE_ID_TIMEOUT_NS = 15_000_000_000;

/**
 * An archive: owns a directory, and records, replays and copies streams for the clients of its media driver.
 *
 *     const archive = Archive.launch({ threadingMode: 'INVOKER', controlChannel, replicationChannel });
 *     while (running) archive.invoker!.invoke();
 *     archive.close();
 *
 * With any other threading mode somebody gives it a thread: `run` drives it there until it is told to stop.
 * Only the launch waits, by asking the idle strategy. Upstream: `io.aeron.archive.Archive`.
 */
export class Archive {
  readonly archiveDir: string;
  readonly archiveId: bigint;
  readonly options: ArchiveOptions;
  /** Drives the archive in threading mode INVOKER; undefined in any other. */
  readonly invoker: AgentInvoker | undefined;
  private readonly conductor: ArchiveConductor;
  private readonly context: ArchiveContext;
  private readonly idleStrategy: IdleStrategy;
  private runner: AgentRunner | undefined;

  private constructor(conductor: ArchiveConductor, context: ArchiveContext, idleStrategy: IdleStrategy) {
    this.conductor = conductor;
    this.context = context;
    this.options = context.options;
    this.archiveDir = context.archiveDir;
    this.archiveId = context.archiveId;
    this.idleStrategy = idleStrategy;
    this.invoker =
      context.options.threadingMode === 'INVOKER'
        ? new AgentInvoker(context.errorHandler, undefined, conductor)
        : undefined;
  }

  /**
   * Makes an archive; in threading mode INVOKER its agent is started. Waits for the driver.
   *
   * @throws AeronError CONFIGURATION, MARK_FILE_ACTIVE when another archive has the directory, CATALOG_VERSION,
   *   CATALOG_CORRUPT, ACTIVE_ARCHIVE when another one on the driver has the archive id; DriverTimeoutError;
   *   RegistrationError; PlatformError
   */
  static launch(given: GivenArchiveOptions = {}, sources?: OptionSources): Archive {
    const platform = given.platform ?? given.aeron?.context.platform ?? defaultPlatform();
    const options = resolveOptions(ARCHIVE_OPTIONS, given, sources ?? { environment: platform.environment });
    checkArchiveOptions(options);
    const launch = new Launch(platform, options);
    try {
      return launch.run((conductor, context, idleStrategy) => {
        const archive = new Archive(conductor, context, idleStrategy);
        archive.invoker?.start();
        return archive;
      });
    } catch (error) {
      launch.undo();
      throw error;
    }
  }

  /** Of the media driver that it uses. */
  get aeronDirectoryName(): string {
    return this.context.aeron.context.aeronDirectoryName;
  }

  /** Whether it has ended: closed, or because its driver was lost. */
  get isClosed(): boolean {
    return this.invoker?.isClosed ?? this.runner?.isClosed ?? false;
  }

  /** Why it has ended, when that was unexpected. */
  get failure(): AgentTerminationError | undefined {
    return (this.invoker ?? this.runner)?.failure;
  }

  /**
   * Gives the archive the current thread until it is closed, its driver is lost, or `shouldStop` (asked every
   * round) says so.
   * @throws AeronError ILLEGAL_STATE in threading mode INVOKER, and when called again
   */
  run(shouldStop?: () => boolean): void {
    if (this.invoker !== undefined || this.runner !== undefined) {
      throw new AeronError('ILLEGAL_STATE', 'an archive in threading mode INVOKER, or that ran before, cannot be run');
    }
    this.runner = new AgentRunner(this.idleStrategy, this.context.errorHandler, undefined, this.conductor);
    this.runner.run(shouldStop);
  }

  /** Stops all recordings and replays, and gives the directory back. Recordings end where they have come to. */
  close(): void {
    if (this.invoker !== undefined) {
      this.invoker.close();
    } else if (this.runner !== undefined) {
      this.runner.close();
    } else {
      this.conductor.onClose();
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

type Finish = (conductor: ArchiveConductor, context: ArchiveContext, idleStrategy: IdleStrategy) => Archive;

/** Makes one thing after the other, and takes back what there is when one of them fails. */
class Launch {
  private readonly platform: Platform;
  private readonly options: ArchiveOptions;
  private readonly undos: Array<() => void> = [];

  constructor(platform: Platform, options: ArchiveOptions) {
    this.platform = platform;
    this.options = options;
  }

  run(finish: Finish): Archive {
    const { options, platform } = this;
    const { files } = platform;
    const idleStrategy = options.idleStrategy ?? createIdleStrategy(options.idleStrategyName, platform);
    const archiveDir = absolute(platform, options.archiveDir);
    const markFileDir = absolute(platform, options.markFileDir ?? archiveDir);
    const recordChecksum = options.recordChecksum === undefined ? undefined : newChecksum(options.recordChecksum);
    const replayChecksum = options.replayChecksum === undefined ? undefined : newChecksum(options.replayChecksum);
    if (options.deleteArchiveOnStart) {
      files.removeTree(archiveDir);
    }
    makeDurableDirectories(files, archiveDir);
    files.makeDirectories(markFileDir);
    const markFile = this.claimMarkFile(archiveDir, markFileDir);
    const errorHandler = markFile.newErrorHandler(platform.clock, options.logger, options.errorHandler);

    const aeron = this.connect(errorHandler);
    const waiter = new ArchiveWaiter(aeron, idleStrategy, options.mediaDriverAgentInvoker);
    const archiveId = options.archiveId === -1n ? BigInt(aeron.clientId) : options.archiveId;
    this.awaitArchiveId(aeron, waiter, archiveId);
    const errorCounter = addErrorCounter(aeron, waiter, archiveId);
    const counters = addArchiveCounters(aeron, waiter, errorCounter, archiveId, {
      thresholdNs: options.conductorCycleThresholdNs,
      threadingMode: options.threadingMode,
    });
    const clock = new CachedEpochClock();
    clock.update(platform.clock.epochTimeMs());
    const countedHandler = countedErrorHandler(errorHandler, errorCounter);
    const catalog = this.openCatalog(archiveDir, recordChecksum, countedHandler);
    const context: ArchiveContext = {
      options,
      platform,
      clock,
      aeron,
      archiveDir,
      archiveId,
      catalog,
      counters,
      errorHandler: countedHandler,
      recordChecksum,
      replayChecksum,
      connectTimeoutMs: options.connectTimeoutNs / 1_000_000,
      isAborted: false,
    };
    const conductor = this.newConductor(context, markFile, waiter, archiveId);
    markFile.fill({
      archiveId,
      controlStreamId: options.controlStreamId,
      localControlStreamId: options.localControlStreamId,
      eventsStreamId: options.recordingEventsStreamId,
      controlChannel: options.controlChannel ?? '',
      localControlChannel: options.localControlChannel,
      eventsChannel: options.recordingEventsChannel,
      aeronDirectory: aeron.context.aeronDirectoryName,
    });
    markFile.signalReady(platform.clock.epochTimeMs());
    return finish(conductor, context, idleStrategy);
  }

  /** The last thing made goes first. */
  undo(): void {
    for (let undo = this.undos.pop(); undo !== undefined; undo = this.undos.pop()) {
      undo();
    }
  }

  private claimMarkFile(archiveDir: string, markFileDir: string): ArchiveMarkFile {
    const { logger = () => {}, errorBufferLength } = this.options;
    const markFile = ArchiveMarkFile.claim({
      platform: this.platform,
      archiveDir,
      markFileDir,
      errorBufferLength,
      filePageSize: PAGE_LENGTH,
      logger,
    });
    this.undos.push(() => {
      // A file that is not ready looks as if its owner, whose process may live on, was about to make it so.
      markFile.signalReady(this.platform.clock.epochTimeMs());
      markFile.signalTerminated();
      markFile.close();
    });
    return markFile;
  }

  private connect(errorHandler: ErrorHandler): Aeron {
    const { aeron, aeronDirectoryName, archiveId, mediaDriverAgentInvoker } = this.options;
    if (aeron !== undefined) {
      return aeron;
    }
    const connected = Aeron.connectBlocking({
      platform: this.platform,
      ...(aeronDirectoryName === undefined ? {} : { aeronDirectoryName }),
      ...(mediaDriverAgentInvoker === undefined ? {} : { driverAgentInvoker: mediaDriverAgentInvoker }),
      useConductorAgentInvoker: true,
      clientName: archiveId === -1n ? 'archive' : `archive archiveId=${archiveId}`,
      errorHandler,
      subscriberErrorHandler: rethrowingErrorHandler,
    });
    this.undos.push(() => connected.close());
    return connected;
  }

  /** One that was killed keeps its id until the driver has noticed. */
  private awaitArchiveId(aeron: Aeron, waiter: ArchiveWaiter, archiveId: bigint): void {
    const { clock } = this.platform;
    const deadlineNs = clock.nanoTime() + ARCHIVE_ID_TIMEOUT_NS;
    const isTaken = () =>
      findArchiveCounter(aeron.countersReader, AeronCounters.ARCHIVE_ERROR_COUNT_TYPE_ID, archiveId) >= 0;
    while (isTaken()) {
      if (clock.nanoTime() > deadlineNs) {
        throw new AeronError('ACTIVE_ARCHIVE', `found existing archive for archiveId=${archiveId}`);
      }
      waiter.idle();
    }
  }

  private openCatalog(
    archiveDir: string,
    checksum: ReturnType<typeof newChecksum> | undefined,
    errorHandler: ErrorHandler,
  ): Catalog {
    const { platform } = this;
    const { catalogCapacity, catalogFileSyncLevel } = this.options;
    for (const name of listDeletionsLeft(platform.files, archiveDir)) {
      deleteSegment(platform.files, archiveDir, name);
    }
    const catalog = Catalog.open({
      platform,
      archiveDir,
      catalogFileSyncLevel,
      catalogCapacity,
      checksum,
      errorHandler,
    });
    this.undos.push(() => catalog.close());
    return catalog;
  }

  private newConductor(
    context: ArchiveContext,
    markFile: ArchiveMarkFile,
    waiter: ArchiveWaiter,
    archiveId: bigint,
  ): ArchiveConductor {
    const { aeron, catalog, options } = context;
    let conductor: ArchiveConductor | undefined;
    const onUnavailableImage: ArchiveConductor['onUnavailableImage'] = (image) => conductor?.onUnavailableImage(image);
    const subscribe = (channel: string, streamId: number) =>
      addSubscription(aeron, waiter, channel, streamId, onUnavailableImage);
    const localControlSubscription = subscribe(options.localControlChannel, options.localControlStreamId);
    const controlSubscription = options.controlChannelEnabled
      ? subscribe(withSparse(options.controlChannel!, options.controlTermBufferSparse), options.controlStreamId)
      : undefined;
    const recordingEventsProxy = options.recordingEventsEnabled
      ? new RecordingEventsProxy(
          waiter.exclusivePublication(
            aeron.asyncAddExclusivePublication(options.recordingEventsChannel, options.recordingEventsStreamId),
          ),
        )
      : undefined;
    const ownsAeron = options.aeron === undefined;
    conductor = new ArchiveConductor({
      context,
      markFile,
      controlSubscription,
      localControlSubscription,
      recordingEventsProxy,
      archiveClientOptions: archiveClientOptions(options, aeron, archiveId),
      onClosed: () => {
        markFile.signalTerminated();
        try {
          catalog.close();
        } catch (error) {
          context.errorHandler(error);
        }
        if (ownsAeron) {
          aeron.close();
        } else {
          closeCounters(context);
        }
        markFile.close();
      },
    });
    return conductor;
  }
}

/** The address may still be in use by the one that ran before. */
function addSubscription(
  aeron: Aeron,
  waiter: ArchiveWaiter,
  channel: string,
  streamId: number,
  onUnavailableImage: ArchiveConductor['onUnavailableImage'],
) {
  for (;;) {
    try {
      return waiter.subscription(aeron.asyncAddSubscription(channel, streamId, undefined, onUnavailableImage));
    } catch (error) {
      if (!isTemporary(error)) {
        throw error;
      }
      waiter.idle();
    }
  }
}

function withSparse(channel: string, isSparse: boolean): string {
  const uri = ChannelUri.parse(channel);
  uri.put('sparse', String(isSparse));
  return uri.toString();
}

function closeCounters({ counters }: ArchiveContext): void {
  for (const counter of counters.all) {
    counter.close();
  }
}

function absolute(platform: Platform, path: string): string {
  const trimmed = path.length > 1 ? path.replace(/\/+$/, '') : path;
  return trimmed.startsWith('/') ? trimmed : `${platform.environment.currentDirectory}/${trimmed}`;
}
