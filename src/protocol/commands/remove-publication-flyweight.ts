import type { AtomicBuffer } from '../../agrona/mod.ts';
import type { RemoveMessage } from './remove-message-flyweight.ts';
import * as RemoveMessageFlyweight from './remove-message-flyweight.ts';

/*
 * REMOVE_PUBLICATION. Clients before Aeron 1.48 send it without flags.
 *
 *      0        1        2        3        4        5        6        7        8
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    0 |                               client id                               |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    8 |                             correlation id                            |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   16 |                            registration id                            |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   24 |                  flags: bit 0 revokes the publication                 |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 */
export const LENGTH = RemoveMessageFlyweight.LENGTH + 8;
const FLAGS_OFFSET = RemoveMessageFlyweight.LENGTH;
const REVOKE_FLAG = 0x1;

export interface RemovePublicationMessage extends RemoveMessage {
  /** End the stream at once for all its subscribers, undelivered data included. */
  readonly revoke: boolean;
}

/** Returns the length of the message. */
export function encode(buffer: AtomicBuffer, offset: number, message: RemovePublicationMessage): number {
  RemoveMessageFlyweight.encode(buffer, offset, message);
  buffer.putInt64(offset + FLAGS_OFFSET, message.revoke ? REVOKE_FLAG : 0);
  return LENGTH;
}

/** @throws ControlProtocolError MALFORMED_COMMAND */
export function decode(
  msgTypeId: number,
  buffer: AtomicBuffer,
  offset: number,
  length: number,
): RemovePublicationMessage {
  const message = RemoveMessageFlyweight.decode(msgTypeId, buffer, offset, length);
  const revoke = length >= LENGTH && (buffer.getInt32(offset + FLAGS_OFFSET) & REVOKE_FLAG) !== 0;
  return { ...message, revoke };
}
