// Generated from its schema by `npm run generate`; changes belong there.
import type { SbeBuffer } from '../../sbe/mod.ts';

/** Stands in front of every message and says which one it is */
export class MessageHeaderEncoder {
  static readonly ENCODED_LENGTH = 8;
  buffer!: SbeBuffer;
  offset = 0;

  wrap(buffer: SbeBuffer, offset: number): MessageHeaderEncoder {
    this.buffer = buffer;
    this.offset = offset;
    return this;
  }

  blockLength(value: number): MessageHeaderEncoder {
    this.buffer.view.setUint16(this.offset, value, true);
    return this;
  }

  templateId(value: number): MessageHeaderEncoder {
    this.buffer.view.setUint16(this.offset + 2, value, true);
    return this;
  }

  schemaId(value: number): MessageHeaderEncoder {
    this.buffer.view.setUint16(this.offset + 4, value, true);
    return this;
  }

  version(value: number): MessageHeaderEncoder {
    this.buffer.view.setUint16(this.offset + 6, value, true);
    return this;
  }
}

/** Stands in front of every message and says which one it is */
export class MessageHeaderDecoder {
  static readonly ENCODED_LENGTH = 8;
  buffer!: SbeBuffer;
  offset = 0;

  wrap(buffer: SbeBuffer, offset: number): MessageHeaderDecoder {
    this.buffer = buffer;
    this.offset = offset;
    return this;
  }

  blockLength(): number {
    return this.buffer.view.getUint16(this.offset, true);
  }

  templateId(): number {
    return this.buffer.view.getUint16(this.offset + 2, true);
  }

  schemaId(): number {
    return this.buffer.view.getUint16(this.offset + 4, true);
  }

  version(): number {
    return this.buffer.view.getUint16(this.offset + 6, true);
  }
}

/** Stands in front of a group: bytes of an entry, number of entries */
export class GroupSizeEncodingEncoder {
  static readonly ENCODED_LENGTH = 4;
  buffer!: SbeBuffer;
  offset = 0;

  wrap(buffer: SbeBuffer, offset: number): GroupSizeEncodingEncoder {
    this.buffer = buffer;
    this.offset = offset;
    return this;
  }

  blockLength(value: number): GroupSizeEncodingEncoder {
    this.buffer.view.setUint16(this.offset, value, true);
    return this;
  }

  numInGroup(value: number): GroupSizeEncodingEncoder {
    this.buffer.view.setUint16(this.offset + 2, value, true);
    return this;
  }
}

/** Stands in front of a group: bytes of an entry, number of entries */
export class GroupSizeEncodingDecoder {
  static readonly ENCODED_LENGTH = 4;
  buffer!: SbeBuffer;
  offset = 0;

  wrap(buffer: SbeBuffer, offset: number): GroupSizeEncodingDecoder {
    this.buffer = buffer;
    this.offset = offset;
    return this;
  }

  blockLength(): number {
    return this.buffer.view.getUint16(this.offset, true);
  }

  numInGroup(): number {
    return this.buffer.view.getUint16(this.offset + 2, true);
  }
}

/** How a control request ended */
export const ControlResponseCode = {
  /** Done */
  OK: 0,
  /** Failed; the message says why, relevantId is an error code */
  ERROR: 1,
  /** No such recording; relevantId is its id */
  RECORDING_UNKNOWN: 2,
  /** No such recording subscription; relevantId is its id */
  SUBSCRIPTION_UNKNOWN: 3,
  /** Stands for an absent value. */
  NULL_VAL: -2147483648,
} as const;
export type ControlResponseCode = (typeof ControlResponseCode)[keyof typeof ControlResponseCode];

/** Where the publisher of a recorded stream is */
export const SourceLocation = {
  /** On the driver of the archive: recorded by a spy */
  LOCAL: 0,
  /** Elsewhere: recorded from the network */
  REMOTE: 1,
  /** Stands for an absent value. */
  NULL_VAL: -2147483648,
} as const;
export type SourceLocation = (typeof SourceLocation)[keyof typeof SourceLocation];

/** Truth as an int32 */
export const BooleanType = {
  /** No */
  FALSE: 0,
  /** Yes */
  TRUE: 1,
  /** Stands for an absent value. */
  NULL_VAL: -2147483648,
} as const;
export type BooleanType = (typeof BooleanType)[keyof typeof BooleanType];

/** What has happened to a recording */
export const RecordingSignal = {
  /** A new recording began */
  START: 0,
  /** It ended, or paused */
  STOP: 1,
  /** An earlier recording goes on */
  EXTEND: 2,
  /** The descriptor of a replicated recording was written */
  REPLICATE: 3,
  /** A replication went over to the live stream */
  MERGE: 4,
  /** A replication has caught up with its source */
  SYNC: 5,
  /** Segments were deleted */
  DELETE: 6,
  /** A replication ended */
  REPLICATE_END: 7,
  /** Stands for an absent value. */
  NULL_VAL: -2147483648,
} as const;
export type RecordingSignal = (typeof RecordingSignal)[keyof typeof RecordingSignal];

/** Whether an entry of the catalog counts */
export const RecordingState = {
  /** Purged, or never finished */
  INVALID: 0,
  /** In use */
  VALID: 1,
  /** Purged; its place may be taken */
  DELETED: 2,
  /** Stands for an absent value. */
  NULL_VAL: -2147483648,
} as const;
export type RecordingState = (typeof RecordingState)[keyof typeof RecordingState];
