/**
 * How to copy a recording from another archive. Upstream: `io.aeron.archive.client.ReplicationParams`.
 */
export interface ReplicationParams {
  /** Where to stop; by default, and as -1, the end of the recording, following it while it is live. */
  readonly stopPosition?: number;
  /** The recording to continue here; by default a new one. */
  readonly dstRecordingId?: number;
  /** Where to join the live stream when the copy has caught up with it. Not together with `replicationSessionId`. */
  readonly liveDestination?: string;
  /** Where the copy comes in; by default the archive's `replicationChannel`. */
  readonly replicationChannel?: string;
  /** Tags of the channel and the subscription that the copy comes in by, for other subscribers to find them. */
  readonly channelTagId?: bigint;
  readonly subscriptionTagId?: bigint;
  /** The most that the other archive reads from a file at a time, in bytes. */
  readonly fileIoMaxLength?: number;
  /** Session id that the other archive shall replay with; by default its own choice. */
  readonly replicationSessionId?: number;
  /** For the other archive's authenticator. */
  readonly encodedCredentials?: Uint8Array;
  /** Where the other archive answers; by default the archive's own setting. */
  readonly srcResponseChannel?: string;
}
