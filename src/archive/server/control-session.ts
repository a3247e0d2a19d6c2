import {
  AeronError,
  type Authenticator,
  CountersDescriptor,
  type EpochClock,
  type ErrorHandler,
  type SessionProxy,
} from '../../agrona/mod.ts';
import {
  type Aeron,
  type Counter,
  type ExclusivePublication,
  type Image,
  RegistrationError,
  type Subscription,
} from '../../client/mod.ts';
import { ErrorCode } from '../../protocol/mod.ts';
import { ArchiveErrorCode } from '../client/mod.ts';
import { ControlResponseCode, type RecordingSignal } from '../codecs/mod.ts';
import type { CatalogEntry } from './catalog-entry.ts';
import type { ControlResponseProxy, SendFailure } from './control-response-proxy.ts';
import type { Session } from './session.ts';

export const SESSION_CLOSED_MESSAGE = 'session closed';
export const REQUEST_IMAGE_NOT_AVAILABLE_MESSAGE = 'control request publication image unavailable';
const RESPONSE_NOT_CONNECTED_MESSAGE = 'control response publication is not connected';
const SESSION_REJECTED_MESSAGE = 'authentication rejected';
const RESEND_INTERVAL_MS = 200;
/** Answers that a client does not take: beyond this many it is given up before its time is out. */
const MAX_QUEUED_RESPONSES = 8 * 1024;

/** How a control session goes on: INIT to ACTIVE, and DONE from any of them. */
export type ControlSessionState =
  /** Its publication and counter are being added. */
  | 'INIT'
  /** Waits for the client to subscribe to the publication. */
  | 'CONNECTING'
  /** The authenticator decides. */
  | 'CONNECTED'
  /** The authenticator waits for the client's answer to a challenge. */
  | 'CHALLENGED'
  /** The client was let in, and is told so until it sends a request. */
  | 'AUTHENTICATED'
  | 'ACTIVE'
  /** The client is told again and again that it was not let in. */
  | 'REJECTED'
  | 'DONE';

/** What the control sessions of an archive share. */
export interface ControlSessionContext {
  readonly aeron: Aeron;
  readonly clock: EpochClock;
  readonly errorHandler: ErrorHandler;
  readonly authenticator: Authenticator;
  readonly controlResponseProxy: ControlResponseProxy;
  readonly connectTimeoutMs: number;
  readonly sessionLivenessCheckIntervalMs: number;
}

/** What a client has asked for when it connects. */
export interface ControlSessionParameters {
  readonly sessionId: number;
  readonly correlationId: number;
  /** Where its requests come from: nobody else can speak for it. */
  readonly image: Image;
  readonly responseChannel: string;
  readonly responseStreamId: number;
  /** Of the counter that shows the session. */
  readonly counterRegistrationId: number;
  /** Why it cannot be served at all: its protocol is another one. */
  readonly invalidVersionMessage: string | undefined;
  readonly onClose: (session: ControlSession, terminationReason: string | undefined) => void;
}

/**
 * One client of the archive: lets it in, and sends it answers and signals in the order in which they come up,
 * keeping what its publication has no room for now. A client that takes nothing for `connectTimeoutNs` is given
 * up; a ping every `sessionLivenessCheckIntervalNs` finds out. Upstream: `ControlSession`.
 */
export class ControlSession implements Session, SessionProxy {
  readonly sessionId: number;
  readonly image: Image;
  private readonly context: ControlSessionContext;
  private readonly parameters: ControlSessionParameters;
  /** Each one is tried again until it is sent. */
  private readonly responseQueue: Array<() => boolean> = [];
  private currentState: ControlSessionState = 'INIT';
  private correlationId: number;
  private publicationRegistrationId: number | undefined;
  private publication: ExclusivePublication | undefined;
  private counter: Counter | undefined;
  private principal: Uint8Array | undefined;
  private abortReason: string | undefined;
  /** By when something must be sent; undefined while all is. */
  private activityDeadlineMs: number | undefined;
  private livenessCheckDeadlineMs: number;
  private resendDeadlineMs = 0;
  private listing: Session | undefined;

