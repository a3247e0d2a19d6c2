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

/** What a SessionEvent tells */
export const EventCode = {
  /** The session is open */
  OK: 0,
  /** Something failed; detail says what */
  ERROR: 1,
  /** The leader is another member; detail has the ingress endpoints */
  REDIRECT: 2,
  /** The credentials were not good */
  AUTHENTICATION_REJECTED: 3,
  /** The session is closed */
  CLOSED: 4,
  /** Stands for an absent value. */
  NULL_VAL: -2147483648,
} as const;
export type EventCode = (typeof EventCode)[keyof typeof EventCode];

/** Why a session was closed */
export const CloseReason = {
  /** Its client asked for it */
  CLIENT_ACTION: 0,
  /** A service asked for it */
  SERVICE_ACTION: 1,
  /** Nothing was heard of its client */
  TIMEOUT: 2,
  /** Stands for an absent value. */
  NULL_VAL: -2147483648,
} as const;
export type CloseReason = (typeof CloseReason)[keyof typeof CloseReason];

/** What all members do at the same position of the log */
export const ClusterAction = {
  /** Take no more ingress */
  SUSPEND: 0,
  /** Take ingress again */
  RESUME: 1,
  /** Take a snapshot */
  SNAPSHOT: 2,
  /** Stands for an absent value. */
  NULL_VAL: -2147483648,
} as const;
export type ClusterAction = (typeof ClusterAction)[keyof typeof ClusterAction];

/** Place within a snapshot */
export const SnapshotMark = {
  /** Its first message */
  BEGIN: 0,
  /** The start of a part */
  SECTION: 1,
  /** Its last message */
  END: 2,
  /** Stands for an absent value. */
  NULL_VAL: -2147483648,
} as const;
export type SnapshotMark = (typeof SnapshotMark)[keyof typeof SnapshotMark];

/** How membership changed, when it could */
export const ChangeType = {
  /** A member came */
  JOIN: 0,
  /** A member went */
  QUIT: 1,
  /** Stands for an absent value. */
  NULL_VAL: -2147483648,
} as const;
export type ChangeType = (typeof ChangeType)[keyof typeof ChangeType];

/** Unit of cluster time */
export const ClusterTimeUnit = {
  /** Milliseconds */
  MILLIS: 0,
  /** Microseconds */
  MICROS: 1,
  /** Nanoseconds */
  NANOS: 2,
  /** Stands for an absent value. */
  NULL_VAL: -2147483648,
} as const;
export type ClusterTimeUnit = (typeof ClusterTimeUnit)[keyof typeof ClusterTimeUnit];

/** What an administrator asks for */
export const AdminRequestType = {
  /** A snapshot */
  SNAPSHOT: 0,
  /** Stands for an absent value. */
  NULL_VAL: -2147483648,
} as const;
export type AdminRequestType = (typeof AdminRequestType)[keyof typeof AdminRequestType];

/** What came of an admin request */
export const AdminResponseCode = {
  /** It is done, or on its way */
  OK: 0,
  /** It failed */
  ERROR: 1,
  /** The client may not ask for it */
  UNAUTHORISED_ACCESS: 2,
  /** Stands for an absent value. */
  NULL_VAL: -2147483648,
} as const;
export type AdminResponseCode = (typeof AdminResponseCode)[keyof typeof AdminResponseCode];
