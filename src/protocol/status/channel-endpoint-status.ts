/*
 * What the status counter of a channel says, and the key of such a counter:
 *
 *      0        1        2        3        4 ...
 *      +--------+--------+--------+--------+--------+--
 *    0 |          channel length           | channel, cut to 108 bytes
 *      +--------+--------+--------+--------+--------+--
 */
export const INITIALIZING = 0;
export const ERRORED = -1;
export const ACTIVE = 1;
export const CLOSING = 2;

/** In place of a counter id: the channel has no status of its own, as IPC. */
export const NO_ID_ALLOCATED = -1;

export const CHANNEL_OFFSET = 0;
export const MAX_CHANNEL_LENGTH = 108;

/** 'ACTIVE', ...; 'unknown id=n' for anything else. */
export function status(value: number): string {
  switch (value) {
    case INITIALIZING:
      return 'INITIALIZING';
    case ERRORED:
      return 'ERRORED';
    case ACTIVE:
      return 'ACTIVE';
    case CLOSING:
      return 'CLOSING';
    default:
      return `unknown id=${value}`;
  }
}
