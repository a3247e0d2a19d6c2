import { AeronError, type AtomicBuffer } from '../../agrona/mod.ts';
import { ControlProtocolError } from '../errors.ts';
import { ErrorCode } from './error-code.ts';

/*
 * Reading commands and events that a peer may have truncated or made up: everything is checked against the
 * length of the message and reported as upstream's MALFORMED_COMMAND.
 */

/** @throws ControlProtocolError MALFORMED_COMMAND */
export function requireLength(msgTypeId: number, length: number, minimumLength: number): void {
  if (length < minimumLength) {
    throw malformed(msgTypeId, `too short: length=${length} minimum=${minimumLength}`);
  }
}

/** A correlation, registration or client id, or a position. @throws ControlProtocolError MALFORMED_COMMAND */
export function readLong(msgTypeId: number, buffer: AtomicBuffer, offset: number): number {
  try {
    return buffer.getInt64(offset);
  } catch (error) {
    if (AeronError.is(error) && error.code === 'UNSAFE_INTEGER') {
      throw malformed(msgTypeId, error.message);
    }
    throw error;
  }
}

/**
 * The bytes behind a length field at `offset`, in a message that ends at `end`.
 * @throws ControlProtocolError MALFORMED_COMMAND
 */
export function readBytes(
  msgTypeId: number,
  buffer: AtomicBuffer,
  offset: number,
  end: number,
  what: string,
): Uint8Array {
  return buffer.copyBytes(offset + 4, readLength(msgTypeId, buffer, offset, end, what));
}

/** As `readBytes`, of text. @throws ControlProtocolError MALFORMED_COMMAND */
export function readString(msgTypeId: number, buffer: AtomicBuffer, offset: number, end: number, what: string): string {
  return buffer.getStringWithoutLength(offset + 4, readLength(msgTypeId, buffer, offset, end, what));
}

function readLength(msgTypeId: number, buffer: AtomicBuffer, offset: number, end: number, what: string): number {
  if (end - offset < 4) {
    throw malformed(msgTypeId, `too short for ${what}: no length field`);
  }
  const length = buffer.getInt32(offset);
  const available = end - offset - 4;
  if (length < 0 || length > available) {
    throw malformed(msgTypeId, `too short for ${what}: ${what} length=${length} available=${available}`);
  }
  return length;
}

function malformed(msgTypeId: number, problem: string): ControlProtocolError {
  return new ControlProtocolError(ErrorCode.MALFORMED_COMMAND, `command=${msgTypeId} ${problem}`);
}
