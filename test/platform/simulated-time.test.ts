import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SimulatedWorld } from '../../src/platform/simulated/mod.ts';
import { ONE_MS_NS, ONE_SECOND_NS, receiveNumbers, sendNumber, throwsCode, twoHosts } from './simulated-fixture.ts';

function oneHost(seed = 1) {
  const world = new SimulatedWorld({ seed });
  const host = world.host('a');
  const start = (name = 'p') => host.process(name);
  return { world, host, start };
}

describe('simulated time', () => {
  it('passes only when the world is told to go on', () => {
    const { world, start } = oneHost();
    const { clock } = start().platform;
    const before = clock.nanoTime();
    assert.equal(clock.nanoTime(), before);
    world.advance(1234);
    assert.equal(clock.nanoTime(), before + 1234);
    assert.equal(world.now, 1234);
  });

  it('drifts and is set by host', () => {
    const world = new SimulatedWorld({ seed: 1, startEpochMs: 1_000_000 });
    const fast = world.host('fast', { clockDriftPpm: 1000, clockOffsetMs: 50 });
    const { clock } = fast.process('p').platform;
    const slow = world.host('slow', { clockDriftPpm: -1000 }).process('p').platform.clock;
    const [fastStart, slowStart] = [clock.nanoTime(), slow.nanoTime()];
    assert.equal(clock.epochTimeMs(), 1_000_050);
    world.advance(10 * ONE_SECOND_NS);
    assert.equal(clock.nanoTime() - fastStart, 10 * ONE_SECOND_NS + 10 * ONE_MS_NS);
    assert.equal(slow.nanoTime() - slowStart, 10 * ONE_SECOND_NS - 10 * ONE_MS_NS);
    assert.equal(clock.epochTimeMs(), 1_010_060);
    assert.equal(clock.epochTimeNs(), 1_010_060n * 1_000_000n);
    fast.setClockDrift(0);
    fast.setClockOffset(-100);
    world.advance(ONE_SECOND_NS);
    assert.equal(clock.nanoTime() - fastStart, 11 * ONE_SECOND_NS + 10 * ONE_MS_NS);
    assert.equal(clock.epochTimeMs(), 1_010_910);
  });

  it('counts from an origin of each process', () => {
    const { start } = oneHost();
    assert.notEqual(start().platform.clock.nanoTime(), start().platform.clock.nanoTime());
  });

  it('is not waited for without letting it pass', () => {
    const { start } = oneHost();
    const { clock } = start().platform;
    const deadlineNs = clock.nanoTime() + 1;
    assert.throws(() => {
      while (clock.nanoTime() < deadlineNs) {}
    }, /use an idle strategy that parks/);
  });
});

describe('duty cycles in a simulated world', () => {
  it('are each invoked once a step, busy ones close together and idle ones far apart', () => {
    const { world, start } = oneHost();
    const counts = [0, 0];
    let work = 1;
    for (const i of counts.keys()) {
      start().run(() => {
        counts[i]!++;
        return work;
      });
    }
    assert.equal(world.step(), 2);
    assert.deepEqual(counts, [1, 1]);
    assert.equal(world.now, 10_000);
    work = 0;
    assert.equal(world.step(), 0);
    assert.equal(world.now, 10_000 + ONE_MS_NS);
    world.after(300_000, () => {});
    world.step();
    assert.equal(world.now, 310_000 + ONE_MS_NS);
  });

  it('are invoked in different orders, by the seed', () => {
    const orders = (seed: number): string => {
      const { world, start } = oneHost(seed);
      const order: number[] = [];
      for (let i = 0; i < 5; i++) {
        start().run(() => order.push(i));
      }
      world.run(100_000);
      return order.join('');
    };
    assert.equal(orders(1), orders(1));
    assert.notEqual(orders(1), orders(2));
  });

  it('end with stop', () => {
    const { world, start } = oneHost();
    let count = 0;
    const running = start().run(() => ++count);
    world.run(20_000);
    running.stop();
    world.run(ONE_MS_NS);
    assert.equal(count, 2);
  });

  it('are asked until a condition holds, or a time has passed', () => {
    const { world, start } = oneHost();
    let count = 0;
    start().run(() => ++count);
    assert.equal(
      world.runUntil(() => count === 50, ONE_SECOND_NS),
      true,
    );
    assert.equal(world.now, 500_000);
    assert.equal(
      world.runUntil(() => false, ONE_SECOND_NS),
      false,
    );
    assert.equal(world.now, 500_000 + ONE_SECOND_NS);
  });

  it('that throw end their process, and the step says so', () => {
    const { world, start } = oneHost();
    const faulty = start();
    let others = 0;
    start().run(() => ++others);
    faulty.run(() => {
      throw new Error('a bug in the agent');
    });
    assert.throws(() => world.step(), /a bug in the agent/);
    assert.equal(faulty.isAlive, false);
    world.step();
    assert.equal(others, 2);
  });
});

