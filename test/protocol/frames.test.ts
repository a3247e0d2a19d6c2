import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AtomicBuffer } from '../../src/agrona/mod.ts';
import {
  DataHeaderFlyweight,
  describeRefusal,
  ErrorFlyweight,
  FrameRefusal,
  HeaderFlyweight,
  NakFlyweight,
  ResolutionEntryFlyweight,
  ResponseSetupFlyweight,
  RttMeasurementFlyweight,
  SetupFlyweight,
  StatusMessageFlyweight,
  validateFrame,
} from '../../src/protocol/mod.ts';

const int32 = fc.integer();
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const flags = fc.nat(255);
/** Datagrams lie anywhere in a receive batch. */
const offset = fc.nat(8).map((n) => n * 64);
const frame = AtomicBuffer.allocate(4096);

describe('A frame', () => {
  it('of data comes back as it was written', () => {
    fc.assert(
      fc.property(offset, int32, flags, int32, int32, int32, int32, int64, (at, length, bits, ...fields) => {
        const [termOffset, sessionId, streamId, termId, reserved] = fields;
        const type = HeaderFlyweight.HDR_TYPE_DATA;
        DataHeaderFlyweight.encode(frame, at, length, bits, type, termOffset, sessionId, streamId, termId, reserved);
        assert.equal(HeaderFlyweight.frameLength(frame, at), length);
        assert.equal(HeaderFlyweight.version(frame, at), HeaderFlyweight.CURRENT_VERSION);
        assert.equal(HeaderFlyweight.flags(frame, at), bits);
        assert.equal(HeaderFlyweight.headerType(frame, at), type);
        assert.equal(DataHeaderFlyweight.termOffset(frame, at), termOffset);
        assert.equal(DataHeaderFlyweight.sessionId(frame, at), sessionId);
        assert.equal(DataHeaderFlyweight.streamId(frame, at), streamId);
        assert.equal(DataHeaderFlyweight.termId(frame, at), termId);
        assert.equal(DataHeaderFlyweight.reservedValue(frame, at), reserved);
      }),
    );
  });

  it('of setup comes back as it was written', () => {
    fc.assert(
      fc.property(offset, flags, fc.array(int32, { minLength: 8, maxLength: 8 }), (at, bits, f) => {
        SetupFlyweight.encode(frame, at, bits, f[0]!, f[1]!, f[2]!, f[3]!, f[4]!, f[5]!, f[6]!, f[7]!);
        const read = [
          SetupFlyweight.termOffset(frame, at),
          SetupFlyweight.sessionId(frame, at),
          SetupFlyweight.streamId(frame, at),
          SetupFlyweight.initialTermId(frame, at),
          SetupFlyweight.activeTermId(frame, at),
          SetupFlyweight.termLength(frame, at),
          SetupFlyweight.mtuLength(frame, at),
          SetupFlyweight.ttl(frame, at),
        ];
        assert.deepEqual(read, f);
        assert.equal(HeaderFlyweight.flags(frame, at), bits);
      }),
    );
  });

  it('of status comes back with and without a group tag', () => {
    const tag = fc.option(int64, { nil: undefined });
    fc.assert(
      fc.property(offset, flags, fc.tuple(int32, int32, int32, int32, int32), int64, tag, (at, bits, f, id, group) => {
        const length = StatusMessageFlyweight.encode(frame, at, bits, ...f, id, group);
        assert.equal(length, group === undefined ? 36 : 44);
        assert.equal(HeaderFlyweight.frameLength(frame, at), length);
        assert.deepEqual(
          [
            StatusMessageFlyweight.sessionId(frame, at),
            StatusMessageFlyweight.streamId(frame, at),
            StatusMessageFlyweight.consumptionTermId(frame, at),
            StatusMessageFlyweight.consumptionTermOffset(frame, at),
            StatusMessageFlyweight.receiverWindowLength(frame, at),
          ],
          f,
        );
        assert.equal(StatusMessageFlyweight.receiverId(frame, at), id);
        assert.equal(StatusMessageFlyweight.hasGroupTag(frame, at), group !== undefined);
        if (group !== undefined) {
          assert.equal(StatusMessageFlyweight.groupTag(frame, at), group);
        }
        assert.equal(validateFrame(frame, at, length), FrameRefusal.NONE);
      }),
    );
  });

  it('of loss comes back as it was written', () => {
    fc.assert(
      fc.property(offset, fc.tuple(int32, int32, int32, int32, int32), (at, f) => {
        NakFlyweight.encode(frame, at, ...f);
        assert.deepEqual(
          [
            NakFlyweight.sessionId(frame, at),
            NakFlyweight.streamId(frame, at),
            NakFlyweight.termId(frame, at),
            NakFlyweight.termOffset(frame, at),
            NakFlyweight.length(frame, at),
          ],
          f,
        );
        assert.equal(validateFrame(frame, at, NakFlyweight.HEADER_LENGTH), FrameRefusal.NONE);
      }),
    );
  });

  it('of round trip measurement comes back as it was written', () => {
    fc.assert(
      fc.property(offset, int32, int32, int64, int64, int64, (at, sessionId, streamId, echo, delta, id) => {
        RttMeasurementFlyweight.encode(frame, at, 0, sessionId, streamId, echo, delta, id);
        assert.equal(RttMeasurementFlyweight.sessionId(frame, at), sessionId);
        assert.equal(RttMeasurementFlyweight.streamId(frame, at), streamId);
        assert.equal(RttMeasurementFlyweight.echoTimestampNs(frame, at), echo);
        assert.equal(RttMeasurementFlyweight.receptionDeltaNs(frame, at), delta);
        assert.equal(RttMeasurementFlyweight.receiverId(frame, at), id);
        assert.equal(validateFrame(frame, at, RttMeasurementFlyweight.HEADER_LENGTH), FrameRefusal.NONE);
      }),
    );
  });

  it('of response setup comes back as it was written', () => {
    ResponseSetupFlyweight.encode(frame, 64, -1, 7, 2147483647);
    assert.equal(ResponseSetupFlyweight.sessionId(frame, 64), -1);
    assert.equal(ResponseSetupFlyweight.streamId(frame, 64), 7);
    assert.equal(ResponseSetupFlyweight.responseSessionId(frame, 64), 2147483647);
    assert.equal(validateFrame(frame, 64, ResponseSetupFlyweight.HEADER_LENGTH), FrameRefusal.NONE);
  });

  it('of error comes back as it was written, its text cut to 1023 bytes', () => {
    const text = fc.string({ maxLength: 1500, unit: fc.constantFrom('a', ' ', 'z') });
    fc.assert(
      fc.property(offset, int64, fc.option(int64, { nil: undefined }), text, (at, id, group, message) => {
        const length = ErrorFlyweight.encode(frame, at, 1, 2, id, group, 13, message);
        assert.ok(length <= ErrorFlyweight.MAX_ERROR_FRAME_LENGTH);
        assert.equal(ErrorFlyweight.errorMessage(frame, at), message.slice(0, 1023));
        assert.equal(ErrorFlyweight.errorCode(frame, at), 13);
        assert.equal(ErrorFlyweight.receiverId(frame, at), id);
        assert.equal(ErrorFlyweight.hasGroupTag(frame, at), group !== undefined);
        assert.equal(ErrorFlyweight.groupTag(frame, at), group ?? 0n);
        assert.equal(validateFrame(frame, at, length), FrameRefusal.NONE);
      }),
    );
  });

  it('of resolution comes back entry by entry', () => {
    const address = fc.oneof(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
    );
    const entry = fc.record({
      flags,
      udpPort: fc.nat(65535),
      ageInMs: fc.nat(),
      address,
      name: fc.string({ minLength: 1, maxLength: 64, unit: 'grapheme-ascii' }),
    });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 5 }), (entries) => {
        let end = HeaderFlyweight.MIN_HEADER_LENGTH;
        for (const entry of entries) {
          end += ResolutionEntryFlyweight.encode(frame, end, entry);
        }
        let at: number = HeaderFlyweight.MIN_HEADER_LENGTH;
        for (const entry of entries) {
          assert.deepEqual(ResolutionEntryFlyweight.decode(frame, at, end - at), { ...entry });
          at += ResolutionEntryFlyweight.entryLength(frame, at, end - at);
        }
        assert.equal(at, end);
        assert.equal(ResolutionEntryFlyweight.decode(frame, at, 0), undefined);
      }),
    );
  });
});

