import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AeronError, type AtomicBuffer } from '../../src/agrona/mod.ts';
import { ControlledFragmentAction, type Header } from '../../src/client/mod.ts';
import { LogBufferDescriptor } from '../../src/protocol/mod.ts';
import { collector, payload, SESSION_ID, STREAM_ID, Stream, TERM_LENGTH } from './stream.ts';

const { ABORT, BREAK, COMMIT, CONTINUE } = ControlledFragmentAction;

/** A stream with messages of 1, 2, 3, ... bytes, 64 bytes of log each. */
function streamOf(messages: number, options?: ConstructorParameters<typeof Stream>[0]) {
  const stream = new Stream(options);
  const publication = stream.exclusive();
  for (let i = 1; i <= messages; i++) {
    publication.offer(payload(i));
  }
  return { stream, image: stream.image(), publication };
}

/** A controlled handler that does as the script says and remembers the lengths it was given. */
function scripted(...script: ControlledFragmentAction[]) {
  const lengths: number[] = [];
  const handler = (_buffer: AtomicBuffer, _offset: number, length: number) => {
    lengths.push(length);
    return script.shift() ?? CONTINUE;
  };
  return { lengths, handler };
}

function throwsCode(code: string, action: () => unknown): void {
  assert.throws(action, (error) => AeronError.is(error) && error.code === code);
}

describe('Image.poll', () => {
  it('gives fragments in order up to the limit, and moves the position behind them', () => {
    const { stream, image } = streamOf(5);
    const { received, handler } = collector();
    assert.equal(image.poll(handler, 3), 3);
    assert.equal(stream.position, 192);
    assert.equal(image.position, 192);
    assert.equal(image.poll(handler, 3), 2);
    assert.equal(image.poll(handler, 3), 0);
    assert.deepEqual(
      received.map(({ bytes }) => bytes.length),
      [1, 2, 3, 4, 5],
    );
  });

  it('tells all about a fragment in its header', () => {
    const { image } = streamOf(2);
    const headers: unknown[] = [];
    image.poll((buffer, offset, length, header: Header) => {
      assert.equal(header.buffer, buffer);
      assert.equal(header.offset, offset - 32);
      assert.equal(header.image, image);
      headers.push([
        header.frameLength,
        header.sessionId,
        header.streamId,
        header.termId,
        header.termOffset,
        header.nextTermOffset,
        header.position,
        header.type,
        header.flags,
        header.reservedValue,
        length,
      ]);
    }, 10);
    assert.deepEqual(headers, [
      [33, SESSION_ID, STREAM_ID, 7, 0, 64, 64, 1, 0xc0, 0n, 1],
      [34, SESSION_ID, STREAM_ID, 7, 64, 128, 128, 1, 0xc0, 0n, 2],
    ]);
  });

  it('stops at the end of a term, and goes on in the next', () => {
    const stream = new Stream({ termOffset: TERM_LENGTH - 64 });
    const publication = stream.exclusive();
    publication.offer(payload(1));
    publication.offer(payload(2));
    publication.offer(payload(2));
    const image = stream.image();
    const { handler } = collector();
    assert.equal(image.poll(handler, 10), 1);
    assert.equal(image.position, TERM_LENGTH);
    assert.equal(image.poll(handler, 10), 1);
    assert.equal(image.position, TERM_LENGTH + 64);
  });

  it('joins a stream where the driver lets it in', () => {
    const { stream } = streamOf(5);
    stream.position = 128;
    const image = stream.image();
    assert.equal(image.joinPosition, 128);
    const { received, handler } = collector();
    image.poll(handler, 1);
    assert.equal(received[0]!.bytes.length, 3);
  });

  it('hands what a handler throws to the error handler, behind the fragment', () => {
    const { stream, image } = streamOf(3);
    const fragments = image.poll((_buffer, _offset, length) => {
      if (length === 2) {
        throw new Error('handler failed');
      }
    }, 10);
    assert.equal(fragments, 2);
    assert.equal(image.position, 128);
    assert.match(String(stream.errors[0]), /handler failed/);
    assert.equal(
      image.poll(() => {}, 10),
      1,
    );
  });

  it('stops when its handler closes it, and leaves the position alone', () => {
    const { stream, image } = streamOf(3);
    assert.equal(
      image.poll(() => image.close(), 10),
      1,
    );
    assert.equal(stream.position, 0);
    assert.equal(
      image.poll(() => assert.fail(), 10),
      0,
    );
  });

  it('survives a handler after which the log is unmapped', () => {
    const { stream, image } = streamOf(3);
    const closing = () => {
      image.close();
      stream.log.close();
    };
    assert.equal(image.poll(closing, 10), 1);
    assert.equal(image.position, 0);
    assert.deepEqual(stream.errors, []);
  });
});

