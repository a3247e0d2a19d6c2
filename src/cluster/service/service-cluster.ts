import { AeronError, type AtomicBuffer, type ErrorHandler, type IdleStrategy } from '../../agrona/mod.ts';
import type { Aeron, BufferClaim, DirectBufferVector } from '../../client/mod.ts';
import type { ClusterTimeUnit } from '../codecs/mod.ts';
import type { ClientSession } from './client-session.ts';
import { ClientSessions } from './client-sessions.ts';
import { type Cluster, ClusterRole } from './cluster.ts';
import type { ConsensusModuleProxy } from './consensus-module-proxy.ts';
import { PromisedCallbacks } from './promised-callbacks.ts';
import type { ServiceOptions } from './service-options.ts';
import { SessionHeader } from './session-header.ts';

const CLOSE_SESSION_ATTEMPTS = 3;

/** Callbacks that do not happen at the same log position on all members. */
export type LifecycleCallback = 'onStart' | 'onTerminate' | 'onRoleChange' | 'doBackgroundWork';

/** The container's side of `Cluster`: its agent sets the fields as the log goes on. */
export class ServiceCluster implements Cluster {
  memberId = -1;
  role: ClusterRole = ClusterRole.FOLLOWER;
  logPosition = -1;
  timeUnit: ClusterTimeUnit | undefined;
  /** What the log carries in one message of a service. What is longer no leader could append. */
  maxMessageLength = Number.POSITIVE_INFINITY;
  readonly context: ServiceOptions;
  readonly aeron: Aeron;
  readonly idleStrategy: IdleStrategy;
  readonly sessions = new ClientSessions();
  readonly sessionHeader = new SessionHeader();
  readonly promisedCallbacks: PromisedCallbacks;
  private readonly consensusModuleProxy: ConsensusModuleProxy;
  private currentTime = 0n;
  private activeCallback: LifecycleCallback | undefined;

  constructor(
    context: ServiceOptions,
    aeron: Aeron,
    consensusModuleProxy: ConsensusModuleProxy,
    idleStrategy: IdleStrategy,
    errorHandler: ErrorHandler,
  ) {
    this.context = context;
    this.aeron = aeron;
    this.idleStrategy = idleStrategy;
    this.consensusModuleProxy = consensusModuleProxy;
    this.promisedCallbacks = new PromisedCallbacks(errorHandler);
  }

  get time(): bigint {
    return this.currentTime;
  }

  set time(time: bigint) {
    this.currentTime = time;
    this.sessionHeader.timestamp = time;
  }

  /** As `time`, which stands there in the log. */
  setTimeFrom(log: AtomicBuffer, offset: number, time: bigint): void {
    this.currentTime = time;
    this.sessionHeader.copyTimestamp(log, offset);
  }

  get clientSessions(): readonly ClientSession[] {
    return this.sessions.list;
  }

  getClientSession(clusterSessionId: number): ClientSession | undefined {
    return this.sessions.get(clusterSessionId);
  }

  forEachClientSession(action: (session: ClientSession) => void): void {
    for (const session of this.sessions.list) {
      action(session);
    }
  }

  closeClientSession(clusterSessionId: number): boolean {
    this.checkForValidInvocation();
    const session = this.sessions.get(clusterSessionId);
    if (session === undefined) {
      throw new AeronError('UNKNOWN_SESSION', `unknown clusterSessionId: ${clusterSessionId}`);
    }
    for (let attempt = 0; attempt < CLOSE_SESSION_ATTEMPTS && !session.isClosing; attempt++) {
      if (this.consensusModuleProxy.closeSession(clusterSessionId)) {
        session.isClosing = true;
      } else {
        this.idleStrategy.idle(0);
      }
    }
    return session.isClosing;
  }

  scheduleTimer(correlationId: bigint, deadline: bigint): boolean {
    this.checkForValidInvocation();
    return this.consensusModuleProxy.scheduleTimer(correlationId, deadline);
  }

  cancelTimer(correlationId: bigint): boolean {
    this.checkForValidInvocation();
    return this.consensusModuleProxy.cancelTimer(correlationId);
  }

  offer(buffer: AtomicBuffer, offset = 0, length = buffer.capacity - offset): number {
    this.checkLength(length);
    return this.consensusModuleProxy.offer(this.stampHeader(), buffer, offset, length);
  }

  offerVector(vectors: readonly DirectBufferVector[]): number {
    this.checkLength(
      vectors.reduce((sum, { buffer, offset = 0, length = buffer.capacity - offset }) => sum + length, 0),
    );
    this.stampHeader();
    return this.consensusModuleProxy.offerVector(this.sessionHeader.before(vectors));
  }

  tryClaim(length: number, bufferClaim: BufferClaim): number {
    this.checkLength(length);
    return this.consensusModuleProxy.tryClaim(length, bufferClaim, this.stampHeader());
  }

  private checkLength(length: number): void {
    if (length > this.maxMessageLength) {
      throw new AeronError(
        'MESSAGE_TOO_LONG',
        `message of ${length} bytes to the cluster: its log takes ${this.maxMessageLength} (term-length of logChannel)`,
      );
    }
  }

  /** @throws AeronError CLUSTER_CALL_NOT_ALLOWED */
  checkForValidInvocation(): void {
    if (this.activeCallback !== undefined) {
      throw new AeronError(
        'CLUSTER_CALL_NOT_ALLOWED',
        `sending messages or scheduling timers is not allowed from ${this.activeCallback}`,
      );
    }
  }

  /** Runs a callback in which nothing may be sent. */
  during<T>(callback: LifecycleCallback, action: () => T): T {
    const outer = this.activeCallback;
    this.activeCallback = callback;
    try {
      const result = action();
      this.promisedCallbacks.check(callback, result);
      return result;
    } finally {
      this.activeCallback = outer;
    }
  }

  private stampHeader(): AtomicBuffer {
    this.checkForValidInvocation();
    return this.sessionHeader.stamp(this.context.serviceId, 0);
  }
}
