import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AtomicBuffer } from '../../src/agrona/mod.ts';
import {
  DataHeaderFlyweight,
  FrameDescriptor,
  HeaderFlyweight,
  LogBufferDescriptor,
  LogBufferUnblocker,
  TermBlockScanner,
  TermGapFiller,
  TermGapScanner,
  TermRebuilder,
  TermScanner,
  TermUnblocker,
} from '../../src/protocol/mod.ts';

const TERM_LENGTH = 64 * 1024;
const TERM_ID = -5;
const { HDR_TYPE_DATA, HDR_TYPE_PAD } = HeaderFlyweight;
const { UnblockStatus } = TermUnblocker;

const newTerm = () => AtomicBuffer.allocate(TERM_LENGTH);

function newMetaData(): AtomicBuffer {
  const metaData = AtomicBuffer.allocate(LogBufferDescriptor.LOG_META_DATA_LENGTH);
  LogBufferDescriptor.storeDefaultFrameHeader(metaData, DataHeaderFlyweight.createDefaultHeader(11, 22, TERM_ID));
  LogBufferDescriptor.initialiseTails(metaData, TERM_ID, TERM_ID, 0);
  return metaData;
}

/** Frames end to end from `offset` on; a negative length is data being written, 'pad' a padding frame. */
function put(term: AtomicBuffer, offset: number, lengths: readonly (number | { pad: number })[]): number {
  let at = offset;
  for (const entry of lengths) {
    const type = typeof entry === 'number' ? HDR_TYPE_DATA : HDR_TYPE_PAD;
    const length = typeof entry === 'number' ? entry : entry.pad;
    DataHeaderFlyweight.encode(term, at, length, 0xc0, type, at, 11, 22, TERM_ID);
    at += FrameDescriptor.alignFrameLength(Math.abs(length));
  }
  return at;
}

function assertPadding(term: AtomicBuffer, offset: number, length: number): void {
  assert.equal(FrameDescriptor.frameLengthVolatile(term, offset), length);
  assert.equal(FrameDescriptor.isPaddingFrame(term, offset), true);
  assert.equal(FrameDescriptor.frameFlags(term, offset), FrameDescriptor.UNFRAGMENTED);
  assert.equal(DataHeaderFlyweight.termOffset(term, offset), offset);
  assert.equal(FrameDescriptor.frameTermId(term, offset), TERM_ID);
  assert.equal(FrameDescriptor.frameSessionId(term, offset), 11);
  assert.equal(DataHeaderFlyweight.streamId(term, offset), 22);
}

describe('The term scanner', () => {
  it('takes whole frames up to the length of a datagram', () => {
    const term = newTerm();
    put(term, 0, [100, 100, 1000]);
    assert.equal(TermScanner.scanForAvailability(term, 0, 1408), 128 + 128 + 1024);
    assert.equal(TermScanner.scanForAvailability(term, 0, 1000), 256);
    assert.equal(TermScanner.scanForAvailability(term, 0, 128), 128);
    assert.equal(TermScanner.padding(), 0);
  });

  it('stops at what is not written, or being written', () => {
    const term = newTerm();
    assert.equal(TermScanner.scanForAvailability(term, 0, 1408), 0);
    put(term, 0, [100, -100, 100]);
    assert.equal(TermScanner.scanForAvailability(term, 0, 1408), 128);
  });

  it('tells a frame that is longer than the datagram by its negative length', () => {
    const term = newTerm();
    put(term, 0, [2000]);
    assert.equal(TermScanner.scanForAvailability(term, 0, 1408), -2016);
  });

  it('takes padding as its header and tells how much is behind', () => {
    const term = newTerm();
    put(term, TERM_LENGTH - 1280, [100, { pad: 1152 }]);
    assert.equal(TermScanner.scanForAvailability(term, TERM_LENGTH - 1280, 1408), 128 + 32);
    assert.equal(TermScanner.padding(), 1120);
    assert.equal(TermScanner.scanForAvailability(term, TERM_LENGTH - 1280, 128), 128);
    assert.equal(TermScanner.padding(), 0);
  });
});

