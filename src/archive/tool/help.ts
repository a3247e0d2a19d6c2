/** Upstream's help, word for word: scripts and people look for these. */
export const HELP = `Usage: <archive-dir> <command> (items in square brackets are optional)

  capacity [capacity in bytes]: gets or increases catalog capacity.

  checksum className [recordingId] [-a]: computes and persists checksums.
     checksums are computed using the specified Checksum implementation
     (e.g. io.aeron.archive.checksum.Crc32).
     Only the last segment file of each recording is processed by default,
     unless flag '-a' is specified in which case all of the segment files are processed.

  compact: compacts Catalog file by removing entries in non-valid state and deleting the
     corresponding segment files.

  count-entries: queries the number of \`VALID\` recording entries in the catalog.

  delete-orphaned-segments [recordingId]: deletes orphaned recording segments that have been detached,
     If recordingId is specified, only delete orphaned segments for that recording.
     i.e. outside the start and stop recording range, but are not deleted.

  describe: prints out descriptors for all valid recordings in the catalog.

  describe recordingId: prints out descriptor for the specified recording entry in the catalog.

  describe-all: prints out descriptors for all recordings in the catalog.

  dump [data fragment limit per recording]: prints descriptor(s)
     in the catalog and associated recorded data.

  errors: prints errors for the archive and media driver.

  max-entries [number of entries]: *** DEPRECATED: use \`capacity\` instead. ***

  migrate: migrates archive MarkFile, Catalog, and recordings to the latest version.

  pid: prints just PID of archive.

  verify [recordingId] [-a] [-checksum className]: verifies descriptor(s) in the catalog
     checking recording files availability and contents. Only the last segment file is
     verified unless flag '-a' is specified, i.e. meaning verify all segment files.
     To perform checksum for each data frame specify the '-checksum' flag together with
     the Checksum implementation class name (e.g. io.aeron.archive.checksum.Crc32).
     Faulty entries are marked as \`INVALID\`.

  mark-invalid <recordingId>: marks a recording as invalid. 

  mark-valid <recordingId>: marks a previously invalidated recording as valid. 

`;
