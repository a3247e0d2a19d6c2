import { BitUtil, SemanticVersion } from '../../agrona/mod.ts';
import { LogBufferDescriptor } from '../../protocol/mod.ts';
import { CatalogHeaderEncoder, RecordingState } from '../codecs/mod.ts';
import {
  ARCHIVE_SEMANTIC_VERSION,
  ArchiveMarkFile,
  type Catalog,
  type CatalogEntry,
  replaceCatalog,
  SegmentFiles,
} from '../server/mod.ts';
import { SUCCESS, type ToolContext, usingCatalog } from './tool-context.ts';

const MARK_FILE_TIMEOUT_MS = 5_000;
const DESCRIPTOR_HEADER_LENGTH = 32;
const HEADER_LENGTH = CatalogHeaderEncoder.BLOCK_LENGTH;
const ALIGNMENT = 64;

interface Migration {
  readonly version: number;
  readonly run: (context: ToolContext, catalog: Catalog, version: number) => void;
}

/** In order; each brings an archive from the one before to its version. */
const MIGRATIONS: readonly Migration[] = [
  { version: SemanticVersion.compose(1, 0, 0), run: nameByPosition },
  { version: SemanticVersion.compose(2, 0, 0), run: countFromStartTerm },
  { version: SemanticVersion.compose(3, 0, 0), run: packCatalog },
];

/** Brings the files of an archive of an older version to this one. */
export function migrate(context: ToolContext): number {
  const current = withBoth(context, (markFile, catalog) => {
    const { version } = markFile.header();
    context.out(`MarkFile version=${format(version)}`);
    context.out(`Catalog version=${format(catalog.version)}`);
    context.out(`Latest version=${format(ARCHIVE_SEMANTIC_VERSION)}`);
    return version;
  });
  for (const { version, run } of MIGRATIONS.filter((migration) => migration.version > current)) {
    withBoth(context, (markFile, catalog) => {
      context.out(`Migration step to ${format(version)}`);
      createTimestampFile(context, markFile.header().version, version);
      run(context, catalog, version);
      markFile.putVersion(version);
    });
  }
  return SUCCESS;
}

/** 0 to 1: segments are called by their position and not by their number. */
function nameByPosition(context: ToolContext, catalog: Catalog, version: number): void {
  catalog.forEach((entry) => {
    const { recordingId, startPosition, segmentFileLength } = entry.summary();
    if (entry.header.state() === RecordingState.INVALID) {
      return;
    }
    const base = startPosition - (startPosition % segmentFileLength);
    const bits = LogBufferDescriptor.positionBitsToShift(segmentFileLength);
    context.out(`(recordingId=${recordingId}) segmentBasePosition=${base} segmentLength=${segmentFileLength}(${bits})`);
    // Numbers are smaller than positions: from the last one on, no name is taken.
    for (const number of segmentsOf(context, entry).reverse()) {
      rename(context, recordingId, number, number * segmentFileLength + base);
    }
    context.out(`(recordingId=${recordingId}) OK`);
  });
  catalog.putVersion(version);
}

/** 1 to 2: positions count from the start of the stream and not from the first term of the recording. */
function countFromStartTerm(context: ToolContext, catalog: Catalog, version: number): void {
  catalog.forEach((entry) => {
    const { recordingId, startPosition, termBufferLength, segmentFileLength } = entry.summary();
    if (entry.header.state() === RecordingState.INVALID) {
      return;
    }
    const base = startPosition - (startPosition % termBufferLength);
    if (base === 0 || termBufferLength === segmentFileLength) {
      context.out(`(recordingId=${recordingId}) OK - skipped.`);
      return;
    }
    context.out(`(recordingId=${recordingId}) startTermBasePosition=${base})`);
    for (const position of segmentsOf(context, entry).reverse()) {
      rename(context, recordingId, position, position + base);
    }
    context.out(`(recordingId=${recordingId}) OK`);
  });
  catalog.putVersion(version);
}

/** 2 to 3: entries of the catalog take as much room as they need, where they took 1024 bytes each. */
function packCatalog(context: ToolContext, catalog: Catalog, version: number): void {
  const parts: Uint8Array[] = [];
  catalog.forEach((entry) => {
    entry.rewind();
    const { descriptor } = entry;
    descriptor.skipStrippedChannel();
    descriptor.skipOriginalChannel();
    descriptor.skipSourceIdentity();
    const part = new Uint8Array(BitUtil.align(DESCRIPTOR_HEADER_LENGTH + descriptor.encodedLength(), ALIGNMENT));
    part.set(entry.buffer.copyBytes(entry.offset, Math.min(part.length, entry.frameLength)));
    new DataView(part.buffer).setInt32(0, part.length - DESCRIPTOR_HEADER_LENGTH, true);
    parts.push(part);
  });
  const content = new Uint8Array(parts.reduce((length, part) => length + part.length, HEADER_LENGTH));
  new CatalogHeaderEncoder()
    .wrap({ u8: content, view: new DataView(content.buffer) }, 0)
    .version(version)
    .length(HEADER_LENGTH)
    .nextRecordingId(catalog.nextRecordingId)
    .alignment(ALIGNMENT);
  let offset = HEADER_LENGTH;
  for (const part of parts) {
    content.set(part, offset);
    offset += part.length;
  }
  replaceCatalog(context.platform.files, context.archiveDir, content);
}

function segmentsOf({ platform, archiveDir }: ToolContext, entry: CatalogEntry): number[] {
  return SegmentFiles.listSegments(platform.files, archiveDir, entry.recordingId);
}

function rename(context: ToolContext, recordingId: number, from: number, to: number): void {
  const source = SegmentFiles.segmentFilePath(context.archiveDir, recordingId, from);
  const target = SegmentFiles.segmentFilePath(context.archiveDir, recordingId, to);
  context.out(`(recordingId=${recordingId}) renaming ${source} -> ${target}`);
  if (source !== target) {
    context.platform.files.rename(source, target);
  }
}

/** Its being there refuses a second migration. */
function createTimestampFile({ platform, archiveDir }: ToolContext, from: number, to: number): void {
  const file = platform.files.open(`${archiveDir}/migration-${from}-to-${to}.dat`, 'wx+');
  try {
    file.sync(true);
  } finally {
    file.close();
  }
}

function withBoth<T>(context: ToolContext, body: (markFile: ArchiveMarkFile, catalog: Catalog) => T): T {
  const { platform, archiveDir } = context;
  const anyVersion = (): void => undefined;
  const markFile = ArchiveMarkFile.openExisting(platform, archiveDir, MARK_FILE_TIMEOUT_MS, anyVersion);
  try {
    return usingCatalog(context, { isWritable: true, versionCheck: anyVersion }, (catalog) => body(markFile, catalog));
  } finally {
    markFile.close();
  }
}

function format(version: number): string {
  const { major, minor, patch } = SemanticVersion;
  return `${version}(Major ${major(version)} Minor ${minor(version)} Patch ${patch(version)})`;
}
