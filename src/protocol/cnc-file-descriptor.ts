import { AeronError, type AtomicBuffer } from '../agrona/mod.ts';

/*
 * The command and control file `cnc.dat`, which the driver makes and all its clients map:
 *
 *   +----------------------------+ 0
 *   |         meta data          |
 *   +----------------------------+ 128
 *   |  to-driver ring buffer     |
 *   +----------------------------+
 *   |  to-clients broadcast      |
 *   +----------------------------+
 *   |  counters meta data        |
 *   +----------------------------+
 *   |  counters values           |
 *   +----------------------------+
 *   |  error log                 |
 *   +----------------------------+ (then up to a whole number of pages)
 *
 * Meta data, of version 0.2.0:
 *
 *      0        1        2        3        4        5        6        7        8
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    0 |            cnc version            |      to-driver buffer length      |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    8 |      to-clients buffer length     |     counters meta data length     |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   16 |       counters values length      |         error log length          |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   24 |                      client liveness timeout, ns                      |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   32 |                     driver start timestamp, epoch ms                  |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   40 |                            driver process id                          |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   48 |          file page size           |
 *      +--------+--------+--------+--------+
 *
 * The version is written last and tells that the file can be used. It is one byte each of major, minor and
 * patch; drivers before Aeron 1.47 leave the file page size 0 and mean 4096.
 */
export const CNC_FILE = 'cnc.dat';
export const CNC_VERSION = 0x000200;

export const CNC_VERSION_FIELD_OFFSET = 0;
export const TO_DRIVER_BUFFER_LENGTH_FIELD_OFFSET = 4;
export const TO_CLIENTS_BUFFER_LENGTH_FIELD_OFFSET = 8;
export const COUNTERS_METADATA_BUFFER_LENGTH_FIELD_OFFSET = 12;
export const COUNTERS_VALUES_BUFFER_LENGTH_FIELD_OFFSET = 16;
export const ERROR_LOG_BUFFER_LENGTH_FIELD_OFFSET = 20;
export const CLIENT_LIVENESS_TIMEOUT_FIELD_OFFSET = 24;
export const START_TIMESTAMP_FIELD_OFFSET = 32;
export const PID_FIELD_OFFSET = 40;
export const FILE_PAGE_SIZE_FIELD_OFFSET = 48;
export const META_DATA_LENGTH = 128;

/** What the meta data says. Lengths in bytes. */
export interface CncMetaData {
  /** Trailer included. */
  readonly toDriverBufferLength: number;
  /** Trailer included. */
  readonly toClientsBufferLength: number;
  readonly countersMetaDataBufferLength: number;
  readonly countersValuesBufferLength: number;
  readonly errorLogBufferLength: number;
  readonly clientLivenessTimeoutNs: number;
  readonly startTimestampMs: number;
  readonly pid: number;
  readonly filePageSize: number;
}

/** Bytes of the meta data and all buffers. */
export function computeUsedLength(metaData: CncMetaData): number {
  return (
    META_DATA_LENGTH +
    metaData.toDriverBufferLength +
    metaData.toClientsBufferLength +
    metaData.countersMetaDataBufferLength +
    metaData.countersValuesBufferLength +
    metaData.errorLogBufferLength
  );
}

/** Bytes of the file: all of it, up to a whole number of pages. */
export function computeCncFileLength(metaData: CncMetaData): number {
  return Math.ceil(computeUsedLength(metaData) / metaData.filePageSize) * metaData.filePageSize;
}

/** Everything but the version. */
export function fillMetaData(buffer: AtomicBuffer, metaData: CncMetaData): void {
  buffer.putInt32(TO_DRIVER_BUFFER_LENGTH_FIELD_OFFSET, metaData.toDriverBufferLength);
  buffer.putInt32(TO_CLIENTS_BUFFER_LENGTH_FIELD_OFFSET, metaData.toClientsBufferLength);
  buffer.putInt32(COUNTERS_METADATA_BUFFER_LENGTH_FIELD_OFFSET, metaData.countersMetaDataBufferLength);
  buffer.putInt32(COUNTERS_VALUES_BUFFER_LENGTH_FIELD_OFFSET, metaData.countersValuesBufferLength);
  buffer.putInt32(ERROR_LOG_BUFFER_LENGTH_FIELD_OFFSET, metaData.errorLogBufferLength);
  buffer.putInt64(CLIENT_LIVENESS_TIMEOUT_FIELD_OFFSET, metaData.clientLivenessTimeoutNs);
  buffer.putInt64(START_TIMESTAMP_FIELD_OFFSET, metaData.startTimestampMs);
  buffer.putInt64(PID_FIELD_OFFSET, metaData.pid);
  buffer.putInt32(FILE_PAGE_SIZE_FIELD_OFFSET, metaData.filePageSize);
}

export function readMetaData(buffer: AtomicBuffer): CncMetaData {
  return {
    toDriverBufferLength: buffer.getInt32(TO_DRIVER_BUFFER_LENGTH_FIELD_OFFSET),
    toClientsBufferLength: buffer.getInt32(TO_CLIENTS_BUFFER_LENGTH_FIELD_OFFSET),
    countersMetaDataBufferLength: buffer.getInt32(COUNTERS_METADATA_BUFFER_LENGTH_FIELD_OFFSET),
    countersValuesBufferLength: buffer.getInt32(COUNTERS_VALUES_BUFFER_LENGTH_FIELD_OFFSET),
    errorLogBufferLength: buffer.getInt32(ERROR_LOG_BUFFER_LENGTH_FIELD_OFFSET),
    clientLivenessTimeoutNs: buffer.getInt64(CLIENT_LIVENESS_TIMEOUT_FIELD_OFFSET),
    startTimestampMs: buffer.getInt64(START_TIMESTAMP_FIELD_OFFSET),
    pid: buffer.getInt64(PID_FIELD_OFFSET),
    filePageSize: buffer.getInt32(FILE_PAGE_SIZE_FIELD_OFFSET) || DEFAULT_FILE_PAGE_SIZE,
  };
}

/** 0 until the file can be used. */
export function cncVersionVolatile(buffer: AtomicBuffer): number {
  return buffer.getInt32Volatile(CNC_VERSION_FIELD_OFFSET);
}

/** Tells everybody who looks that the file can be used. */
export function signalCncReady(buffer: AtomicBuffer): void {
  buffer.putInt32Release(CNC_VERSION_FIELD_OFFSET, CNC_VERSION);
}

/**
 * That a file of this version can be used: the same major version and no older minor one.
 * @throws AeronError CNC_VERSION
 */
export function checkVersion(version: number): void {
  const isSameMajor = version >>> 16 === CNC_VERSION >>> 16;
  if (!isSameMajor || ((version >>> 8) & 0xff) < ((CNC_VERSION >>> 8) & 0xff)) {
    throw new AeronError(
      'CNC_VERSION',
      `CnC version not compatible: app=${versionToString(CNC_VERSION)} file=${versionToString(version)}`,
    );
  }
}

function versionToString(version: number): string {
  return `${version >>> 16}.${(version >>> 8) & 0xff}.${version & 0xff}`;
}

const DEFAULT_FILE_PAGE_SIZE = 4096;