describe('A resolution entry', () => {
  it('is refused without a name or with an address of another length', () => {
    const entry = { flags: 0, udpPort: 1, ageInMs: 0, address: new Uint8Array(4), name: 'a' };
    assert.throws(() => ResolutionEntryFlyweight.encode(frame, 0, { ...entry, name: '' }), {
      code: 'INVALID_RESOLUTION_ENTRY',
    });
    assert.throws(() => ResolutionEntryFlyweight.encode(frame, 0, { ...entry, address: new Uint8Array(5) }), {
      code: 'INVALID_RESOLUTION_ENTRY',
    });
  });

  it('is not read where it is cut off', () => {
    const entry = { flags: 0, udpPort: 1, ageInMs: 0, address: new Uint8Array(16), name: 'driver' };
    ResolutionEntryFlyweight.encode(frame, 0, entry);
    for (let available = 0; available < 8 + 16 + 2 + 6; available++) {
      assert.equal(ResolutionEntryFlyweight.decode(frame, 0, available), undefined);
    }
  });
});

describe('A setup', () => {
  const isValid = (changes: { termOffset?: number; termLength?: number; mtu?: number }) => {
    const { termOffset, termLength, mtu } = { termOffset: 64, termLength: 65536, mtu: 1408, ...changes };
    SetupFlyweight.encode(frame, 0, 0, termOffset, 1, 2, 3, 4, termLength, mtu, 0);
    return SetupFlyweight.isValid(frame, 0);
  };

  it('is valid within the limits of a log buffer', () => {
    assert.equal(isValid({}), true);
    assert.equal(isValid({ termLength: 1024 ** 3, termOffset: 1024 ** 3 - 32 }), true);
    assert.equal(isValid({ mtu: 32 }), true);
    assert.equal(isValid({ mtu: 65504 }), true);
  });

  it('is invalid with an absurd term length, offset or MTU', () => {
    for (const termLength of [0, -1, 65535, 65536 * 3, 32768, -(2 ** 31)]) {
      assert.equal(isValid({ termLength }), false, `term length ${termLength}`);
    }
    for (const termOffset of [-32, 65536, 33]) {
      assert.equal(isValid({ termOffset }), false, `term offset ${termOffset}`);
    }
    for (const mtu of [0, 31, 33, 65536, -32]) {
      assert.equal(isValid({ mtu }), false, `mtu ${mtu}`);
    }
  });
});

