import type { Header } from '../../client/mod.ts';
import { CloseReason, type EventCode } from '../codecs/mod.ts';
import { ClusterError } from './errors.ts';
import type { SessionResponse } from './session-response.ts';

/**
 * How a session comes and goes:
 *
 *     INIT ─▶ CONNECTING ─▶ CONNECTED ─▶ [CHALLENGED ─▶] AUTHENTICATED ─▶ OPEN ─▶ CLOSING ─▶ CLOSED
 *                                             └───────▶ REJECTED
 *
 * INVALID is one that cannot be answered.
 */
export type SessionState =
  | 'INIT'
  | 'CONNECTING'
  | 'CONNECTED'
  | 'CHALLENGED'
  | 'AUTHENTICATED'
  | 'REJECTED'
  | 'OPEN'
  | 'CLOSING'
  | 'INVALID'
  | 'CLOSED';

/** Name of an `EventCode`. */
export type EventName = Exclude<keyof typeof EventCode, 'NULL_VAL'>;

const NO_PRINCIPAL = new Uint8Array(0);
const MAX_ENCODED_PRINCIPAL_LENGTH = 4 * 1024;
const NULL_POSITION = -1;

export interface SessionParameters {
  /** What reports call it; its id by default. */
  readonly name?: string;
  /** -1 for one that never opens: redirected clients, backup requests. */
  readonly id: number;
  readonly responseStreamId: number;
  readonly responseChannel: string;
  readonly response: SessionResponse;
  /** Told of every state that the session leaves for another; `from` is undefined for the first. */
  readonly onStateChange?: SessionStateListener | undefined;
}

export type SessionStateListener = (from: SessionState | undefined, to: SessionState, reason: string) => void;

/** A client of the cluster as this member sees it. Upstream: `io.aeron.cluster.ClusterSession`. */
export class ClusterSession {
  readonly id: number;
  readonly name: string;
  /** The id as messages carry it. */
  readonly wireId: bigint;
  readonly responseStreamId: number;
  readonly responseChannel: string;
  readonly response: SessionResponse;
  /** Of the client's last request. */
  correlationId = -1;
  /** Where the log ends behind its opening; -1 before. */
  openedLogPosition = NULL_POSITION;
  closedLogPosition = NULL_POSITION;
  /** By `Clock.nanoTime`. */
  timeOfLastActivityNs = 0;
  /** The image its ingress comes in by; undefined while that is not known. */
  ingressImageCorrelationId: number | undefined;
  closeReason: CloseReason = CloseReason.NULL_VAL;
  encodedPrincipal: Uint8Array = NO_PRINCIPAL;
  /** What the client is to be told before the session is let go. */
  eventCode: EventName = 'ERROR';
  responseDetail = '';
  hasOpenEventPending = true;
  hasNewLeaderEventPending = false;
  #state: SessionState = 'INIT';
  readonly #onStateChange: SessionStateListener | undefined;

  constructor(parameters: SessionParameters) {
    this.id = parameters.id;
    this.name = parameters.name ?? `session ${parameters.id}`;
    this.wireId = BigInt(parameters.id);
    this.responseStreamId = parameters.responseStreamId;
    this.responseChannel = parameters.responseChannel;
    this.response = parameters.response;
    this.#onStateChange = parameters.onStateChange;
    this.#onStateChange?.(undefined, 'INIT', '');
  }

  get state(): SessionState {
    return this.#state;
  }

  /** @param reason for the event log */
  become(state: SessionState, reason: string): void {
    this.#onStateChange?.(this.#state, state, reason);
    this.#state = state;
  }

  get isOpen(): boolean {
    return this.state === 'OPEN';
  }

  /** A request has come. */
  onRequest(correlationId: number, nowNs: number): void {
    this.correlationId = correlationId;
    this.timeOfLastActivityNs = nowNs;
  }

  /** @throws ClusterError PRINCIPAL_TOO_LONG */
  authenticate(encodedPrincipal: Uint8Array): void {
    if (encodedPrincipal.length > MAX_ENCODED_PRINCIPAL_LENGTH) {
      throw new ClusterError(
        'PRINCIPAL_TOO_LONG',
        `encoded principal has ${encodedPrincipal.length} bytes of at most ${MAX_ENCODED_PRINCIPAL_LENGTH}`,
      );
    }
    this.encodedPrincipal = encodedPrincipal;
    this.become('AUTHENTICATED', 'authenticated');
  }

  reject(code: EventName, detail: string): void {
    this.eventCode = code;
    this.responseDetail = detail;
    this.become('REJECTED', detail === '' ? code : `${code}: ${detail}`);
  }

  /** Another member leads. */
  redirect(ingressEndpoints: string): void {
    this.eventCode = 'REDIRECT';
    this.responseDetail = ingressEndpoints;
  }

  open(openedLogPosition: number): void {
    this.openedLogPosition = openedLogPosition;
    this.become('OPEN', `openedLogPosition=${openedLogPosition}`);
  }

  /** It is to be closed as soon as the log takes it: at the next check, as it counts as silent from now on. */
  closing(reason: CloseReason): void {
    this.closeReason = reason;
    this.hasOpenEventPending = false;
    this.hasNewLeaderEventPending = false;
    this.timeOfLastActivityNs = Number.NEGATIVE_INFINITY;
    this.become('CLOSING', closeReasonName(reason));
  }

  loadSnapshotState(correlationId: number, openedLogPosition: number, closeReason: CloseReason): void {
    this.correlationId = correlationId;
    this.openedLogPosition = openedLogPosition;
    this.closeReason = closeReason;
    if (closeReason === CloseReason.NULL_VAL) {
      this.become('OPEN', `openedLogPosition=${openedLogPosition}`);
    } else {
      this.become('CLOSING', closeReasonName(closeReason));
    }
  }

  linkIngressImage(header: Header): void {
    this.ingressImageCorrelationId ??= header.image?.correlationId;
  }

  hasTimedOut(nowNs: number, sessionTimeoutNs: number): boolean {
    return nowNs - this.timeOfLastActivityNs > sessionTimeoutNs;
  }

  /** False, and it is INVALID, when there is no way to answer, or none any more. */
  canBeAnswered(): boolean {
    if (this.state !== 'INVALID' && this.response.poll() === 'failed') {
      this.become('INVALID', 'cannot be answered');
    }
    return this.state !== 'INVALID';
  }

  /** Whether there is a way to answer that somebody listens to. Becomes CONNECTING when the publication is there. */
  isResponseConnected(nowNs: number): boolean {
    if (!this.canBeAnswered()) {
      return false;
    }
    if (this.state === 'INIT' && this.response.poll() === 'ready') {
      this.timeOfLastActivityNs = nowNs;
      this.become('CONNECTING', 'connecting');
    }
    return this.response.isConnected;
  }

  close(): void {
    this.response.close();
    this.become('CLOSED', '');
  }
}

/** Of a `CloseReason`. */
export function closeReasonName(reason: CloseReason): string {
  return Object.entries(CloseReason).find(([, value]) => value === reason)?.[0] ?? `${reason}`;
}
