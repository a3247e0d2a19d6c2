import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AeronError, AtomicBuffer } from '../../src/agrona/mod.ts';
import { BufferClaim, Publication } from '../../src/client/mod.ts';
import { FrameDescriptor, LogBufferDescriptor } from '../../src/protocol/mod.ts';
import {
  collector,
  MTU_LENGTH,
  payload,
  SESSION_ID,
  STREAM_ID,
  Stream,
  type StreamOptions,
  TERM_LENGTH,
} from './stream.ts';

const MAX_PAYLOAD_LENGTH = MTU_LENGTH - 32;

const kinds = [
  { name: 'ConcurrentPublication', add: (stream: Stream): Publication => stream.concurrent() },
  { name: 'ExclusivePublication', add: (stream: Stream): Publication => stream.exclusive() },
];

function throwsCode(code: string, action: () => unknown): void {
  assert.throws(action, (error) => AeronError.is(error) && error.code === code);
}

/** The words of the frame at an offset, as little-endian integers. */
function frameWords(stream: Stream, termOffset: number, term = 0): number[] {
  return Array.from({ length: 6 }, (_, i) => stream.log.termBuffers[term]!.getInt32(termOffset + 4 * i));
}

for (const { name, add } of kinds) {
  const open = (options?: StreamOptions) => {
    const stream = new Stream(options);
    return { stream, publication: add(stream) };
  };

  describe(name, () => {
    it('knows what the log says about the stream', () => {
      const { publication } = open();
      assert.equal(publication.sessionId, SESSION_ID);
      assert.equal(publication.streamId, STREAM_ID);
      assert.equal(publication.termBufferLength, TERM_LENGTH);
      assert.equal(publication.maxPayloadLength, MAX_PAYLOAD_LENGTH);
      assert.equal(publication.maxMessageLength, TERM_LENGTH / 8);
      assert.equal(publication.maxPossiblePosition, TERM_LENGTH * 2 ** 31);
      assert.equal(publication.initialTermId, 7);
      assert.equal(publication.isOriginal, false);
      assert.equal(publication.isConnected, true);
      assert.equal(publication.position, 0);
      assert.equal(publication.positionLimit, TERM_LENGTH / 2);
      assert.equal(publication.availableWindow, TERM_LENGTH / 2);
    });

    it('writes a header that says where the frame lies, and the payload behind it', () => {
      const { stream, publication } = open();
      const message = payload(45);
      assert.equal(publication.offer(message), 96);
      const unfragmentedData = 0x0001_c000;
      assert.deepEqual(frameWords(stream, 0), [77, unfragmentedData, 0, SESSION_ID, STREAM_ID, 7]);
      assert.deepEqual(stream.log.termBuffers[0]!.copyBytes(32, 45), message.u8);
      assert.equal(publication.position, 96);
    });

    it('takes a part of a buffer, wherever it begins', () => {
      for (const offset of [0, 1, 4, 8, 9]) {
        for (const length of [0, 1, 7, 8, 31, 32, 33, 100, 1000, MAX_PAYLOAD_LENGTH]) {
          const { stream, publication } = open();
          const source = payload(1500);
          publication.offer(source, offset, length);
          assert.deepEqual(
            stream.log.termBuffers[0]!.copyBytes(32, length),
            source.copyBytes(offset, length),
            `${length} bytes at ${offset}`,
          );
          const { received, handler } = collector();
          stream.image().poll(handler, 1);
          assert.equal(received[0]!.bytes.length, length);
        }
      }
    });

    it('cuts a message beyond the MTU into fragments', () => {
      const { stream, publication } = open();
      const message = payload(2 * MAX_PAYLOAD_LENGTH + 5);
      const framedLength = 2 * MTU_LENGTH + 64;
      assert.equal(publication.offer(message), framedLength);
      const { received, handler } = collector();
      assert.equal(stream.image().poll(handler, 10), 3);
      assert.deepEqual(
        received.map(({ flags }) => flags),
        [FrameDescriptor.BEGIN_FRAG_FLAG, 0, FrameDescriptor.END_FRAG_FLAG],
      );
      assert.deepEqual(Uint8Array.from(received.flatMap(({ bytes }) => [...bytes])), message.u8);
    });

    it('sends a message in two parts, or in many, as if it were one', () => {
      const message = payload(5000);
      for (const cut of [0, 1, 31, MAX_PAYLOAD_LENGTH, 3000, 5000]) {
        for (const length of [cut, Math.min(cut + 500, 5000), 5000]) {
          const whole = open();
          const two = open();
          const many = open();
          whole.publication.offer(message, 0, length);
          two.publication.offerTwo(message, 0, cut, message, cut, length - cut);
          const middle = cut + Math.floor((length - cut) / 2);
          many.publication.offerVector([
            { buffer: message, length: cut },
            { buffer: message, offset: cut, length: middle - cut },
            { buffer: message, offset: middle, length: length - middle },
            { buffer: AtomicBuffer.allocate(0) },
          ]);
          assert.deepEqual(two.stream.log.termBuffers[0]!.u8, whole.stream.log.termBuffers[0]!.u8);
          assert.deepEqual(many.stream.log.termBuffers[0]!.u8, whole.stream.log.termBuffers[0]!.u8);
        }
      }
    });

    it('gives out room to write in place', () => {
      const { stream, publication } = open();
      const claim = new BufferClaim();
      assert.equal(publication.tryClaim(10, claim), 64);
      assert.equal(claim.length, 10);
      assert.deepEqual(frameWords(stream, 0)[0], -42, 'the claimed frame is not published');
      claim.putBytes(0, payload(10), 0, 10);
      claim.reservedValue = 99n;
      const { received, handler } = collector();
      const image = stream.image();
      assert.equal(image.poll(handler, 1), 0);
      claim.commit();
      assert.equal(image.poll(handler, 1), 1);
      assert.deepEqual(received[0]!.bytes, payload(10).u8);
      assert.equal(received[0]!.reservedValue, 99n);
    });

    it('turns an aborted claim into padding', () => {
      const { stream, publication } = open();
      const claim = new BufferClaim();
      publication.tryClaim(10, claim);
      claim.abort();
      publication.offer(payload(3));
      const { received, handler } = collector();
      assert.equal(stream.image().poll(handler, 10), 1);
      assert.equal(received[0]!.bytes.length, 3);
    });

    it('lets a claim be ended once and be written within its bounds alone', () => {
      const { publication } = open();
      const claim = new BufferClaim();
      throwsCode('CLAIM_NOT_OPEN', () => claim.commit());
      publication.tryClaim(10, claim);
      throwsCode('OUT_OF_BOUNDS', () => claim.putBytes(5, payload(10), 0, 6));
      throwsCode('OUT_OF_BOUNDS', () => claim.putBytes(-1, payload(10), 0, 2));
      claim.commit();
      throwsCode('CLAIM_NOT_OPEN', () => claim.commit());
      throwsCode('CLAIM_NOT_OPEN', () => claim.abort());
    });

    it('puts the reserved value of a supplier that has seen the frame into every fragment', () => {
      const { stream, publication } = open();
      const seen: [number, number][] = [];
      publication.offer(
        payload(MAX_PAYLOAD_LENGTH + 1),
        0,
        MAX_PAYLOAD_LENGTH + 1,
        (_buffer, termOffset, frameLength) => {
          seen.push([termOffset, frameLength]);
          return -BigInt(termOffset + 1);
        },
      );
      publication.offer(payload(1), 0, 1, () => 2n ** 63n - 1n);
      assert.deepEqual(seen, [
        [0, MTU_LENGTH],
        [MTU_LENGTH, 33],
      ]);
      const { received, handler } = collector();
      stream.image().poll(handler, 10);
      assert.deepEqual(
        received.map(({ reservedValue }) => reservedValue),
        [-1n, -BigInt(MTU_LENGTH + 1), 2n ** 63n - 1n],
      );
    });

    it('leaves padding, not a hole, when a reserved value supplier throws', () => {
      const { stream, publication } = open();
      const failing = (after: number) => () => {
        if (after-- === 0) {
          throw new Error('no checksum');
        }
        return 0n;
      };
      assert.throws(() => publication.offer(payload(10), 0, 10, failing(0)), /no checksum/);
      assert.throws(() => publication.offer(payload(5000), 0, 5000, failing(1)), /no checksum/);
      assert(publication.offer(payload(7)) > 0);
      const { received, handler } = collector();
      stream.image().poll(handler, 10);
      assert.deepEqual(
        received.map(({ bytes }) => bytes.length),
        [MAX_PAYLOAD_LENGTH, 7],
      );
    });

    it('is held back by the limit, and tells whether anybody is there', () => {
      const { stream, publication } = open();
      stream.limit = 64;
      assert.equal(publication.offer(payload(1)), 64);
      assert.equal(publication.offer(payload(1)), Publication.BACK_PRESSURED);
      assert.equal(publication.tryClaim(1, new BufferClaim()), Publication.BACK_PRESSURED);
      assert.equal(publication.offerTwo(payload(1), 0, 1, payload(1), 0, 1), Publication.BACK_PRESSURED);
      LogBufferDescriptor.putIsConnected(stream.log.metaData, false);
      assert.equal(publication.offer(payload(1)), Publication.NOT_CONNECTED);
      assert.equal(publication.isConnected, false);
      assert.equal(publication.position, 64);
      assert.equal(publication.availableWindow, 0);
    });

    it('pads the end of a term that the message does not fit, and goes on in the next', () => {
      const { stream, publication } = open({ termOffset: TERM_LENGTH - 96 });
      assert.equal(publication.offer(payload(100)), Publication.ADMIN_ACTION);
      assert.equal(publication.position, TERM_LENGTH);
      assert.deepEqual(frameWords(stream, TERM_LENGTH - 96), [
        96,
        0x0000_c000,
        TERM_LENGTH - 96,
        SESSION_ID,
        STREAM_ID,
        7,
      ]);
      assert.equal(publication.offer(payload(100)), TERM_LENGTH + 160);
      assert.deepEqual(frameWords(stream, 0, 1), [132, 0x0001_c000, 0, SESSION_ID, STREAM_ID, 8]);
      assert.equal(LogBufferDescriptor.activeTermCount(stream.log.metaData), 1);
      const { received, handler } = collector();
      const image = stream.image();
      assert.equal(image.poll(handler, 10), 0, 'the padding');
      assert.equal(image.poll(handler, 10), 1);
      assert.equal(received[0]!.position, TERM_LENGTH + 160);
    });

    it('fills a term to its last byte', () => {
      const { publication } = open({ termOffset: TERM_LENGTH - 64 });
      assert.equal(publication.offer(payload(32)), TERM_LENGTH);
      assert.equal(publication.position, TERM_LENGTH);
      assert.equal(publication.offer(payload(32)), Publication.ADMIN_ACTION);
      assert.equal(publication.offer(payload(32)), TERM_LENGTH + 64);
    });

    it('turns the term ids round at 2^31', () => {
      const { stream, publication } = open({ initialTermId: 0x7fffffff, termOffset: TERM_LENGTH - 32 });
      assert.equal(publication.offer(payload(32)), Publication.ADMIN_ACTION);
      assert.equal(publication.offer(payload(32)), TERM_LENGTH + 64);
      assert.equal(frameWords(stream, 0, 1)[5], -0x80000000);
      assert.equal(publication.position, TERM_LENGTH + 64);
    });

    it('works with term ids whose tail is no number as a double', () => {
      const initialTermId = 0x7ff80001;
      const { stream, publication } = open({ initialTermId, termOffset: TERM_LENGTH - 64 });
      assert.equal(publication.offer(payload(32)), TERM_LENGTH);
      assert.equal(publication.offer(payload(32)), Publication.ADMIN_ACTION);
      assert.equal(publication.offer(payload(32)), TERM_LENGTH + 64);
      assert.equal(LogBufferDescriptor.rawTailVolatile(stream.log.metaData, 1), 64);
      assert.equal(LogBufferDescriptor.rawTailTermId(), initialTermId + 1);
    });

    it('goes on beyond 2^32', () => {
      const termCount = 2 ** 32 / TERM_LENGTH - 1;
      const { stream, publication } = open({ termCount, termOffset: TERM_LENGTH - 64 });
      assert.equal(publication.offer(payload(32)), 2 ** 32);
      assert.equal(publication.offer(payload(32)), Publication.ADMIN_ACTION);
      assert.equal(publication.offer(payload(32)), 2 ** 32 + 64);
      const { received, handler } = collector();
      const image = stream.image();
      image.poll(handler, 10);
      image.poll(handler, 10);
      assert.deepEqual(
        received.map(({ position }) => position),
        [2 ** 32, 2 ** 32 + 64],
      );
    });

    it('ends at its last possible position', () => {
      const { stream, publication } = open({ termCount: 2 ** 31 - 1, termOffset: TERM_LENGTH - 128 });
      stream.limit = Number.MAX_SAFE_INTEGER;
      assert.equal(publication.offer(payload(32)), TERM_LENGTH * 2 ** 31 - 64);
      assert.equal(publication.offer(payload(100)), Publication.MAX_POSITION_EXCEEDED);
      assert.equal(publication.offer(payload(1)), Publication.MAX_POSITION_EXCEEDED);
      const { received, handler } = collector();
      stream.image().poll(handler, 10);
      assert.equal(received.length, 1);
    });

    it('refuses impossible messages before it claims a place', () => {
      const { publication } = open();
      const source = payload(TERM_LENGTH);
      throwsCode('MESSAGE_TOO_LONG', () => publication.offer(source));
      throwsCode('MESSAGE_TOO_LONG', () => publication.offerTwo(source, 0, TERM_LENGTH / 8, source, 0, 1));
      throwsCode('MESSAGE_TOO_LONG', () => publication.tryClaim(MAX_PAYLOAD_LENGTH + 1, new BufferClaim()));
      throwsCode('MESSAGE_TOO_LONG', () => publication.tryClaim(-1, new BufferClaim()));
      throwsCode('OUT_OF_BOUNDS', () => publication.offer(payload(10), 5, 6));
      throwsCode('OUT_OF_BOUNDS', () => publication.offer(payload(10), -1, 6));
      throwsCode('OUT_OF_BOUNDS', () => publication.offer(payload(10), 0, -1));
      throwsCode('OUT_OF_BOUNDS', () => publication.offer(payload(10), Number.NaN, 1));
      throwsCode('OUT_OF_BOUNDS', () => publication.offer(payload(10), 0, 2000));
      throwsCode('OUT_OF_BOUNDS', () => publication.offerVector([{ buffer: payload(10), offset: 11 }]));
      assert.equal(publication.position, 0);
    });

    it('gets nothing done once it is closed', () => {
      const { stream, publication } = open();
      publication.isClosed = true;
      stream.log.close();
      assert.equal(publication.offer(payload(1)), Publication.CLOSED);
      assert.equal(publication.offer(payload(5000)), Publication.CLOSED);
      assert.equal(publication.offerTwo(payload(1), 0, 1, payload(1), 0, 1), Publication.CLOSED);
      assert.equal(publication.offerVector([]), Publication.CLOSED);
      assert.equal(publication.tryClaim(1, new BufferClaim()), Publication.CLOSED);
      assert.equal(publication.position, Publication.CLOSED);
      assert.equal(publication.positionLimit, Publication.CLOSED);
      assert.equal(publication.availableWindow, Publication.CLOSED);
      assert.equal(publication.isConnected, false);
    });

    it('does not let an open claim reach memory that is gone', () => {
      const { stream, publication } = open();
      const claim = new BufferClaim();
      publication.tryClaim(10, claim);
      stream.log.close();
      throwsCode('CLAIM_NOT_OPEN', () => claim.commit());
      throwsCode('CLAIM_NOT_OPEN', () => claim.putBytes(0, payload(1), 0, 1));
    });
  });
}

