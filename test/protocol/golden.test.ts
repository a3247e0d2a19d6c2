import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { AtomicBuffer } from '../../src/agrona/mod.ts';
import { SocketAddress } from '../../src/platform/mod.ts';
import * as protocol from '../../src/protocol/mod.ts';

/** Bytes and texts that Aeron of a version wrote; see test/fixtures/protocol/README.md. */
class Fixture {
  readonly #values = new Map<string, string>();

  constructor(version: string, file: string) {
    const path = new URL(`../../../test/fixtures/protocol/${version}/${file}`, import.meta.url);
    for (const line of readFileSync(path, 'utf8').trimEnd().split('\n')) {
      const space = line.indexOf(' ');
      this.#values.set(line.slice(0, space), line.slice(space + 1));
    }
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  bytes(name: string): AtomicBuffer {
    return AtomicBuffer.copyOf(Buffer.from(this.text(name), 'hex'));
  }

  text(name: string): string {
    const text = this.#values.get(name);
    assert.ok(text !== undefined, `no ${name} in fixture`);
    return text;
  }

  /** 'term-offset' -> '64' out of 'SETUP{frame-length=40 term-offset=64}'. */
  printed(name: string): Map<string, string> {
    const text = this.text(`${name}.text`);
    return new Map(Array.from(text.matchAll(/([a-z-]+)=(-?\w+)/g), (match) => [match[1]!, match[2]!]));
  }
}

interface Codec {
  encode(buffer: AtomicBuffer, offset: number, message: never): number;
  decode(msgTypeId: number, buffer: AtomicBuffer, offset: number, length: number): object;
}

const commandIds = { clientId: 11 };
const COMMANDS: Record<string, [codec: Codec, message: object]> = {
  CorrelatedMessage: [protocol.CorrelatedMessageFlyweight, { ...commandIds, correlationId: 14 }],
  PublicationMessage: [
    protocol.PublicationMessageFlyweight,
    { ...commandIds, correlationId: 12, streamId: -1001, channel: 'aeron:udp?endpoint=localhost:20121' },
  ],
  SubscriptionMessage: [
    protocol.SubscriptionMessageFlyweight,
    { ...commandIds, correlationId: 13, registrationCorrelationId: -1, streamId: 1001, channel: 'aeron:ipc' },
  ],
  DestinationMessage: [
    protocol.DestinationMessageFlyweight,
    {
      ...commandIds,
      correlationId: 15,
      registrationCorrelationId: 12,
      channel: 'aeron:udp?endpoint=localhost:20122',
    },
  ],
  CounterMessage: [
    protocol.CounterMessageFlyweight,
    { ...commandIds, correlationId: 16, typeId: 1001, key: Uint8Array.of(1, 2, 3, 4, 5), label: 'my counter' },
  ],
  TerminateDriverMessage: [
    protocol.TerminateDriverFlyweight,
    { ...commandIds, correlationId: -1, token: Uint8Array.of(2, 3, 4) },
  ],
  RemovePublicationMessage: [
    protocol.RemovePublicationFlyweight,
    { ...commandIds, correlationId: 17, registrationId: 10, revoke: true },
  ],
  RemoveMessage: [protocol.RemoveMessageFlyweight, { ...commandIds, correlationId: 18, registrationId: 13 }],
  StaticCounterMessage: [
    protocol.StaticCounterMessageFlyweight,
    {
      ...commandIds,
      correlationId: 19,
      registrationId: -(2n ** 63n) + 5n,
      typeId: 1002,
      key: new Uint8Array(0),
      label: 'static',
    },
  ],
  RejectImageMessage: [
    protocol.RejectImageFlyweight,
    { ...commandIds, correlationId: 20, imageCorrelationId: 40, position: 2 ** 40, reason: 'not wanted' },
  ],
  DestinationByIdMessage: [
    protocol.DestinationByIdMessageFlyweight,
    { ...commandIds, correlationId: 21, resourceRegistrationId: 10, destinationRegistrationId: 15 },
  ],
  GetNextAvailableSessionIdMessage: [
    protocol.GetNextAvailableSessionIdMessageFlyweight,
    { ...commandIds, correlationId: 22, streamId: 1001 },
  ],
  PublicationBuffersReady: [
    protocol.PublicationBuffersReadyFlyweight,
    {
      correlationId: 12,
      registrationId: 10,
      sessionId: -7,
      streamId: 1001,
      publicationLimitCounterId: 30,
      channelStatusCounterId: 31,
      logFileName: '/dev/shm/aeron/publications/10.logbuffer',
    },
  ],
  SubscriptionReady: [protocol.SubscriptionReadyFlyweight, { correlationId: 13, channelStatusCounterId: -1 }],
  ImageBuffersReady: [
    protocol.ImageBuffersReadyFlyweight,
    {
      correlationId: 40,
      sessionId: -7,
      streamId: 1001,
      subscriptionRegistrationId: 13,
      subscriberPositionId: 33,
      logFileName: '/dev/shm/aeron/images/40.logbuffer',
      sourceIdentity: '127.0.0.1:54321',
    },
  ],
  ImageMessage: [
    protocol.ImageMessageFlyweight,
    { correlationId: 40, subscriptionRegistrationId: 13, streamId: 1001, channel: 'aeron:ipc' },
  ],
  OperationSucceeded: [protocol.OperationSucceededFlyweight, { correlationId: 15 }],
  ErrorResponse: [
    protocol.ErrorResponseFlyweight,
    {
      offendingCommandCorrelationId: 12,
      errorCode: protocol.ErrorCode.INVALID_CHANNEL,
      errorMessage: 'no such thing',
    },
  ],
  CounterUpdate: [protocol.CounterUpdateFlyweight, { correlationId: 16, counterId: 44 }],
  StaticCounter: [protocol.StaticCounterFlyweight, { correlationId: 19, counterId: 45 }],
  ClientTimeout: [protocol.ClientTimeoutFlyweight, { clientId: 11 }],
  NextAvailableSessionId: [protocol.NextAvailableSessionIdFlyweight, { correlationId: 22, nextSessionId: -8 }],
  PublicationErrorFrame: [
    protocol.PublicationErrorFrameFlyweight,
    {
      registrationId: 10,
      destinationRegistrationId: -1,
      sessionId: -7,
      streamId: 1001,
      receiverId: 2n ** 63n - 1n,
      groupTag: -1n,
      sourceAddress: SocketAddress.of('127.0.0.2', 54321),
      errorCode: protocol.ErrorCode.IMAGE_REJECTED,
      errorMessage: 'not wanted',
    },
  ],
};

const SINCE_1_47 = new Set([
  'RemovePublicationMessage',
  'RemoveMessage',
  'StaticCounterMessage',
  'StaticCounter',
  'RejectImageMessage',
  'DestinationByIdMessage',
  'GetNextAvailableSessionIdMessage',
  'NextAvailableSessionId',
  'PublicationErrorFrame',
]);

for (const version of ['1.44.1', '1.51.0']) {
  const isNew = version === '1.51.0';

  describe(`Commands and events of Aeron ${version}`, () => {
    const fixture = new Fixture(version, 'commands.txt');
    for (const [name, [codec, message]] of Object.entries(COMMANDS)) {
      if (!isNew && SINCE_1_47.has(name)) {
        continue;
      }
      it(`${name} is read as it was written`, () => {
        const bytes = fixture.bytes(name);
        assert.deepEqual(codec.decode(1, bytes, 0, bytes.capacity), message);
      });

      it(`${name} is written byte for byte the same`, () => {
        const expected = fixture.bytes(name);
        const buffer = AtomicBuffer.allocate(512);
        const length = codec.encode(buffer, 8, message as never);
        assert.deepEqual(buffer.copyBytes(8, length), expected.u8);
      });
    }
  });

  describe(`Datagrams of the Aeron ${version} driver`, () => {
    const fixture = new Fixture(version, 'driver.txt');
    const names = [
      'publication.setup',
      'publication.data.small',
      'publication.data.first',
      'publication.data.middle',
      'publication.data.last',
      'publication.heartbeat',
      'publication.end-of-stream',
      'status.grouped',
      'subscription.status',
      'subscription.nak',
      'subscription.rttm',
      ...(isNew ? ['subscription.error'] : []),
    ];
    for (const name of names) {
      it(`${name} is valid and has the fields that upstream prints`, () => {
        const datagram = fixture.bytes(name);
        const { validateFrame, FrameRefusal } = protocol;
        assert.equal(validateFrame(datagram, 0, datagram.capacity), FrameRefusal.NONE);
        const printed = fixture.printed(name);
        const read = readFrame(datagram);
        assert.ok(printed.size >= 5);
        for (const [field, value] of printed) {
          assert.equal(read[field], value, field);
        }
      });
    }

    it('carries the group tag and receiver id in a status message', () => {
      const grouped = fixture.bytes('status.grouped');
      assert.equal(protocol.StatusMessageFlyweight.receiverId(grouped, 0), -(2n ** 63n) + 9n);
      assert.equal(protocol.StatusMessageFlyweight.groupTag(grouped, 0), 77n);
      const own = fixture.bytes('subscription.status');
      assert.equal(protocol.StatusMessageFlyweight.hasGroupTag(own, 0), true);
      assert.equal(protocol.StatusMessageFlyweight.groupTag(own, 0), -99n);
    });

    it('tells heartbeats and the end of the stream from data', () => {
      const { isHeartbeat, isEndOfStream } = protocol.DataHeaderFlyweight;
      const of = (name: string) => fixture.bytes(name);
      assert.equal(isHeartbeat(of('publication.heartbeat'), 0, 32), true);
      assert.equal(isEndOfStream(of('publication.heartbeat'), 0), false);
      assert.equal(isEndOfStream(of('publication.end-of-stream'), 0), true);
      assert.equal(isHeartbeat(of('publication.data.small'), 0, 160), false);
    });

    it('is repeated byte for byte by our encoders', () => {
      const repeat = (name: string, encode: (buffer: AtomicBuffer) => void) => {
        const expected = fixture.bytes(name);
        const buffer = AtomicBuffer.allocate(expected.capacity);
        encode(buffer);
        assert.deepEqual(buffer.u8, expected.u8, name);
      };
      repeat('publication.setup', (b) =>
        protocol.SetupFlyweight.encode(b, 0, 0, 64, -7, 1001, -3, -1, 64 * 1024, 1408, 0),
      );
      repeat('status.grouped', (b) =>
        protocol.StatusMessageFlyweight.encode(b, 0, 0, -7, 1001, -1, 64, 32768, -(2n ** 63n) + 9n, 77n),
      );
      repeat('subscription.nak', (b) => protocol.NakFlyweight.encode(b, 0, 5, 1002, 2147483647, 0, 128));
      repeat('publication.heartbeat', (b) =>
        protocol.DataHeaderFlyweight.encode(b, 0, 0, 0xc0, protocol.HeaderFlyweight.HDR_TYPE_DATA, 3328, -7, 1001, -1),
      );
      const rttm = fixture.bytes('subscription.rttm');
      const { echoTimestampNs, receiverId, REPLY_FLAG } = protocol.RttMeasurementFlyweight;
      repeat('subscription.rttm', (b) =>
        protocol.RttMeasurementFlyweight.encode(
          b,
          0,
          REPLY_FLAG,
          5,
          1002,
          echoTimestampNs(rttm, 0),
          0n,
          receiverId(rttm, 0),
        ),
      );
      if (isNew) {
        const error = fixture.bytes('subscription.error');
        const receiver = protocol.ErrorFlyweight.receiverId(error, 0);
        repeat('subscription.error', (b) =>
          protocol.ErrorFlyweight.encode(
            b,
            0,
            5,
            1002,
            receiver,
            -99n,
            protocol.ErrorCode.IMAGE_REJECTED,
            'not wanted',
          ),
        );
      }
    });
  });

  describe(`Log buffer of the Aeron ${version} driver`, () => {
    const fixture = new Fixture(version, 'driver.txt');
    const metaData = fixture.bytes('publication.log.metadata');
    const { LogBufferDescriptor } = protocol;

    it('has its stream parameters where we look for them', () => {
      const parameters = protocol.readLogParameters(metaData);
      assert.equal(parameters.correlationId, LogBufferDescriptor.correlationId(metaData));
      assert.equal(parameters.initialTermId, -3);
      assert.equal(parameters.termLength, 64 * 1024);
      assert.equal(parameters.mtuLength, 1408);
      assert.equal(parameters.pageSize, 4096);
      if (isNew) {
        assert.equal(parameters.type, LogBufferDescriptor.LOG_BUFFER_TYPE_EXCLUSIVE_PUBLICATION);
        assert.equal(parameters.publicationWindowLength, 32 * 1024);
        assert.equal(parameters.maxResend, 16);
        assert.equal(parameters.entityTag, -1);
        assert.equal(parameters.responseCorrelationId, -1);
        assert.equal(parameters.lingerTimeoutNs, 0);
        assert.equal(parameters.untetheredWindowLimitTimeoutNs, 5e9);
        assert.equal(parameters.untetheredLingerTimeoutNs, 5e9);
        assert.equal(parameters.untetheredRestingTimeoutNs, 10e9);
        assert.equal(parameters.signalEos, true);
        assert.equal(parameters.spiesSimulateConnection, false);
        assert.equal(parameters.group, false);
      }
    });

    it('has tails of negative term ids, one of them a NaN as a double', () => {
      const tails = [0, 1, 2].map((partition) => [
        LogBufferDescriptor.rawTailVolatile(metaData, partition),
        LogBufferDescriptor.rawTailTermId(),
      ]);
      assert.deepEqual(tails, [
        [0, -3],
        [0, -2],
        [3328, -1],
      ]);
      assert.equal(LogBufferDescriptor.activeTermCount(metaData), 2);
      assert.equal(LogBufferDescriptor.activeRawTailVolatile(metaData), 3328);
      assert.equal(LogBufferDescriptor.computePosition(-1, 3328, 16, -3), 2 * 65536 + 3328);
    });

    it('is connected and has not ended', () => {
      assert.equal(LogBufferDescriptor.isConnected(metaData), true);
      assert.equal(LogBufferDescriptor.endOfStreamPosition(metaData), LogBufferDescriptor.NO_END_OF_STREAM);
    });

    it('has the length we compute', () => {
      assert.equal(
        LogBufferDescriptor.computeLogLength(64 * 1024, 4096),
        Number(fixture.text('publication.log.length')),
      );
    });

    it('holds in its term the frame that went out as a datagram', () => {
      const term = fixture.bytes('publication.log.term');
      const datagram = fixture.bytes('publication.data.small');
      assert.equal(protocol.FrameDescriptor.frameLengthVolatile(term, 64), 132);
      assert.deepEqual(term.copyBytes(64, 160), datagram.u8);
      const { reservedValue } = protocol.DataHeaderFlyweight;
      assert.equal(reservedValue(term, 64), 0x1122334455667788n);
    });
  });

  describe(`cnc.dat of the Aeron ${version} driver`, () => {
    it('has its lengths and times where we look for them', () => {
      const cnc = new Fixture(version, 'driver.txt').bytes('cnc');
      const { CncFileDescriptor } = protocol;
      assert.equal(CncFileDescriptor.cncVersionVolatile(cnc), CncFileDescriptor.CNC_VERSION);
      const metaData = CncFileDescriptor.readMetaData(cnc);
      assert.equal(metaData.toDriverBufferLength, 1024 * 1024 + 768);
      assert.equal(metaData.toClientsBufferLength, 1024 * 1024 + 128);
      assert.equal(metaData.countersMetaDataBufferLength, metaData.countersValuesBufferLength * 4);
      assert.equal(metaData.errorLogBufferLength, isNew ? 4 * 1024 * 1024 : 1024 * 1024);
      assert.equal(metaData.clientLivenessTimeoutNs, 10e9);
      assert.ok(metaData.startTimestampMs > Date.UTC(2024, 0) && metaData.pid > 0);
      assert.equal(metaData.filePageSize, 4096);

      const copy = AtomicBuffer.allocate(128);
      CncFileDescriptor.fillMetaData(copy, isNew ? metaData : { ...metaData, filePageSize: 0 });
      CncFileDescriptor.signalCncReady(copy);
      assert.deepEqual(copy.u8, cnc.u8);
    });
  });
}

/** The fields of a frame under the names that upstream prints them with. */
function readFrame(frame: AtomicBuffer): Record<string, string> {
  const { HeaderFlyweight } = protocol;
  const fields: Record<string, string | number | bigint> = {
    'frame-length': HeaderFlyweight.frameLength(frame, 0),
    version: HeaderFlyweight.version(frame, 0),
    flags: HeaderFlyweight.flagsToString(HeaderFlyweight.flags(frame, 0)),
    type: HeaderFlyweight.headerType(frame, 0),
    ...specificFields(frame),
  };
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
}

function specificFields(frame: AtomicBuffer): Record<string, string | number | bigint> {
  const { HeaderFlyweight } = protocol;
  switch (HeaderFlyweight.headerType(frame, 0)) {
    case HeaderFlyweight.HDR_TYPE_SETUP:
      return {
        'term-offset': protocol.SetupFlyweight.termOffset(frame, 0),
        'session-id': protocol.SetupFlyweight.sessionId(frame, 0),
        'stream-id': protocol.SetupFlyweight.streamId(frame, 0),
        'initial-term-id': protocol.SetupFlyweight.initialTermId(frame, 0),
        'active-term-id': protocol.SetupFlyweight.activeTermId(frame, 0),
        'term-length': protocol.SetupFlyweight.termLength(frame, 0),
        'mtu-length': protocol.SetupFlyweight.mtuLength(frame, 0),
        ttl: protocol.SetupFlyweight.ttl(frame, 0),
      };
    case HeaderFlyweight.HDR_TYPE_SM:
      return {
        'session-id': protocol.StatusMessageFlyweight.sessionId(frame, 0),
        'stream-id': protocol.StatusMessageFlyweight.streamId(frame, 0),
        'consumption-term-id': protocol.StatusMessageFlyweight.consumptionTermId(frame, 0),
        'consumption-term-offset': protocol.StatusMessageFlyweight.consumptionTermOffset(frame, 0),
        'receiver-window-length': protocol.StatusMessageFlyweight.receiverWindowLength(frame, 0),
      };
    case HeaderFlyweight.HDR_TYPE_NAK:
      return {
        'session-id': protocol.NakFlyweight.sessionId(frame, 0),
        'stream-id': protocol.NakFlyweight.streamId(frame, 0),
        'term-id': protocol.NakFlyweight.termId(frame, 0),
        'term-offset': protocol.NakFlyweight.termOffset(frame, 0),
        length: protocol.NakFlyweight.length(frame, 0),
      };
    case HeaderFlyweight.HDR_TYPE_RTTM:
      return {
        'session-id': protocol.RttMeasurementFlyweight.sessionId(frame, 0),
        'stream-id': protocol.RttMeasurementFlyweight.streamId(frame, 0),
        'echo-timestamp': protocol.RttMeasurementFlyweight.echoTimestampNs(frame, 0),
        'reception-delta': protocol.RttMeasurementFlyweight.receptionDeltaNs(frame, 0),
        'receiver-id': protocol.RttMeasurementFlyweight.receiverId(frame, 0),
      };
    case HeaderFlyweight.HDR_TYPE_ERR:
      return {
        'session-id': protocol.ErrorFlyweight.sessionId(frame, 0),
        'stream-id': protocol.ErrorFlyweight.streamId(frame, 0),
        'error-code': protocol.ErrorFlyweight.errorCode(frame, 0),
        'error-message': protocol.ErrorFlyweight.errorMessage(frame, 0).split(' ')[0]!,
      };
    default:
      return {
        'term-offset': protocol.DataHeaderFlyweight.termOffset(frame, 0),
        'session-id': protocol.DataHeaderFlyweight.sessionId(frame, 0),
        'stream-id': protocol.DataHeaderFlyweight.streamId(frame, 0),
        'term-id': protocol.DataHeaderFlyweight.termId(frame, 0),
        'reserved-value': protocol.DataHeaderFlyweight.reservedValue(frame, 0),
      };
  }
}
