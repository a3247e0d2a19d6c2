import type { AtomicBuffer } from '../../agrona/mod.ts';
import {
  ControlledFragmentAction,
  ControlledFragmentAssembler,
  type Header,
  type Subscription,
} from '../../client/mod.ts';
import {
  AdminRequestDecoder,
  type AdminRequestType,
  ChallengeResponseDecoder,
  MessageHeaderDecoder,
  SessionCloseRequestDecoder,
  SessionConnectRequestDecoder,
  SessionKeepAliveDecoder,
  SessionMessageHeaderDecoder,
} from '../codecs/mod.ts';
import { SESSION_HEADER_LENGTH } from './log-publisher.ts';
import { readBytes, readLooseInteger } from './wire.ts';

const { CONTINUE } = ControlledFragmentAction;
const HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;
const SCHEMA_ID = SessionMessageHeaderDecoder.SCHEMA_ID;

/** What clients ask for. */
export interface IngressListener {
  onSessionConnect(request: {
    readonly correlationId: number;
    readonly responseStreamId: number;
    readonly version: number;
    readonly responseChannel: string;
    readonly encodedCredentials: Uint8Array;
    readonly clientInfo: string;
    readonly header: Header;
  }): void;
  /** ABORT to be given the message again. */
  onIngressMessage(
    leadershipTermId: number,
    clusterSessionId: number,
    buffer: AtomicBuffer,
    offset: number,
    length: number,
  ): ControlledFragmentAction;
  onSessionClose(leadershipTermId: number, clusterSessionId: number): void;
  onSessionKeepAlive(leadershipTermId: number, clusterSessionId: number, header: Header): void;
  onIngressChallengeResponse(correlationId: number, clusterSessionId: number, encodedCredentials: Uint8Array): void;
  onAdminRequest(request: {
    readonly leadershipTermId: number;
    readonly clusterSessionId: number;
    readonly correlationId: bigint;
    readonly requestType: AdminRequestType;
  }): void;
  /** Something that no client of this protocol sends, or that is cut short. */
  onMalformedIngress(reason: unknown, header: Header): void;
}

/**
 * Reads what clients send, from the ingress channel and, where that is allowed, from IPC. What cannot be read
 * is told to the listener and dropped. Upstream: `io.aeron.cluster.IngressAdapter`.
 */
export class IngressAdapter {
  readonly #listener: IngressListener;
  readonly #fragmentLimit: number;
  readonly #header = new MessageHeaderDecoder();
  readonly #connect = new SessionConnectRequestDecoder();
  readonly #close = new SessionCloseRequestDecoder();
  readonly #keepAlive = new SessionKeepAliveDecoder();
  readonly #challengeResponse = new ChallengeResponseDecoder();
  readonly #adminRequest = new AdminRequestDecoder();
  readonly #udpAssembler: ControlledFragmentAssembler;
  readonly #ipcAssembler: ControlledFragmentAssembler;
  #subscription: Subscription | undefined;
  #ipcSubscription: Subscription | undefined;

  constructor(listener: IngressListener, fragmentLimit: number) {
    this.#listener = listener;
    this.#fragmentLimit = fragmentLimit;
    this.#udpAssembler = new ControlledFragmentAssembler(this.#onMessage);
    this.#ipcAssembler = new ControlledFragmentAssembler(this.#onMessage);
  }

  connect(subscription: Subscription, ipcSubscription: Subscription | undefined): void {
    this.#subscription = subscription;
    this.#ipcSubscription = ipcSubscription;
  }

