import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RecordingSession } from '../../../src/archive/server/recording-session.ts';

describe('RecordingSession', () => {
  it('tells of its start before its end when it is stopped before it has begun', () => {
    const said: string[] = [];
    const session = new RecordingSession({
      aeron: { getCounter: () => undefined, asyncRemoveCounter: () => said.push('counter given back') },
      image: { joinPosition: 0, termBufferLength: 65536 },
      blockLengthLimit: 65536,
      writer: { close: () => said.push('file closed') },
      onStart: () => said.push('started'),
    } as never);
    session.doWork();
    assert.deepEqual(said, []);
    session.abort('a test');
    session.doWork();
    assert.equal(session.isDone, true);
    assert.deepEqual(said, ['started']);
    session.close();
    assert.deepEqual(said, ['started', 'file closed', 'counter given back']);
  });
});