  constructor(context: ControlSessionContext, parameters: ControlSessionParameters) {
    const nowMs = context.clock.epochTimeMs();
    this.context = context;
    this.parameters = parameters;
    this.sessionId = parameters.sessionId;
    this.image = parameters.image;
    this.correlationId = parameters.correlationId;
    this.activityDeadlineMs = nowMs + context.connectTimeoutMs;
    this.livenessCheckDeadlineMs = nowMs + context.sessionLivenessCheckIntervalMs;
  }

  get state(): ControlSessionState {
    return this.currentState;
  }

  get isDone(): boolean {
    return this.currentState === 'DONE';
  }

  /** Who the authenticator said it is. */
  get encodedPrincipal(): Uint8Array | undefined {
    return this.principal;
  }

  get hasActiveListing(): boolean {
    return this.listing !== undefined;
  }

  /** One listing at a time, whose descriptors come between other answers. */
  set activeListing(listing: Session | undefined) {
    this.listing = listing;
  }

  abort(reason: string): void {
    if (!this.isDone) {
      this.abortReason = reason;
      this.currentState = 'DONE';
      this.listing?.abort(reason);
    }
  }

  close(): void {
    const { aeron } = this.context;
    if (this.publication !== undefined) {
      this.publication.revoke();
    } else if (this.publicationRegistrationId !== undefined) {
      aeron.asyncRemovePublication(this.publicationRegistrationId);
    }
    if (this.counter !== undefined) {
      this.counter.close();
    } else {
      aeron.asyncRemoveCounter(this.parameters.counterRegistrationId);
    }
    this.parameters.onClose(this, this.terminationReason());
  }

  doWork(): number {
    const nowMs = this.context.clock.epochTimeMs();
    if (this.activityDeadlineMs !== undefined && nowMs > this.activityDeadlineMs) {
      this.abort(
        this.currentState === 'ACTIVE'
          ? `failed to send response for more than connectTimeoutMs=${this.context.connectTimeoutMs}`
          : `failed to establish initial connection: state=${this.currentState}`,
      );
    }
    try {
      return this.step(nowMs);
    } catch (error) {
      this.abort(`failed with exception: ${(error as Error).message}`);
      throw error;
    }
  }

  /** The client has answered the challenge. */
  onChallengeResponse(correlationId: number, encodedCredentials: Uint8Array): void {
    if (this.currentState === 'CHALLENGED') {
      this.correlationId = correlationId;
      this.context.authenticator.onChallengeResponse(
        this.sessionId,
        encodedCredentials,
        this.context.clock.epochTimeMs(),
      );
    }
  }

  /** A request has come: the client knows that it is let in. Whether it is, and may be served. */
  tryActivate(): boolean {
    if (this.currentState === 'AUTHENTICATED' && this.parameters.invalidVersionMessage === undefined) {
      this.currentState = 'ACTIVE';
    }
    return this.currentState === 'ACTIVE';
  }

  challenge(encodedChallenge: Uint8Array): boolean {
    const isSent = this.settle((publication) =>
      this.context.controlResponseProxy.sendChallenge(
        publication,
        this.sessionId,
        this.correlationId,
        encodedChallenge,
      ),
    );
    if (isSent) {
      this.currentState = 'CHALLENGED';
    }
    return isSent;
  }

  authenticate(encodedPrincipal: Uint8Array): boolean {
    const isSent = this.trySendResponse(this.correlationId, this.sessionId, ControlResponseCode.OK, '');
    if (isSent) {
      this.principal = encodedPrincipal.slice();
      this.activityDeadlineMs = undefined;
      this.currentState = 'AUTHENTICATED';
    }
    return isSent;
  }

  reject(): void {
    this.currentState = 'REJECTED';
  }

  sendOk(correlationId: number, relevantId: number | bigint = 0): void {
    this.sendResponse(correlationId, relevantId, ControlResponseCode.OK, '');
  }

  sendError(correlationId: number, message: string, errorCode: number = ArchiveErrorCode.GENERIC): void {
    this.sendResponse(correlationId, errorCode, ControlResponseCode.ERROR, message);
  }

  sendRecordingUnknown(correlationId: number, recordingId: number): void {
    this.sendResponse(correlationId, recordingId, ControlResponseCode.RECORDING_UNKNOWN, '');
  }

  sendSubscriptionUnknown(correlationId: number): void {
    this.sendResponse(correlationId, 0, ControlResponseCode.SUBSCRIPTION_UNKNOWN, '');
  }

