/**
 * # archive/client
 *
 * Asks an archive, TypeScript's or the real one, to record streams, to replay and to copy them, and about what
 * it has. It knows the archive by messages alone, which travel over ordinary Aeron channels:
 *
 *       AeronArchive ── ArchiveProxy ── requests ──▶ controlRequestChannel ──▶ ┌─────────┐
 *            ▲                                                                 │ archive │
 *            └── ControlSession ◀── answers, signals ── controlResponseChannel └─────────┘
 *
 *       ReplayMerge ─────── replays, then joins the live stream
 *       RecordingEvents* ── progress of recordings, on a channel of their own
 *       RecordingPos ────── progress of recordings in counters, on the archive's own driver
 *
 * Recording a stream and reading it again:
 *
 *     await using archive = await AeronArchive.connect({
 *       controlRequestChannel: 'aeron:udp?endpoint=localhost:8010',
 *       controlResponseChannel: 'aeron:udp?endpoint=localhost:0',
 *     });
 *     const publication = await archive.addRecordedExclusivePublication('aeron:ipc', 10);
 *     await send(publication, 'hello');
 *     const recordingId = await archive.awaitRecorded(publication);
 *
 *     const end = publication.position;
 *     const replay = await archive.replay(recordingId, 'aeron:ipc', 11, { length: end });
 *     for await (const message of messages(replay)) {
 *       console.log(message.data);
 *       if (message.position >= end) break;
 *     }
 *
 *     for await (const { recordingId, strippedChannel } of archive.recordings()) { ... }
 *
 * Every request is an `ArchiveRequest`, whose answer is had in one of three ways: a program awaits it, an agent
 * polls it in its duty cycle, and an agent that starts or ends blocks on it. The same holds for connecting:
 * `connect`, `asyncConnect`, `connectBlocking`.
 */

export { ControlResponseCode, RecordingSignal, SourceLocation } from '../codecs/mod.ts';
export { AeronArchive } from './aeron-archive.ts';
export { ArchiveProxy } from './archive-proxy.ts';
export { ArchiveRequest } from './archive-request.ts';
export { AsyncConnect } from './async-connect.ts';
export { AsyncConnectState, PROTOCOL_SEMANTIC_VERSION } from './connecting.ts';
export {
  AERON_ARCHIVE_OPTIONS,
  type AeronArchiveContext,
  type AeronArchiveOptions,
  CONTROL_STREAM_ID_DEFAULT,
  RECORDING_EVENTS_CHANNEL_DEFAULT,
  RECORDING_EVENTS_STREAM_ID_DEFAULT,
} from './context.ts';
export { ControlResponsePoller } from './control-response-poller.ts';
export { ArchiveClientState } from './control-session.ts';
export {
  type DescriptorPollerOptions,
  RecordingDescriptorPoller,
  RecordingSubscriptionDescriptorPoller,
} from './descriptor-poller.ts';
export { ArchiveError, ArchiveErrorCode, ArchiveTimeoutError, archiveErrorCodeName } from './errors.ts';
export { LOCAL_CONTROL_OPTIONS, type LocalArchiveOptions, localArchiveOptions } from './local-archive.ts';
export type {
  RecordingDescriptor,
  RecordingDescriptorConsumer,
  RecordingSubscriptionDescriptor,
  RecordingSubscriptionDescriptorConsumer,
} from './recording-descriptor.ts';
export { RecordingEventsAdapter, type RecordingEventsListener, RecordingEventsPoller } from './recording-events.ts';
export * as RecordingPos from './recording-pos.ts';
export type { RecordingSignalConsumer, RecordingSignalEvent } from './recording-signal.ts';
export { RecordingSignalPoller } from './recording-signal-poller.ts';
export type { RecordingSignalsOptions } from './recording-signals.ts';
export type { RecordingsOptions } from './recordings.ts';
export { ReplayMerge, type ReplayMergeParameters, ReplayMergeState } from './replay-merge.ts';
export { REPLAY_ALL_AND_FOLLOW, REPLAY_ALL_AND_STOP, type ReplayParams, sessionIdOfReplay } from './replay-params.ts';
export type { ReplayHandlers } from './replay-procedures.ts';
export type { ReplicationParams } from './replication-params.ts';