describe('A status message', () => {
  it('is valid for a position and window that the stream can have', () => {
    const isValid = (termOffset: number, windowLength: number) => {
      StatusMessageFlyweight.encode(frame, 0, 0, 1, 2, 3, termOffset, windowLength, 4n, undefined);
      return StatusMessageFlyweight.isValid(frame, 0, 65536);
    };
    assert.equal(isValid(65504, 32768), true);
    assert.equal(isValid(65536, 0), false);
    assert.equal(isValid(-32, 0), false);
    assert.equal(isValid(16, 0), false);
    assert.equal(isValid(0, -1), false);
    assert.equal(isValid(0, 32769), false);
  });
});

describe('A NAK', () => {
  it('is valid for a range within a term', () => {
    const isValid = (termOffset: number, length: number) => {
      NakFlyweight.encode(frame, 0, 1, 2, 3, termOffset, length);
      return NakFlyweight.isValid(frame, 0, 65536);
    };
    assert.equal(isValid(0, 65536), true);
    assert.equal(isValid(65504, 33), false);
    assert.equal(isValid(65536, 0), false);
    assert.equal(isValid(32, 2147483647), false);
    assert.equal(isValid(-32, 64), false);
    assert.equal(isValid(1, 64), false);
    assert.equal(isValid(0, -64), false);
  });
});