describe('parking in a simulated world', () => {
  it('lets duty cycles run and time pass for plain code', () => {
    const { world, start } = oneHost();
    const { platform } = start();
    let count = 0;
    start().run(() => ++count);
    platform.park(ONE_MS_NS);
    assert.equal(world.now, ONE_MS_NS);
    assert.equal(count, 100);
  });

  it('lets all others run from within a duty cycle, which is not entered again', () => {
    const { world, start } = oneHost();
    const waiting = start();
    let answer = 0;
    let depth = 0;
    let rounds = 0;
    waiting.run(() => {
      depth++;
      assert.equal(depth, 1);
      while (answer < 3) {
        waiting.platform.park(0);
        rounds++;
      }
      depth--;
      return 1;
    });
    start().run(() => ++answer);
    world.step();
    assert(answer >= 3 && rounds > 0);
    assert.equal(depth, 0);
  });

  it('wakes a poller at the moment a datagram arrives', () => {
    const { world, a, b } = twoHosts(1, { latencyNs: 70_001 });
    const poller = b.platform.network.createPoller();
    poller.add(b.socket);
    sendNumber(a.platform, a.socket, b.address, 1);
    assert.equal(poller.wait(ONE_SECOND_NS), 1);
    assert.equal(world.now, 70_001);
    assert.equal(poller.wait(ONE_SECOND_NS), 1, 'returns at once while there is something to read');
    assert.equal(world.now, 70_001);
    receiveNumbers(b.platform, b.socket);
    assert.equal(poller.wait(ONE_SECOND_NS), 0);
    assert.equal(world.now, 70_001 + ONE_SECOND_NS);
  });

  it('wakes a poller at the answer of an agent', () => {
    const { world, a, b } = twoHosts(1);
    b.running.run(() => {
      const questions = receiveNumbers(b.platform, b.socket);
      for (const question of questions) {
        sendNumber(b.platform, b.socket, a.address, question + 1);
      }
      return questions.length;
    });
    const poller = a.platform.network.createPoller();
    poller.add(a.socket);
    sendNumber(a.platform, a.socket, b.address, 41);
    assert.equal(poller.wait(ONE_SECOND_NS), 1);
    assert.deepEqual(receiveNumbers(a.platform, a.socket), [42]);
    assert(world.now < ONE_MS_NS);
  });

  it('for ever in a world where nothing will happen is an error', () => {
    const { start } = oneHost();
    const poller = start().platform.network.createPoller();
    assert.throws(() => poller.wait(Number.POSITIVE_INFINITY), /nothing will ever happen/);
  });

  it('ends when the process is killed meanwhile', () => {
    const { world, start } = oneHost();
    const waiting = start();
    let isOver = false;
    waiting.run(() => {
      waiting.platform.park(ONE_SECOND_NS);
      isOver = true;
      return 0;
    });
    world.after(ONE_MS_NS, () => waiting.kill());
    world.run(2 * ONE_SECOND_NS);
    assert.equal(isOver, false);
    assert.equal(waiting.isAlive, false);
  });
});