describe('Image.boundedPoll', () => {
  it('gives no fragment that begins at the limit position or behind', () => {
    const { image } = streamOf(5);
    const { handler } = collector();
    assert.equal(image.boundedPoll(handler, 128, 10), 2);
    assert.equal(image.boundedPoll(handler, 128, 10), 0);
    assert.equal(image.boundedPoll(handler, 129, 10), 1);
    assert.equal(image.boundedPoll(handler, 1e15, 10), 2);
    assert.equal(image.position, 320);
  });
});

describe('Image.controlledPoll', () => {
  it('goes on, stops after a fragment, or stops before it', () => {
    const { image } = streamOf(5);
    const { lengths, handler } = scripted(CONTINUE, BREAK, CONTINUE, ABORT);
    assert.equal(image.controlledPoll(handler, 10), 2);
    assert.equal(image.position, 128);
    assert.equal(image.controlledPoll(handler, 10), 1);
    assert.equal(image.position, 192);
    assert.equal(image.controlledPoll(handler, 10), 2);
    assert.deepEqual(lengths, [1, 2, 3, 4, 4, 5]);
    assert.equal(image.position, 320);
  });

  it('moves the position at once for a commit', () => {
    const { stream, image } = streamOf(3);
    const positions: number[] = [];
    image.controlledPoll(() => {
      positions.push(stream.position);
      return positions.length === 2 ? CONTINUE : COMMIT;
    }, 10);
    assert.deepEqual(positions, [0, 64, 64]);
    assert.equal(image.position, 192);
  });

  it('keeps what was committed when the handler throws', () => {
    const { stream, image } = streamOf(3);
    image.controlledPoll((_buffer, _offset, length) => {
      if (length === 2) {
        throw new Error('handler failed');
      }
      return COMMIT;
    }, 10);
    assert.equal(image.position, 128);
    assert.equal(stream.errors.length, 1);
  });

  it('is bounded by a position on request', () => {
    const { image } = streamOf(5);
    const { lengths, handler } = scripted(CONTINUE, COMMIT);
    assert.equal(image.boundedControlledPoll(handler, 192, 10), 3);
    assert.equal(image.boundedControlledPoll(handler, 192, 10), 0);
    assert.deepEqual(lengths, [1, 2, 3]);
  });
});

describe('Image.controlledPeek', () => {
  it('looks ahead without moving, up to the last whole message', () => {
    const stream = new Stream();
    const publication = stream.exclusive();
    publication.offer(payload(10));
    publication.offer(payload(3000));
    const image = stream.image();
    const { lengths, handler } = scripted();
    assert.equal(image.controlledPeek(0, handler, 64 + 1408), 64, 'a begun message does not count');
    assert.equal(image.controlledPeek(0, handler, 1e6), publication.position);
    assert.equal(image.position, 0);
    assert.deepEqual(lengths, [10, 1376, 10, 1376, 1376, 248]);
    image.position = 64;
    assert.equal(image.controlledPeek(64, scripted(ABORT).handler, 1e6), 64);
    assert.equal(image.controlledPeek(64, scripted(CONTINUE, CONTINUE, BREAK).handler, 1e6), publication.position);
  });

  it('goes over padding', () => {
    const { image, publication } = streamOf(1);
    publication.appendPadding(100);
    assert.equal(image.controlledPeek(0, scripted().handler, 1e6), publication.position);
  });
});

describe('Image.position', () => {
  it('is set forward within the term, to where a frame may begin', () => {
    const { image } = streamOf(5);
    image.position = 128;
    assert.equal(image.position, 128);
    const { received, handler } = collector();
    image.poll(handler, 1);
    assert.equal(received[0]!.bytes.length, 3);
    for (const position of [64, 200, TERM_LENGTH + 32, Number.NaN]) {
      throwsCode('INVALID_POSITION', () => {
        image.position = position;
      });
    }
    image.position = TERM_LENGTH;
    assert.equal(image.position, TERM_LENGTH);
  });
});

