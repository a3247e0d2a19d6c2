import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Aeron, messages, send } from '../../src/client/mod.ts';
import type { Platform } from '../../src/platform/mod.ts';
import { SimulatedMediaDriver, SimulatedWorld } from '../../src/simulation/mod.ts';

const CHANNEL = 'aeron:udp?endpoint=10.0.0.2:20121';
const STREAM_ID = 10;
const SECOND_NS = 1_000_000_000;

/** An ordinary program, which knows nothing of simulation but its platform. */
async function publish(platform: Platform, texts: readonly string[]): Promise<void> {
  const aeron = await Aeron.connect({ platform });
  const publication = await aeron.addPublication(CHANNEL, STREAM_ID);
  for (const text of texts) {
    await send(publication, text);
  }
}

async function collect(platform: Platform, received: string[]): Promise<void> {
  const aeron = await Aeron.connect({ platform });
  const subscription = await aeron.addSubscription(CHANNEL, STREAM_ID);
  for await (const message of messages(subscription)) {
    received.push(new TextDecoder().decode(message.data));
  }
}

function twoDrivers(seed: number) {
  const world = new SimulatedWorld({ seed, links: { latencyNs: 200_000, loss: 0.1 } });
  const launch = (name: string, address: string) =>
    SimulatedMediaDriver.launch(world.host(name, { addresses: [address] }));
  return { world, a: launch('a', '10.0.0.1'), b: launch('b', '10.0.0.2') };
}

describe('A program of the user', () => {
  it('runs over simulated drivers, through loss and a partition', async () => {
    const { world, a, b } = twoDrivers(42);
    const texts = Array.from({ length: 200 }, (_, i) => `message ${i}`);
    const received: string[] = [];
    let isOver = false;
    collect(b.host.process('collector').platform, received).catch(() => {});
    publish(a.host.process('publisher').platform, texts).then(() => {
      isOver = true;
    });
    world.after(SECOND_NS / 10, () => world.partition(['a'], ['b']));
    world.after(SECOND_NS, () => world.heal());
    assert(await world.settleUntil(() => isOver && received.length === texts.length, 60 * SECOND_NS));
    assert.deepEqual(received, texts);
    assert(world.networkCounts.lost > 0);
  });

  it('is told that its driver was killed', async () => {
    const { world, a } = twoDrivers(7);
    let lost: unknown;
    const errorHandler = (error: unknown) => {
      lost = error;
    };
    const { platform } = a.host.process('client');
    Aeron.connect({ platform, errorHandler }).catch(errorHandler);
    await world.settleUntil(() => false, SECOND_NS);
    a.kill();
    assert(await world.settleUntil(() => lost !== undefined, 20 * SECOND_NS));
    assert.equal((lost as { code?: string }).code, 'DRIVER_TIMEOUT');
  });
});

describe('A simulated media driver', () => {
  it('shows its counters and files to whoever looks, also when it is dead', () => {
    const { world, a } = twoDrivers(1);
    const aeron = Aeron.connectBlocking({ platform: a.host.process('client').platform });
    aeron.asyncAddPublication(CHANNEL, STREAM_ID);
    world.runUntil(() => a.logFiles().length > 0, SECOND_NS);
    a.kill();
    assert.equal(a.isAlive, false);
    assert.equal(a.logFiles().length, 1);
    assert.match(a.logFiles()[0]!, /^publications\/\d+\.logbuffer$/);
    const labels: string[] = [];
    a.counters.forEach((_value, _id, label) => {
      labels.push(label);
    });
    assert(labels.some((label) => label.startsWith('snd-pos: ')));
    assert.deepEqual(a.errors(), []);
  });

  it('comes back in the place of a dead one', () => {
    const { world, a } = twoDrivers(1);
    a.kill();
    a.close();
    assert.throws(() => SimulatedMediaDriver.launch(a.host), { code: 'ACTIVE_DRIVER' });
    const again = SimulatedMediaDriver.launch(a.host, { dirDeleteOnStart: true });
    world.run(SECOND_NS);
    assert(again.isAlive);
    again.close();
    assert.equal(again.isAlive, false);
  });
});
