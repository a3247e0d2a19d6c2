import {
  type AtomicBuffer,
  ComponentMarkFile,
  type MarkFile,
  type OpenMarkFile,
  resolveMarkFileDir,
  SemanticVersion,
} from '../../agrona/mod.ts';
import { AeronError, type Platform } from '../../platform/mod.ts';
import {
  ClusterComponentType,
  MarkFileHeaderDecoder,
  MarkFileHeaderEncoder,
  MessageHeaderDecoder,
  MessageHeaderEncoder,
} from '../mark-codecs/mod.ts';
import { NULL_VALUE } from './recording-log-entry.ts';

/** Version of the layout, of mark files and of the node state file. */
export const SEMANTIC_VERSION: number = SemanticVersion.compose(0, 3, 0);
const MAJOR_VERSION = 0;

/** Instead of a version: the component failed to start. */
const VERSION_FAILED = -1;

const MESSAGE_HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;
const CANDIDATE_TERM_ID_OFFSET = 32;

export interface ClusterMarkFileOptions {
  readonly platform: Platform;
  /** Where the file is, or will be. */
  readonly markFileDir: string;
  readonly filename: string;
  readonly type: ClusterComponentType;
  readonly clusterId: number;
  /** Bytes, at least 1 MiB. */
  readonly errorBufferLength: number;
  /** An owner silent for longer than this is taken for dead, in milliseconds. */
  readonly timeoutMs: number;
  /** What the length of the file is a multiple of, in bytes. */
  readonly filePageSize: number;
  /** Told of a predecessor that failed to start, and where its errors were saved. */
  readonly logger: (text: string) => void;
}

/** How the component is configured and reached; for those who look at it from outside. Texts are ASCII. */
export interface ClusterMarkFileDetails {
  readonly archiveStreamId: number;
  readonly serviceStreamId: number;
  readonly consensusModuleStreamId: number;
  readonly ingressStreamId: number;
  readonly memberId: number;
  /** -1 is the consensus module. */
  readonly serviceId: number;
  readonly clusterId: number;
  readonly aeronDirectory: string;
  readonly controlChannel: string;
  readonly ingressChannel: string;
  readonly serviceName: string;
  readonly authenticator: string;
  /** Where the mark files of the services are. */
  readonly servicesClusterDir: string;
}

/** What a mark file says. */
export interface ClusterMarkFileHeader extends ClusterMarkFileDetails {
  /** Of the message that the header is; the latest in files without a message header. */
  readonly schemaVersion: number;
  readonly blockLength: number;
  readonly version: number;
  readonly componentType: ClusterComponentType;
  /** Epoch ms. */
  readonly startTimestamp: number;
  readonly pid: number;
  readonly candidateTermId: number;
  readonly headerLength: number;
  readonly errorBufferLength: number;
}

/**
 * Shows that a component of a cluster runs in a directory, how it is configured, and what errors it had.
 *
 * Files of versions before 1.46 have no message header; they can be read, and are written anew by the next owner.
 *
 *     const markFile = ClusterMarkFile.claim({ platform, markFileDir, filename: ClusterMarkFile.FILENAME, ... });
 *     markFile.fill({ memberId: 0, ... });
 *     markFile.signalReady(clock.epochTimeMs());
 *     ... markFile.updateActivityTimestamp(nowMs) ... markFile.signalTerminated(); markFile.close();
 *
 * Upstream: `io.aeron.cluster.service.ClusterMarkFile`. Used by the owner's thread; observers open their own. After
 * `close` writes are ignored, and ids read as -1.
 */
export class ClusterMarkFile extends ComponentMarkFile {
  static readonly FILENAME = 'cluster-mark.dat';
  static readonly LINK_FILENAME = 'cluster-mark.lnk';
  static readonly ERROR_BUFFER_MIN_LENGTH: number = 1024 * 1024;

  private readonly encoder = new MarkFileHeaderEncoder();

  private constructor(open: OpenMarkFile, errorBuffer: AtomicBuffer) {
    super(open, errorBuffer);
    this.encoder.wrap(open.markFile.buffer, open.headerOffset);
  }

  /** `cluster-mark-service-N.dat`. */
  static filenameForService(serviceId: number): string {
    return `cluster-mark-service-${serviceId}.dat`;
  }

  static linkFilenameForService(serviceId: number): string {
    return `cluster-mark-service-${serviceId}.lnk`;
  }

  /**
   * The paths of the mark files of the services of a cluster directory, by service id, also of those that are
   * elsewhere and have a link there; none when the directory does not exist.
   */
  static findServiceMarkFiles(platform: Platform, directory: string): string[] {
    if (!platform.files.exists(directory)) {
      return [];
    }
    const ids = new Set<number>();
    for (const name of platform.files.list(directory)) {
      const id = /^cluster-mark-service-(\d+)\.(?:dat|lnk)$/.exec(name)?.[1];
      if (id !== undefined) {
        ids.add(Number(id));
      }
    }
    return [...ids]
      .sort((a, b) => a - b)
      .map((id) => {
        const place = resolveMarkFileDir(platform, directory, ClusterMarkFile.linkFilenameForService(id));
        return `${place}/${ClusterMarkFile.filenameForService(id)}`;
      });
  }

