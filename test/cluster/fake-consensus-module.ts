import assert from 'node:assert/strict';
import { AtomicBuffer, type AtomicCounter } from '../../src/agrona/mod.ts';
import {
  Aeron,
  type ExclusivePublication,
  FragmentAssembler,
  type Publication,
  type Subscription,
} from '../../src/client/mod.ts';
import {
  BooleanType,
  CancelTimerDecoder,
  CloseReason,
  CloseSessionDecoder,
  ClusterAction,
  ClusterActionRequestEncoder,
  ClusterTimeUnit,
  JoinLogEncoder,
  MessageHeaderDecoder,
  MessageHeaderEncoder,
  NewLeadershipTermEventEncoder,
  RequestServiceAckEncoder,
  ScheduleTimerDecoder,
  ServiceAckDecoder,
  ServiceTerminationPositionEncoder,
  SessionCloseEventEncoder,
  SessionMessageHeaderDecoder,
  SessionMessageHeaderEncoder,
  SessionOpenEventEncoder,
  TimerEventEncoder,
} from '../../src/cluster/codecs/mod.ts';
import { ClusterRole } from '../../src/cluster/service/mod.ts';
import type { SimulatedProcess } from '../../src/platform/simulated/mod.ts';
import { AeronCounters } from '../../src/protocol/mod.ts';

const CLUSTER_ID = 0;
const CONTROL_CHANNEL = 'aeron:ipc?term-length=128k';
const LOG_CHANNEL = 'aeron:ipc?term-length=64k';
const LOG_STREAM_ID = 100;
const NO_END = 2n ** 63n - 1n;

export interface Ack {
  readonly logPosition: number;
  readonly ackId: number;
  readonly relevantId: number;
  readonly serviceId: number;
}

export interface Recovery {
  readonly leadershipTermId: number;
  readonly logPosition: number;
  readonly timestamp: bigint;
  readonly snapshotRecordingIds: readonly number[];
}

const NEW: Recovery = { leadershipTermId: -1, logPosition: 0, timestamp: 0n, snapshotRecordingIds: [] };

/** What a service container takes for a consensus module: a test says what it does. */
export class FakeConsensusModule {
  /** What the container has said, in order: 'schedule 7 at 1000', 'cancel 7', 'close 1', 'offer 0 text'. */
  readonly heard: string[] = [];
  readonly acks: Ack[] = [];
  readonly aeron: Aeron;
  /** Cluster time of what is appended. */
  time = 1000n;
  leadershipTermId = 0;
  commitPosition!: AtomicCounter;
  log!: ExclusivePublication;
  private readonly process: SimulatedProcess;
  private readonly toServices: Publication;
  private readonly fromServices: Subscription;
  private readonly messageHeader = new MessageHeaderDecoder();
  private readonly assembler = new FragmentAssembler((buffer, offset, length) =>
    this.onMessage(buffer, offset, length),
  );

  constructor(process: SimulatedProcess, aeronDirectoryName: string) {
    this.process = process;
    this.aeron = Aeron.connectBlocking({
      platform: process.platform,
      aeronDirectoryName,
      useConductorAgentInvoker: true,
      errorHandler: (error) => {
        throw error;
      },
    });
    const { aeron } = this;
    this.toServices = this.added(aeron.asyncAddPublication(CONTROL_CHANNEL, 104), (id) => aeron.getPublication(id));
    this.fromServices = this.added(aeron.asyncAddSubscription(CONTROL_CHANNEL, 105), (id) => aeron.getSubscription(id));
    process.run(() => this.doWork());
  }

