import { AeronError } from '../../agrona/mod.ts';
import type {
  AvailableImageHandler,
  ExclusivePublication,
  Subscription,
  UnavailableImageHandler,
} from '../../client/mod.ts';
import { ChannelUri } from '../../protocol/mod.ts';
import { ArchiveProxy } from './archive-proxy.ts';
import type { Procedure } from './archive-request.ts';
import type { ControlSession } from './control-session.ts';
import { type ReplayParams, sessionIdOfReplay } from './replay-params.ts';

const RESPONSE_PUBLICATION_TERM_LENGTH = '64k';

export interface ReplayHandlers {
  readonly availableImageHandler?: AvailableImageHandler | undefined;
  readonly unavailableImageHandler?: UnavailableImageHandler | undefined;
}

/** What to replay, and where to. */
export interface Replay {
  readonly recordingId: number;
  readonly channel: string;
  readonly streamId: number;
  readonly params: ReplayParams;
}

/** Starts a replay to wherever its channel leads. Its result names the replay. */
export function* startReplay(session: ControlSession, replay: Replay): Procedure<bigint> {
  if (!ChannelUri.parse(replay.channel).hasControlModeResponse) {
    return yield* requestReplay(session, replay);
  }
  const { subscriptionRegistrationId } = replay.params;
  if (subscriptionRegistrationId === undefined) {
    throw new AeronError(
      'CONFIGURATION',
      `a replay on the response channel ${replay.channel} needs params.subscriptionRegistrationId`,
    );
  }
  return yield* requestReplayOnResponseChannel(session, replay, subscriptionRegistrationId);
}

/** Starts a replay and subscribes to it. */
export function* replayToSubscription(
  session: ControlSession,
  replay: Replay,
  handlers: ReplayHandlers,
): Procedure<Subscription> {
  const uri = ChannelUri.parse(replay.channel);
  if (!uri.hasControlModeResponse) {
    const replaySessionId = yield* requestReplay(session, replay);
    const channel = ChannelUri.addSessionId(replay.channel, sessionIdOfReplay(replaySessionId));
    return yield* addSubscription(session, channel, replay.streamId, handlers);
  }
  const subscription = yield* addSubscription(session, replay.channel, replay.streamId, handlers);
  let isDone = false;
  try {
    yield* requestReplayOnResponseChannel(session, replay, subscription.registrationId);
    yield* session.until('awaiting the replay', () => subscription.isConnected || undefined);
    isDone = true;
    return subscription;
  } finally {
    if (!isDone) {
      subscription.close();
    }
  }
}

function* requestReplay(session: ControlSession, replay: Replay): Procedure<bigint> {
  const { recordingId, channel, streamId, params } = replay;
  return yield* session.call('replay', (correlationId, controlSessionId) =>
    session.proxy.replay(recordingId, channel, streamId, params, correlationId, controlSessionId),
  );
}

/**
 * The archive sends such a replay to whoever asks for it, so the request goes by a publication that is tied to the
 * subscription, and shows a token that was given out on the control session.
 */
function* requestReplayOnResponseChannel(
  session: ControlSession,
  replay: Replay,
  subscriptionRegistrationId: number,
): Procedure<bigint> {
  const { recordingId, channel, streamId } = replay;
  const replayToken = yield* session.call('replay token', (correlationId, controlSessionId) =>
    session.proxy.requestReplayToken(recordingId, correlationId, controlSessionId),
  );
  const params = { ...replay.params, replayToken };
  const publication = yield* addExclusivePublication(
    session,
    requestChannel(session.context.controlRequestChannel, subscriptionRegistrationId),
    session.context.controlRequestStreamId,
  );
  try {
    yield* session.until(
      'connecting to the archive for a replay',
      () => (publication.isConnected && publication.positionLimit > 0) || undefined,
    );
    const proxy = new ArchiveProxy(publication, session.context.messageRetryAttempts);
    return yield* session.call('replay', (correlationId, controlSessionId) =>
      proxy.replay(recordingId, channel, streamId, params, correlationId, controlSessionId),
    );
  } finally {
    publication.close();
  }
}

function requestChannel(controlRequestChannel: string, subscriptionRegistrationId: number): string {
  const uri = ChannelUri.parse(controlRequestChannel);
  for (const name of ['session-id', 'term-id', 'init-term-id', 'term-offset']) {
    uri.remove(name);
  }
  uri.put('response-correlation-id', String(subscriptionRegistrationId));
  uri.put('term-length', RESPONSE_PUBLICATION_TERM_LENGTH);
  uri.put('ssc', 'false');
  return uri.toString();
}

function* addSubscription(
  session: ControlSession,
  channel: string,
  streamId: number,
  handlers: ReplayHandlers,
): Procedure<Subscription> {
  const { aeron } = session.context;
  const id = aeron.asyncAddSubscription(
    channel,
    streamId,
    handlers.availableImageHandler,
    handlers.unavailableImageHandler,
  );
  let subscription: Subscription | undefined;
  try {
    subscription = yield* session.until('adding a subscription', () => aeron.getSubscription(id));
    return subscription;
  } finally {
    if (subscription === undefined && !aeron.isClosed) {
      aeron.asyncRemoveSubscription(id);
    }
  }
}

/** Adds a publication; given up, it is removed. */
export function* addExclusivePublication(
  session: ControlSession,
  channel: string,
  streamId: number,
): Procedure<ExclusivePublication> {
  const { aeron } = session.context;
  const id = aeron.asyncAddExclusivePublication(channel, streamId);
  let publication: ExclusivePublication | undefined;
  try {
    publication = yield* session.until('adding a publication', () => aeron.getExclusivePublication(id));
    return publication;
  } finally {
    if (publication === undefined && !aeron.isClosed) {
      aeron.asyncRemovePublication(id);
    }
  }
}