describe('The term block scanner', () => {
  it('ends a block at the limit, at unfinished frames and before padding', () => {
    const term = newTerm();
    put(term, 0, [100, 100, { pad: 64 }, 100]);
    assert.equal(TermBlockScanner.scan(term, 0, TERM_LENGTH), 256);
    assert.equal(TermBlockScanner.scan(term, 0, 200), 128);
    assert.equal(TermBlockScanner.scan(term, 320, TERM_LENGTH), 448);
    assert.equal(TermBlockScanner.scan(term, 448, TERM_LENGTH), 448);
  });

  it('takes padding that comes first as a block', () => {
    const term = newTerm();
    put(term, 256, [{ pad: 640 }]);
    assert.equal(TermBlockScanner.scan(term, 256, 512), 896);
  });
});

describe('The term rebuilder', () => {
  const packet = AtomicBuffer.allocate(2048);

  it('puts a datagram at its place, wherever it comes from', () => {
    const term = newTerm();
    DataHeaderFlyweight.encode(packet, 64, 1408, 0x80, HDR_TYPE_DATA, 1024, 11, 22, TERM_ID, 99n);
    packet.setMemory(96, 1376, 7);
    TermRebuilder.insert(term, 1024, packet, 64, 1408);
    assert.deepEqual(term.copyBytes(1024, 1408), packet.copyBytes(64, 1408));
    assert.equal(FrameDescriptor.frameLengthVolatile(term, 2432), 0);
  });

  it('leaves alone what is there already', () => {
    const term = newTerm();
    put(term, 0, [64]);
    DataHeaderFlyweight.encode(packet, 0, 128, 0xc0, HDR_TYPE_DATA, 0, 1, 2, 3);
    TermRebuilder.insert(term, 0, packet, 0, 128);
    assert.equal(FrameDescriptor.frameLengthVolatile(term, 0), 64);
    assert.equal(FrameDescriptor.frameSessionId(term, 0), 11);
  });

  it('puts a padding frame of which only the header was sent', () => {
    const term = newTerm();
    DataHeaderFlyweight.encode(packet, 0, 4096, 0xc0, HDR_TYPE_PAD, 0, 11, 22, TERM_ID);
    TermRebuilder.insert(term, 0, packet, 0, 32);
    assertPadding(term, 0, 4096);
  });
});

describe('The term gap scanner', () => {
  const scan = (term: AtomicBuffer, from: number, limit: number) => {
    const gaps: number[][] = [];
    const end = TermGapScanner.scanForGap(term, TERM_ID, from, limit, { onGap: (...gap) => gaps.push(gap) });
    return { end, gaps };
  };

  it('finds the first gap before the limit', () => {
    const term = newTerm();
    put(term, 0, [100]);
    put(term, 256, [64]);
    put(term, 1024, [64]);
    assert.deepEqual(scan(term, 0, 320), { end: 128, gaps: [[TERM_ID, 128, 128]] });
    assert.deepEqual(scan(term, 256, 1088), { end: 320, gaps: [[TERM_ID, 320, 704]] });
    assert.deepEqual(scan(term, 320, 512), { end: 320, gaps: [[TERM_ID, 320, 192]] });
  });

  it('finds none in a run of frames', () => {
    const term = newTerm();
    const end = put(term, 0, [100, 64, 1000]);
    assert.deepEqual(scan(term, 0, end), { end, gaps: [] });
  });

  it('and the gap filler leave no gap, whatever arrived', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 32, max: 500 })), { maxLength: 40 }), (parts) => {
        const term = newTerm();
        const metaData = newMetaData();
        let end = 0;
        for (const [hasArrived, length] of [...parts, [true, 32] as const]) {
          if (hasArrived) {
            put(term, end, [length]);
          }
          end += FrameDescriptor.alignFrameLength(length);
        }
        let at = 0;
        while (at < end) {
          const onGap = (termId: number, offset: number, length: number) => {
            assert.equal(TermGapFiller.tryFillGap(metaData, term, termId, offset, length), true);
            assertPadding(term, offset, length);
          };
          at = TermGapScanner.scanForGap(term, TERM_ID, at, end, { onGap });
        }
        assert.equal(at, end);
      }),
    );
  });
});

describe('The term gap filler', () => {
  it('does nothing when something has arrived meanwhile', () => {
    const term = newTerm();
    put(term, 128, [64]);
    assert.equal(TermGapFiller.tryFillGap(newMetaData(), term, TERM_ID, 0, 256), false);
    assert.equal(FrameDescriptor.frameLengthVolatile(term, 0), 0);
  });
});

