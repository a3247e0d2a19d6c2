import { type AeronArchive, type RecordingSignalEvent, SourceLocation } from '../../archive/client/mod.ts';
import type { Aeron, Image } from '../../client/mod.ts';
import type { ClusterEventLog } from '../../events/mod.ts';
import { ChannelUri } from '../../protocol/mod.ts';
import type { RecordingExtent, RecordingLog, RecoveryPlan } from '../files/mod.ts';
import type { ConsensusModuleContext } from './context.ts';
import type { ConsensusEvent, LocalEvent } from './core/events.ts';
import { ClusterRole } from './core/roles.ts';
import { ClusterEvent } from './errors.ts';
import { LogAdapter, type LogListener } from './log-adapter.ts';
import { LogPublisher } from './log-publisher.ts';
import { LogRecording } from './log-recording.ts';
import { LocalReplay } from './log-replay.ts';
import { RecordingReplication } from './log-replication.ts';
import { LogSubscription } from './log-subscription.ts';
import { putControlEndpoint } from './member-links.ts';
import { added, answer, type Procedure, within } from './procedure.ts';
import type { Services } from './services.ts';

const NULL_VALUE = -1;
/** The most that a follower may be behind when it takes the live log as well. */
const LIVE_ADD_MAX_WINDOW = 32 * 1024 * 1024;

export interface MemberLogParameters {
  readonly aeron: Aeron;
  readonly archive: AeronArchive;
  readonly context: ConsensusModuleContext;
  readonly recordingLog: RecordingLog;
  readonly services: Services;
  readonly listener: LogListener;
  /** undefined when they are not logged. */
  readonly events: ClusterEventLog | undefined;
  /** Tells the core. */
  readonly step: (event: ConsensusEvent) => void;
}

/**
 * The log of this member: published by a leader, followed by the others, replayed from the own recording and
 * replicated from another's; always recorded. What takes time is a procedure, one at a time.
 */
export class MemberLog {
  readonly publisher: LogPublisher;
  readonly adapter: LogAdapter;
  readonly recording: LogRecording;
  /** Of the last start or election. */
  plan: RecoveryPlan | undefined;
  readonly #p: MemberLogParameters;
  readonly #subscription: LogSubscription;
  #channelTag = 0;
  #replay: { readonly source: LocalReplay; readonly stopPosition: number; isRunning: boolean } | undefined;
  #replication: RecordingReplication | undefined;
  #reportedReplicationPosition = NULL_VALUE;
  #isImageAwaited = false;

  constructor(parameters: MemberLogParameters) {
    const { aeron, archive, context, recordingLog, listener } = parameters;
    this.#p = parameters;
    this.publisher = new LogPublisher(context.logChannel);
    this.adapter = new LogAdapter(listener, context.logFragmentLimit);
    this.recording = new LogRecording(aeron, archive, recordingLog);
    this.#subscription = new LogSubscription(aeron, context);
  }

  /** What is applied; -1 while no log is read. */
  get appliedPosition(): number {
    return this.adapter.image === undefined ? NULL_VALUE : this.adapter.position;
  }

  /** Where the own publication stands; -1 without one. */
  get publishedPosition(): number {
    return this.publisher.isConnected ? this.publisher.position : NULL_VALUE;
  }

  get isReplaying(): boolean {
    return this.#replay !== undefined;
  }

