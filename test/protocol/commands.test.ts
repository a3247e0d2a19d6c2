import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AeronError, AtomicBuffer } from '../../src/agrona/mod.ts';
import { SocketAddress } from '../../src/platform/mod.ts';
import * as protocol from '../../src/protocol/mod.ts';

interface Codec {
  encode(buffer: AtomicBuffer, offset: number, message: never): number;
  decode(msgTypeId: number, buffer: AtomicBuffer, offset: number, length: number): object;
}

const id = fc.maxSafeInteger();
const int32 = fc.integer();
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const text = fc.string({ maxLength: 60, unit: 'grapheme' });
const bytes = fc.uint8Array({ maxLength: 40 });
const ids = { clientId: id, correlationId: id };
const ipv4 = fc.uint8Array({ minLength: 4, maxLength: 4 });
const ipv6 = fc.uint8Array({ minLength: 16, maxLength: 16 });
const address = fc
  .tuple(fc.oneof(ipv4, ipv6), fc.nat(65535))
  .map(([bytes, port]) => SocketAddress.fromBytes(bytes, port));

/** Every message, with how to make one. */
const MESSAGES: Record<string, [codec: Codec, message: fc.Arbitrary<object>]> = {
  CorrelatedMessage: [protocol.CorrelatedMessageFlyweight, fc.record(ids)],
  PublicationMessage: [protocol.PublicationMessageFlyweight, fc.record({ ...ids, streamId: int32, channel: text })],
  SubscriptionMessage: [
    protocol.SubscriptionMessageFlyweight,
    fc.record({ ...ids, registrationCorrelationId: id, streamId: int32, channel: text }),
  ],
  RemoveMessage: [protocol.RemoveMessageFlyweight, fc.record({ ...ids, registrationId: id })],
  RemovePublicationMessage: [
    protocol.RemovePublicationFlyweight,
    fc.record({ ...ids, registrationId: id, revoke: fc.boolean() }),
  ],
  DestinationMessage: [
    protocol.DestinationMessageFlyweight,
    fc.record({ ...ids, registrationCorrelationId: id, channel: text }),
  ],
  DestinationByIdMessage: [
    protocol.DestinationByIdMessageFlyweight,
    fc.record({ ...ids, resourceRegistrationId: id, destinationRegistrationId: id }),
  ],
  CounterMessage: [protocol.CounterMessageFlyweight, fc.record({ ...ids, typeId: int32, key: bytes, label: text })],
  StaticCounterMessage: [
    protocol.StaticCounterMessageFlyweight,
    fc.record({ ...ids, registrationId: int64, typeId: int32, key: bytes, label: text }),
  ],
  TerminateDriverMessage: [protocol.TerminateDriverFlyweight, fc.record({ ...ids, token: bytes })],
  RejectImageMessage: [
    protocol.RejectImageFlyweight,
    fc.record({ ...ids, imageCorrelationId: id, position: id, reason: text }),
  ],
  GetNextAvailableSessionIdMessage: [
    protocol.GetNextAvailableSessionIdMessageFlyweight,
    fc.record({ ...ids, streamId: int32 }),
  ],
  PublicationBuffersReady: [
    protocol.PublicationBuffersReadyFlyweight,
    fc.record({
      correlationId: id,
      registrationId: id,
      sessionId: int32,
      streamId: int32,
      publicationLimitCounterId: int32,
      channelStatusCounterId: int32,
      logFileName: text,
    }),
  ],
  SubscriptionReady: [
    protocol.SubscriptionReadyFlyweight,
    fc.record({ correlationId: id, channelStatusCounterId: int32 }),
  ],
  ImageBuffersReady: [
    protocol.ImageBuffersReadyFlyweight,
    fc.record({
      correlationId: id,
      sessionId: int32,
      streamId: int32,
      subscriptionRegistrationId: id,
      subscriberPositionId: int32,
      logFileName: text,
      sourceIdentity: text,
    }),
  ],
  ImageMessage: [
    protocol.ImageMessageFlyweight,
    fc.record({ correlationId: id, subscriptionRegistrationId: id, streamId: int32, channel: text }),
  ],
  OperationSucceeded: [protocol.OperationSucceededFlyweight, fc.record({ correlationId: id })],
  ErrorResponse: [
    protocol.ErrorResponseFlyweight,
    fc.record({ offendingCommandCorrelationId: id, errorCode: int32, errorMessage: text }),
  ],
  CounterUpdate: [protocol.CounterUpdateFlyweight, fc.record({ correlationId: id, counterId: int32 })],
  StaticCounter: [protocol.StaticCounterFlyweight, fc.record({ correlationId: id, counterId: int32 })],
  ClientTimeout: [protocol.ClientTimeoutFlyweight, fc.record({ clientId: id })],
  NextAvailableSessionId: [
    protocol.NextAvailableSessionIdFlyweight,
    fc.record({ correlationId: id, nextSessionId: int32 }),
  ],
  PublicationErrorFrame: [
    protocol.PublicationErrorFrameFlyweight,
    fc.record({
      registrationId: id,
      destinationRegistrationId: id,
      sessionId: int32,
      streamId: int32,
      receiverId: int64,
      groupTag: int64,
      sourceAddress: address,
      errorCode: int32,
      errorMessage: text,
    }),
  ],
};

