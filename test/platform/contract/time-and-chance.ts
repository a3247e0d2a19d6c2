import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type MakePlatform, platformFor } from './fixture.ts';

const ONE_MS_NS = 1_000_000;

export function timeAndChanceContract(makePlatform: MakePlatform): void {
  describe('time', () => {
    const given = platformFor(makePlatform);

    it('grows in whole nanoseconds', () => {
      const { clock } = given.platform;
      let last = clock.nanoTime();
      for (let i = 0; i < 10_000; i++) {
        const now = clock.nanoTime();
        assert(Number.isSafeInteger(now), `${now} is a safe integer`);
        assert(now >= last, `${now} is not before ${last}`);
        last = now;
      }
    });

    it('passes while the thread is parked', () => {
      const { clock } = given.platform;
      const start = clock.nanoTime();
      given.platform.park(3 * ONE_MS_NS);
      const passedNs = clock.nanoTime() - start;
      assert(passedNs >= 2.9 * ONE_MS_NS, `${passedNs} ns passed`);
    });

    it('does not park for no time or less', () => {
      given.platform.park(0);
      given.platform.park(-1);
    });

    it('tells the date in milliseconds and in nanoseconds', () => {
      const { clock } = given.platform;
      const ms = clock.epochTimeMs();
      const ns = clock.epochTimeNs();
      const laterMs = clock.epochTimeMs();
      assert(Number.isSafeInteger(ms));
      const isBetween = Number(ns / 1_000_000n) > ms - 1000 && Number(ns / 1_000_000n) < laterMs + 1000;
      assert(isBetween, `${ns} ns and ${ms} to ${laterMs} ms are the same time`);
    });

    it('lets the date and the monotonic time pass alike', () => {
      const { clock } = given.platform;
      // The thread may lose its core between any two lines.
      const startNs = clock.nanoTime();
      const startDateNs = clock.epochTimeNs();
      const parkedNs = clock.nanoTime();
      given.platform.park(5 * ONE_MS_NS);
      const wokenNs = clock.nanoTime();
      const passedDateNs = Number(clock.epochTimeNs() - startDateNs);
      const [shortestNs, longestNs] = [wokenNs - parkedNs, clock.nanoTime() - startNs];
      const isBetween = passedDateNs > shortestNs - 50 * ONE_MS_NS && passedDateNs < longestNs + 50 * ONE_MS_NS;
      assert(isBetween, `${passedDateNs} ns, and ${shortestNs} to ${longestNs} ns`);
    });
  });

  describe('random numbers', () => {
    const given = platformFor(makePlatform);

    it('are signed integers of 32 bits that differ', () => {
      const { random } = given.platform;
      const seen = new Set<number>();
      for (let i = 0; i < 1000; i++) {
        const value = random.nextInt32();
        assert.equal(value, value | 0);
        seen.add(value);
      }
      assert(seen.size > 990);
      assert([...seen].some((value) => value < 0) && [...seen].some((value) => value > 0));
    });

    it('are spread over zero to one', () => {
      const { random } = given.platform;
      let sum = 0;
      for (let i = 0; i < 10_000; i++) {
        const value = random.nextDouble();
        assert(value >= 0 && value < 1);
        sum += value;
      }
      assert(sum > 4500 && sum < 5500, `the mean of 10000 is ${sum / 10_000}`);
    });

    it('fill arrays', () => {
      const bytes = new Uint8Array(1000);
      given.platform.random.fill(bytes);
      assert(new Set(bytes).size > 200);
    });
  });

  describe('processes', () => {
    const given = platformFor(makePlatform);

    it('are alive while they run', () => {
      const { processes } = given.platform;
      assert(Number.isInteger(processes.pid) && processes.pid > 0);
      assert(processes.isAlive(processes.pid));
    });

    it('are not alive under ids that no process can have', () => {
      for (const pid of [0, -1, 1.5, Number.NaN, 0x7fff_fff0, 2 ** 40]) {
        assert.equal(given.platform.processes.isAlive(pid), false, `${pid}`);
      }
    });
  });

  describe('the environment', () => {
    const given = platformFor(makePlatform);

    it('has names and directories', () => {
      const { environment, files } = given.platform;
      assert.notEqual(environment.userName, '');
      assert.notEqual(environment.hostName, '');
      assert.notEqual(environment.temporaryDirectory, '');
      assert.notEqual(environment.currentDirectory, '');
      const { sharedMemoryDirectory } = environment;
      if (sharedMemoryDirectory !== undefined) {
        assert.equal(files.stat(sharedMemoryDirectory)?.kind, 'directory');
      }
    });

    it('does not know variables that nobody set', () => {
      assert.equal(given.platform.environment.get('AERON_A_VARIABLE_THAT_NOBODY_SETS'), undefined);
    });
  });

  describe('allocated memory', () => {
    const given = platformFor(makePlatform);

    it('is zero, aligned to 64 bytes and separate', () => {
      const blocks = [1, 63, 64, 65, 4096, 100_000].map((length) => ({
        length,
        memory: given.platform.allocate(length),
      }));
      for (const { length, memory } of blocks) {
        assert.equal(memory.length, length);
        assert.equal(memory.arrayBuffer.byteLength, length);
        assert.equal(memory.address % 64, 0);
        assert(new Uint8Array(memory.arrayBuffer).every((byte) => byte === 0));
        new Uint8Array(memory.arrayBuffer).fill(0xff);
      }
      const ranges = blocks.map(({ memory }) => [memory.address, memory.address + memory.length] as const);
      ranges.sort(([a], [b]) => a - b);
      for (let i = 1; i < ranges.length; i++) {
        assert(ranges[i - 1]![1] <= ranges[i]![0], 'blocks do not overlap');
      }
    });

    it('can be of no length', () => {
      assert.equal(given.platform.allocate(0).arrayBuffer.byteLength, 0);
    });
  });
}