  /** How many fragments were read. */
  poll(): number {
    return (
      (this.#subscription?.controlledPoll(this.#udpAssembler.onFragment, this.#fragmentLimit) ?? 0) +
      (this.#ipcSubscription?.controlledPoll(this.#ipcAssembler.onFragment, this.#fragmentLimit) ?? 0)
    );
  }

  freeSessionBuffer(sessionId: number, isIpc: boolean): void {
    (isIpc ? this.#ipcAssembler : this.#udpAssembler).freeSessionBuffer(sessionId);
  }

  /** Clients see the stream end. May be connected again. */
  close(): void {
    const subscriptions = [this.#subscription, this.#ipcSubscription];
    this.#subscription = undefined;
    this.#ipcSubscription = undefined;
    for (const subscription of subscriptions) {
      subscription?.close();
    }
    this.#udpAssembler.clear();
    this.#ipcAssembler.clear();
  }

  /** Decodes, and only then tells: what the listener throws is no fault of the message. */
  readonly #onMessage = (
    buffer: AtomicBuffer,
    offset: number,
    length: number,
    header: Header,
  ): ControlledFragmentAction => {
    const messageHeader = this.#header.wrap(buffer, offset);
    if (length < HEADER_LENGTH || messageHeader.schemaId() !== SCHEMA_ID) {
      const what = length < HEADER_LENGTH ? `${length} bytes` : `schemaId=${messageHeader.schemaId()}`;
      this.#listener.onMalformedIngress(`expected schemaId=${SCHEMA_ID}, actual: ${what}`, header);
      return CONTINUE;
    }
    if (messageHeader.templateId() === SessionMessageHeaderDecoder.TEMPLATE_ID) {
      if (length < SESSION_HEADER_LENGTH) {
        this.#listener.onMalformedIngress(`session message of ${length} bytes`, header);
        return CONTINUE;
      }
      return this.#listener.onIngressMessage(
        readLooseInteger(buffer, offset + HEADER_LENGTH),
        readLooseInteger(buffer, offset + HEADER_LENGTH + 8),
        buffer,
        offset + SESSION_HEADER_LENGTH,
        length - SESSION_HEADER_LENGTH,
      );
    }
    let tell: (() => void) | undefined;
    try {
      tell = this.#decodeRequest(buffer, offset, header);
    } catch (error) {
      this.#listener.onMalformedIngress(error, header);
      return CONTINUE;
    }
    tell?.();
    return CONTINUE;
  };

  /** What to tell the listener; undefined for what is nothing to it. */
  #decodeRequest(buffer: AtomicBuffer, offset: number, header: Header): (() => void) | undefined {
    const listener = this.#listener;
    const bodyOffset = offset + HEADER_LENGTH;
    const blockLength = this.#header.blockLength();
    const version = this.#header.version();
    switch (this.#header.templateId()) {
      case SessionConnectRequestDecoder.TEMPLATE_ID: {
        const message = this.#connect.wrap(buffer, bodyOffset, blockLength, version);
        const responseChannel = message.responseChannel();
        const encodedCredentials = readBytes(message.encodedCredentialsLength(), (target) =>
          message.getEncodedCredentials(target),
        );
        const request = {
          correlationId: message.correlationId(),
          responseStreamId: message.responseStreamId(),
          version: message.version(),
          responseChannel,
          encodedCredentials,
          clientInfo: message.clientInfo(),
          header,
        };
        return () => listener.onSessionConnect(request);
      }
      case SessionCloseRequestDecoder.TEMPLATE_ID: {
        const message = this.#close.wrap(buffer, bodyOffset, blockLength, version);
        const leadershipTermId = message.leadershipTermId();
        const clusterSessionId = message.clusterSessionId();
        return () => listener.onSessionClose(leadershipTermId, clusterSessionId);
      }
      case SessionKeepAliveDecoder.TEMPLATE_ID: {
        const message = this.#keepAlive.wrap(buffer, bodyOffset, blockLength, version);
        const leadershipTermId = message.leadershipTermId();
        const clusterSessionId = message.clusterSessionId();
        return () => listener.onSessionKeepAlive(leadershipTermId, clusterSessionId, header);
      }
      case ChallengeResponseDecoder.TEMPLATE_ID: {
        const message = this.#challengeResponse.wrap(buffer, bodyOffset, blockLength, version);
        const correlationId = message.correlationId();
        const clusterSessionId = message.clusterSessionId();
        const credentials = readBytes(message.encodedCredentialsLength(), (target) =>
          message.getEncodedCredentials(target),
        );
        return () => listener.onIngressChallengeResponse(correlationId, clusterSessionId, credentials);
      }
      case AdminRequestDecoder.TEMPLATE_ID: {
        const message = this.#adminRequest.wrap(buffer, bodyOffset, blockLength, version);
        const request = {
          leadershipTermId: message.leadershipTermId(),
          clusterSessionId: message.clusterSessionId(),
          correlationId: message.correlationId(),
          requestType: message.requestType(),
        };
        return () => listener.onAdminRequest(request);
      }
      default:
        return undefined;
    }
  }
}