  /**
   * Makes the file, or takes over that of a dead owner, whose errors are saved beside it.
   * @throws AeronError MARK_FILE_ACTIVE when the owner lives, MARK_FILE_VERSION, MARK_FILE_TYPE when it is of another
   *   kind of component, MARK_FILE_CLUSTER when it is of another cluster, MARK_FILE_INVALID; PlatformError
   */
  static claim(options: ClusterMarkFileOptions): ClusterMarkFile {
    const { platform, errorBufferLength, filePageSize, timeoutMs } = options;
    if (errorBufferLength < ClusterMarkFile.ERROR_BUFFER_MIN_LENGTH) {
      throw new AeronError(
        'CONFIGURATION',
        `errorBufferLength of ${errorBufferLength} is below ${ClusterMarkFile.ERROR_BUFFER_MIN_LENGTH}`,
      );
    }
    const path = `${options.markFileDir}/${options.filename}`;
    let candidateTermId = NULL_VALUE;
    const open = ComponentMarkFile.claimFile({
      platform,
      path,
      codec: MarkFileHeaderDecoder,
      timeoutMs,
      versionCheck: (version) => checkVersionOfPredecessor(path, version, options.logger),
      errorBufferLength,
      filePageSize,
      inherit: (markFile, headerOffset) => {
        const header = headerOf(markFile, headerOffset);
        checkPredecessor(path, header, options);
        const errorBuffer = ComponentMarkFile.errorLogOf(markFile, header);
        ComponentMarkFile.saveErrors(errorBuffer, typeName(options.type), options);
        candidateTermId = header.candidateTermId;
      },
    });
    new MarkFileHeaderEncoder()
      .wrapAndApplyHeader(open.markFile.buffer, 0, new MessageHeaderEncoder())
      .componentType(options.type)
      .startTimestamp(platform.clock.epochTimeMs())
      .pid(platform.processes.pid)
      .candidateTermId(candidateTermId)
      .headerLength(ClusterMarkFile.HEADER_LENGTH)
      .errorBufferLength(errorBufferLength);
    return new ClusterMarkFile(open, open.errorBuffer);
  }

  /**
   * Opens the file of another component, waiting up to `timeoutMs` until it exists, is ready and has shown life.
   * @throws AeronError MARK_FILE_INVALID, MARK_FILE_VERSION; PlatformError
   */
  static openExisting(platform: Platform, path: string, timeoutMs: number): ClusterMarkFile {
    const versionCheck = (version: number) => checkVersion(path, version);
    const open = ComponentMarkFile.openFile({ platform, path, codec: MarkFileHeaderDecoder, timeoutMs, versionCheck });
    const { markFile, headerOffset } = open;
    const header = headerOf(markFile, headerOffset);
    const errorBuffer = ComponentMarkFile.errorLogOf(markFile, header);
    if (errorBuffer === undefined) {
      markFile.close();
      throw new AeronError(
        'MARK_FILE_INVALID',
        `mark file ${path} has no room for an error log of ${header.errorBufferLength} bytes at ${header.headerLength}`,
      );
    }
    return new ClusterMarkFile(open, errorBuffer);
  }

  /** @throws AeronError MARK_FILE_HEADER_LENGTH when the texts are longer than there is room */
  fill(details: ClusterMarkFileDetails): void {
    checkHeaderLength(details);
    this.encoder
      .wrap(this.markFile.buffer, this.headerOffset)
      .archiveStreamId(details.archiveStreamId)
      .serviceStreamId(details.serviceStreamId)
      .consensusModuleStreamId(details.consensusModuleStreamId)
      .ingressStreamId(details.ingressStreamId)
      .memberId(details.memberId)
      .serviceId(details.serviceId)
      .clusterId(details.clusterId)
      .aeronDirectory(details.aeronDirectory)
      .controlChannel(details.controlChannel)
      .ingressChannel(details.ingressChannel)
      .serviceName(details.serviceName)
      .authenticator(details.authenticator)
      .servicesClusterDir(details.servicesClusterDir);
  }

  /** What the file says now. Not after `close`. */
  header(): ClusterMarkFileHeader {
    return headerOf(this.markFile, this.headerOffset);
  }

  /** From now on others may read the file, and the owner lives. */
  signalReady(activityTimestampMs: number): void {
    this.signal(SEMANTIC_VERSION, activityTimestampMs);
  }

  /** The owner did not get ready, and never will. */
  signalFailedStart(): void {
    this.signal(VERSION_FAILED, NULL_VALUE);
  }

  /** A vote in files of old, before there was a node state file; -1 for none. */
  candidateTermId(): number {
    return this.isClosed
      ? NULL_VALUE
      : this.markFile.buffer.getInt64Volatile(this.headerOffset + CANDIDATE_TERM_ID_OFFSET);
  }

