import { type AuthorisationService, type ErrorHandler, SemanticVersion } from '../../agrona/mod.ts';
import { FragmentAssembler, type Header, type Image, type Subscription } from '../../client/mod.ts';
import { type SbeBuffer, sbeBuffer } from '../../sbe/mod.ts';
import { ArchiveError, ArchiveErrorCode } from '../client/mod.ts';
import {
  AuthConnectRequestDecoder,
  ChallengeResponseDecoder,
  CloseSessionRequestDecoder,
  MessageHeaderDecoder,
} from '../codecs/mod.ts';
import { type ControlRequests, readBytes } from './control-requests.ts';
import {
  archiveEvent,
  type ControlSession,
  REQUEST_IMAGE_NOT_AVAILABLE_MESSAGE,
  SESSION_CLOSED_MESSAGE,
} from './control-session.ts';

const FRAGMENT_LIMIT = 10;
const { ENCODED_LENGTH: HEADER_LENGTH } = MessageHeaderDecoder;
const { SCHEMA_ID } = AuthConnectRequestDecoder;

/** A client that wants a control session. */
export interface ConnectRequest {
  readonly image: Image;
  readonly correlationId: number;
  readonly responseChannel: string;
  readonly responseStreamId: number;
  /** Of the client's protocol. */
  readonly version: number;
  readonly encodedCredentials: Uint8Array;
  readonly clientInfo: string;
}

/** What the adapter needs of the archive. */
export interface ControlSessionAdapterOptions {
  readonly controlSubscription: Subscription | undefined;
  readonly localControlSubscription: Subscription;
  readonly requests: ControlRequests;
  readonly authorisationService: AuthorisationService;
  readonly errorHandler: ErrorHandler;
  readonly connect: (request: ConnectRequest) => ControlSession;
}

/**
 * Takes what clients send, finds the control session that it is for, asks whether the session may do it, and
 * has it done. A session can only be spoken for over the image that it was opened by. What cannot be decoded is
 * reported and refused. Upstream: `ControlSessionAdapter`.
 */
export class ControlSessionAdapter {
  private readonly options: ControlSessionAdapterOptions;
  private readonly sessions = new Map<number, ControlSession>();
  private readonly header = new MessageHeaderDecoder();
  private readonly connectRequest = new AuthConnectRequestDecoder();
  private readonly closeRequest = new CloseSessionRequestDecoder();
  private readonly challengeResponse = new ChallengeResponseDecoder();
  private readonly controlAssembler = new FragmentAssembler((...fragment) => this.onFragment(...fragment));
  private readonly localControlAssembler = new FragmentAssembler((...fragment) => this.onFragment(...fragment));

  constructor(options: ControlSessionAdapterOptions) {
    this.options = options;
  }

  poll(): number {
    const { controlSubscription, localControlSubscription } = this.options;
    return (
      (controlSubscription?.poll(this.controlAssembler.onFragment, FRAGMENT_LIMIT) ?? 0) +
      localControlSubscription.poll(this.localControlAssembler.onFragment, FRAGMENT_LIMIT)
    );
  }

  /** Ends the sessions whose requests came over the image. */
  onUnavailableImage(image: Image): void {
    const { channel, streamId } = image.subscription;
    const assembler =
      image.subscription === this.options.localControlSubscription ? this.localControlAssembler : this.controlAssembler;
    assembler.freeSessionBuffer(image.sessionId);
    for (const session of this.sessions.values()) {
      if (session.image === image) {
        session.abort(
          `${REQUEST_IMAGE_NOT_AVAILABLE_MESSAGE} : controlSessionId=${session.sessionId} ` +
            `image.correlationId=${image.correlationId} sessionId=${image.sessionId} streamId=${streamId} channel=${channel}`,
        );
      }
    }
  }

  removeSession(session: ControlSession): void {
    this.sessions.delete(session.sessionId);
  }

  private readonly onFragment = (buffer: SbeBuffer, offset: number, length: number, header: Header): void => {
    try {
      // Lengths in it are not to be trusted: what reads beyond its end throws.
      this.onMessage(sbeBuffer(buffer.u8.subarray(offset, offset + length)), header.image!);
    } catch (error) {
      this.options.errorHandler(error);
    }
  };