  sendSignal(
    correlationId: number,
    recordingId: number,
    subscriptionId: number,
    position: number,
    signal: RecordingSignal,
  ): void {
    const { controlResponseProxy } = this.context;
    this.sendOrQueue(() => {
      const { publication } = this;
      return (
        publication !== undefined &&
        controlResponseProxy.sendSignal(
          publication,
          this.sessionId,
          correlationId,
          recordingId,
          subscriptionId,
          position,
          signal,
        )
      );
    });
  }

  /** For listings, which come again themselves when it could not be sent now. */
  sendDescriptor(correlationId: number, entry: CatalogEntry): boolean {
    return this.sendNow((publication) =>
      this.context.controlResponseProxy.sendDescriptor(publication, this.sessionId, correlationId, entry),
    );
  }

  /** As `sendDescriptor`. */
  sendSubscriptionDescriptor(correlationId: number, subscription: Subscription): boolean {
    return this.sendNow((publication) =>
      this.context.controlResponseProxy.sendSubscriptionDescriptor(
        publication,
        this.sessionId,
        correlationId,
        subscription,
      ),
    );
  }

  private sendResponse(
    correlationId: number,
    relevantId: number | bigint,
    code: ControlResponseCode,
    errorMessage: string,
  ): void {
    this.sendOrQueue(() => this.trySendResponse(correlationId, relevantId, code, errorMessage));
  }

  /** Answers keep their order: nothing overtakes what waits. */
  private sendOrQueue(send: () => boolean): void {
    if (this.isDone) {
      return;
    }
    if (this.responseQueue.length === 0 && send()) {
      this.activityDeadlineMs = undefined;
      return;
    }
    this.startActivityDeadline();
    if (this.responseQueue.push(send) > MAX_QUEUED_RESPONSES) {
      this.abort(`more than ${MAX_QUEUED_RESPONSES} responses wait to be read`);
    }
  }

  private sendNow(send: (publication: ExclusivePublication) => boolean | SendFailure): boolean {
    const isSent = this.settle(send);
    if (isSent) {
      this.activityDeadlineMs = undefined;
    } else {
      this.startActivityDeadline();
    }
    return isSent;
  }

  private trySendResponse(
    correlationId: number,
    relevantId: number | bigint,
    code: ControlResponseCode,
    errorMessage: string,
  ): boolean {
    return this.settle((publication) =>
      this.context.controlResponseProxy.sendResponse(
        publication,
        this.sessionId,
        correlationId,
        relevantId,
        code,
        errorMessage,
      ),
    );
  }

  /** Whether it was sent; a failure for good ends the session. */
  private settle(send: (publication: ExclusivePublication) => boolean | SendFailure): boolean {
    const result = this.publication === undefined ? false : send(this.publication);
    if (typeof result === 'boolean') {
      return result;
    }
    this.abort(
      result === 'not connected' ? RESPONSE_NOT_CONNECTED_MESSAGE : `control response publication is ${result}`,
    );
    return false;
  }

  private step(nowMs: number): number {
    switch (this.currentState) {
      case 'INIT':
        return this.init(nowMs);
      case 'CONNECTING':
        return this.awaitConnection();
      case 'CONNECTED':
        return this.askAuthenticator(nowMs);
      case 'CHALLENGED':
        this.context.authenticator.onChallengedSession(this, nowMs);
        return 1;
      case 'AUTHENTICATED':
        return this.repeat(nowMs, () => {
          if (this.trySendResponse(this.correlationId, this.sessionId, ControlResponseCode.OK, '')) {
            this.activityDeadlineMs = undefined;
          }
        });
      case 'ACTIVE':
        return this.checkLiveness(nowMs) + this.sendQueued();
      case 'REJECTED':
        return this.repeat(nowMs, () => {
          this.trySendResponse(
            this.correlationId,
            ArchiveErrorCode.AUTHENTICATION_REJECTED,
            ControlResponseCode.ERROR,
            SESSION_REJECTED_MESSAGE,
          );
        });
      case 'DONE':
        return 0;
    }
  }

