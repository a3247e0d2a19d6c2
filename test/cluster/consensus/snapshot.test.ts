import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AtomicBuffer } from '../../../src/agrona/mod.ts';
import {
  ControlledFragmentAction,
  type ControlledFragmentHandler,
  type Header,
  type Image,
} from '../../../src/client/mod.ts';
import { ClusterTimeUnit } from '../../../src/cluster/codecs/mod.ts';
import { ReplicatedState } from '../../../src/cluster/consensus/replicated-state.ts';
import { type EncodedMessages, encodeSnapshot } from '../../../src/cluster/consensus/snapshot-encoder.ts';
import { type SnapshotListener, SnapshotLoader } from '../../../src/cluster/consensus/snapshot-loader.ts';
import { FrameDescriptor } from '../../../src/protocol/mod.ts';
import { SessionsUnderTest } from './session-fakes.ts';

const MARKS = { logPosition: 4096, leadershipTermId: 3, timeUnit: ClusterTimeUnit.MILLIS, appVersion: 1 };

/** An image of messages of one fragment each. */
function imageOf({ buffer, ends }: EncodedMessages): Image {
  let next = 0;
  const header = { flags: FrameDescriptor.UNFRAGMENTED } as Header;
  const controlledPoll = (handler: ControlledFragmentHandler, limit: number): number => {
    let count = 0;
    while (next < ends.length && count < limit) {
      const begin = next === 0 ? 0 : ends[next - 1]!;
      count++;
      if (handler(buffer, begin, ends[next++]! - begin, header) === ControlledFragmentAction.BREAK) {
        break;
      }
    }
    return count;
  };
  return { controlledPoll } as unknown as Image;
}

function listenerOf(state: ReplicatedState): SnapshotListener {
  return {
    onLoadBegin: () => {},
    onLoadState: ({ nextSessionId, nextServiceSessionId, logServiceSessionId }) => {
      state.sessions.table.loadNextSessionId(nextSessionId);
      state.pendingMessages(0).loadState(nextServiceSessionId, logServiceSessionId);
    },
    onLoadClusterSession: (session) => state.sessions.onLoad(session),
    onLoadTimer: (correlationId, deadline) => state.scheduleTimer(correlationId, deadline),
    onLoadPendingMessageTracker: ({ serviceId, nextServiceSessionId, logServiceSessionId }) =>
      state.pendingMessages(serviceId).loadState(nextServiceSessionId, logServiceSessionId),
    onLoadPendingMessage: (serviceId, buffer, offset, length) =>
      state.pendingMessages(serviceId).load(buffer, offset, length),
  };
}

function load(messages: EncodedMessages): ReplicatedState {
  const state = new ReplicatedState(new SessionsUnderTest().sessions, 2);
  const loader = new SnapshotLoader(imageOf(messages), listenerOf(state));
  while (loader.poll() > 0) {}
  assert.equal(loader.isDone, true);
  state.verifyLoaded();
  return state;
}

describe('a snapshot of a consensus module', () => {
  it('brings back sessions, timers, messages of each service and all counts, byte for byte', () => {
    const test = new SessionsUnderTest({ maxConcurrentSessions: 50 });
    const state = new ReplicatedState(test.sessions, 2);
    for (let i = 0; i < 20; i++) {
      test.open();
      test.sessions.table.onCommitted(test.log.length);
      state.scheduleTimer(BigInt(i) - 7n, BigInt(1000 - i));
      state.enqueueMessage(i % 2, AtomicBuffer.ofString('x'.repeat(i * 300)), 0, i * 300);
    }
    test.sessions.onServiceClose(3, 5, false);
    const messages = encodeSnapshot(MARKS, state.content);
    const loaded = load(messages);
    assert.equal(loaded.sessions.get(3)!.state, 'CLOSING');
    assert.equal(loaded.sessions.table.nextSessionId, 21);
    const again = encodeSnapshot(MARKS, loaded.content);
    const end = messages.ends.at(-1)!;
    assert.equal(again.ends.length, messages.ends.length);
    // Timers of a heap, written in its order, make another heap of the same timers.
    assert.deepEqual(sorted(again), sorted(messages));
    assert.equal(again.ends.at(-1), end);
  });

  it('is one without its services having anything to say', () => {
    const loaded = load(encodeSnapshot(MARKS, new ReplicatedState(new SessionsUnderTest().sessions, 2).content));
    assert.equal(loaded.sessions.table.nextSessionId, 1);
    loaded.content.forEachTimer(() => assert.fail('there is no timer'));
  });

  it('is refused when it has another type or no begin', () => {
    const messages = encodeSnapshot(MARKS, new ReplicatedState(new SessionsUnderTest().sessions, 1).content);
    const state = new ReplicatedState(new SessionsUnderTest().sessions, 1);
    const end = messages.ends.at(-1)!;
    const begin = messages.ends.at(-2)!;
    const onlyEnd = {
      buffer: AtomicBuffer.copyOf(messages.buffer.copyBytes(begin, end - begin)),
      ends: [end - begin],
    };
    assert.throws(() => new SnapshotLoader(imageOf(onlyEnd), listenerOf(state)).poll(), {
      code: 'SNAPSHOT_INVALID',
      message: /missing begin snapshot/,
    });
    messages.buffer.putInt64(8, 2);
    assert.throws(() => new SnapshotLoader(imageOf(messages), listenerOf(state)).poll(), {
      code: 'SNAPSHOT_INVALID',
      message: /unexpected snapshot type: 2/,
    });
  });
});

function sorted({ buffer, ends }: EncodedMessages): string[] {
  return ends
    .map((end, i) => Buffer.from(buffer.copyBytes(i === 0 ? 0 : ends[i - 1]!, end - (i === 0 ? 0 : ends[i - 1]!))))
    .map((bytes) => bytes.toString('hex'))
    .sort();
}
