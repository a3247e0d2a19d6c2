import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  AeronError,
  AtomicBuffer,
  AtomicCounter,
  CachedEpochClock,
  countedErrorHandler,
  DistinctErrorLog,
  ErrorLogDescriptor,
  ErrorLogReader,
  formatError,
  loggingErrorHandler,
} from '../../src/agrona/mod.ts';

interface Entry {
  readonly count: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly text: string;
}

const readLog = (buffer: AtomicBuffer, sinceMs?: number): Entry[] => {
  const entries: Entry[] = [];
  const consumer = (count: number, firstMs: number, lastMs: number, text: string) => {
    entries.push({ count, firstMs, lastMs, text });
  };
  assert.equal(ErrorLogReader.read(buffer, consumer, sinceMs), entries.length);
  return entries;
};

const logOf = (length = 8192) => {
  const buffer = AtomicBuffer.allocate(length);
  const clock = new CachedEpochClock();
  return { buffer, clock, log: new DistinctErrorLog(buffer, clock) };
};

const errorAt = (message: string, cause?: unknown) => new Error(message, { cause });

describe('DistinctErrorLog', () => {
  it('keeps an error once, with how often and when it was seen', () => {
    const { buffer, clock, log } = logOf();
    assert.equal(ErrorLogReader.hasErrors(buffer), false);
    for (const timeMs of [1_000, 2_000, 3_000]) {
      clock.update(timeMs);
      assert.equal(log.record(errorAt('again')), true);
    }
    assert.equal(ErrorLogReader.hasErrors(buffer), true);
    const [entry, ...rest] = readLog(buffer);
    assert.deepEqual(rest, []);
    assert.deepEqual({ ...entry, text: undefined }, { count: 3, firstMs: 1_000, lastMs: 3_000, text: undefined });
    assert.match(entry!.text, /^Error: again\n\s+at .*error-log\.test/);
  });

  it('tells errors apart by message, class, place and cause', () => {
    const { buffer, log } = logOf(64 * 1024);
    log.record(errorAt('one'));
    log.record(errorAt('two'));
    log.record(errorAt('one', errorAt('the cause')));
    log.record(new TypeError('one'));
    log.record(new Error('one'));
    log.record('just text');
    log.record(undefined);
    assert.equal(readLog(buffer).length, 7);
    assert.ok(readLog(buffer).every(({ count }) => count === 1));
  });

  it('refuses what it has no room for, and still counts what it has', () => {
    const { buffer, log } = logOf(1024);
    const first = errorAt('fits');
    assert.equal(log.record(first), true);
    assert.equal(log.record(errorAt('x'.repeat(1024))), false);
    assert.equal(log.record(first), true);
    assert.deepEqual(
      readLog(buffer).map(({ count }) => count),
      [2],
    );
  });

  it('tells a hundred messages of one kind apart and counts the others with the last', () => {
    const { buffer, log } = logOf(256 * 1024);
    for (let i = 0; i < 500; i++) {
      assert.equal(log.record(errorAt(`made up ${i}`)), true);
    }
    log.record(errorAt('made up 3'));
    log.record(errorAt('of another place'));
    const entries = readLog(buffer);
    assert.equal(entries.length, 102);
    assert.deepEqual(
      entries.map(({ count }) => count).filter((count) => count > 1),
      [401],
    );
    assert.match(entries[99]!.text, /^Error: made up 99\n/);
  });

  it('says once of each kind that it is full', () => {
    const { log } = logOf(64);
    const answers = Array.from({ length: 3 }, (_, i) => log.record(errorAt(`without room ${i}`)));
    assert.deepEqual(answers, [false, true, true]);
    assert.equal(log.record(errorAt('another')), false);
  });

  it('fills its buffer to the last byte', () => {
    const thrown = 'x';
    const length = ErrorLogDescriptor.ENCODED_ERROR_OFFSET + formatError(thrown).length;
    assert.equal(logOf(length).log.record(thrown), true);
    assert.equal(logOf(length - 1).log.record(thrown), false);
  });

  it('gives readers only what was seen since a time', () => {
    const { buffer, clock, log } = logOf();
    clock.update(1_000);
    log.record('old');
    clock.update(2_000);
    log.record('new');
    assert.deepEqual(
      readLog(buffer, 1_001).map(({ text }) => text),
      ['thrown value: new'],
    );
  });
});

describe('ErrorLogReader', () => {
  it('stays within a damaged log', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 256, maxLength: 256 }), fc.integer(), (bytes, length) => {
        const buffer = AtomicBuffer.copyOf(bytes);
        buffer.putInt32(0, length);
        for (const { text } of readLog(buffer)) {
          assert.ok(text.length <= 256);
        }
      }),
    );
    assert.deepEqual(readLog(AtomicBuffer.allocate(0)), []);
    assert.equal(ErrorLogReader.hasErrors(AtomicBuffer.allocate(0)), false);
  });
});

describe('formatError', () => {
  it('shows class, code, message and causes', () => {
    const text = formatError(new AeronError('SOME_CODE', 'what went wrong', { cause: new TypeError('because') }));
    assert.match(text, /^AeronError \[SOME_CODE\]: what went wrong\n\s+at /);
    assert.match(text, /\nCaused by: TypeError: because\n/);
  });

  it('shows every error of an aggregate', () => {
    const text = formatError(new AggregateError([new Error('first'), 'second'], 'both'));
    assert.match(text, /AggregateError: both[\s\S]*Suppressed: Error: first[\s\S]*Suppressed: thrown value: second/);
  });

  it('takes anything that can be thrown', () => {
    const circular = new Error('turn');
    circular.cause = circular;
    const hostile = Object.create(null);
    for (const thrown of [undefined, null, 5, 'text', {}, hostile, Symbol('s'), circular]) {
      assert.equal(typeof formatError(thrown), 'string');
    }
  });
});

describe('error handlers', () => {
  it('log, count, and overflow to where they are told', () => {
    const { buffer, log } = logOf(512);
    const counter = new AtomicCounter(AtomicBuffer.allocate(128), 0);
    const overflow: string[] = [];
    const handler = countedErrorHandler(
      loggingErrorHandler(log, (text) => overflow.push(text)),
      counter,
    );
    handler('small');
    handler(new Error('y'.repeat(600)));
    assert.equal(readLog(buffer).length, 1);
    assert.equal(overflow.length, 1);
    assert.match(overflow[0]!, /error log is full\nError: yyy/);
    assert.equal(counter.get(), 2);
    counter.close();
    handler('small');
    assert.equal(counter.get(), 2);
  });
});