describe('ConcurrentPublication', () => {
  it('shares its log with others of its kind', () => {
    const stream = new Stream();
    const publications = [stream.concurrent(), stream.concurrent(), stream.concurrent()];
    for (let i = 0; i < 30; i++) {
      assert.equal(publications[i % 3]!.offer(payload(20, i)), 64 * (i + 1));
    }
    const { received, handler } = collector();
    stream.image().poll(handler, 100);
    assert.deepEqual(
      received.map(({ bytes }) => bytes),
      Array.from({ length: 30 }, (_, i) => payload(20, i).u8),
    );
  });

  it('lets another one that finds the full term turn the log', () => {
    const stream = new Stream({ termOffset: TERM_LENGTH - 64 });
    const [first, second] = [stream.concurrent(), stream.concurrent()];
    const claim = new BufferClaim();
    assert.equal(first.tryClaim(32, claim), TERM_LENGTH);
    assert.equal(second.offer(payload(1)), Publication.ADMIN_ACTION);
    assert.equal(first.offer(payload(1)), TERM_LENGTH + 64);
    claim.commit();
  });

  it('asks to try again while the log is being turned', () => {
    const stream = new Stream();
    const publication = stream.concurrent();
    LogBufferDescriptor.putActiveTermCountRelease(stream.log.metaData, 1);
    assert.equal(publication.offer(payload(1)), Publication.ADMIN_ACTION);
  });
});

