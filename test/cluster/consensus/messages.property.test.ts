import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AtomicBuffer } from '../../../src/agrona/mod.ts';
import {
  type BufferClaim,
  ControlledFragmentAction,
  type ControlledFragmentHandler,
  type ExclusivePublication,
  type FragmentHandler,
  type Header,
  type Subscription,
} from '../../../src/client/mod.ts';
import {
  AppendPositionDecoder,
  AppendPositionEncoder,
  CanvassPositionEncoder,
  MessageHeaderEncoder,
  RequestVoteEncoder,
  SessionCloseRequestEncoder,
  SessionMessageHeaderEncoder,
} from '../../../src/cluster/codecs/mod.ts';
import { ConsensusAdapter, type ConsensusListener } from '../../../src/cluster/consensus/consensus-adapter.ts';
import { ConsensusPublisher } from '../../../src/cluster/consensus/consensus-publisher.ts';
import type { ConsensusMessage } from '../../../src/cluster/consensus/core/messages.ts';
import { IngressAdapter, type IngressListener } from '../../../src/cluster/consensus/ingress-adapter.ts';
import { FrameDescriptor } from '../../../src/protocol/mod.ts';

const HEADER = {
  flags: FrameDescriptor.UNFRAGMENTED,
  sessionId: 1,
  image: { sourceIdentity: 'a:1' },
} as unknown as Header;

/** A publication whose messages a test takes. */
class Captured {
  message = AtomicBuffer.allocate(0);

  readonly publication = {
    tryClaim: (length: number, claim: BufferClaim): number => {
      const buffer = AtomicBuffer.allocate(32 + length);
      claim.wrap(buffer, 0, 32 + length);
      this.message = buffer;
      return 1;
    },
  } as unknown as ExclusivePublication;
}

/** A subscription that has one message. */
function subscriptionTo(buffer: AtomicBuffer, offset: number, length: number): Subscription {
  return {
    poll: (handler: FragmentHandler) => {
      handler(buffer, offset, length, HEADER);
      return 1;
    },
    controlledPoll: (handler: ControlledFragmentHandler) => {
      handler(buffer, offset, length, HEADER);
      return 1;
    },
  } as unknown as Subscription;
}

class Heard implements ConsensusListener {
  readonly messages: ConsensusMessage[] = [];
  readonly leaders: string[] = [];
  readonly malformed: unknown[] = [];
  /** The last one's. */
  extra = 0;
  requests = 0;

  onConsensusMessage(message: ConsensusMessage, extra: number): void {
    this.messages.push(message);
    this.extra = extra;
  }
  onLeaderContext(timestamp: bigint, appVersion: number): void {
    this.leaders.push(`${timestamp} ${appVersion}`);
  }
  onBackupQuery(): void {
    this.requests++;
  }
  onHeartbeatRequest(): void {
    this.requests++;
  }
  onStandbySnapshot(): void {
    this.requests++;
  }
  onConsensusChallengeResponse(): void {
    this.requests++;
  }
  onMalformedConsensusMessage(reason: unknown): void {
    this.malformed.push(reason);
  }
}

const position = fc.integer({ min: -1, max: Number.MAX_SAFE_INTEGER });
const term = fc.integer({ min: -1, max: 2 ** 40 });
const id = fc.nat(100);
const message = fc.oneof(
  fc.record({
    type: fc.constant('canvassPosition' as const),
    logLeadershipTermId: term,
    logPosition: position,
    leadershipTermId: term,
    followerMemberId: id,
  }),
  fc.record({
    type: fc.constant('requestVote' as const),
    logLeadershipTermId: term,
    logPosition: position,
    candidateTermId: term,
    candidateMemberId: id,
  }),
  fc.record({
    type: fc.constant('vote' as const),
    candidateTermId: term,
    logLeadershipTermId: term,
    logPosition: position,
    candidateMemberId: id,
    followerMemberId: id,
    vote: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('newLeadershipTerm' as const),
    logLeadershipTermId: term,
    nextLeadershipTermId: term,
    nextTermBaseLogPosition: position,
    nextLogPosition: position,
    leadershipTermId: term,
    termBaseLogPosition: position,
    logPosition: position,
    commitPosition: position,
    leaderRecordingId: term,
    leaderMemberId: id,
    logSessionId: fc.integer(),
    isStartup: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('appendPosition' as const),
    leadershipTermId: term,
    logPosition: position,
    followerMemberId: id,
    isCatchup: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('commitPosition' as const),
    leadershipTermId: term,
    logPosition: position,
    leaderMemberId: id,
  }),
  fc.record({
    type: fc.constant('catchupPosition' as const),
    leadershipTermId: term,
    logPosition: position,
    followerMemberId: id,
    catchupEndpoint: fc.stringMatching(/^[a-z0-9.:-]{1,60}$/),
  }),
  fc.record({ type: fc.constant('stopCatchup' as const), leadershipTermId: term, followerMemberId: id }),
  fc.record({ type: fc.constant('terminationPosition' as const), leadershipTermId: term, logPosition: position }),
  fc.record({
    type: fc.constant('terminationAck' as const),
    leadershipTermId: term,
    logPosition: position,
    memberId: id,
  }),
);

