import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { freePort } from '../ports.ts';
import type { Child } from './child.ts';
import { describeOnDriver, type Place } from './on-driver.ts';
import { type Language, type Options, Stage } from './stage.ts';
import { finish, startPublisher, startSubscriber, stream } from './streams.ts';

const LIVE_MS = 180_000;
/** More than any of these tests would ever send. */
export const ENDLESS = 1_000_000_000;

/** Time-outs short enough to be waited for, and long enough for a machine that has other things to do. */
export const SHORT_LIVES = {
  'aeron.client.liveness.timeout': '4s',
  'aeron.image.liveness.timeout': '2s',
  'aeron.publication.connection.timeout': '2s',
  'aeron.publication.linger.timeout': '200ms',
  'aeron.driver.timeout': 4000,
} as const;
/** Clients miss a driver that was killed, and only after it was too long dead to keep the next one from starting. */
const MISSED_MS = 5000;

const CHANNELS = [
  { name: 'IPC', channel: () => 'aeron:ipc?term-length=64k' },
  { name: 'UDP', channel: () => `aeron:udp?endpoint=localhost:${freePort()}|term-length=64k` },
];
const PAIRS = [
  ['typescript', 'java'],
  ['java', 'typescript'],
] as const;
const languages: readonly Language[] = ['typescript', 'java'];

/** Peers that come late, end, die and come back, on a driver of the language. */
export function describeLives(language: Language): void {
  const driver = { language, properties: SHORT_LIVES };
  describeOnDriver(`lives of publishers and subscribers on the ${language} driver`, driver, (place) => {
    for (const { name, channel } of CHANNELS) {
      for (const [from, to] of PAIRS) {
        const story = (text: string) => `${name}, ${from} to ${to}: ${text}`;
        const run = () => {
          const uri = channel();
          return { channels: { publish: uri, subscribe: uri }, count: ENDLESS, length: 'mixed' };
        };

        it(story('a late joiner gets the rest, a second publisher follows the first'), {
          timeout: LIVE_MS,
        }, async () => {
          const scene = run();
          const subscriber = startSubscriber(place, scene, { language: to }, { count: ENDLESS });
          const first = startPublisher(place, scene, { language: from }, { pauseMs: 1 });
          await subscriber.line(/^AVAILABLE .* join=0$/);
          await subscriber.line(/^FIRST/);
          const late = startSubscriber(place, scene, { language: from }, { tail: true, count: 100 });
          await late.line(/^AVAILABLE .* join=[1-9]/);
          await late.line(/^RECEIVED count=1\d\d$/);
          await finish(late);
          await finish(first);
          await subscriber.line(unavailable(await sessionOf(first), true));

          const second = startPublisher(place, scene, { language: to }, { count: 300 });
          await second.line(/^SENT count=300 /);
          await finish(second);
          await subscriber.line(unavailable(await sessionOf(second), true));
          await finish(subscriber);
          assert.equal(await countOf(subscriber, 'RECEIVED'), (await countOf(first, 'SENT')) + 300);
        });

        it(story('a publisher is killed and replaced'), { timeout: LIVE_MS }, async () => {
          const scene = run();
          const subscriber = startSubscriber(place, scene, { language: to }, { count: ENDLESS });
          // Upstream's driver cannot tell how long a message was that was claimed and not begun.
          const pace: Options = language === 'java' ? { length: 32, pauseMs: 1 } : {};
          const killed = startPublisher(place, scene, { language: from }, pace);
          await killed.line(/^CONNECTED/);
          await subscriber.line(/^AVAILABLE/);
          await killed.kill();
          await subscriber.line(unavailable(await sessionOf(killed), true));

          const successor = startPublisher(place, scene, { language: from }, { count: 1000 });
          await successor.line(/^SENT count=1000 /);
          await finish(successor);
          await subscriber.line(unavailable(await sessionOf(successor), true));
          await finish(subscriber);
          await expectNothingLeft(place);
        });

        it(story('a subscriber is killed and replaced'), { timeout: LIVE_MS }, async () => {
          const scene = run();
          const publisher = startPublisher(place, scene, { language: from });
          const killed = startSubscriber(place, scene, { language: to }, { count: ENDLESS });
          await publisher.line(/^CONNECTED/);
          await killed.line(/^AVAILABLE/);
          await killed.kill();
          await publisher.line(/^NOT-CONNECTED/);
          // An image that is still on its way out would be the successor's for a moment.
          await expectNoLogs(place, ['images']);

          const successor = startSubscriber(place, scene, { language: to }, { tail: true, count: 1000 });
          await successor.line(/^RECEIVED count=1\d\d\d$/);
          await finish(successor);
          await finish(publisher);
          await expectNothingLeft(place);
        });
      }
    }
  });

  describe(`life of the ${language} driver`, () => {
    let stage = new Stage();
    afterEach(async () => {
      await stage.clear();
      stage = new Stage();
    });

    it('is alone in its directory, is missed by clients when killed, and starts again', {
      timeout: LIVE_MS,
    }, async () => {
      const place = { stage, directory: stage.directory() };
      const killed = await stage.driver(language, place.directory, driver);
      const clients = await startClients(place);
      const rivals = languages.map((rival) => stage.startDriver(rival, place.directory, driver));
      for (const rival of rivals) {
        assert.notEqual(await rival.exit(), 0);
        assert.match(rival.output, /Active media driver detected/);
      }

      await killed.kill();
      for (const client of clients) {
        await client.line(/^ERROR .*DriverTimeout/);
        await client.line(/^CLOSED/);
        assert.equal(await client.finish(), 0, client.output);
      }

      await stage.driver(language, place.directory, driver);
      const channel = 'aeron:ipc?term-length=64k';
      const channels = { publish: channel, subscribe: channel };
      await stream(place, { from: 'java', to: 'typescript', channels, count: 1000, length: 'mixed' });
    });

    it('tells its clients when it is asked to end, and leaves no directory', { timeout: LIVE_MS }, async () => {
      const place = { stage, directory: stage.directory() };
      const ended = await stage.driver(language, place.directory, driver);
      const clients = await startClients(place);
      await ended.kill('SIGTERM');
      assert.equal(existsSync(place.directory), false);
      for (const client of clients) {
        await client.line(/^ERROR /);
        await client.line(/^CLOSED/);
        assert.equal(await client.finish(), 0, client.output);
      }
    });
  });
}