  memberId(): number {
    return this.isClosed ? NULL_VALUE : this.header().memberId;
  }

  setMemberId(memberId: number): void {
    if (!this.isClosed) {
      this.encoder.memberId(memberId);
    }
  }

  clusterId(): number {
    return this.isClosed ? NULL_VALUE : this.header().clusterId;
  }

  setClusterId(clusterId: number): void {
    if (!this.isClosed) {
      this.encoder.clusterId(clusterId);
    }
  }
}

/** Whether the directory may go from the one to the other. */
function checkPredecessor(
  path: string,
  header: ClusterMarkFileHeader,
  { type, clusterId }: ClusterMarkFileOptions,
): void {
  const { componentType } = header;
  const takesOverBackup =
    componentType === ClusterComponentType.BACKUP && type === ClusterComponentType.CONSENSUS_MODULE;
  if (componentType !== ClusterComponentType.UNKNOWN && componentType !== type && !takesOverBackup) {
    throw new AeronError(
      'MARK_FILE_TYPE',
      `existing Mark file type ${typeName(componentType)} not same as required type ${typeName(type)}: ${path}`,
    );
  }
  // A start that has failed may not have got as far as the cluster id.
  const wasReady = header.version !== VERSION_FAILED && header.version !== 0;
  if (wasReady && header.clusterId !== clusterId) {
    throw new AeronError(
      'MARK_FILE_CLUSTER',
      `directory is of clusterId=${header.clusterId}, not of clusterId=${clusterId} (aeron.cluster.id): ${path}; ` +
        'give each cluster directories of its own (aeron.cluster.dir), or delete the file to give this one away',
    );
  }
}

function headerOf(markFile: MarkFile, headerOffset: number): ClusterMarkFileHeader {
  const decoder = new MarkFileHeaderDecoder();
  if (headerOffset === 0) {
    decoder.wrap(markFile.buffer, 0, MarkFileHeaderDecoder.BLOCK_LENGTH, MarkFileHeaderDecoder.SCHEMA_VERSION);
  } else {
    decoder.wrapAndApplyHeader(markFile.buffer, 0, new MessageHeaderDecoder());
  }
  return {
    schemaVersion: decoder.actingVersion,
    blockLength: decoder.actingBlockLength,
    version: decoder.version(),
    componentType: decoder.componentType(),
    startTimestamp: decoder.startTimestamp(),
    pid: decoder.pid(),
    candidateTermId: decoder.candidateTermId(),
    archiveStreamId: decoder.archiveStreamId(),
    serviceStreamId: decoder.serviceStreamId(),
    consensusModuleStreamId: decoder.consensusModuleStreamId(),
    ingressStreamId: decoder.ingressStreamId(),
    memberId: decoder.memberId(),
    serviceId: decoder.serviceId(),
    headerLength: decoder.headerLength(),
    errorBufferLength: decoder.errorBufferLength(),
    clusterId: decoder.clusterId(),
    aeronDirectory: decoder.aeronDirectory(),
    controlChannel: decoder.controlChannel(),
    ingressChannel: decoder.ingressChannel(),
    serviceName: decoder.serviceName(),
    authenticator: decoder.authenticator(),
    servicesClusterDir: decoder.servicesClusterDir(),
  };
}

function checkVersionOfPredecessor(path: string, version: number, logger: (text: string) => void): void {
  if (version === VERSION_FAILED) {
    logger('mark file version -1 indicates error on previous startup.');
  } else {
    checkVersion(path, version);
  }
}

function checkVersion(path: string, version: number): void {
  const major = SemanticVersion.major(version);
  if (major !== MAJOR_VERSION) {
    throw new AeronError(
      'MARK_FILE_VERSION',
      `mark file major version ${major} does not match software: ${MAJOR_VERSION}: ${path}`,
    );
  }
}

function checkHeaderLength(details: ClusterMarkFileDetails): void {
  const texts = [
    details.aeronDirectory,
    details.controlChannel,
    details.ingressChannel,
    details.serviceName,
    details.authenticator,
    details.servicesClusterDir,
  ];
  const length =
    MESSAGE_HEADER_LENGTH +
    MarkFileHeaderEncoder.BLOCK_LENGTH +
    texts.reduce((sum, text) => sum + 4 + new TextEncoder().encode(text).length, 0);
  if (length > ClusterMarkFile.HEADER_LENGTH) {
    throw new AeronError(
      'MARK_FILE_HEADER_LENGTH',
      `ClusterMarkFile headerLength=${length} > headerLengthCapacity=${ClusterMarkFile.HEADER_LENGTH}; ` +
        'aeronDirectoryName, channels and service name have to be shorter',
    );
  }
}

function typeName(type: ClusterComponentType): string {
  return Object.entries(ClusterComponentType).find(([, value]) => value === type)?.[0] ?? `${type}`;
}
