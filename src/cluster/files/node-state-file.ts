import { AtomicBuffer, BitUtil, SemanticVersion } from '../../agrona/mod.ts';
import { AeronError, type MappedFile, type Platform } from '../../platform/mod.ts';
import {
  CandidateTermDecoder,
  CandidateTermEncoder,
  MessageHeaderDecoder,
  MessageHeaderEncoder,
  NodeStateFooterDecoder,
  NodeStateFooterEncoder,
  NodeStateHeaderDecoder,
  NodeStateHeaderEncoder,
} from '../node-state-codecs/mod.ts';
import { SEMANTIC_VERSION } from './cluster-mark-file.ts';
import { NULL_VALUE } from './recording-log-entry.ts';

const FILE_LENGTH = 1 << 20;
const ALIGNMENT = 8;
const MESSAGE_HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;

const CANDIDATE_TERM_ID_OFFSET = 0;
const TIMESTAMP_OFFSET = 8;
const LOG_POSITION_OFFSET = 16;

/**
 * What a member has to remember by itself, outside of log and snapshots: the last term in which it voted.
 *
 *     0                 8                                 48
 *     +--------+--------+----------------+----------------+----------------+
 *     | node state      | message header | candidate term | message header | zero up to 1 MiB ...
 *     | header: version | with length    | 24 bytes       | of the footer  |
 *     +--------+--------+----------------+----------------+----------------+
 *
 * Every message is at a multiple of 8; messages it does not know are passed over.
 *
 * Upstream: `NodeStateFile`. Used by one thread; other processes may read it.
 */
export class NodeStateFile {
  static readonly FILENAME = 'node-state.dat';

  private readonly mapping: MappedFile;
  private readonly buffer: AtomicBuffer;
  private readonly fileSyncLevel: number;
  private readonly candidateTermOffset: number;

  /**
   * Opens the file in a cluster directory.
   * @param createNew whether to make it when it is not there
   * @param fileSyncLevel above 0 every change is on the device before the method returns
   * @throws AeronError NODE_STATE_INVALID, NODE_STATE_VERSION; PlatformError ENOENT and others
   */
  constructor(platform: Platform, clusterDir: string, createNew: boolean, fileSyncLevel: number) {
    const path = `${clusterDir}/${NodeStateFile.FILENAME}`;
    this.fileSyncLevel = fileSyncLevel;
    const isNew = createNew && !platform.files.exists(path);
    this.mapping = isNew ? create(platform, clusterDir, path) : platform.files.map(path);
    this.buffer = AtomicBuffer.over(this.mapping);
    try {
      this.candidateTermOffset = findCandidateTerm(path, this.buffer);
    } catch (error) {
      this.close();
      throw error;
    }
    this.sync();
  }

  /** The last term in which the member voted, or stood for election; -1 for none. */
  candidateTermId(): number {
    return this.buffer.getInt64Volatile(this.candidateTermOffset + CANDIDATE_TERM_ID_OFFSET);
  }

  /** When that was, in epoch ms; -1 for never. */
  candidateTermTimestampMs(): number {
    return this.buffer.getInt64(this.candidateTermOffset + TIMESTAMP_OFFSET);
  }

  /** How long its log was then; -1 when not known. */
  candidateTermLogPosition(): number {
    return this.buffer.getInt64(this.candidateTermOffset + LOG_POSITION_OFFSET);
  }

  updateCandidateTermId(candidateTermId: number, logPosition: number, timestampMs: number): void {
    this.buffer.putInt64(this.candidateTermOffset + LOG_POSITION_OFFSET, logPosition);
    this.buffer.putInt64(this.candidateTermOffset + TIMESTAMP_OFFSET, timestampMs);
    this.buffer.putInt64Release(this.candidateTermOffset + CANDIDATE_TERM_ID_OFFSET, candidateTermId);
    this.sync();
  }

