import type { AtomicBuffer } from '../../agrona/mod.ts';
import { AeronError } from '../../platform/mod.ts';
import {
  CloseReason,
  ClusterSessionDecoder,
  ClusterTimeUnit,
  ConsensusModuleDecoder,
  MessageHeaderDecoder,
  PendingMessageTrackerDecoder,
  SessionMessageHeaderDecoder,
  SnapshotMark,
  SnapshotMarkerDecoder,
  TimerDecoder,
} from '../codecs/mod.ts';

/** Of the consensus module's snapshots. */
const SNAPSHOT_TYPE_ID = 1n;
const ROW_LENGTH = 16;

/** Prints the messages of a consensus module's snapshot, a line each. Upstream: `ConsensusModuleSnapshotPrinter`. */
export class SnapshotPrinter {
  /** Whether the end was seen. */
  isDone = false;
  private hasBegun = false;
  private readonly out: (line: string) => void;
  private readonly header = new MessageHeaderDecoder();

  constructor(out: (line: string) => void) {
    this.out = out;
  }

  /** @throws AeronError SNAPSHOT_INVALID for what does not belong into such a snapshot */
  onMessage(buffer: AtomicBuffer, offset: number, length: number): void {
    const { header } = this;
    header.wrap(buffer, offset);
    if (header.schemaId() !== SnapshotMarkerDecoder.SCHEMA_ID) {
      throw invalid(`expected schemaId=${SnapshotMarkerDecoder.SCHEMA_ID}, actual=${header.schemaId()}`);
    }
    switch (header.templateId()) {
      case SnapshotMarkerDecoder.TEMPLATE_ID:
        this.onMarker(buffer, offset, length);
        break;
      case ConsensusModuleDecoder.TEMPLATE_ID:
        this.onState(buffer, offset, length);
        break;
      case ClusterSessionDecoder.TEMPLATE_ID:
        this.onSession(buffer, offset);
        break;
      case TimerDecoder.TEMPLATE_ID:
        this.onTimer(buffer, offset);
        break;
      case PendingMessageTrackerDecoder.TEMPLATE_ID:
        this.onTracker(buffer, offset);
        break;
      case SessionMessageHeaderDecoder.TEMPLATE_ID:
        this.onPendingMessage(buffer, offset, length);
        break;
    }
  }

  private onMarker(buffer: AtomicBuffer, offset: number, length: number): void {
    const marker = new SnapshotMarkerDecoder();
    marker.wrapAndApplyHeader(buffer, offset, this.header);
    if (BigInt(marker.typeId()) !== SNAPSHOT_TYPE_ID) {
      throw invalid(`unexpected snapshot type: ${marker.typeId()}`);
    }
    if (marker.mark() === SnapshotMark.BEGIN) {
      if (this.hasBegun) {
        throw invalid('already in snapshot');
      }
      this.hasBegun = true;
      this.out(`Snapshot: appVersion=${marker.appVersion()} timeUnit=${timeUnitName(marker.timeUnit())}`);
    } else if (marker.mark() === SnapshotMark.END) {
      if (!this.hasBegun) {
        throw invalid('missing begin snapshot');
      }
      this.out(`End Snapshot, offset=${offset}, length=${length}`);
      this.out(hexDump(buffer.copyBytes(offset, length)));
      this.isDone = true;
    }
  }

  private onState(buffer: AtomicBuffer, offset: number, length: number): void {
    const state = new ConsensusModuleDecoder();
    state.wrapAndApplyHeader(buffer, offset, this.header);
    this.out(
      `Consensus Module State: nextSessionId=${state.nextSessionId()} ` +
        `nextServiceSessionId=${state.nextServiceSessionId()} ` +
        `logServiceSessionId=${state.logServiceSessionId()} ` +
        `pendingMessageCapacity=${state.pendingMessageCapacity()}`,
    );
    this.out(hexDump(buffer.copyBytes(offset, length)));
  }

  private onSession(buffer: AtomicBuffer, offset: number): void {
    const session = new ClusterSessionDecoder();
    session.wrapAndApplyHeader(buffer, offset, this.header);
    this.out(
      `Cluster Session: clusterSessionId=${session.clusterSessionId()} correlationId=${session.correlationId()} ` +
        `openedLogPosition=${session.openedLogPosition()} timeOfLastActivity=${session.timeOfLastActivity()} ` +
        `closeReason=${nameIn(CloseReason, session.closeReason())} responseStreamId=${session.responseStreamId()} ` +
        `responseChannel=${session.responseChannel()}`,
    );
  }

  private onTimer(buffer: AtomicBuffer, offset: number): void {
    const timer = new TimerDecoder();
    timer.wrapAndApplyHeader(buffer, offset, this.header);
    this.out(`Timer: correlationId=${timer.correlationId()} deadline=${timer.deadline()}`);
  }

  private onTracker(buffer: AtomicBuffer, offset: number): void {
    const tracker = new PendingMessageTrackerDecoder();
    tracker.wrapAndApplyHeader(buffer, offset, this.header);
    this.out(
      `Pending Message Tracker: nextServiceSessionId=${tracker.nextServiceSessionId()} ` +
        `logServiceSessionId=${tracker.logServiceSessionId()} ` +
        `pendingMessageCapacity=${tracker.pendingMessageCapacity()} serviceId=${tracker.serviceId()}`,
    );
  }

  private onPendingMessage(buffer: AtomicBuffer, offset: number, length: number): void {
    const message = new SessionMessageHeaderDecoder();
    message.wrapAndApplyHeader(buffer, offset, this.header);
    this.out(`Pending Message: length=${length} clusterSessionId=${message.clusterSessionId()}`);
  }
}

/** Rows of 16 bytes: position, hexadecimal, and as text; with an empty line behind. */
function hexDump(bytes: Uint8Array): string {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let dump = '';
  for (let row = 0; row < bytes.length; row += ROW_LENGTH) {
    const inRow = bytes.subarray(row, row + ROW_LENGTH);
    const hex = Array.from(inRow, (byte) => `${byte.toString(16).padStart(2, '0')} `).join('');
    const text = decoder.decode(inRow).replace(/\r\n|\n/g, ' ');
    dump += `${`${row}`.padStart(6, '0')}:  ${hex.padEnd(ROW_LENGTH * 3)}  |  ${text}\n`;
  }
  return dump;
}

function timeUnitName(unit: ClusterTimeUnit): string {
  switch (unit) {
    case ClusterTimeUnit.NANOS:
      return 'NANOSECONDS';
    case ClusterTimeUnit.MICROS:
      return 'MICROSECONDS';
    default:
      return 'MILLISECONDS';
  }
}

function nameIn(words: Readonly<Record<string, number>>, value: number): string {
  return Object.entries(words).find(([, each]) => each === value)?.[0] ?? `${value}`;
}

function invalid(why: string): AeronError {
  return new AeronError('SNAPSHOT_INVALID', why);
}
