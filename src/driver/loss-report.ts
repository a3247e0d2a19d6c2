import type { AtomicBuffer } from '../agrona/mod.ts';

/*
 * The loss report is a file `loss-report.dat` of records, one behind the other, each begun on a cache line
 * and each about one stream from one source. A record is there once its observation count is above zero;
 * counts, bytes lost and the time of the last observation go on changing.
 *
 *     0        8        16       24       32         36         40
 *     +--------+--------+--------+--------+----------+----------+---------------------
 *     | count  | bytes  | first  | last   | session  | stream   | channel, source ...
 *     | int64  | lost   | seen   | seen   | id int32 | id int32 |
 *     +--------+--------+--------+--------+----------+----------+---------------------
 *
 * Times are epoch milliseconds. Channel and source are ASCII behind an int32 with their length; the source
 * starts at the next multiple of 4.
 *
 * Upstream: `io.aeron.driver.reports.LossReport`, `LossReportReader`.
 */
const ENTRY_ALIGNMENT = 64;
const OBSERVATION_COUNT_OFFSET = 0;
const TOTAL_BYTES_LOST_OFFSET = 8;
const FIRST_OBSERVATION_OFFSET = 16;
const LAST_OBSERVATION_OFFSET = 24;
const SESSION_ID_OFFSET = 32;
const STREAM_ID_OFFSET = 36;
const CHANNEL_OFFSET = 40;

/** Writes the records; owned by the conductor. */
export class LossReport {
  readonly #buffer: AtomicBuffer;
  #nextRecordOffset = 0;

  /** Over the whole, zeroed file. */
  constructor(buffer: AtomicBuffer) {
    this.#buffer = buffer;
  }

  /**
   * A record with its first observation; undefined when the file (`aeron.loss.report.buffer.length`) is full.
   * What is not ASCII in `channel` or `source` is written as '?'.
   */
  createEntry(
    initialBytesLost: number,
    timestampMs: number,
    sessionId: number,
    streamId: number,
    channel: string,
    source: string,
  ): LossReportEntry | undefined {
    const channelAscii = toAscii(channel);
    const sourceAscii = toAscii(source);
    const offset = this.#nextRecordOffset;
    const length = recordLength(channelAscii.length, sourceAscii.length);
    if (length > this.#buffer.capacity - offset) {
      return undefined;
    }
    const buffer = this.#buffer;
    buffer.putInt64(offset + TOTAL_BYTES_LOST_OFFSET, initialBytesLost);
    buffer.putInt64(offset + FIRST_OBSERVATION_OFFSET, timestampMs);
    buffer.putInt64(offset + LAST_OBSERVATION_OFFSET, timestampMs);
    buffer.putInt32(offset + SESSION_ID_OFFSET, sessionId);
    buffer.putInt32(offset + STREAM_ID_OFFSET, streamId);
    buffer.putString(offset + CHANNEL_OFFSET, channelAscii);
    buffer.putString(offset + sourceOffset(channelAscii.length), sourceAscii);
    buffer.putInt64Release(offset + OBSERVATION_COUNT_OFFSET, 1);
    this.#nextRecordOffset += align(length, ENTRY_ALIGNMENT);
    return new LossReportEntry(buffer, offset);
  }
}

/** One record of a loss report. */
export class LossReportEntry {
  readonly #buffer: AtomicBuffer;
  readonly #offset: number;

  constructor(buffer: AtomicBuffer, offset: number) {
    this.#buffer = buffer;
    this.#offset = offset;
  }

  recordObservation(bytesLost: number, timestampMs: number): void {
    this.#buffer.putInt64Release(this.#offset + LAST_OBSERVATION_OFFSET, timestampMs);
    this.#buffer.getAndAddInt64(this.#offset + TOTAL_BYTES_LOST_OFFSET, bytesLost);
    this.#buffer.getAndAddInt64(this.#offset + OBSERVATION_COUNT_OFFSET, 1);
  }
}

export interface LossReportRecord {
  readonly observationCount: number;
  readonly totalBytesLost: number;
  readonly firstObservationMs: number;
  readonly lastObservationMs: number;
  readonly sessionId: number;
  readonly streamId: number;
  readonly channel: string;
  readonly source: string;
}

/** The records in a loss report, which a driver may be writing; ends before a record that does not fit the file. */
export function readLossReport(buffer: AtomicBuffer): LossReportRecord[] {
  const records: LossReportRecord[] = [];
  let offset = 0;
  while (offset + CHANNEL_OFFSET + 4 <= buffer.capacity) {
    const observationCount = buffer.getInt64Volatile(offset + OBSERVATION_COUNT_OFFSET);
    const channelLength = buffer.getInt32(offset + CHANNEL_OFFSET);
    const sourceAt = offset + sourceOffset(channelLength);
    if (observationCount <= 0 || channelLength < 0 || sourceAt + 4 > buffer.capacity) {
      break;
    }
    const sourceLength = buffer.getInt32(sourceAt);
    if (sourceLength < 0 || sourceAt + 4 + sourceLength > buffer.capacity) {
      break;
    }
    records.push({
      observationCount,
      totalBytesLost: buffer.getInt64Volatile(offset + TOTAL_BYTES_LOST_OFFSET),
      firstObservationMs: buffer.getInt64(offset + FIRST_OBSERVATION_OFFSET),
      lastObservationMs: buffer.getInt64Volatile(offset + LAST_OBSERVATION_OFFSET),
      sessionId: buffer.getInt32(offset + SESSION_ID_OFFSET),
      streamId: buffer.getInt32(offset + STREAM_ID_OFFSET),
      channel: buffer.getString(offset + CHANNEL_OFFSET),
      source: buffer.getString(sourceAt),
    });
    offset += align(recordLength(channelLength, sourceLength), ENTRY_ALIGNMENT);
  }
  return records;
}

function sourceOffset(channelLength: number): number {
  return CHANNEL_OFFSET + align(4 + channelLength, 4);
}

function recordLength(channelLength: number, sourceLength: number): number {
  return sourceOffset(channelLength) + 4 + sourceLength;
}

function align(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}

function toAscii(text: string): string {
  return text.replace(/\P{ASCII}/gu, '?');
}