  /** Comes so far that services start. */
  start(recovery: Recovery = NEW): void {
    const { aeron } = this;
    const clusterKey = AtomicBuffer.allocate(4);
    clusterKey.putInt32(0, CLUSTER_ID);
    this.commitPosition = this.counter(AeronCounters.CLUSTER_COMMIT_POSITION_TYPE_ID, clusterKey);
    this.commitPosition.set(recovery.logPosition);
    const { snapshotRecordingIds } = recovery;
    const key = AtomicBuffer.allocate(32 + 8 * snapshotRecordingIds.length);
    key.putInt64(0, recovery.leadershipTermId);
    key.putInt64(8, recovery.logPosition);
    key.putBigInt64(16, recovery.timestamp);
    key.putInt32(24, CLUSTER_ID);
    key.putInt32(28, snapshotRecordingIds.length);
    snapshotRecordingIds.forEach((id, i) => {
      key.putInt64(32 + 8 * i, id);
    });
    this.counter(AeronCounters.CLUSTER_RECOVERY_STATE_TYPE_ID, key);
    this.log = this.added(aeron.asyncAddExclusivePublication(LOG_CHANNEL, LOG_STREAM_ID), (id) =>
      aeron.getExclusivePublication(id),
    );
  }

  /** Leaves as one that has ended in order. */
  close(): void {
    this.aeron.close();
    this.process.kill();
  }

  joinLog(
    options: {
      readonly role?: ClusterRole;
      readonly isStartup?: boolean;
      readonly logPosition?: number;
      readonly maxLogPosition?: bigint;
      readonly logSessionId?: number;
    } = {},
  ): void {
    const { role = ClusterRole.LEADER, isStartup = true, logPosition = 0, maxLogPosition = NO_END } = options;
    const { logSessionId = this.log.sessionId } = options;
    const buffer = AtomicBuffer.allocate(256);
    const encoder = new JoinLogEncoder()
      .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
      .logPosition(logPosition)
      .maxLogPosition(maxLogPosition)
      .memberId(3)
      .logSessionId(logSessionId)
      .logStreamId(LOG_STREAM_ID)
      .isStartup(isStartup ? BooleanType.TRUE : BooleanType.FALSE)
      .role(role)
      .isStandby(BooleanType.FALSE)
      .logChannel(LOG_CHANNEL);
    this.tell(buffer, encoder.encodedLength());
  }

  terminateAt(logPosition: number): void {
    const buffer = AtomicBuffer.allocate(64);
    const encoder = new ServiceTerminationPositionEncoder()
      .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
      .logPosition(logPosition)
      .ackRequired(BooleanType.TRUE);
    this.tell(buffer, encoder.encodedLength());
  }

  requestAck(logPosition: number): void {
    const buffer = AtomicBuffer.allocate(64);
    const encoder = new RequestServiceAckEncoder()
      .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
      .logPosition(logPosition);
    this.tell(buffer, encoder.encodedLength());
  }

  appendTerm(options: { readonly appVersion?: number } = {}): void {
    const buffer = AtomicBuffer.allocate(128);
    const encoder = new NewLeadershipTermEventEncoder()
      .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
      .leadershipTermId(this.leadershipTermId)
      .logPosition(this.log.position + 96)
      .timestamp(this.time)
      .termBaseLogPosition(0)
      .leaderMemberId(3)
      .logSessionId(this.log.sessionId)
      .timeUnit(ClusterTimeUnit.MILLIS)
      .appVersion(options.appVersion ?? 1);
    this.append(buffer, encoder.encodedLength());
  }

  appendSessionOpen(id: number, responseChannel: string, responseStreamId = 102): void {
    const buffer = AtomicBuffer.allocate(8192);
    const encoder = new SessionOpenEventEncoder()
      .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
      .leadershipTermId(this.leadershipTermId)
      .correlationId(0)
      .clusterSessionId(id)
      .timestamp(this.time)
      .responseStreamId(responseStreamId)
      .responseChannel(responseChannel)
      .putEncodedPrincipal(Uint8Array.of(1, 2, 3));
    this.append(buffer, encoder.encodedLength());
  }

  appendSessionClose(id: number): void {
    const buffer = AtomicBuffer.allocate(64);
    const encoder = new SessionCloseEventEncoder()
      .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
      .leadershipTermId(this.leadershipTermId)
      .clusterSessionId(id)
      .timestamp(this.time)
      .closeReason(CloseReason.TIMEOUT);
    this.append(buffer, encoder.encodedLength());
  }

