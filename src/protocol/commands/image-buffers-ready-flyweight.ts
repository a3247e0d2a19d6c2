import type { AtomicBuffer } from '../../agrona/mod.ts';
import { readLong, readString, requireLength } from './message-reader.ts';

/*
 * ON_AVAILABLE_IMAGE.
 *
 *      0        1        2        3        4        5        6        7        8
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    0 |                      correlation id of the image                      |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    8 |             session id            |             stream id             |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   16 |                      subscription registration id                     |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   24 |   subscriber position counter id  |        log file name length       |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   32 |                 log file name, to a multiple of 4 ...                 |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *      |      source identity length       |        source identity ...        |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 */
const LOG_FILE_NAME_OFFSET = 28;
const MINIMUM_LENGTH = 36;

export interface ImageBuffersReady {
  readonly correlationId: number;
  readonly sessionId: number;
  readonly streamId: number;
  readonly subscriptionRegistrationId: number;
  readonly subscriberPositionId: number;
  readonly logFileName: string;
  /** 'host:port' of the sender, or 'aeron:ipc'. */
  readonly sourceIdentity: string;
}

/** Returns the length of the message. */
export function encode(buffer: AtomicBuffer, offset: number, message: ImageBuffersReady): number {
  buffer.putInt64(offset, message.correlationId);
  buffer.putInt32(offset + 8, message.sessionId);
  buffer.putInt32(offset + 12, message.streamId);
  buffer.putInt64(offset + 16, message.subscriptionRegistrationId);
  buffer.putInt32(offset + 24, message.subscriberPositionId);
  const nameLength = buffer.putString(offset + LOG_FILE_NAME_OFFSET, message.logFileName) - 4;
  const sourceOffset = sourceIdentityOffset(nameLength);
  return sourceOffset + buffer.putString(offset + sourceOffset, message.sourceIdentity);
}

/** @throws ControlProtocolError MALFORMED_COMMAND */
export function decode(msgTypeId: number, buffer: AtomicBuffer, offset: number, length: number): ImageBuffersReady {
  requireLength(msgTypeId, length, MINIMUM_LENGTH);
  const end = offset + length;
  const logFileName = readString(msgTypeId, buffer, offset + LOG_FILE_NAME_OFFSET, end, 'log file name');
  const sourceOffset = sourceIdentityOffset(buffer.getInt32(offset + LOG_FILE_NAME_OFFSET));
  return {
    correlationId: readLong(msgTypeId, buffer, offset),
    sessionId: buffer.getInt32(offset + 8),
    streamId: buffer.getInt32(offset + 12),
    subscriptionRegistrationId: readLong(msgTypeId, buffer, offset + 16),
    subscriberPositionId: buffer.getInt32(offset + 24),
    logFileName,
    sourceIdentity: readString(msgTypeId, buffer, offset + sourceOffset, end, 'source identity'),
  };
}

function sourceIdentityOffset(nameLength: number): number {
  return LOG_FILE_NAME_OFFSET + 4 + ((nameLength + 3) & ~3);
}
