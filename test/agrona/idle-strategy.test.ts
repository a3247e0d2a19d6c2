import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  AeronError,
  BackoffIdleStrategy,
  createIdleStrategy,
  IDLE_STRATEGY_WORDS,
  type IdleStrategy,
  SleepingIdleStrategy,
  SocketWaitIdleStrategy,
} from '../../src/agrona/mod.ts';
import type { SocketPoller } from '../../src/platform/mod.ts';

/** A platform that notes how long it was asked to park, and a poller that notes how long it was to wait. */
const recorder = () => {
  const parks: number[] = [];
  const waits: number[] = [];
  const readable = { count: 0 };
  const platform = { park: (durationNs: number) => void parks.push(durationNs) };
  const poller: SocketPoller = {
    wait: (timeoutNs) => {
      waits.push(timeoutNs);
      return readable.count;
    },
    add: () => {},
    remove: () => {},
    isReadable: () => false,
    close: () => {},
  };
  return { parks, waits, readable, platform, poller };
};

const idleTimes = (strategy: IdleStrategy, times: number) => {
  for (let i = 0; i < times; i++) {
    strategy.idle(0);
  }
};

const throwsConfiguration = (action: () => unknown, pattern: RegExp) =>
  assert.throws(
    action,
    (error) => AeronError.is(error) && error.code === 'CONFIGURATION' && pattern.test(error.message),
  );

describe('BackoffIdleStrategy', () => {
  it('spins, then yields, then parks twice as long each time up to the longest', () => {
    const { platform, parks } = recorder();
    const strategy = new BackoffIdleStrategy(platform);
    idleTimes(strategy, 10);
    assert.deepEqual(parks, []);
    idleTimes(strategy, 20);
    assert.deepEqual(parks.splice(0), new Array(20).fill(0));
    idleTimes(strategy, 13);
    assert.deepEqual(
      parks,
      [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 512_000, 1_000_000, 1_000_000, 1_000_000],
    );
  });

  it('starts over after work, or when it is reset', () => {
    const { platform, parks } = recorder();
    const strategy = new BackoffIdleStrategy(platform, { maxSpins: 1, maxYields: 1, minParkPeriodNs: 5 });
    for (const startOver of [() => strategy.idle(3), () => strategy.reset()]) {
      idleTimes(strategy, 4);
      assert.deepEqual(parks.splice(0), [0, 5, 10]);
      startOver();
    }
    idleTimes(strategy, 1);
    assert.deepEqual(parks, []);
  });
});

describe('SocketWaitIdleStrategy', () => {
  it('parks on its sockets, and starts over when one is readable', () => {
    const { platform, poller, parks, waits, readable } = recorder();
    const strategy = new SocketWaitIdleStrategy(platform, poller, { maxSpins: 1, maxYields: 1 });
    idleTimes(strategy, 4);
    assert.deepEqual(parks, [0]);
    assert.deepEqual(waits.splice(0), [1_000, 2_000]);
    readable.count = 1;
    idleTimes(strategy, 1);
    assert.deepEqual(waits.splice(0), [4_000]);
    idleTimes(strategy, 2);
    assert.deepEqual(waits, []);
  });

  it('makes its longest sleeps longer while it is quiet', () => {
    const { platform, poller, waits } = recorder();
    let quietParkNs = 0;
    const options = { maxSpins: 0, maxYields: 0, minParkPeriodNs: 500_000, maxParkPeriodNs: 1_000_000 };
    const strategy = new SocketWaitIdleStrategy(platform, poller, options, {
      parkNs: () => quietParkNs,
      isAlone: () => false,
    });
    idleTimes(strategy, 2);
    quietParkNs = 4_000_000;
    idleTimes(strategy, 1);
    strategy.reset();
    idleTimes(strategy, 2);
    assert.deepEqual(waits, [500_000, 1_000_000, 4_000_000, 500_000, 4_000_000]);
  });

  it('sleeps as soon as it has spun when nobody but its sockets can tell it anything', () => {
    const { platform, poller, parks, waits, readable } = recorder();
    const quiet = { parkNs: () => 4_000_000, isAlone: () => true };
    const strategy = new SocketWaitIdleStrategy(platform, poller, { maxSpins: 3 }, quiet);
    idleTimes(strategy, 6);
    assert.deepEqual(parks, []);
    assert.deepEqual(waits.splice(0), [1_000_000, 4_000_000, 4_000_000]);
    strategy.idle(1);
    idleTimes(strategy, 3);
    assert.deepEqual(waits.splice(0), [1_000_000], 'a timer is followed by two spins');
    readable.count = 1;
    idleTimes(strategy, 1);
    idleTimes(strategy, 4);
    assert.deepEqual(waits.splice(0), [4_000_000, 1_000_000], 'a datagram is followed by three');
  });

  it('lets others go on first when a datagram wakes it after much work', () => {
    const { platform, poller, parks, readable } = recorder();
    const quiet = { parkNs: () => 4_000_000, isAlone: () => true };
    const strategy = new SocketWaitIdleStrategy(platform, poller, { maxSpins: 0 }, quiet);
    const workThenIdle = (...workCounts: number[]) => {
      for (const workCount of [...workCounts, 0]) {
        strategy.idle(workCount);
      }
      return parks.splice(0);
    };
    readable.count = 1;
    assert.deepEqual(workThenIdle(2000, 2000), []);
    assert.deepEqual(workThenIdle(2000, 3000), [0]);
    assert.deepEqual(workThenIdle(2000), []);
    readable.count = 0;
    assert.deepEqual(workThenIdle(5000), [], 'nobody sends');
  });
});