describe('Image.blockPoll', () => {
  it('gives whole frames in one block, padding in a block of its own', () => {
    const { stream, image, publication } = streamOf(4);
    publication.appendPadding(100);
    publication.offer(payload(1));
    const blocks: number[][] = [];
    const handler = (_buffer: AtomicBuffer, offset: number, length: number, sessionId: number, termId: number) => {
      assert.equal(sessionId, SESSION_ID);
      assert.equal(termId, 7);
      blocks.push([offset, length]);
    };
    assert.equal(image.blockPoll(handler, 191), 128, 'no frame is cut');
    assert.equal(image.blockPoll(handler, TERM_LENGTH), 128);
    assert.equal(image.blockPoll(handler, TERM_LENGTH), 160);
    assert.equal(image.blockPoll(handler, 63), 0);
    assert.equal(image.blockPoll(handler, 64), 64);
    assert.equal(image.blockPoll(handler, TERM_LENGTH), 0);
    assert.deepEqual(blocks, [
      [0, 128],
      [128, 128],
      [256, 160],
      [416, 64],
    ]);
    assert.equal(stream.position, 480);
  });

  it('tells where the block lies in the file', () => {
    const { image, stream } = streamOf(2, { termCount: 4 });
    let seen: unknown[] = [];
    image.rawPoll((...block) => {
      seen = block;
    }, TERM_LENGTH);
    const [path, fileOffset, buffer, offset, length] = seen;
    assert.equal(path, stream.log.path);
    assert.equal(fileOffset, TERM_LENGTH, 'the fifth term lies in the second partition');
    assert.equal(buffer, stream.log.termBuffers[1]);
    assert.deepEqual([offset, length], [0, 128]);
  });

  it('counts a block as consumed whose handler throws', () => {
    const { stream, image } = streamOf(2);
    image.blockPoll(() => {
      throw new Error('disk full');
    }, TERM_LENGTH);
    assert.equal(image.position, 128);
    assert.equal(stream.errors.length, 1);
  });
});

describe('The end of a stream', () => {
  it('is reached once everything before it was consumed', () => {
    const { stream, image } = streamOf(2);
    assert.equal(image.isEndOfStream, false);
    assert.equal(image.endOfStreamPosition, LogBufferDescriptor.NO_END_OF_STREAM);
    LogBufferDescriptor.putEndOfStreamPosition(stream.log.metaData, 128);
    assert.equal(image.endOfStreamPosition, 128);
    assert.equal(image.isEndOfStream, false);
    image.poll(() => {}, 10);
    assert.equal(image.isEndOfStream, true);
  });

  it('is still known after the image was closed', () => {
    const { stream, image } = streamOf(2);
    LogBufferDescriptor.putEndOfStreamPosition(stream.log.metaData, 128);
    LogBufferDescriptor.putIsPublicationRevoked(stream.log.metaData, true);
    LogBufferDescriptor.putActiveTransportCount(stream.log.metaData, 2);
    assert.equal(image.activeTransportCount, 2);
    image.poll(() => {}, 10);
    image.close();
    stream.log.close();
    assert.equal(image.isEndOfStream, true);
    assert.equal(image.endOfStreamPosition, 128);
    assert.equal(image.position, 128);
    assert.equal(image.isPublicationRevoked, true);
    assert.equal(image.activeTransportCount, 0);
    image.position = 192;
    assert.equal(image.position, 128);
    for (const poll of [
      () => image.poll(() => {}, 1),
      () => image.boundedPoll(() => {}, 1e9, 1),
      () => image.controlledPoll(() => CONTINUE, 1),
      () => image.boundedControlledPoll(() => CONTINUE, 1e9, 1),
      () => image.blockPoll(() => {}, 1000),
      () => image.rawPoll(() => {}, 1000),
    ]) {
      assert.equal(poll(), 0);
    }
    assert.equal(
      image.controlledPeek(0, () => CONTINUE, 1000),
      -1,
    );
  });
});
