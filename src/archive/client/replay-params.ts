/**
 * What to replay and how. Upstream: `io.aeron.archive.client.ReplayParams`.
 */
export interface ReplayParams {
  /** Where to begin, at a frame; by default the start of the recording. */
  readonly position?: number;
  /**
   * Bytes, or `REPLAY_ALL_AND_FOLLOW` (the default): to the end, and on behind a live recording; or
   * `REPLAY_ALL_AND_STOP`: to where the recording stands now.
   */
  readonly length?: number;
  /** A counter on the archive's driver beyond whose value the replay does not go. */
  readonly boundingLimitCounterId?: number;
  /** The most that is read from a file at a time, in bytes; by default the archive's own limit. */
  readonly fileIoMaxLength?: number;
  /** By which the archive knows who may take a replay on a response channel; set by `replay` itself. */
  readonly replayToken?: bigint;
  /** The subscription that a replay on a response channel goes to, for `startReplay`. */
  readonly subscriptionRegistrationId?: number;
}

/** To the end of the recording, and on while it grows. */
export const REPLAY_ALL_AND_FOLLOW = -1;
/** To where the recording stands when the replay begins. */
export const REPLAY_ALL_AND_STOP = -2;

/** The session id of the replay's stream: half of what names the replay to the archive. */
export function sessionIdOfReplay(replaySessionId: bigint): number {
  return Number(BigInt.asIntN(32, replaySessionId));
}
