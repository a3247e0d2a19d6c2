import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import { AtomicBuffer } from '../../src/agrona/mod.ts';
import { INVALID_PACKET, stampReceiveTime, validateDataPacket } from '../../src/driver/data-packet-validation.ts';
import { DataHeaderFlyweight, HeaderFlyweight } from '../../src/protocol/mod.ts';

const TERM_LENGTH = 64 * 1024;
const PACKET_OFFSET = 64;
const { HDR_TYPE_DATA, HDR_TYPE_PAD, HDR_TYPE_NAK } = HeaderFlyweight;

describe('validation of data packets', () => {
  let buffer: AtomicBuffer;

  beforeEach(() => {
    buffer = AtomicBuffer.allocate(8192);
  });

  /** A frame at `at` bytes into the packet. */
  const putFrame = (at: number, length: number, termOffset: number, type: number = HDR_TYPE_DATA, flags = 0xc0) =>
    DataHeaderFlyweight.encode(buffer, PACKET_OFFSET + at, length, flags, type, termOffset, 1, 2, 3);
  const validate = (length: number) => validateDataPacket(buffer, PACKET_OFFSET, length, TERM_LENGTH);

  it('takes a heartbeat for nothing', () => {
    putFrame(0, 0, 4096);
    assert.equal(validate(32), 0);
  });

  it('takes one frame, and frames end to end', () => {
    putFrame(0, 100, 4096);
    assert.equal(validate(128), 128);
    putFrame(128, 32, 4096 + 128);
    putFrame(160, 50, 4096 + 160);
    assert.equal(validate(224), 224);
  });

  it('takes a padding frame for as long as it says, though only its header came', () => {
    putFrame(0, 32 * 1024, 32 * 1024, HDR_TYPE_PAD);
    assert.equal(validate(32), 32 * 1024);
    putFrame(0, 64, 1024);
    putFrame(64, 2048, 1024 + 64, HDR_TYPE_PAD);
    assert.equal(validate(96), 64 + 2048);
  });

  it('refuses a term offset that is negative, misaligned or beyond the term', () => {
    for (const termOffset of [-32, -1, 1, 31, 48, TERM_LENGTH, 0x7fffffe0]) {
      putFrame(0, 0, termOffset);
      assert.equal(validate(32), INVALID_PACKET, `heartbeat at ${termOffset}`);
      putFrame(0, 64, termOffset);
      assert.equal(validate(64), INVALID_PACKET, `data at ${termOffset}`);
    }
  });

  it('refuses a frame that crosses the end of the term', () => {
    putFrame(0, 64, TERM_LENGTH - 32);
    assert.equal(validate(64), INVALID_PACKET);
    putFrame(0, 64, TERM_LENGTH - 32, HDR_TYPE_PAD);
    assert.equal(validate(32), INVALID_PACKET);
  });

  it('refuses impossible frame lengths', () => {
    for (const length of [-1, -64, 1, 31, TERM_LENGTH + 1, 0x7fffffff, -0x80000000]) {
      putFrame(0, length, 0);
      assert.equal(validate(64), INVALID_PACKET, `${length}`);
    }
    putFrame(0, 0, 0);
    assert.equal(validate(64), INVALID_PACKET, 'a heartbeat with a tail');
  });

  it('refuses a data frame of which a part is missing, and bytes behind the last frame', () => {
    putFrame(0, 100, 0);
    assert.equal(validate(96), INVALID_PACKET);
    putFrame(0, 64, 0);
    assert.equal(validate(96), INVALID_PACKET);
  });

  it('refuses a later frame that does not lie where it says, or is of another type', () => {
    putFrame(0, 64, 4096);
    putFrame(64, 64, 4096);
    assert.equal(validate(128), INVALID_PACKET);
    putFrame(64, 64, 4096 + 64, HDR_TYPE_NAK);
    assert.equal(validate(128), INVALID_PACKET);
  });

  it('never lets a packet reach beyond its term or take less of it than was received, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer(), { minLength: 32, maxLength: 64 }),
        fc.integer({ min: 1, max: 8 }),
        fc.boolean(),
        (words, frames, hasPossibleOffset) => {
          words.forEach((word, i) => {
            buffer.putInt32(PACKET_OFFSET + i * 4, word);
          });
          if (hasPossibleOffset) {
            buffer.putInt32(PACKET_OFFSET + 8, words[2]! & (TERM_LENGTH - 32));
            buffer.putInt32(PACKET_OFFSET + 4, words[1]! & 0x0001ffff);
            buffer.putInt32(PACKET_OFFSET, words[0]! & 0xff);
          }
          const length = frames * 32;
          const covered = validate(length);
          const termOffset = DataHeaderFlyweight.termOffset(buffer, PACKET_OFFSET);
          assert.ok(
            covered === INVALID_PACKET ||
              (covered === 0 && length === 32) ||
              (covered >= length && termOffset >= 0 && termOffset + covered <= TERM_LENGTH),
          );
        },
      ),
    );
  });

  it('stamps the first fragment of each message that has room for a timestamp', () => {
    const timestampOffset = DataHeaderFlyweight.HEADER_LENGTH + 8;
    const stampAt = (at: number) => buffer.getBigInt64(PACKET_OFFSET + at + timestampOffset);
    putFrame(0, 64, 0);
    putFrame(64, 64, 64, HDR_TYPE_DATA, 0x40);
    putFrame(128, 40, 128);
    putFrame(192, 64, 192, HDR_TYPE_PAD);
    stampReceiveTime(buffer, PACKET_OFFSET, 256, timestampOffset, 1_234_567_890_123_456_789n);
    assert.equal(stampAt(0), 1_234_567_890_123_456_789n);
    assert.equal(stampAt(64), 0n);
    assert.equal(stampAt(128), 0n);
    assert.equal(stampAt(192), 0n);
  });
});