  /** Updates the term when it is later than the last, and returns the last one then. */
  proposeMaxCandidateTermId(candidateTermId: number, logPosition: number, timestampMs: number): number {
    const last = this.candidateTermId();
    if (candidateTermId <= last) {
      return last;
    }
    this.updateCandidateTermId(candidateTermId, logPosition, timestampMs);
    return candidateTermId;
  }

  close(): void {
    this.buffer.release();
    this.mapping.unmap();
  }

  private sync(): void {
    if (this.fileSyncLevel > 0) {
      this.mapping.sync();
    }
  }
}

/**
 * Under another name until it is whole, so that a crash leaves either no file or one that can be read.
 */
function create(platform: Platform, clusterDir: string, path: string): MappedFile {
  const temporaryPath = `${path}.new`;
  platform.files.remove(temporaryPath);
  const mapping = platform.files.createMapped(temporaryPath, FILE_LENGTH);
  try {
    const buffer = AtomicBuffer.over(mapping);
    initialise(buffer);
    buffer.release();
    mapping.sync();
  } finally {
    mapping.unmap();
  }
  platform.files.rename(temporaryPath, path);
  platform.files.syncDirectory(clusterDir);
  return platform.files.map(path);
}

function initialise(buffer: AtomicBuffer): void {
  const header = new MessageHeaderEncoder();
  new NodeStateHeaderEncoder().wrap(buffer, 0).version(SEMANTIC_VERSION);
  let offset = NodeStateHeaderEncoder.BLOCK_LENGTH;
  new CandidateTermEncoder()
    .wrapAndApplyHeader(buffer, offset, header)
    .candidateTermId(NULL_VALUE)
    .timestamp(NULL_VALUE)
    .logPosition(NULL_VALUE);
  const candidateTermLength = MESSAGE_HEADER_LENGTH + CandidateTermEncoder.BLOCK_LENGTH;
  header.frameLength(candidateTermLength);
  offset += BitUtil.align(candidateTermLength, ALIGNMENT);
  new NodeStateFooterEncoder().wrapAndApplyHeader(buffer, offset, header);
  header.frameLength(MESSAGE_HEADER_LENGTH + NodeStateFooterEncoder.BLOCK_LENGTH);
}

/** Where the block is. The footer has to be there, too. */
function findCandidateTerm(path: string, buffer: AtomicBuffer): number {
  if (buffer.capacity < NodeStateHeaderDecoder.BLOCK_LENGTH) {
    throw invalid(path, `it has only ${buffer.capacity} bytes`);
  }
  const major = SemanticVersion.major(buffer.getInt32(0));
  if (major !== SemanticVersion.major(SEMANTIC_VERSION)) {
    throw new AeronError('NODE_STATE_VERSION', `node state major version ${major} does not match software: 0: ${path}`);
  }
  const header = new MessageHeaderDecoder();
  let candidateTermOffset: number | undefined;
  let offset = NodeStateHeaderDecoder.BLOCK_LENGTH;
  while (offset + MESSAGE_HEADER_LENGTH <= buffer.capacity) {
    header.wrap(buffer, offset);
    const frameLength = header.frameLength();
    if (header.templateId() === NodeStateFooterDecoder.TEMPLATE_ID) {
      if (candidateTermOffset === undefined) {
        throw invalid(path, 'failed to find CandidateTerm entry');
      }
      return candidateTermOffset;
    }
    if (frameLength < MESSAGE_HEADER_LENGTH) {
      throw invalid(path, `message at ${offset} has length ${frameLength}`);
    }
    if (header.templateId() === CandidateTermDecoder.TEMPLATE_ID) {
      candidateTermOffset = offset + MESSAGE_HEADER_LENGTH;
    }
    offset += BitUtil.align(frameLength, ALIGNMENT);
  }
  throw invalid(path, 'failed to find NodeStateFooter entry');
}

function invalid(path: string, why: string): AeronError {
  return new AeronError(
    'NODE_STATE_INVALID',
    `${path} is damaged: ${why}; a member that does not know in which terms it voted must not start: restore the file, ` +
      'or empty the cluster directory so that the member starts anew',
  );
}