describe('Validation of a datagram', () => {
  const encodeData = (length: number, type: number, termOffset = 64) =>
    DataHeaderFlyweight.encode(frame, 0, length, 0xc0, type, termOffset, 1, 2, 3);
  const { HDR_TYPE_DATA, HDR_TYPE_PAD } = HeaderFlyweight;

  it('accepts data, several frames of it, padding as its header, and heartbeats', () => {
    encodeData(100, HDR_TYPE_DATA);
    assert.equal(validateFrame(frame, 0, 128), FrameRefusal.NONE);
    assert.equal(validateFrame(frame, 0, 1408), FrameRefusal.NONE);
    encodeData(64000, HDR_TYPE_PAD);
    assert.equal(validateFrame(frame, 0, 32), FrameRefusal.NONE);
    encodeData(0, HDR_TYPE_DATA);
    assert.equal(validateFrame(frame, 0, 32), FrameRefusal.NONE);
  });

  it('refuses what is shorter than a header', () => {
    encodeData(100, HDR_TYPE_DATA);
    for (let length = 0; length < 32; length++) {
      assert.equal(validateFrame(frame, 0, length), FrameRefusal.TOO_SHORT);
    }
    assert.equal(describeRefusal(FrameRefusal.TOO_SHORT, frame, 0, 7), 'datagram of 7 bytes is too short');
    assert.equal(describeRefusal(FrameRefusal.TOO_SHORT, frame, 0, 20), 'DATA frame of 20 bytes is too short');
  });

  it('refuses another version', () => {
    encodeData(100, HDR_TYPE_DATA);
    frame.putInt8(HeaderFlyweight.VERSION_FIELD_OFFSET, 1);
    assert.equal(validateFrame(frame, 0, 128), FrameRefusal.WRONG_VERSION);
  });

  it('refuses types that are not spoken here', () => {
    for (const type of [8, 9, 10, 12, 255, 0xffff]) {
      encodeData(100, type);
      assert.equal(validateFrame(frame, 0, 128), FrameRefusal.UNKNOWN_TYPE);
    }
    assert.match(describeRefusal(FrameRefusal.UNKNOWN_TYPE, frame, 0, 128), /^EXT frame of 128 bytes/);
  });

  it('refuses frame lengths below the header or beyond the datagram', () => {
    for (const length of [-100, 1, 31, 129, 2147483647]) {
      encodeData(length, HDR_TYPE_DATA);
      assert.equal(validateFrame(frame, 0, 128), FrameRefusal.BAD_FRAME_LENGTH, `frame length ${length}`);
    }
    encodeData(0, HDR_TYPE_DATA);
    assert.equal(validateFrame(frame, 0, 64), FrameRefusal.BAD_FRAME_LENGTH);
    NakFlyweight.encode(frame, 0, 1, 2, 3, 0, 64);
    HeaderFlyweight.putFrameLength(frame, 0, 29);
    assert.equal(validateFrame(frame, 0, 28), FrameRefusal.BAD_FRAME_LENGTH);
  });

  it('refuses data that is not aligned or before the term', () => {
    encodeData(100, HDR_TYPE_DATA, 65);
    assert.equal(validateFrame(frame, 0, 128), FrameRefusal.MISALIGNED);
    encodeData(100, HDR_TYPE_DATA);
    assert.equal(validateFrame(frame, 0, 100), FrameRefusal.MISALIGNED);
    encodeData(100, HDR_TYPE_DATA, -64);
    assert.equal(validateFrame(frame, 0, 128), FrameRefusal.BAD_FIELDS);
  });

  it('refuses an error whose text goes past its frame', () => {
    const length = ErrorFlyweight.encode(frame, 0, 1, 2, 3n, undefined, 4, 'text');
    for (const textLength of [-1, 5, 1024, 2147483647]) {
      frame.putInt32(36, textLength);
      assert.equal(validateFrame(frame, 0, length), FrameRefusal.BAD_FIELDS);
    }
  });

  it('accepts nothing that cannot be read, whatever the bytes', () => {
    const bytes = fc.uint8Array({ maxLength: 160 });
    const header = fc.record({
      frameLength: fc.oneof(int32, fc.nat(200)),
      type: fc.nat(12),
      version: fc.nat(1),
    });
    fc.assert(
      fc.property(bytes, header, (content, { frameLength, type, version }) => {
        // As in a receive batch with nothing behind the datagram.
        const datagram = AtomicBuffer.copyOf(content);
        if (datagram.capacity >= 8) {
          datagram.putInt32(0, frameLength);
          datagram.putInt8(4, version);
          datagram.putInt16(6, type);
        }
        if (validateFrame(datagram, 0, datagram.capacity) === FrameRefusal.NONE) {
          readEverything(datagram, type);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

/** Throws where a field, or a text, would lie outside of the datagram. */
function readEverything(datagram: AtomicBuffer, type: number): void {
  switch (type) {
    case HeaderFlyweight.HDR_TYPE_SETUP:
      SetupFlyweight.ttl(datagram, 0);
      break;
    case HeaderFlyweight.HDR_TYPE_SM:
      StatusMessageFlyweight.receiverId(datagram, 0);
      if (StatusMessageFlyweight.hasGroupTag(datagram, 0)) {
        StatusMessageFlyweight.groupTag(datagram, 0);
      }
      break;
    case HeaderFlyweight.HDR_TYPE_NAK:
      NakFlyweight.length(datagram, 0);
      break;
    case HeaderFlyweight.HDR_TYPE_RTTM:
      RttMeasurementFlyweight.receiverId(datagram, 0);
      break;
    case HeaderFlyweight.HDR_TYPE_ERR:
      ErrorFlyweight.errorMessage(datagram, 0);
      break;
    case HeaderFlyweight.HDR_TYPE_RSP_SETUP:
      ResponseSetupFlyweight.responseSessionId(datagram, 0);
      break;
    case HeaderFlyweight.HDR_TYPE_RES: {
      let at = 8;
      for (;;) {
        const length = ResolutionEntryFlyweight.entryLength(datagram, at, datagram.capacity - at);
        if (length === 0) {
          break;
        }
        assert.ok(ResolutionEntryFlyweight.decode(datagram, at, datagram.capacity - at) !== undefined);
        at += length;
      }
      break;
    }
    default:
      DataHeaderFlyweight.reservedValue(datagram, 0);
  }
}