/** A publisher and a subscriber of each language, at work. */
async function startClients(place: Place): Promise<Child[]> {
  const channel = 'aeron:ipc?term-length=64k';
  const scene = { channels: { publish: channel, subscribe: channel }, count: ENDLESS, length: 32 };
  const options = { driverTimeoutMs: MISSED_MS };
  const subscribers = languages.map((language) =>
    startSubscriber(place, scene, { language }, { ...options, count: ENDLESS, tail: true }),
  );
  const publishers = languages.map((language, index) =>
    startPublisher(place, scene, { language }, { ...options, pauseMs: 1, id: index + 1 }),
  );
  await Promise.all(publishers.map((publisher) => publisher.line(/^CONNECTED/)));
  await Promise.all(subscribers.map((subscriber) => subscriber.line(/^AVAILABLE/)));
  return [...subscribers, ...publishers];
}

/** The line of a subscriber whose image has gone: after the end of the stream, or because nothing came any more. */
export function unavailable(sessionId: number, isEndOfStream: boolean): RegExp {
  return new RegExp(`^UNAVAILABLE session=${sessionId} eos=${isEndOfStream}$`);
}

export async function sessionOf(publisher: Child): Promise<number> {
  return Number((await publisher.line(/^READY session=/)).split('=')[1]);
}

async function countOf(peer: Child, word: string): Promise<number> {
  return Number((await peer.line(new RegExp(`^${word} count=`))).match(/count=(\d+)/)![1]);
}

/** Waits until the driver has removed the logs of all that ended or died. */
function expectNothingLeft(place: Place): Promise<void> {
  return expectNoLogs(place, ['publications', 'images']);
}

async function expectNoLogs(place: Place, folders: readonly string[]): Promise<void> {
  const logs = () => folders.flatMap((folder) => readdirSync(join(place.directory, folder)));
  const deadline = Date.now() + 60_000;
  while (logs().length > 0) {
    assert.ok(Date.now() < deadline, `still there: ${logs()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