const OFFSET = 16;
const scratch = AtomicBuffer.allocate(2048);

for (const [name, [codec, message]] of Object.entries(MESSAGES)) {
  const { decode } = codec;
  const encode = (message: object) => codec.encode(scratch, OFFSET, message as never);

  describe(name, () => {
    it('comes back as it was written', () => {
      fc.assert(
        fc.property(message, (written) => {
          const length = encode(written);
          assert.deepEqual({ ...decode(1, scratch, OFFSET, length) }, { ...written });
        }),
      );
    });

    it('is refused as malformed when it is cut off anywhere', () => {
      fc.assert(
        fc.property(message, fc.double({ min: 0, max: 1, noNaN: true }), (written, part) => {
          const length = encode(written);
          const cut = Math.min(length - 1, Math.floor(part * length));
          // Without flags it is what older clients send.
          if (name === 'RemovePublicationMessage' && cut >= protocol.RemoveMessageFlyweight.LENGTH) {
            return;
          }
          assert.throws(() => decode(3, scratch, OFFSET, cut), isMalformed);
        }),
      );
    });

    it('is read or refused as malformed, whatever its bytes', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 120 }), (content) => {
          const buffer = AtomicBuffer.copyOf(content);
          try {
            decode(3, buffer, 0, content.length);
          } catch (error) {
            assert.ok(isMalformed(error), String(error));
          }
        }),
        { numRuns: 500 },
      );
    });
  });
}

describe('REMOVE_PUBLICATION of a client without flags', () => {
  it('does not revoke', () => {
    const message = { clientId: 1, correlationId: 2, registrationId: 3 };
    const length = protocol.RemoveMessageFlyweight.encode(scratch, 0, message);
    scratch.putInt64(length, 1);
    const decoded = protocol.RemovePublicationFlyweight.decode(2, scratch, 0, length);
    assert.deepEqual(decoded, { ...message, revoke: false });
  });
});

describe('A malformed command', () => {
  it('is an error that names the command, the length and the limit', () => {
    assert.throws(
      () => protocol.PublicationMessageFlyweight.decode(0x01, scratch, 0, 20),
      (error: unknown) => {
        assert.ok(error instanceof protocol.ControlProtocolError);
        assert.equal(error.errorCode, protocol.ErrorCode.MALFORMED_COMMAND);
        assert.equal(error.code, 'MALFORMED_COMMAND');
        assert.equal(error.message, 'command=1 too short: length=20 minimum=24');
        return true;
      },
    );
  });

  it('is one whose text claims more bytes than it has', () => {
    const message = { clientId: 1, correlationId: 2, streamId: 3, channel: 'aeron:ipc' };
    const length = protocol.PublicationMessageFlyweight.encode(scratch, 0, message);
    for (const channelLength of [10, -1, 2147483647, -(2 ** 31)]) {
      scratch.putInt32(20, channelLength);
      assert.throws(
        () => protocol.PublicationMessageFlyweight.decode(1, scratch, 0, length),
        /too short for channel: channel length=-?\d+ available=9/,
      );
    }
  });
});

describe('An error code', () => {
  it('has upstream’s name, and one for those to come', () => {
    assert.equal(protocol.errorCodeName(0), 'UNUSED');
    assert.equal(protocol.errorCodeName(12), 'STORAGE_SPACE');
    assert.equal(protocol.errorCodeName(-1), 'UNKNOWN_CODE_VALUE');
    assert.equal(protocol.errorCodeName(4711), 'UNKNOWN_CODE_VALUE');
  });
});

function isMalformed(error: unknown): boolean {
  return AeronError.is(error) && error.code === 'MALFORMED_COMMAND';
}
