import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type SimulatedProcess, SimulatedWorld, type TraceEvent } from '../../src/platform/simulated/mod.ts';
import { ONE_MS_NS, open, receiveNumbers, sendNumber } from './simulated-fixture.ts';

const NODES = ['a', 'b', 'c'];
const BAD_LINK = { latencyNs: 20_000, jitterNs: 50_000, loss: 0.05, duplicate: 0.05, reorder: 0.1 };

/** Nodes that gossip numbers and keep them in a file, over bad links, with a kill, a partition and a crash. */
function runGossip(seed: number, bystander = false): { hash: string; trace: TraceEvent[]; result: string } {
  const trace: TraceEvent[] = [];
  const world = new SimulatedWorld({ seed, links: BAD_LINK, onTrace: (event) => trace.push(event) });
  const hosts = NODES.map((name, i) => world.host(name, { addresses: [`10.0.0.${i + 1}`] }));
  const processes: SimulatedProcess[] = [];
  const start = (index: number): void => {
    const running = hosts[index]!.process('gossip');
    processes[index]?.kill();
    processes[index] = running;
    const { platform } = running;
    const socket = open(platform, `10.0.0.${index + 1}`);
    const journal = platform.files.open('/tmp/journal', 'w+');
    let position = 0;
    running.run(() => {
      const numbers = receiveNumbers(platform, socket);
      for (const number of numbers) {
        journal.write(new Uint8Array(Float64Array.of(number).buffer), 0, 8, position);
        position += 8;
      }
      if (platform.random.nextDouble() < 0.2) {
        const peer = NODES[Math.floor(platform.random.nextDouble() * NODES.length)]!;
        const [to] = platform.network.resolve(peer);
        sendNumber(platform, socket, to!.withPort(socket.localAddress.port), platform.clock.nanoTime());
      }
      if (platform.random.nextDouble() < 0.1) {
        journal.sync(false);
      }
      return numbers.length;
    });
    world.after(7 * ONE_MS_NS, () => running.killAfter(10));
  };
  hosts.forEach((_, index) => {
    start(index);
  });
  world.after(10 * ONE_MS_NS, () => start(0));
  world.after(12 * ONE_MS_NS, () => world.partitionOneWay(['a'], ['b', 'c']));
  world.after(15 * ONE_MS_NS, () => hosts[1]!.crash());
  world.after(16 * ONE_MS_NS, () => start(1));
  if (bystander) {
    world.random('bystander').nextInt32();
    world.host('bystander', { addresses: ['10.0.0.99'] });
  }
  world.run(30 * ONE_MS_NS);
  const journals = hosts
    .map((host) => host.process('reader').platform.files)
    .map((files) => (files.exists('/tmp/journal') ? files.readWhole('/tmp/journal').join() : 'none'));
  return { hash: world.traceHash, trace, result: journals.join('\n') };
}

describe('a simulated world', () => {
  it('is the same to the byte for the same seed', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const one = runGossip(seed);
        const other = runGossip(seed);
        assert.equal(one.hash, other.hash);
        assert.deepEqual(one.trace, other.trace);
        assert.equal(one.result, other.result);
      }),
      { numRuns: 20 },
    );
  });

  it('is another one for another seed', () => {
    const hashes = new Set(Array.from({ length: 20 }, (_, seed) => runGossip(seed).hash));
    assert.equal(hashes.size, 20);
  });

  it('does not change for what nobody uses', () => {
    const kinds = ({ trace }: { trace: TraceEvent[] }) => trace.filter(({ host }) => host !== 'bystander');
    assert.deepEqual(kinds(runGossip(5, true)), kinds(runGossip(5)));
  });

  it('traces what happened, in order', () => {
    const { trace } = runGossip(1);
    const kinds = new Set(trace.map(({ kind }) => kind));
    for (const kind of ['start', 'send', 'deliver', 'lose by loss', 'lose by down', 'write', 'sync', 'kill', 'crash']) {
      assert(kinds.has(kind), kind);
    }
    assert(trace.every(({ timeNs }, i) => i === 0 || trace[i - 1]!.timeNs <= timeNs));
  });
});