describe('createIdleStrategy', () => {
  it('knows the words of the C driver, the aliases of Agrona and the Java classes', () => {
    const { platform } = recorder();
    const words: Record<string, string> = {
      noop: 'noop',
      spin: 'spin',
      busy_spin: 'spin',
      yield: 'yield',
      yielding: 'yield',
      sleeping: 'sleep-ns',
      'sleep-ns': 'sleep-ns',
      backoff: 'backoff',
      'org.agrona.concurrent.NoOpIdleStrategy': 'noop',
      'org.agrona.concurrent.BusySpinIdleStrategy': 'spin',
      'org.agrona.concurrent.YieldingIdleStrategy': 'yield',
      'org.agrona.concurrent.SleepingIdleStrategy': 'sleep-ns',
      'org.agrona.concurrent.BackoffIdleStrategy': 'backoff',
    };
    for (const [word, alias] of Object.entries(words)) {
      assert.equal(createIdleStrategy(word, platform).alias, alias, word);
    }
    for (const word of IDLE_STRATEGY_WORDS) {
      createIdleStrategy(word, platform);
    }
  });

  it('makes strategies that idle as their arguments say', () => {
    const { platform, parks } = recorder();
    const idleOnce = (name: string, initArgs?: string) => {
      const strategy = createIdleStrategy(name, platform, initArgs === undefined ? {} : { initArgs });
      strategy.idle(1);
      strategy.idle(0);
      return parks.splice(0);
    };
    assert.deepEqual(idleOnce('noop'), []);
    assert.deepEqual(idleOnce('spin'), []);
    assert.deepEqual(idleOnce('yield'), [0]);
    assert.deepEqual(idleOnce('sleep-ns'), [1_000]);
    assert.deepEqual(idleOnce('sleep-ns', '5us'), [5_000]);
    assert.deepEqual(idleOnce('sleep-ms'), [1_000_000]);
    assert.deepEqual(idleOnce('backoff', '0-0-3us-1ms'), [3_000]);
  });

  it('waits for sockets when it backs off and is given a poller', () => {
    const { platform, poller, waits } = recorder();
    const strategy = createIdleStrategy('backoff', platform, { poller, initArgs: '0-0-3us-1ms' });
    strategy.idle(0);
    assert.deepEqual(waits, [3_000]);
  });

  it('says what it does not understand', () => {
    const { platform } = recorder();
    throwsConfiguration(() => createIdleStrategy('snooze', platform), /'snooze' is no idle strategy; known are noop/);
    throwsConfiguration(() => createIdleStrategy('toString', platform), /no idle strategy/);
    throwsConfiguration(() => createIdleStrategy('backoff', platform, { initArgs: '1-2-3' }), /10-20-1us-1ms/);
    throwsConfiguration(() => createIdleStrategy('backoff', platform, { initArgs: '1-2-3-4h' }), /no duration/);
    throwsConfiguration(() => createIdleStrategy('sleep-ns', platform, { initArgs: 'soon' }), /no duration/);
    throwsConfiguration(() => new SleepingIdleStrategy(platform, 0), /at least 1 ns/);
    throwsConfiguration(() => new BackoffIdleStrategy(platform, { maxParkPeriodNs: Number.NaN }), /at least 1 ns/);
  });
});
