/**
 * # archive/server
 *
 * An archive: records streams into files, replays them, and answers those who ask.
 *
 *     clients ── requests ──▶ ControlSessionAdapter ─▶ ControlSession ─▶ ControlRequests
 *             ◀── answers, signals ── ControlResponseProxy ◀──┘              │
 *                                                                            ├▶ Recordings ─ Recorder ─ RecordingSession
 *     streams ── images ─────────────────────────────────────────────────────│───────────────▶ RecordingWriter ─▶ files
 *     replays ◀── publications ── ReplaySession ─ Replayer ─ Replays ◀───────┤            SegmentReader ◀─
 *                                                                            ├▶ Listings, RecordingAdministration
 *     other archives ◀── AeronArchive ── ReplicationSession ─ Replications ◀─┘  SegmentAdministration, Deletions
 *
 * `ArchiveConductor` is the agent that drives all of these in one duty cycle, in which nothing waits.
 *
 *     const archive = Archive.launch({ threadingMode: 'INVOKER', controlChannel, replicationChannel });
 *     while (running) archive.invoker!.invoke();
 *
 * Its directory:
 *
 *     archive.catalog     Catalog          one descriptor a recording
 *     7-0.rec ...         RecordingWriter  >  segment files  >  SegmentReader (replay), RecordingReader (tools)
 *     archive-mark.dat    ArchiveMarkFile  whose directory it is, whether he lives, his error log
 *
 * Byte for byte upstream's files. What is between two files of them, or behind the end of one while it is being
 * written, is ours: `catalog-journal.ts` and `segment-note.ts` tell recovery what a crash has interrupted.
 */
export { Archive } from './archive.ts';
export {
  ArchiveMarkFile,
  type ArchiveMarkFileDetails,
  type ArchiveMarkFileHeader,
  type ArchiveMarkFileOptions,
  resolveMarkFileDir,
} from './archive-mark-file.ts';
export { ARCHIVE_OPTIONS, type ArchiveOptions, type GivenArchiveOptions } from './archive-options.ts';
export { ARCHIVE_SEMANTIC_VERSION } from './archive-version.ts';
export {
  Catalog,
  type CatalogOptions,
  type CatalogToolOptions,
  DEFAULT_CATALOG_CAPACITY,
  MAX_CATALOG_CAPACITY,
  MIN_CATALOG_CAPACITY,
  type NewRecording,
} from './catalog.ts';
export { CatalogEntry } from './catalog-entry.ts';
export { CATALOG_FILE_NAME, replaceCatalog } from './catalog-file.ts';
export { type Checksum, crc32, crc32c, newChecksum } from './checksum.ts';
export { type RecordedFrameHandler, RecordingReader } from './recording-reader.ts';
export type { RecordingSummary } from './recording-summary.ts';
export { RecordingWriter, type RecordingWriterOptions } from './recording-writer.ts';
export * as SegmentFiles from './segment-files.ts';
export { hasValidChecksum } from './segment-reader.ts';
export { recoverStopPosition } from './stop-position.ts';