  private init(nowMs: number): number {
    this.publication ??= this.addPublication();
    this.counter ??= this.context.aeron.getCounter(this.parameters.counterRegistrationId);
    if (this.publication === undefined || this.counter === undefined) {
      return 0;
    }
    const { valuesBuffer } = this.context.aeron.countersReader;
    valuesBuffer.putInt64Release(
      CountersDescriptor.counterOffset(this.counter.id) + CountersDescriptor.REFERENCE_ID_OFFSET,
      this.publication.registrationId,
    );
    this.counter.setRelease(this.sessionId);
    this.activityDeadlineMs = nowMs + this.context.connectTimeoutMs;
    this.currentState = 'CONNECTING';
    return 1;
  }

  private addPublication(): ExclusivePublication | undefined {
    const { aeron } = this.context;
    this.publicationRegistrationId ??= aeron.asyncAddExclusivePublication(
      this.parameters.responseChannel,
      this.parameters.responseStreamId,
    );
    try {
      const publication = aeron.getExclusivePublication(this.publicationRegistrationId);
      if (publication !== undefined) {
        this.publicationRegistrationId = undefined;
      }
      return publication;
    } catch (error) {
      this.publicationRegistrationId = undefined;
      if (!isTemporary(error)) {
        throw error;
      }
      return undefined;
    }
  }

  private awaitConnection(): number {
    if (!this.publication!.isConnected) {
      return 0;
    }
    this.currentState = 'CONNECTED';
    return 1;
  }

  private askAuthenticator(nowMs: number): number {
    const { invalidVersionMessage } = this.parameters;
    return this.repeat(nowMs, () => {
      if (invalidVersionMessage === undefined) {
        this.context.authenticator.onConnectedSession(this, nowMs);
      } else {
        this.trySendResponse(this.correlationId, this.sessionId, ControlResponseCode.ERROR, invalidVersionMessage);
      }
    });
  }

  private repeat(nowMs: number, action: () => void): number {
    if (nowMs <= this.resendDeadlineMs) {
      return 0;
    }
    this.resendDeadlineMs = nowMs + RESEND_INTERVAL_MS;
    action();
    return 1;
  }

  private checkLiveness(nowMs: number): number {
    if (nowMs <= this.livenessCheckDeadlineMs) {
      return 0;
    }
    this.livenessCheckDeadlineMs = nowMs + this.context.sessionLivenessCheckIntervalMs;
    if (this.context.controlResponseProxy.sendPing(this.publication!, this.sessionId)) {
      this.activityDeadlineMs = undefined;
    } else {
      this.startActivityDeadline();
    }
    return 1;
  }

  private sendQueued(): number {
    if (!this.publication!.isConnected) {
      this.abort(RESPONSE_NOT_CONNECTED_MESSAGE);
      return 1;
    }
    let sent = 0;
    while (sent < this.responseQueue.length && this.responseQueue[sent]!()) {
      sent++;
    }
    if (sent > 0) {
      this.responseQueue.splice(0, sent);
      this.activityDeadlineMs = undefined;
    }
    if (this.responseQueue.length > 0) {
      this.startActivityDeadline();
    }
    return sent;
  }

  private startActivityDeadline(): void {
    this.activityDeadlineMs ??= this.context.clock.epochTimeMs() + this.context.connectTimeoutMs;
  }

  /** Why the archive has ended it; undefined when the client did. */
  private terminationReason(): string | undefined {
    const reason = this.abortReason;
    return reason === undefined ||
      reason === SESSION_CLOSED_MESSAGE ||
      reason === RESPONSE_NOT_CONNECTED_MESSAGE ||
      reason.startsWith(REQUEST_IMAGE_NOT_AVAILABLE_MESSAGE)
      ? undefined
      : reason;
  }

  toString(): string {
    const { responseChannel, responseStreamId } = this.parameters;
    return `controlSessionId=${this.sessionId} (controlResponseStreamId=${responseStreamId} controlResponseChannel=${responseChannel})`;
  }
}

/** What the driver may grant at the next try. */
export function isTemporary(error: unknown): boolean {
  return error instanceof RegistrationError && error.errorCode === ErrorCode.RESOURCE_TEMPORARILY_UNAVAILABLE;
}

/** Something worth the operator's attention that is not the archive's fault. Upstream: `ArchiveEvent`. */
export function archiveEvent(message: string): AeronError {
  return new AeronError('ARCHIVE_EVENT', message);
}
