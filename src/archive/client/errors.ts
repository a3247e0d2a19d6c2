import { AeronError } from '../../agrona/mod.ts';

/** Why an archive has refused something, as it crosses the wire. Upstream: `ArchiveException`. */
export const ArchiveErrorCode = {
  GENERIC: 0,
  /** The control session is already listing something. */
  ACTIVE_LISTING: 1,
  /** The recording is being written. */
  ACTIVE_RECORDING: 2,
  /** There is a recording subscription for the channel and stream already. */
  ACTIVE_SUBSCRIPTION: 3,
  UNKNOWN_SUBSCRIPTION: 4,
  UNKNOWN_RECORDING: 5,
  UNKNOWN_REPLAY: 6,
  /** The archive's `maxConcurrentReplays` are going on. */
  MAX_REPLAYS: 7,
  /** The archive's `maxConcurrentRecordings` are going on. */
  MAX_RECORDINGS: 8,
  /** The stream does not continue the recording it was to extend. */
  INVALID_EXTENSION: 9,
  AUTHENTICATION_REJECTED: 10,
  /** The archive's file system is (nearly) full. */
  STORAGE_SPACE: 11,
  UNKNOWN_REPLICATION: 12,
  UNAUTHORISED_ACTION: 13,
  /** The other archive of a replication cannot be reached. */
  REPLICATION_CONNECTION_FAILURE: 14,
  EMPTY_RECORDING: 15,
  /** The recording has no such position, or it is no place to cut. */
  INVALID_POSITION: 16,
} as const;
export type ArchiveErrorCode = (typeof ArchiveErrorCode)[keyof typeof ArchiveErrorCode];

const NAMES: readonly string[] = Object.keys(ArchiveErrorCode);

/** 'UNKNOWN_RECORDING' for 5, ...; a code of a later version as 'ARCHIVE_ERROR_<code>'. */
export function archiveErrorCodeName(errorCode: number): string {
  return NAMES[errorCode] ?? `ARCHIVE_ERROR_${errorCode}`;
}

/**
 * The archive has refused a request, or cannot be reached any more. `code` is the name of `errorCode`:
 * 'UNKNOWN_RECORDING', 'STORAGE_SPACE', ...; 'GENERIC' says no more than the message.
 * Upstream: `io.aeron.archive.client.ArchiveException`.
 */
export class ArchiveError extends AeronError {
  /** As it crossed from the archive: one of `ArchiveErrorCode`, or a later version's. */
  readonly errorCode: ArchiveErrorCode | number;
  /** Of the request; -1 when there was none. */
  readonly correlationId: number;

  constructor(message: string, errorCode: number = ArchiveErrorCode.GENERIC, correlationId = -1) {
    super(archiveErrorCodeName(errorCode), message);
    this.errorCode = errorCode;
    this.correlationId = correlationId;
  }
}

/** The archive did not answer within `messageTimeoutNs`. */
export class ArchiveTimeoutError extends AeronError {
  constructor(message: string) {
    super('ARCHIVE_TIMEOUT', message);
  }
}
