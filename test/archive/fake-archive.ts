import { AtomicBuffer } from '../../src/agrona/mod.ts';
import {
  ArchiveIdRequestDecoder,
  AuthConnectRequestDecoder,
  ChallengeEncoder,
  ChallengeResponseDecoder,
  CloseSessionRequestDecoder,
  ControlResponseCode,
  ControlResponseEncoder,
  KeepAliveRequestDecoder,
  MessageHeaderDecoder,
  MessageHeaderEncoder,
  RecordingDescriptorEncoder,
  type RecordingSignal,
  RecordingSignalEventEncoder,
} from '../../src/archive/codecs/mod.ts';
import { Aeron, type ExclusivePublication, FragmentAssembler, type Subscription } from '../../src/client/mod.ts';
import type { Platform } from '../../src/platform/mod.ts';

const RESPONSE_HEADER = new MessageHeaderEncoder();
export const CONTROL_SESSION_ID = 77;
export const ARCHIVE_ID = 0x7fff_0000_0000_0001n;
const NEWEST_VERSION = 0x010c00;

/** How the archive takes a connect request. */
export interface Manners {
  /** Does not answer at all. */
  isSilent?: boolean;
  /** Its protocol; a semantic version. */
  version?: number;
  /** Challenges with this and lets in who answers with `answer`. */
  challenge?: string;
  answer?: string;
  /** Refuses with an error code. */
  refuses?: number;
}

/** A request as a test sees it. */
export interface Request {
  readonly templateId: number;
  readonly correlationId: number;
  readonly buffer: AtomicBuffer;
  readonly offset: number;
  readonly length: number;
}

/** Speaks an archive's side of the control protocol, as told by a test. One session. */
export class FakeArchive {
  /** Requests other than those of connecting, not yet taken by the test. */
  readonly requests: Request[] = [];
  readonly credentials: string[] = [];
  clientInfo = '';
  responseChannel = '';
  keepAlives = 0;
  isSessionClosed = false;
  /** Whether it reads requests. */
  isReading = true;
  readonly manners: Manners;
  readonly aeron: Aeron;
  readonly #subscriptionId: number;
  #subscription: Subscription | undefined;
  #publicationId: number | undefined;
  publication: ExclusivePublication | undefined;
  #toSend: Array<(buffer: AtomicBuffer) => number> = [];
  readonly #buffer = AtomicBuffer.allocate(4096);
  readonly #assembler = new FragmentAssembler((buffer, offset, length) => this.#onRequest(buffer, offset, length));

  constructor(platform: Platform, controlChannel: string, manners: Manners = {}) {
    this.manners = manners;
    this.aeron = Aeron.connectBlocking({ platform, useConductorAgentInvoker: true });
    this.#subscriptionId = this.aeron.asyncAddSubscription(controlChannel, 10);
  }

  doWork(): number {
    let workCount = this.aeron.conductorAgentInvoker!.invoke();
    this.#subscription ??= this.aeron.getSubscription(this.#subscriptionId);
    if (this.isReading) {
      workCount += this.#subscription?.poll(this.#assembler.onFragment, 10) ?? 0;
    }
    if (this.#publicationId !== undefined) {
      this.publication ??= this.aeron.getExclusivePublication(this.#publicationId);
    }
    while (this.#toSend.length > 0 && this.publication?.isConnected) {
      const length = this.#toSend[0]!(this.#buffer);
      if (this.publication.offer(this.#buffer, 0, length) < 0) {
        break;
      }
      this.#toSend.shift();
      workCount++;
    }
    return workCount;
  }

  /** Whether all that it was told to say is on its way. */
  get hasSentAll(): boolean {
    return this.#toSend.length === 0;
  }

  /** The first request not yet taken. */
  take(): Request | undefined {
    return this.requests.shift();
  }

  respond(
    correlationId: number,
    code: ControlResponseCode,
    relevantId: number | bigint,
    errorMessage = '',
    controlSessionId = CONTROL_SESSION_ID,
  ): void {
    this.#toSend.push((buffer) => {
      const encoder = new ControlResponseEncoder()
        .wrapAndApplyHeader(buffer, 0, RESPONSE_HEADER)
        .controlSessionId(controlSessionId)
        .correlationId(correlationId)
        .relevantId(BigInt(relevantId))
        .code(code)
        .version(this.manners.version ?? NEWEST_VERSION)
        .errorMessage(errorMessage);
      return MessageHeaderEncoder.ENCODED_LENGTH + encoder.encodedLength();
    });
  }

  ok(request: Request, relevantId: number | bigint): void {
    this.respond(request.correlationId, ControlResponseCode.OK, relevantId);
  }