describe('ExclusivePublication', () => {
  it('begins where the driver was told to begin', () => {
    const publication = new Stream({ termCount: 4, termOffset: 4096 }).exclusive();
    assert.equal(publication.termId, 11);
    assert.equal(publication.termOffset, 4096);
    assert.equal(publication.position, 4 * TERM_LENGTH + 4096);
  });

  it('appends padding', () => {
    const stream = new Stream();
    const publication = stream.exclusive();
    assert.equal(publication.appendPadding(1000), 1056);
    publication.offer(payload(5));
    const { received, handler } = collector();
    const image = stream.image();
    assert.equal(image.poll(handler, 10), 1);
    assert.equal(image.position, 1056 + 64);
    throwsCode('MESSAGE_TOO_LONG', () => publication.appendPadding(publication.maxFramedLength + 1));
    assert.equal(received.length, 1);
  });

  it('takes a block of frames that was made for its place', () => {
    const original = new Stream();
    const source = original.exclusive();
    source.offer(payload(100, 1));
    source.offer(payload(200, 2));
    const length = source.position;
    const block = AtomicBuffer.copyOf(original.log.termBuffers[0]!.copyBytes(0, length));

    const copy = new Stream();
    const publication = copy.exclusive();
    assert.equal(publication.offerBlock(block, 0, length), length);
    assert.equal(publication.position, length);
    assert.deepEqual(copy.log.termBuffers[0]!.u8, original.log.termBuffers[0]!.u8);
    throwsCode('BLOCK_MISPLACED', () => publication.offerBlock(block, 0, length));
    throwsCode('OUT_OF_BOUNDS', () => publication.offerBlock(block, 0, TERM_LENGTH));
    throwsCode('OUT_OF_BOUNDS', () => publication.offerBlock(block, 0, 31));
  });

  it('turns the log for a block that comes at the end of a term', () => {
    const stream = new Stream({ termOffset: TERM_LENGTH - 64 });
    const publication = stream.exclusive();
    publication.offer(payload(32));
    const other = new Stream({ termCount: 1 });
    other.exclusive().offer(payload(40));
    const block = AtomicBuffer.copyOf(other.log.termBuffers[1]!.copyBytes(0, 96));
    assert.equal(publication.offerBlock(block, 0, 96), TERM_LENGTH + 96);
  });
});

describe('Publication.errorString', () => {
  it('names what an offer returned', () => {
    assert.deepEqual([5, 0, -1, -2, -3, -4, -5, -6].map(Publication.errorString), [
      'NONE',
      'NONE',
      'NOT_CONNECTED',
      'BACK_PRESSURED',
      'ADMIN_ACTION',
      'CLOSED',
      'MAX_POSITION_EXCEEDED',
      'UNKNOWN',
    ]);
  });
});
