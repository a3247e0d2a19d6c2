import { AeronError, type AtomicBuffer, type ErrorHandler } from '../agrona/mod.ts';
import type { SocketAddress } from '../platform/mod.ts';
import { DataHeaderFlyweight, HeaderFlyweight, RttMeasurementFlyweight, SetupFlyweight } from '../protocol/mod.ts';
import type { PublicationImageRequest } from './image-creator.ts';
import type { ReceiveChannelEndpoint } from './media/receive-channel-endpoint.ts';
import type { PublicationImage } from './publication-image.ts';

/** What stands between the first frame of a session and its image. No entry: nothing is known of the session. */
export const SessionState = {
  /** Data came, a setup was asked for. */
  PENDING_SETUP_FRAME: 'pending setup frame',
  /** A setup came, the conductor was asked for an image. */
  INIT_IN_PROGRESS: 'init in progress',
  /** The image went away without an end of stream; a late frame must not bring it back at once. */
  ON_COOL_DOWN: 'on cool down',
} as const;
export type SessionState = (typeof SessionState)[keyof typeof SessionState];

/** Sessions of a stream that are kept from coming back; more than that may. */
const COOL_DOWN_LIMIT = 64 * 1024;

/** The part of the conductor that a dispatcher needs; must not run the request before it returns. */
export interface ImageRequests {
  createPublicationImage(request: PublicationImageRequest): void;
}

/** The part of the receiver that a dispatcher needs. */
export interface PendingSetups {
  /** Has the endpoint ask `controlAddress` for a setup; false when too many such questions are open. */
  addPendingSetupMessage(
    sessionId: number,
    streamId: number,
    transportIndex: number,
    channelEndpoint: ReceiveChannelEndpoint,
    periodic: boolean,
    controlAddress: SocketAddress,
  ): boolean;
}

/** Who wants what of one stream, and what has become of it. */
class StreamInterest {
  isAllSessions: boolean;
  readonly subscribedSessionIds = new Set<number>();
  readonly activeImages = new Map<number, PublicationImage>();
  readonly sessionStates = new Map<number, SessionState>();
  isSessionLimitReported = false;

  constructor(isAllSessions: boolean) {
    this.isAllSessions = isAllSessions;
  }

  isInterestedIn(sessionId: number): boolean {
    return this.isAllSessions || this.subscribedSessionIds.has(sessionId);
  }

  /** Sessions with an image or about to have one. */
  sessionCount(): number {
    let count = this.activeImages.size;
    for (const state of this.sessionStates.values()) {
      count += state === SessionState.INIT_IN_PROGRESS ? 1 : 0;
    }
    return count;
  }

  removeNonSessionSpecificInterest(): void {
    for (const [sessionId, image] of this.activeImages) {
      if (!this.subscribedSessionIds.has(sessionId)) {
        image.deactivate();
        this.activeImages.delete(sessionId);
      }
    }
    for (const sessionId of this.sessionStates.keys()) {
      if (!this.subscribedSessionIds.has(sessionId)) {
        this.sessionStates.delete(sessionId);
      }
    }
  }
}

/**
 * Takes the frames of one receive channel endpoint to the images they belong to, asks senders it does not know
 * for their setup, and the conductor for new images. For the receiver alone to call.
 *
 *     (no entry) --data--> PENDING_SETUP_FRAME --setup--> INIT_IN_PROGRESS --image--> active
 *         ^  \_____________________setup_________________________/  |                  | |
 *         |                                                       refused              | |
 *         +----------------------------------------------------------+------- EOS -----+ |
 *         +--- cooled down --- ON_COOL_DOWN <--------------- image gone without EOS -----+
 *
 * A session nobody subscribed to leaves no entry, so that frames with made-up ids cannot fill the tables:
 * entries are limited by the pending setups of the receiver and by `streamSessionLimit`.
 *
 * Upstream: `io.aeron.driver.DataPacketDispatcher`.
 */
export class DataPacketDispatcher {
  readonly #imageRequests: ImageRequests;
  readonly #pendingSetups: PendingSetups;
  readonly #streamSessionLimit: number;
  readonly #errorHandler: ErrorHandler;
  readonly #streamInterests = new Map<number, StreamInterest>();

