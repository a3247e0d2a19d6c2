import type { AtomicBuffer } from '../../agrona/mod.ts';
import { readLong, readString, requireLength } from './message-reader.ts';

/*
 * ON_PUBLICATION_READY and ON_EXCLUSIVE_PUBLICATION_READY.
 *
 *      0        1        2        3        4        5        6        7        8
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    0 |                             correlation id                            |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    8 |                            registration id                            |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   16 |             session id            |             stream id             |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   24 |    publication limit counter id   |     channel status counter id     |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   32 |        log file name length       |         log file name ...         |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 */
const MINIMUM_LENGTH = 36;

export interface PublicationBuffersReady {
  readonly correlationId: number;
  /** Of the log; another one than the correlation id when the publication was there already. */
  readonly registrationId: number;
  readonly sessionId: number;
  readonly streamId: number;
  readonly publicationLimitCounterId: number;
  readonly channelStatusCounterId: number;
  readonly logFileName: string;
}

/** Returns the length of the message. */
export function encode(buffer: AtomicBuffer, offset: number, message: PublicationBuffersReady): number {
  buffer.putInt64(offset, message.correlationId);
  buffer.putInt64(offset + 8, message.registrationId);
  buffer.putInt32(offset + 16, message.sessionId);
  buffer.putInt32(offset + 20, message.streamId);
  buffer.putInt32(offset + 24, message.publicationLimitCounterId);
  buffer.putInt32(offset + 28, message.channelStatusCounterId);
  return 32 + buffer.putString(offset + 32, message.logFileName);
}

/** @throws ControlProtocolError MALFORMED_COMMAND */
export function decode(
  msgTypeId: number,
  buffer: AtomicBuffer,
  offset: number,
  length: number,
): PublicationBuffersReady {
  requireLength(msgTypeId, length, MINIMUM_LENGTH);
  return {
    correlationId: readLong(msgTypeId, buffer, offset),
    registrationId: readLong(msgTypeId, buffer, offset + 8),
    sessionId: buffer.getInt32(offset + 16),
    streamId: buffer.getInt32(offset + 20),
    publicationLimitCounterId: buffer.getInt32(offset + 24),
    channelStatusCounterId: buffer.getInt32(offset + 28),
    logFileName: readString(msgTypeId, buffer, offset + 32, offset + length, 'log file name'),
  };
}