  private onMessage(message: SbeBuffer, image: Image): void {
    const { header } = this;
    header.wrap(message, 0);
    if (header.schemaId() !== SCHEMA_ID) {
      throw new ArchiveError(`expected schemaId=${SCHEMA_ID}, actual=${header.schemaId()}`);
    }
    const templateId = header.templateId();
    switch (templateId) {
      case AuthConnectRequestDecoder.TEMPLATE_ID:
        this.onConnect(message, image);
        break;
      case CloseSessionRequestDecoder.TEMPLATE_ID:
        this.onClose(message, image);
        break;
      case ChallengeResponseDecoder.TEMPLATE_ID:
        this.onChallengeResponse(message, image);
        break;
      default:
        this.onRequest(templateId, message, image);
    }
  }

  private onConnect(message: SbeBuffer, image: Image): void {
    const request = this.wrap(this.connectRequest, message);
    const correlationId = request.correlationId();
    const responseStreamId = request.responseStreamId();
    const version = request.version();
    const responseChannel = request.responseChannel();
    const encodedCredentials = readBytes(message, request.encodedCredentialsLength(), (target) =>
      request.getEncodedCredentials(target),
    );
    const clientInfo = request.clientInfo();
    const session = this.options.connect({
      image,
      correlationId,
      responseChannel,
      responseStreamId,
      version,
      encodedCredentials,
      clientInfo,
    });
    this.sessions.set(session.sessionId, session);
  }

  private onClose(message: SbeBuffer, image: Image): void {
    const session = this.sessions.get(this.wrap(this.closeRequest, message).controlSessionId());
    if (session?.image === image) {
      session.abort(SESSION_CLOSED_MESSAGE);
    }
  }

  private onChallengeResponse(message: SbeBuffer, image: Image): void {
    const response = this.wrap(this.challengeResponse, message);
    const session = this.sessions.get(response.controlSessionId());
    if (session?.image === image) {
      const correlationId = response.correlationId();
      const encodedCredentials = readBytes(message, response.encodedCredentialsLength(), (target) =>
        response.getEncodedCredentials(target),
      );
      session.onChallengeResponse(correlationId, encodedCredentials);
    }
  }

  private onRequest(templateId: number, message: SbeBuffer, image: Image): void {
    const request = this.options.requests.decode(templateId, this.header, message, image);
    if (request === undefined) {
      return;
    }
    const { controlSessionId, correlationId, delegate } = request;
    const session = delegate ?? this.authorisedSession(templateId, controlSessionId, correlationId, image);
    if (session?.tryActivate() !== true) {
      return;
    }
    try {
      request.act(session);
    } catch (error) {
      // What the archive refuses is the client's affair; anything else is the operator's too.
      if (error instanceof ArchiveError) {
        session.sendError(correlationId, error.message, error.errorCode);
      } else {
        this.options.errorHandler(error);
        session.sendError(correlationId, (error as Error).message);
      }
    }
  }

  private authorisedSession(
    templateId: number,
    controlSessionId: number,
    correlationId: number,
    image: Image,
  ): ControlSession | undefined {
    const { authorisationService, errorHandler } = this.options;
    const session = this.sessions.get(controlSessionId);
    if (session === undefined) {
      errorHandler(
        archiveEvent(
          `control request for unknown session: controlSessionId=${controlSessionId} templateId=${templateId}`,
        ),
      );
      return undefined;
    }
    const isOwn = session.image === image;
    if (isOwn && authorisationService.isAuthorised(SCHEMA_ID, templateId, undefined, session.encodedPrincipal)) {
      return session;
    }
    errorHandler(
      archiveEvent(
        `unauthorised archive action=${templateId} controlSessionId=${controlSessionId} source=${image.sourceIdentity}`,
      ),
    );
    if (isOwn) {
      session.sendError(correlationId, 'unauthorised action', ArchiveErrorCode.UNAUTHORISED_ACTION);
    }
    return undefined;
  }

  private wrap<D extends { wrap(buffer: SbeBuffer, offset: number, blockLength: number, version: number): D }>(
    decoder: D,
    message: SbeBuffer,
  ): D {
    return decoder.wrap(message, HEADER_LENGTH, this.header.blockLength(), this.header.version());
  }
}

/** Why a client of this version cannot be served; undefined when it can. */
export function versionComplaint(version: number, archiveVersion: number): string | undefined {
  return SemanticVersion.major(version) === SemanticVersion.major(archiveVersion)
    ? undefined
    : `invalid client version ${SemanticVersion.format(version)}, archive is ${SemanticVersion.format(archiveVersion)}`;
}