  /** @param streamSessionLimit images one stream may have here: `aeron.driver.stream.session.limit`. */
  constructor(
    imageRequests: ImageRequests,
    pendingSetups: PendingSetups,
    streamSessionLimit: number,
    errorHandler: ErrorHandler,
  ) {
    this.#imageRequests = imageRequests;
    this.#pendingSetups = pendingSetups;
    this.#streamSessionLimit = streamSessionLimit;
    this.#errorHandler = errorHandler;
  }

  /** Takes the stream from every session, or from one more session. */
  addSubscription(streamId: number, sessionId?: number): void {
    let interest = this.#streamInterests.get(streamId);
    if (interest === undefined) {
      interest = new StreamInterest(false);
      this.#streamInterests.set(streamId, interest);
    }
    if (sessionId === undefined) {
      interest.isAllSessions = true;
    } else {
      interest.subscribedSessionIds.add(sessionId);
    }
  }

  /** @throws AeronError UNKNOWN_SUBSCRIPTION */
  removeSubscription(streamId: number, sessionId?: number): void {
    const interest = this.#streamInterests.get(streamId);
    if (interest === undefined) {
      throw new AeronError('UNKNOWN_SUBSCRIPTION', `no subscription for stream ${streamId}`);
    }
    if (sessionId === undefined) {
      interest.removeNonSessionSpecificInterest();
      interest.isAllSessions = false;
    } else {
      interest.subscribedSessionIds.delete(sessionId);
      if (!interest.isAllSessions) {
        interest.activeImages.get(sessionId)?.deactivate();
        interest.activeImages.delete(sessionId);
        interest.sessionStates.delete(sessionId);
      }
    }
    if (!interest.isAllSessions && interest.subscribedSessionIds.size === 0) {
      this.#streamInterests.delete(streamId);
    }
  }

  addPublicationImage(image: PublicationImage): void {
    const interest = this.#streamInterests.get(image.streamId);
    if (interest !== undefined) {
      interest.sessionStates.delete(image.sessionId);
      interest.activeImages.set(image.sessionId, image);
      image.activate();
    }
  }

  removePublicationImage(image: PublicationImage): void {
    const interest = this.#streamInterests.get(image.streamId);
    if (interest?.activeImages.get(image.sessionId) === image) {
      interest.activeImages.delete(image.sessionId);
      if (!image.isEndOfStream && interest.sessionStates.size < COOL_DOWN_LIMIT) {
        interest.sessionStates.set(image.sessionId, SessionState.ON_COOL_DOWN);
      }
    }
    image.deactivate();
  }

  /** Returns the bytes of the datagram that were taken: 0 when it was refused or meant for nobody here. */
  onDataPacket(
    channelEndpoint: ReceiveChannelEndpoint,
    buffer: AtomicBuffer,
    offset: number,
    length: number,
    source: SocketAddress,
    transportIndex: number,
  ): number {
    const streamId = DataHeaderFlyweight.streamId(buffer, offset);
    const interest = this.#streamInterests.get(streamId);
    if (interest === undefined) {
      return 0;
    }
    const sessionId = DataHeaderFlyweight.sessionId(buffer, offset);
    const image = interest.activeImages.get(sessionId);
    if (image !== undefined) {
      return image.insertPacket(buffer, offset, length, transportIndex, source);
    }
    if (
      !interest.sessionStates.has(sessionId) &&
      !DataHeaderFlyweight.isEndOfStream(buffer, offset) &&
      interest.isInterestedIn(sessionId)
    ) {
      this.#elicitSetupMessage(interest, channelEndpoint, transportIndex, source, streamId, sessionId);
    }
    return 0;
  }

  /** The frame has been validated. */
  onSetupMessage(
    channelEndpoint: ReceiveChannelEndpoint,
    buffer: AtomicBuffer,
    offset: number,
    source: SocketAddress,
    transportIndex: number,
  ): void {
    const streamId = SetupFlyweight.streamId(buffer, offset);
    const interest = this.#streamInterests.get(streamId);
    if (interest === undefined) {
      return;
    }
    const sessionId = SetupFlyweight.sessionId(buffer, offset);
    const image = interest.activeImages.get(sessionId);
    if (image !== undefined) {
      image.addDestinationConnectionIfUnknown(transportIndex, source);
      return;
    }
    const state = interest.sessionStates.get(sessionId);
    const isWanted =
      state === SessionState.PENDING_SETUP_FRAME || (state === undefined && interest.isInterestedIn(sessionId));
    if (isWanted && !this.#isSessionLimitExceeded(interest, streamId, source)) {
      interest.sessionStates.set(sessionId, SessionState.INIT_IN_PROGRESS);
      this.#createPublicationImage(channelEndpoint, buffer, offset, source, transportIndex, streamId, sessionId);
    }
  }