/** Bytes that begin like a message of the cluster: any template, a block of some length, what may be. */
const hostileBytes = fc
  .record({
    templateId: fc.oneof(fc.nat(110), fc.nat(0xffff)),
    blockLength: fc.oneof(fc.nat(64), fc.nat(0xffff)),
    version: fc.nat(30),
    schemaId: fc.oneof({ weight: 9, arbitrary: fc.constant(111) }, { weight: 1, arbitrary: fc.nat(0xffff) }),
    body: fc.uint8Array({ maxLength: 120 }),
  })
  .map(({ templateId, blockLength, version, schemaId, body }) => {
    const buffer = AtomicBuffer.allocate(8 + body.length);
    [blockLength, templateId, schemaId, version].forEach((value, index) => {
      buffer.putInt16(2 * index, value);
    });
    buffer.putBytes(8, body, 0, body.length);
    return buffer;
  });

describe('messages between members', () => {
  it('arrive as they were sent', () => {
    fc.assert(
      fc.property(message, (sent) => {
        const captured = new Captured();
        const publisher = new ConsensusPublisher({ appVersion: 258, time: () => 2n ** 62n });
        assert.equal(publisher.send(captured.publication, sent), true);
        const heard = new Heard();
        const { message: bytes } = captured;
        new ConsensusAdapter(subscriptionTo(bytes, 32, bytes.capacity - 32), heard).poll();
        assert.deepEqual(heard.messages, [{ ...sent }]);
        assert.deepEqual(heard.leaders, sent.type === 'newLeadershipTerm' ? [`${2n ** 62n} 258`] : []);
      }),
    );
  });

  it('bring along what only the event log asks for', () => {
    const header = new MessageHeaderEncoder();
    const extraOf = (encode: (buffer: AtomicBuffer) => { encodedLength(): number }): number => {
      const buffer = AtomicBuffer.allocate(128);
      const length = MessageHeaderEncoder.ENCODED_LENGTH + encode(buffer).encodedLength();
      const heard = new Heard();
      new ConsensusAdapter(subscriptionTo(buffer, 0, length), heard).poll();
      assert.equal(heard.messages.length, 1);
      return heard.extra;
    };
    const extras = [
      extraOf((buffer) => new CanvassPositionEncoder().wrapAndApplyHeader(buffer, 0, header).protocolVersion(0x10203)),
      extraOf((buffer) => new RequestVoteEncoder().wrapAndApplyHeader(buffer, 0, header).protocolVersion(0x20304)),
      extraOf((buffer) => new AppendPositionEncoder().wrapAndApplyHeader(buffer, 0, header).flags(0x81)),
      extraOf((buffer) =>
        new AppendPositionEncoder().wrapAndApplyHeader(buffer, 0, header).flags(AppendPositionDecoder.FLAGS_NULL),
      ),
    ];
    assert.deepEqual(extras, [0x10203, 0x20304, 0x81, 0]);
  });

  it('are not sent where there is nobody', () => {
    const publisher = new ConsensusPublisher({ appVersion: 1, time: () => 0n });
    assert.equal(publisher.send(undefined, { type: 'stopCatchup', leadershipTermId: 0, followerMemberId: 0 }), false);
  });

  it('that nobody of this protocol sends are told of and dropped', () => {
    fc.assert(
      fc.property(hostileBytes, fc.nat(130), (bytes, cut) => {
        const heard = new Heard();
        const length = Math.min(bytes.capacity, cut);
        new ConsensusAdapter(subscriptionTo(bytes, 0, length), heard).poll();
        assert(heard.messages.length + heard.malformed.length + heard.requests <= 1);
      }),
    );
  });
});

describe('ingress', () => {
  it('that no client sends is told of and dropped', () => {
    fc.assert(
      fc.property(hostileBytes, fc.nat(130), (bytes, cut) => {
        let told = 0;
        const tell = () => {
          told++;
        };
        const listener: IngressListener = {
          onSessionConnect: tell,
          onIngressMessage: () => {
            told++;
            return ControlledFragmentAction.CONTINUE;
          },
          onSessionClose: tell,
          onSessionKeepAlive: tell,
          onIngressChallengeResponse: tell,
          onAdminRequest: tell,
          onMalformedIngress: tell,
        };
        const adapter = new IngressAdapter(listener, 1);
        adapter.connect(subscriptionTo(bytes, 0, Math.min(bytes.capacity, cut)), undefined);
        adapter.poll();
        assert(told <= 1);
      }),
    );
  });

  it('that the listener fails on is not malformed: the error comes out', () => {
    const logFull = new Error('LOG_FULL');
    const fail = () => {
      throw logFull;
    };
    const listener: IngressListener = {
      onSessionConnect: fail,
      onIngressMessage: fail,
      onSessionClose: fail,
      onSessionKeepAlive: fail,
      onIngressChallengeResponse: fail,
      onAdminRequest: fail,
      onMalformedIngress: () => assert.fail('is not malformed'),
    };
    const buffer = AtomicBuffer.allocate(128);
    const header = new MessageHeaderEncoder();
    const close = new SessionCloseRequestEncoder();
    const message = new SessionMessageHeaderEncoder();
    const encoded = [
      () => close.wrapAndApplyHeader(buffer, 0, header).leadershipTermId(1).clusterSessionId(2).encodedLength(),
      () => message.wrapAndApplyHeader(buffer, 0, header).leadershipTermId(1).clusterSessionId(2n).encodedLength(),
    ];
    for (const encode of encoded) {
      const adapter = new IngressAdapter(listener, 1);
      adapter.connect(subscriptionTo(buffer, 0, 8 + encode()), undefined);
      assert.throws(() => adapter.poll(), logFull);
    }
  });
});