describe('scheduled calls in a simulated world', () => {
  it('are made at their time and in their order, unless cancelled', () => {
    const { world, start } = oneHost();
    const { scheduler } = start().platform;
    const calls: string[] = [];
    scheduler.after(2, () => calls.push(`two at ${world.now}`));
    scheduler.after(1, () => calls.push(`one at ${world.now}`));
    scheduler.after(1, () => calls.push('cancelled')).cancel();
    scheduler.soon(() => calls.push('soon'));
    assert.deepEqual(calls, []);
    world.advance(3 * ONE_MS_NS);
    assert.deepEqual(calls, ['soon', 'one at 1000000', 'two at 2000000']);
  });

  it('wait while other code of their event loop waits', () => {
    const { world, start } = oneHost();
    const { platform } = start();
    const calls: string[] = [];
    platform.scheduler.after(1, () => {
      calls.push('first starts');
      platform.park(5 * ONE_MS_NS);
      calls.push('first ends');
    });
    platform.scheduler.after(2, () => calls.push(`second at ${world.now}`));
    world.advance(10 * ONE_MS_NS);
    assert.deepEqual(calls, ['first starts', 'first ends', 'second at 6000000']);
  });

  it('die with their process', () => {
    const { world, start } = oneHost();
    const dying = start();
    let calls = 0;
    dying.platform.scheduler.after(1, () => calls++);
    dying.kill();
    world.advance(ONE_SECOND_NS);
    assert.equal(calls, 0);
  });

  it('drive programs that await', async () => {
    const { world, start } = oneHost();
    const { scheduler } = start().platform;
    const sleep = (delayMs: number) => new Promise<void>((resolve) => scheduler.after(delayMs, resolve));
    let at = 0;
    const program = async () => {
      for (let i = 0; i < 10; i++) {
        await sleep(100);
      }
      at = world.now;
    };
    const running = program();
    assert(await world.settleUntil(() => at > 0, 2 * ONE_SECOND_NS));
    assert.equal(at, ONE_SECOND_NS);
    await running;
    assert.equal(await world.settleUntil(() => false, ONE_MS_NS), false);
  });
});

describe('simulated processes', () => {
  it('have ids of their own and are alive until killed', () => {
    const { start } = oneHost();
    const [one, other] = [start(), start()];
    assert.notEqual(one.pid, other.pid);
    assert(other.platform.processes.isAlive(one.pid));
    one.kill();
    one.kill();
    assert.equal(other.platform.processes.isAlive(one.pid), false);
    assert.equal(other.platform.processes.pid, other.pid);
  });

  it('that were killed do nothing more and can do nothing more', () => {
    const { world, a, b } = twoHosts(1);
    let count = 0;
    b.running.run(() => ++count);
    const mapped = b.platform.files.createMapped('/dev/shm/file', 4096);
    const bytes = new Uint8Array(mapped.arrayBuffer);
    const poller = b.platform.network.createPoller();
    b.running.kill();
    world.run(ONE_MS_NS);
    assert.equal(count, 0);
    throwsCode('PROCESS_DEAD', () => b.platform.clock.nanoTime());
    throwsCode('PROCESS_DEAD', () => b.platform.files.exists('/dev/shm'));
    throwsCode('PROCESS_DEAD', () => b.platform.park(1));
    throwsCode('PROCESS_DEAD', () => b.platform.allocate(1));
    throwsCode('PROCESS_DEAD', () => b.platform.scheduler.soon(() => {}));
    throwsCode('PROCESS_DEAD', () => sendNumber(a.platform, b.socket, a.address, 1));
    throwsCode('PROCESS_DEAD', () => poller.wait(1));
    throwsCode('PROCESS_DEAD', () => b.running.run(() => 0));
    assert.equal(bytes.length, 0, 'its mappings are gone');
    sendNumber(a.platform, a.socket, b.address, 1);
    world.advance(ONE_MS_NS);
    assert.equal(world.networkCounts.unheard, 1, 'its sockets are closed');
  });

  it('can be killed in the middle of what they do', () => {
    const { world, host, start } = oneHost();
    const dying = start();
    dying.run(() => {
      for (let i = 0; i < 10; i++) {
        dying.platform.files.writeWhole(`/tmp/${i}`, new Uint8Array(1));
      }
      return 10;
    });
    dying.killAfter(4);
    world.step();
    assert.equal(dying.isAlive, false);
    const written = host.process('looks').platform.files.list('/tmp');
    assert(written.length > 0 && written.length < 10, `${written}`);
  });

  it('that are paused run nothing, and go on later', () => {
    const { world, a, b } = twoHosts(1);
    const received: number[] = [];
    b.running.run(() => {
      const numbers = receiveNumbers(b.platform, b.socket);
      received.push(...numbers);
      return numbers.length;
    });
    let calls = 0;
    b.platform.scheduler.after(1, () => calls++);
    b.running.pause();
    sendNumber(a.platform, a.socket, b.address, 1);
    world.run(10 * ONE_MS_NS);
    assert.deepEqual([received, calls], [[], 0]);
    b.running.resume();
    world.run(ONE_MS_NS);
    assert.deepEqual([received, calls], [[1], 1]);
  });

  it('have variables of their own', () => {
    const { host } = oneHost();
    const { environment } = host.process('p', { variables: { AERON_DIR: '/dev/shm/x' } }).platform;
    assert.equal(environment.get('AERON_DIR'), '/dev/shm/x');
    assert.equal(environment.get('HOME'), undefined);
    assert.equal(environment.hostName, 'a');
  });
});