  onRttMeasurement(
    channelEndpoint: ReceiveChannelEndpoint,
    buffer: AtomicBuffer,
    offset: number,
    source: SocketAddress,
    transportIndex: number,
  ): void {
    const streamId = RttMeasurementFlyweight.streamId(buffer, offset);
    const sessionId = RttMeasurementFlyweight.sessionId(buffer, offset);
    const image = this.#streamInterests.get(streamId)?.activeImages.get(sessionId);
    if (image === undefined) {
      return;
    }
    if ((HeaderFlyweight.flags(buffer, offset) & RttMeasurementFlyweight.REPLY_FLAG) !== 0) {
      channelEndpoint.replyToRttMeasurement(
        transportIndex,
        channelEndpoint.controlAddressFor(transportIndex, source),
        buffer,
        offset,
      );
    } else {
      image.onRttMeasurement(buffer, offset, source);
    }
  }

  /** Whether it makes sense to ask a sender at a control address for its setup. */
  shouldElicitSetupMessage(): boolean {
    return this.#streamInterests.size > 0;
  }

  /** Forgets what is known of a session if it is in that state. */
  removeSessionInterestByState(sessionId: number, streamId: number, state: SessionState): void {
    const interest = this.#streamInterests.get(streamId);
    if (interest?.sessionStates.get(sessionId) === state) {
      interest.sessionStates.delete(sessionId);
    }
  }

  #elicitSetupMessage(
    interest: StreamInterest,
    channelEndpoint: ReceiveChannelEndpoint,
    transportIndex: number,
    source: SocketAddress,
    streamId: number,
    sessionId: number,
  ): void {
    const controlAddress = channelEndpoint.controlAddressFor(transportIndex, source);
    if (
      this.#pendingSetups.addPendingSetupMessage(
        sessionId,
        streamId,
        transportIndex,
        channelEndpoint,
        false,
        controlAddress,
      )
    ) {
      interest.sessionStates.set(sessionId, SessionState.PENDING_SETUP_FRAME);
      channelEndpoint.sendSetupElicitingStatusMessage(transportIndex, controlAddress, sessionId, streamId);
    }
  }

  #isSessionLimitExceeded(interest: StreamInterest, streamId: number, source: SocketAddress): boolean {
    if (interest.activeImages.size < this.#streamSessionLimit && interest.sessionCount() < this.#streamSessionLimit) {
      interest.isSessionLimitReported = false;
      return false;
    }
    if (!interest.isSessionLimitReported) {
      interest.isSessionLimitReported = true;
      this.#errorHandler(
        new AeronError(
          'SESSION_LIMIT',
          `stream ${streamId} has ${interest.sessionCount()} sessions, as many as aeron.driver.stream.session.limit ` +
            `allows: a session from ${source} was refused`,
        ),
      );
    }
    return true;
  }

  #createPublicationImage(
    channelEndpoint: ReceiveChannelEndpoint,
    buffer: AtomicBuffer,
    offset: number,
    source: SocketAddress,
    transportIndex: number,
    streamId: number,
    sessionId: number,
  ): void {
    channelEndpoint.checkTtl(transportIndex, SetupFlyweight.ttl(buffer, offset));
    this.#imageRequests.createPublicationImage({
      sessionId,
      streamId,
      initialTermId: SetupFlyweight.initialTermId(buffer, offset),
      activeTermId: SetupFlyweight.activeTermId(buffer, offset),
      termOffset: SetupFlyweight.termOffset(buffer, offset),
      termLength: SetupFlyweight.termLength(buffer, offset),
      mtuLength: SetupFlyweight.mtuLength(buffer, offset),
      transportIndex,
      flags: HeaderFlyweight.flags(buffer, offset),
      controlAddress: channelEndpoint.controlAddressFor(transportIndex, source),
      sourceAddress: source,
      channelEndpoint,
    });
  }
}