  appendMessage(sessionId: bigint | number, text: string): void {
    const message = AtomicBuffer.ofString(text);
    const buffer = AtomicBuffer.allocate(32 + message.capacity);
    new SessionMessageHeaderEncoder()
      .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
      .leadershipTermId(this.leadershipTermId)
      .clusterSessionId(BigInt(sessionId))
      .timestamp(this.time);
    buffer.putBytes(32, message, 0, message.capacity);
    this.append(buffer, buffer.capacity - 8);
  }

  appendTimer(correlationId: bigint): void {
    const buffer = AtomicBuffer.allocate(64);
    const encoder = new TimerEventEncoder()
      .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
      .leadershipTermId(this.leadershipTermId)
      .correlationId(correlationId)
      .timestamp(this.time);
    this.append(buffer, encoder.encodedLength());
  }

  appendSnapshot(): void {
    const buffer = AtomicBuffer.allocate(64);
    const encoder = new ClusterActionRequestEncoder()
      .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
      .leadershipTermId(this.leadershipTermId)
      .logPosition(this.log.position + 96)
      .timestamp(this.time)
      .action(ClusterAction.SNAPSHOT)
      .flags(0);
    this.append(buffer, encoder.encodedLength());
  }

  /** All of the log counts. */
  commit(): void {
    this.commitPosition.setRelease(this.log.position);
  }

  private doWork(): number {
    return this.aeron.conductorAgentInvoker!.invoke() + this.fromServices.poll(this.assembler.onFragment, 10);
  }

  private onMessage(buffer: AtomicBuffer, offset: number, length: number): void {
    const header = this.messageHeader.wrap(buffer, offset);
    const at = [buffer, offset + 8, header.blockLength(), header.version()] as const;
    switch (header.templateId()) {
      case ServiceAckDecoder.TEMPLATE_ID: {
        const ack = new ServiceAckDecoder().wrap(...at);
        this.acks.push({
          logPosition: ack.logPosition(),
          ackId: ack.ackId(),
          relevantId: ack.relevantId(),
          serviceId: ack.serviceId(),
        });
        break;
      }
      case ScheduleTimerDecoder.TEMPLATE_ID: {
        const timer = new ScheduleTimerDecoder().wrap(...at);
        this.heard.push(`schedule ${timer.correlationId()} at ${timer.deadline()}`);
        break;
      }
      case CancelTimerDecoder.TEMPLATE_ID:
        this.heard.push(`cancel ${new CancelTimerDecoder().wrap(...at).correlationId()}`);
        break;
      case CloseSessionDecoder.TEMPLATE_ID:
        this.heard.push(`close ${new CloseSessionDecoder().wrap(...at).clusterSessionId()}`);
        break;
      case SessionMessageHeaderDecoder.TEMPLATE_ID: {
        const serviceId = new SessionMessageHeaderDecoder().wrap(...at).clusterSessionId();
        this.heard.push(`offer ${serviceId} ${buffer.getStringWithoutLength(offset + 32, length - 32)}`);
        break;
      }
      default:
        assert.fail(`template ${header.templateId()}`);
    }
  }

  private counter(typeId: number, key: AtomicBuffer): AtomicCounter {
    const { aeron } = this;
    return this.added(aeron.asyncAddCounter(typeId, 'fake', key.copyBytes(0, key.capacity)), (id) =>
      aeron.getCounter(id),
    );
  }

  private append(buffer: AtomicBuffer, encodedLength: number): void {
    this.until(() => this.log.offer(buffer, 0, 8 + encodedLength) > 0);
  }

  private tell(buffer: AtomicBuffer, encodedLength: number): void {
    this.until(() => this.toServices.offer(buffer, 0, 8 + encodedLength) > 0);
  }

  private added<T>(id: number, get: (id: number) => T | undefined): T {
    let resource: T | undefined;
    this.until(() => {
      resource = get(id);
      return resource !== undefined;
    });
    return resource!;
  }

  private until(condition: () => boolean): void {
    for (let attempts = 0; !condition(); attempts++) {
      assert(attempts < 10_000, 'the fake consensus module gets on');
      this.aeron.conductorAgentInvoker!.invoke();
      this.process.platform.park(1_000_000);
    }
  }
}