  /** Reads the log up to a limit; a replay up to its end. Returns the fragments. */
  poll(limit: number): number {
    return this.adapter.poll(this.#replay?.stopPosition ?? limit);
  }

  /** What has come about by itself: images, ends of replays, progress of replications. `isPaused`: a snapshot is being taken. */
  observe(nowNs: number, isPaused: boolean): number {
    return this.#observeImage() + this.#observeReplay(isPaused) + this.#observeReplication(nowNs);
  }

  /** The election that waits for an image or the end of a replay was interrupted: neither is looked for any more. */
  stopAwaiting(): void {
    this.#isImageAwaited = false;
    if (this.#replay !== undefined) {
      this.#replay.isRunning = false;
    }
  }

  onSignal(event: RecordingSignalEvent): void {
    this.#replication?.onSignal(event);
  }

  /** What to load and replay for the latest state, as recording log and archive have it now. */
  *refreshPlan(): Procedure<RecoveryPlan> {
    const { archive, recordingLog, context } = this.#p;
    const termRecordingId = recordingLog.findLastTermRecordingId();
    const recordingId = termRecordingId === NULL_VALUE ? this.recording.recordingId : termRecordingId;
    let extent: RecordingExtent | undefined;
    if (recordingId !== NULL_VALUE) {
      yield* answer(
        archive.listRecording(recordingId, (descriptor) => {
          extent = { ...descriptor, termBufferLength: descriptor.termBufferLength };
        }),
      );
    }
    this.plan = recordingLog.createRecoveryPlan(() => extent, context.serviceCount, this.recording.recordingId);
    return this.plan;
  }

  /** Leaves log and term, once the services have joined what they were told to. Returns where the recording ends; -1 when there is none. */
  *leave(): Procedure<number> {
    yield* this.#p.services.settle();
    this.#isImageAwaited = false;
    this.adapter.disconnect();
    this.publisher.disconnect();
    yield* this.recording.stop();
    const position = yield* this.recording.awaitStopPosition();
    if (position !== NULL_VALUE) {
      yield* this.refreshPlan();
    }
    yield* this.#subscription.close();
    return position;
  }

  /** Adds the publication that the log goes on with; its session. @throws RegistrationError */
  *addPublication(position: number): Procedure<number> {
    const { aeron, context } = this.#p;
    const { members, thisMember, isLogMdc, logStreamId } = context;
    const uri = ChannelUri.parse(context.logChannel);
    this.#channelTag = aeron.nextCorrelationId();
    uri.put('alias', 'log');
    uri.put('tags', `${this.#channelTag},${aeron.nextCorrelationId()}`);
    if (uri.isUdp) {
      if (isLogMdc) {
        uri.put('control-mode', 'manual');
        if (context.enableControlOnLogChannel) {
          putControlEndpoint(uri, thisMember.endpoints.log);
        }
      }
      uri.put('ssc', String(members.length === 1));
    }
    this.#putPosition(uri, position);
    const id = aeron.asyncAddExclusivePublication(uri.toString(), logStreamId);
    const publication = yield* added(
      () => aeron.getExclusivePublication(id),
      () => aeron.asyncRemovePublication(id),
    );
    this.publisher.publication = publication;
    if (isLogMdc) {
      for (const { id: memberId, endpoints } of members) {
        if (memberId !== thisMember.id) {
          this.publisher.addDestination(endpoints.log);
        }
      }
    }
    return publication.sessionId;
  }

  /** Has the own publication recorded, and the services listen in on it. */
  *joinAsLeader(logSessionId: number, logPosition: number, isStartup: boolean): Procedure<void> {
    const { context, services } = this.#p;
    const isIpc = ChannelUri.parse(context.logChannel).isIpc;
    const channel = `aeron:${isIpc ? 'ipc' : 'udp'}?tags=${this.#channelTag}|session-id=${logSessionId}|alias=log`;
    yield* this.recording.start(channel, context.logStreamId, logSessionId, SourceLocation.LOCAL);
    const join = {
      logPosition,
      maxLogPosition: Number.POSITIVE_INFINITY,
      memberId: context.thisMember.id,
      logSessionId,
      logStreamId: context.logStreamId,
      isStartup,
      role: ClusterRole.LEADER,
      logChannel: isIpc ? channel : `aeron-spy:${channel}`,
    };
    yield* services.join(join, () => !this.publisher.isConnected);
  }

  /** Subscribes to a leader's log. With 'catchup': where the replay is to come to. */
  *addSubscription(logSessionId: number, destination: 'catchup' | 'live'): Procedure<string | undefined> {
    yield* this.#subscription.add(logSessionId);
    this.#subscription.addDestination(destination);
    this.#isImageAwaited = true;
    return destination === 'catchup' ? yield* this.#subscription.resolveCatchupEndpoint() : undefined;
  }

  addDestination(destination: 'catchup' | 'live'): void {
    this.#subscription.addDestination(destination);
  }

  removeDestination(destination: 'catchup' | 'live'): void {
    this.#subscription.removeDestination(destination);
  }

  *closeSubscription(): Procedure<void> {
    this.#isImageAwaited = false;
    yield* this.#subscription.close();
  }

  /** Has the leader's log recorded, and read, here and by the services. @throws ClusterEvent when its image has gone */
  *joinAsFollower(joinPosition: number, isStartup: boolean): Procedure<void> {
    const { context, services } = this.#p;
    const image = this.#subscription.image;
    if (image === undefined) {
      throw new ClusterEvent('the log of the leader has gone before it could be joined');
    }
    const { channel, streamId } = this.#subscription;
    const { clock } = context.platform;
    const deadlineNs = clock.nanoTime() + context.leaderHeartbeatTimeoutNs;
    yield* within(
      this.recording.start(channel, streamId, image.sessionId, SourceLocation.REMOTE),
      () => clock.nanoTime() - deadlineNs >= 0,
      () => new ClusterEvent('failed to join log as follower: it is not being recorded'),
    );
    const join = {
      logPosition: joinPosition,
      maxLogPosition: Number.POSITIVE_INFINITY,
      memberId: context.thisMember.id,
      logSessionId: image.sessionId,
      logStreamId: streamId,
      isStartup,
      role: ClusterRole.FOLLOWER,
      logChannel: channel,
    };
    yield* services.join(join, () => image.isClosed);
    this.adapter.image = image;
  }

  /** Replays the own recording, here and to the services. */
  *startReplay(position: number, stopPosition: number): Procedure<void> {
    const { aeron, archive, context, services } = this.#p;
    const source = new LocalReplay(archive);
    const replay = { source, stopPosition, isRunning: false };
    this.#replay = replay;
    const image = yield* source.start(aeron, {
      recordingId: this.recording.recordingId,
      position,
      length: stopPosition - position,
      channel: context.replayChannel,
      streamId: context.replayStreamId,
    });
    const join = {
      logPosition: position,
      maxLogPosition: stopPosition,
      memberId: context.thisMember.id,
      logSessionId: image.sessionId,
      logStreamId: context.replayStreamId,
      isStartup: true,
      role: ClusterRole.FOLLOWER,
      logChannel: image.subscription.channel,
    };
    yield* services.join(join, () => image.isClosed);
    this.adapter.image = image;
    replay.isRunning = true;
  }

  /** From now on it is not looked at any more, whenever the steps to end it come. */
  stopReplay(): Procedure<void> {
    const replay = this.#replay;
    this.#replay = undefined;
    if (replay !== undefined) {
      this.adapter.disconnect();
      replay.source.closeSubscription();
    }
    return stopped(replay?.source);
  }

  /** Copies the log of another member's archive to the own. */
  *startReplication(
    source: { archiveEndpoint: string; archiveResponseEndpoint: string | undefined; recordingId: number },
    stopPosition: number,
    nowNs: number,
  ): Procedure<void> {
    const { aeron, archive, context } = this.#p;
    const channel = replicationChannel(context.replicationChannel, source.archiveResponseEndpoint);
    const { recordingId } = this.recording;
    this.#reportedReplicationPosition = NULL_VALUE;
    this.#replication = new RecordingReplication(archive, {
      srcRecordingId: source.recordingId,
      srcControlChannel: ChannelUri.createDestinationUri(context.leaderArchiveControlChannel, source.archiveEndpoint),
      srcControlStreamId: archive.context.controlRequestStreamId,
      params: {
        ...(recordingId === NULL_VALUE ? {} : { dstRecordingId: recordingId }),
        ...(source.archiveResponseEndpoint === undefined ? {} : { srcResponseChannel: channel }),
        stopPosition,
        replicationChannel: channel,
        replicationSessionId: aeron.nextCorrelationId() | 0,
      },
      progressTimeoutNs: context.leaderHeartbeatTimeoutNs,
      progressIntervalNs: context.leaderHeartbeatIntervalNs,
    });
    yield* this.#replication.start(nowNs);
  }

  /** As `stopReplay`. */
  stopReplication(): Procedure<void> {
    const replication = this.#replication;
    this.#replication = undefined;
    return stopped(replication);
  }

  /** Drops what of the recording was never committed. */
  *truncate(position: number): Procedure<void> {
    yield* this.recording.truncate(position);
    this.adapter.disconnect(position);
  }

  /** Closes what it has of the client. The archive goes on recording. */
  close(): void {
    this.publisher.disconnect();
    this.adapter.disconnect();
    this.#subscription.disconnect();
    this.#replay?.source.closeSubscription();
  }

  #putPosition(uri: ChannelUri, position: number): void {
    const log = this.plan?.log;
    if (log === undefined) {
      uri.put('init-term-id', '0');
      uri.put('term-id', '0');
      uri.put('term-offset', '0');
    } else {
      uri.initialPosition(position, log.initialTermId, log.termBufferLength);
      uri.put('mtu', String(log.mtuLength));
    }
  }

  #observeImage(): number {
    if (!this.#isImageAwaited) {
      return 0;
    }
    const image: Image | undefined = this.#subscription.image;
    if (image === undefined) {
      this.#subscription.checkChannel();
      return 0;
    }
    this.#isImageAwaited = false;
    const { joinPosition, termBufferLength } = image;
    const liveAddWindow = Math.min(termBufferLength >> 2, LIVE_ADD_MAX_WINDOW);
    this.#p.step({ type: 'logImageAvailable', joinPosition, liveAddWindow });
    return 1;
  }

  #observeReplay(isPaused: boolean): number {
    if (this.#replay?.isRunning !== true || isPaused) {
      return 0;
    }
    const { position } = this.adapter;
    if (position >= this.#replay.stopPosition) {
      this.#replay.isRunning = false;
      this.#p.step({ type: 'replayDone', position });
      return 1;
    }
    if (this.adapter.isImageClosed) {
      throw new ClusterEvent(`unexpected image close when replaying log: position=${position}`);
    }
    return 0;
  }

  #observeReplication(nowNs: number): number {
    const replication = this.#replication;
    if (replication === undefined) {
      return 0;
    }
    replication.poll(nowNs);
    const { recordingId, position, isDone } = replication;
    if (recordingId !== NULL_VALUE) {
      this.recording.recordingId = recordingId;
    }
    if (isDone) {
      this.#replication = undefined;
      this.recording.stopPosition = position;
      replication.logEnd(this.#p.events, this.#p.context.clusterMemberId, 'ELECTION');
    } else if (position === this.#reportedReplicationPosition) {
      return 0;
    }
    this.#reportedReplicationPosition = position;
    const type: LocalEvent['type'] = isDone ? 'replicationDone' : 'replicationProgress';
    this.#p.step({ type, recordingId, position });
    return 1;
  }
}

/** Where the own archive takes a copy; by response channels when the source has an endpoint for that. */
function replicationChannel(channel: string, archiveResponseEndpoint: string | undefined): string {
  if (archiveResponseEndpoint === undefined) {
    return channel;
  }
  const uri = ChannelUri.parse(channel);
  uri.remove('endpoint');
  uri.put('control', archiveResponseEndpoint);
  uri.put('control-mode', 'response');
  return uri.toString();
}

function* stopped(running: { stop(): Procedure<void> } | undefined): Procedure<void> {
  if (running !== undefined) {
    yield* running.stop();
  }
}