  signal(recordingId: number, signal: RecordingSignal, controlSessionId = CONTROL_SESSION_ID): void {
    this.#toSend.push((buffer) => {
      const encoder = new RecordingSignalEventEncoder()
        .wrapAndApplyHeader(buffer, 0, RESPONSE_HEADER)
        .controlSessionId(controlSessionId)
        .correlationId(1)
        .recordingId(recordingId)
        .subscriptionId(-1)
        .position(64)
        .signal(signal);
      return MessageHeaderEncoder.ENCODED_LENGTH + encoder.encodedLength();
    });
  }

  descriptor(correlationId: number, recordingId: number): void {
    this.#toSend.push((buffer) => {
      const encoder = new RecordingDescriptorEncoder()
        .wrapAndApplyHeader(buffer, 0, RESPONSE_HEADER)
        .controlSessionId(CONTROL_SESSION_ID)
        .correlationId(correlationId)
        .recordingId(recordingId)
        .startTimestamp(1)
        .stopTimestamp(2)
        .startPosition(0)
        .stopPosition(64)
        .initialTermId(-5)
        .segmentFileLength(65536)
        .termBufferLength(65536)
        .mtuLength(1408)
        .sessionId(9)
        .streamId(10)
        .strippedChannel('aeron:ipc')
        .originalChannel('aeron:ipc?alias=x')
        .sourceIdentity('aeron:ipc');
      return MessageHeaderEncoder.ENCODED_LENGTH + encoder.encodedLength();
    });
  }

  /** A message of a template or schema that the client does not know. */
  nonsense(templateId: number, schemaId: number): void {
    this.#toSend.push((buffer) => {
      new MessageHeaderEncoder().wrap(buffer, 0).blockLength(8).templateId(templateId).schemaId(schemaId).version(0);
      return MessageHeaderEncoder.ENCODED_LENGTH + 8;
    });
  }

  #onRequest(buffer: AtomicBuffer, offset: number, length: number): void {
    const header = new MessageHeaderDecoder().wrap(buffer, offset);
    switch (header.templateId()) {
      case AuthConnectRequestDecoder.TEMPLATE_ID:
        this.#onConnect(buffer, offset);
        break;
      case ChallengeResponseDecoder.TEMPLATE_ID:
        this.#onChallengeResponse(buffer, offset);
        break;
      case ArchiveIdRequestDecoder.TEMPLATE_ID: {
        const decoder = new ArchiveIdRequestDecoder();
        decoder.wrapAndApplyHeader(buffer, offset, header);
        this.respond(decoder.correlationId(), ControlResponseCode.OK, ARCHIVE_ID);
        break;
      }
      case KeepAliveRequestDecoder.TEMPLATE_ID:
        this.keepAlives++;
        break;
      case CloseSessionRequestDecoder.TEMPLATE_ID:
        this.isSessionClosed = true;
        break;
      default:
        this.requests.push({
          templateId: header.templateId(),
          // Behind the control session id in every request.
          correlationId: buffer.getInt64(offset + MessageHeaderDecoder.ENCODED_LENGTH + 8),
          buffer: AtomicBuffer.copyOf(buffer.copyBytes(offset, length)),
          offset: 0,
          length,
        });
    }
  }

  #onConnect(buffer: AtomicBuffer, offset: number): void {
    const decoder = new AuthConnectRequestDecoder();
    decoder.wrapAndApplyHeader(buffer, offset, new MessageHeaderDecoder());
    const correlationId = decoder.correlationId();
    this.responseChannel = decoder.responseChannel();
    const credentials = new Uint8Array(decoder.encodedCredentialsLength());
    decoder.getEncodedCredentials(credentials);
    this.credentials.push(new TextDecoder().decode(credentials));
    this.clientInfo = decoder.clientInfo();
    this.#publicationId = this.aeron.asyncAddExclusivePublication(this.responseChannel, decoder.responseStreamId());
    const { manners } = this;
    if (manners.isSilent) {
      return;
    }
    if (manners.challenge !== undefined) {
      this.#challenge(correlationId, manners.challenge);
    } else if (manners.refuses !== undefined) {
      this.respond(correlationId, ControlResponseCode.ERROR, manners.refuses, 'go away');
    } else {
      this.respond(correlationId, ControlResponseCode.OK, CONTROL_SESSION_ID);
    }
  }

  #challenge(correlationId: number, challenge: string): void {
    this.#toSend.push((target) => {
      const encoder = new ChallengeEncoder()
        .wrapAndApplyHeader(target, 0, RESPONSE_HEADER)
        .controlSessionId(CONTROL_SESSION_ID)
        .correlationId(correlationId)
        .version(NEWEST_VERSION)
        .putEncodedChallenge(new TextEncoder().encode(challenge));
      return MessageHeaderEncoder.ENCODED_LENGTH + encoder.encodedLength();
    });
  }

  #onChallengeResponse(buffer: AtomicBuffer, offset: number): void {
    const decoder = new ChallengeResponseDecoder();
    decoder.wrapAndApplyHeader(buffer, offset, new MessageHeaderDecoder());
    const correlationId = decoder.correlationId();
    const answer = new Uint8Array(decoder.encodedCredentialsLength());
    decoder.getEncodedCredentials(answer);
    if (new TextDecoder().decode(answer) === this.manners.answer) {
      this.respond(correlationId, ControlResponseCode.OK, CONTROL_SESSION_ID);
    } else {
      this.respond(correlationId, ControlResponseCode.ERROR, 10, 'wrong answer');
    }
  }
}
