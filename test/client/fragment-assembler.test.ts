import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AeronError, AtomicBuffer } from '../../src/agrona/mod.ts';
import {
  BufferBuilder,
  ControlledFragmentAction,
  ControlledFragmentAssembler,
  FragmentAssembler,
  Header,
  ImageControlledFragmentAssembler,
  ImageFragmentAssembler,
} from '../../src/client/mod.ts';
import { DataHeaderFlyweight, FrameDescriptor, HeaderFlyweight } from '../../src/protocol/mod.ts';
import { collector, payload, Stream } from './stream.ts';

const { ABORT, CONTINUE } = ControlledFragmentAction;

const assemblers = [
  { name: 'FragmentAssembler', create: (handler: never) => new FragmentAssembler(handler), isControlled: false },
  {
    name: 'ImageFragmentAssembler',
    create: (handler: never) => new ImageFragmentAssembler(handler),
    isControlled: false,
  },
  {
    name: 'ControlledFragmentAssembler',
    create: (handler: never) => new ControlledFragmentAssembler(handler),
    isControlled: true,
  },
  {
    name: 'ImageControlledFragmentAssembler',
    create: (handler: never) => new ImageControlledFragmentAssembler(handler),
    isControlled: true,
  },
];

for (const { name, create, isControlled } of assemblers) {
  describe(name, () => {
    /** Polls until there is nothing left. */
    const drain = (stream: Stream, onFragment: never) => {
      const image = stream.image();
      const poll = () => (isControlled ? image.controlledPoll(onFragment, 3) : image.poll(onFragment, 3));
      let fragments = 0;
      for (let count = poll(); count > 0; count = poll()) {
        fragments += count;
      }
      return fragments;
    };
    const collecting = () => {
      const { received, handler } = collector();
      const delegate = (...fragment: Parameters<typeof handler>) => {
        handler(...fragment);
        return CONTINUE;
      };
      return { received, onFragment: create(delegate as never).onFragment as never };
    };

    it('gives messages of any length whole, with a header for all of their fragments', () => {
      const stream = new Stream();
      const publication = stream.exclusive();
      const lengths = [10, 1376, 1377, 5000, 0, 8192];
      const positions = lengths.map((length, i) => publication.offer(payload(length, i)));
      const { received, onFragment } = collecting();
      drain(stream, onFragment);
      assert.deepEqual(
        received.map(({ bytes }) => bytes),
        lengths.map((length, i) => payload(length, i).u8),
      );
      assert.deepEqual(
        received.map(({ position }) => position),
        positions,
      );
      for (const { flags } of received) {
        assert.equal(flags & FrameDescriptor.UNFRAGMENTED, FrameDescriptor.UNFRAGMENTED);
      }
      assert.deepEqual(stream.errors, []);
    });

    it('drops a message whose begin it has not seen', () => {
      const stream = new Stream();
      const publication = stream.exclusive();
      publication.offer(payload(3000));
      publication.offer(payload(2000, 1));
      stream.position = 1408;
      const { received, onFragment } = collecting();
      drain(stream, onFragment);
      assert.deepEqual(
        received.map(({ bytes }) => bytes),
        [payload(2000, 1).u8],
      );
    });

    it('drops a message with a gap in it', () => {
      const stream = new Stream();
      const publication = stream.exclusive();
      publication.offer(payload(4000));
      FrameDescriptor.putFrameType(stream.log.termBuffers[0]!, 1408, HeaderFlyweight.HDR_TYPE_PAD);
      publication.offer(payload(2000, 1));
      const { received, onFragment } = collecting();
      drain(stream, onFragment);
      assert.deepEqual(
        received.map(({ bytes }) => bytes),
        [payload(2000, 1).u8],
      );
    });
  });
}

for (const create of [
  (handler: never) => new ControlledFragmentAssembler(handler),
  (handler: never) => new ImageControlledFragmentAssembler(handler),
]) {
  describe(create({} as never).constructor.name, () => {
    it('gives a message again that was aborted', () => {
      const stream = new Stream();
      stream.exclusive().offer(payload(3000));
      const image = stream.image();
      const lengths: number[] = [];
      const handler = (_buffer: AtomicBuffer, _offset: number, length: number, header: Header) => {
        lengths.push(length, header.fragmentedFrameLength!);
        return lengths.length < 6 ? ABORT : CONTINUE;
      };
      const { onFragment } = create(handler as never);
      for (let i = 0; i < 4; i++) {
        image.controlledPoll(onFragment, 10);
      }
      const framed = 2 * 1408 + 288;
      assert.deepEqual(lengths, [3000, framed, 3000, framed, 3000, framed]);
      assert.equal(image.position, framed);
    });
  });
}

describe('FragmentAssembler', () => {
  it('keeps the sessions of a subscription apart, and forgets one on request', () => {
    const { received, handler } = collector();
    const assembler = new FragmentAssembler(handler, 100);
    const fragment = (sessionId: number, index: number, flags: number) => {
      const frame = AtomicBuffer.allocate(64);
      DataHeaderFlyweight.encode(frame, 0, 64, flags, HeaderFlyweight.HDR_TYPE_DATA, index * 64, sessionId, 1, 1);
      frame.putInt32(32, sessionId);
      const header = new Header(frame, 1, 16);
      assembler.onFragment(frame, 32, 32, header);
    };
    fragment(1, 0, FrameDescriptor.BEGIN_FRAG_FLAG);
    fragment(2, 0, FrameDescriptor.BEGIN_FRAG_FLAG);
    fragment(3, 0, FrameDescriptor.BEGIN_FRAG_FLAG);
    assert.equal(assembler.freeSessionBuffer(3), true);
    assert.equal(assembler.freeSessionBuffer(3), false);
    for (const sessionId of [1, 2, 3]) {
      fragment(sessionId, 1, FrameDescriptor.END_FRAG_FLAG);
    }
    assert.deepEqual(
      received.map(({ bytes, sessionId }) => [bytes.length, bytes[0], bytes[32], sessionId]),
      [
        [64, 1, 1, 1],
        [64, 2, 2, 2],
      ],
    );
  });
});

describe('BufferBuilder', () => {
  it('grows up to its maximum, keeping what it has, and forgets a message beyond', () => {
    const builder = new BufferBuilder(0, 10_000);
    builder.append(payload(3000, 1), 0, 3000).append(payload(6000, 2), 0, 6000);
    assert.equal(builder.limit, 9000);
    assert.deepEqual(builder.buffer.copyBytes(0, 3000), payload(3000, 1).u8);
    assert.deepEqual(builder.buffer.copyBytes(3000, 6000), payload(6000, 2).u8);
    assert.throws(
      () => builder.append(payload(1001), 0, 1001),
      (error) => AeronError.is(error) && error.code === 'MESSAGE_TOO_LONG',
    );
    assert.equal(builder.limit, 0);
  });

  it('gives back memory', () => {
    const builder = new BufferBuilder(100_000);
    builder.append(payload(5000), 0, 5000);
    assert.equal(builder.compact().capacity, 5000);
    assert.deepEqual(builder.buffer.u8, payload(5000).u8);
    assert.equal(builder.reset().compact().capacity, 4096);
  });

  it('refuses impossible capacities and limits', () => {
    const outOfRange = (error: unknown) => AeronError.is(error) && error.code === 'OUT_OF_RANGE';
    assert.throws(() => new BufferBuilder(-1), outOfRange);
    assert.throws(() => new BufferBuilder(11, 10), outOfRange);
    const builder = new BufferBuilder(10);
    assert.throws(() => {
      builder.limit = 11;
    }, outOfRange);
  });
});