describe('The term unblocker', () => {
  const unblock = (term: AtomicBuffer, blockedOffset: number, tailOffset: number) =>
    TermUnblocker.unblock(newMetaData(), term, blockedOffset, tailOffset, TERM_ID);

  it('leaves a complete frame, and an empty term', () => {
    const term = newTerm();
    assert.equal(unblock(term, 0, 0), UnblockStatus.NO_ACTION);
    put(term, 0, [64]);
    assert.equal(unblock(term, 0, 64), UnblockStatus.NO_ACTION);
  });

  it('pads a frame that says how long it would have been', () => {
    const term = newTerm();
    put(term, 64, [-200, 64]);
    assert.equal(unblock(term, 64, 352), UnblockStatus.UNBLOCKED);
    assertPadding(term, 64, 200);
  });

  it('pads up to the next frame when not even the length was written', () => {
    const term = newTerm();
    put(term, 320, [64]);
    assert.equal(unblock(term, 64, 384), UnblockStatus.UNBLOCKED);
    assertPadding(term, 64, 256);
  });

  it('waits while the end of the claim is not known', () => {
    assert.equal(unblock(newTerm(), 64, 320), UnblockStatus.NO_ACTION);
  });

  it('pads to the tail when nobody is left who could write', () => {
    const term = newTerm();
    put(term, 0, [64]);
    assert.equal(TermUnblocker.unblock(newMetaData(), term, 64, 320, TERM_ID, true), UnblockStatus.UNBLOCKED);
    assertPadding(term, 64, 256);
    assert.equal(TermUnblocker.unblock(newMetaData(), term, 320, 320, TERM_ID, true), UnblockStatus.NO_ACTION);
  });

  it('pads to the end of the term when that is where the tail is', () => {
    const term = newTerm();
    assert.equal(unblock(term, TERM_LENGTH - 256, TERM_LENGTH), UnblockStatus.UNBLOCKED_TO_END);
    assertPadding(term, TERM_LENGTH - 256, 256);
  });
});

describe('The log buffer unblocker', () => {
  const newLog = () => ({ terms: [newTerm(), newTerm(), newTerm()], metaData: newMetaData() });

  it('pads the blocked frame of the active term', () => {
    const { terms, metaData } = newLog();
    put(terms[0]!, 0, [64, -64]);
    LogBufferDescriptor.getAndAddRawTail(metaData, 0, 128);
    assert.equal(LogBufferUnblocker.unblock(terms, metaData, 64, TERM_LENGTH), true);
    assertPadding(terms[0]!, 64, 64);
  });

  it('rotates when a publisher died after it had filled the term', () => {
    const { terms, metaData } = newLog();
    LogBufferDescriptor.getAndAddRawTail(metaData, 0, TERM_LENGTH);
    assert.equal(LogBufferUnblocker.unblock(terms, metaData, TERM_LENGTH, TERM_LENGTH), true);
    assert.equal(LogBufferDescriptor.activeTermCount(metaData), 1);
    assert.equal(LogBufferDescriptor.activeRawTailVolatile(metaData), 0);
    assert.equal(LogBufferDescriptor.rawTailTermId(), TERM_ID + 1);
  });

  it('pads and rotates when a publisher died in claiming the end of the term', () => {
    const { terms, metaData } = newLog();
    put(terms[0]!, 0, [TERM_LENGTH - 128]);
    LogBufferDescriptor.getAndAddRawTail(metaData, 0, TERM_LENGTH + 64);
    assert.equal(LogBufferUnblocker.unblock(terms, metaData, TERM_LENGTH - 128, TERM_LENGTH), true);
    assertPadding(terms[0]!, TERM_LENGTH - 128, 128);
    assert.equal(LogBufferDescriptor.activeTermCount(metaData), 1);
  });

  it('pads all that was claimed in an abandoned log', () => {
    const { terms, metaData } = newLog();
    put(terms[0]!, 0, [64]);
    LogBufferDescriptor.getAndAddRawTail(metaData, 0, 256);
    assert.equal(LogBufferUnblocker.unblock(terms, metaData, 64, TERM_LENGTH), false);
    assert.equal(LogBufferUnblocker.unblock(terms, metaData, 64, TERM_LENGTH, true), true);
    assertPadding(terms[0]!, 64, 192);
  });

  it('does nothing when nothing is blocked', () => {
    const { terms, metaData } = newLog();
    assert.equal(LogBufferUnblocker.unblock(terms, metaData, 0, TERM_LENGTH), false);
  });
});
