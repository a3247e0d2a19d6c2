import { afterEach, describe, it } from 'node:test';
import { freePort } from '../ports.ts';
import { ENDLESS, SHORT_LIVES, sessionOf, unavailable } from './lives.ts';
import { Stage } from './stage.ts';
import { finish, startPublisher, startSubscriber } from './streams.ts';

describe('our driver and a Java driver that loses sight of it, and the other way round', () => {
  let stage = new Stage();
  afterEach(async () => {
    await stage.clear();
    stage = new Stage();
  });

  for (const [victim, survivor] of [
    ['typescript', 'java'],
    ['java', 'typescript'],
  ] as const) {
    it(`the ${victim} driver is killed and another one takes its place`, { timeout: 300_000 }, async () => {
      const driver = { properties: SHORT_LIVES };
      const doomed = stage.directory();
      const place = { stage, directory: stage.directory() };
      await stage.driver(survivor, place.directory, driver);
      const killed = await stage.driver(victim, doomed, driver);
      const scene = () => {
        const channel = `aeron:udp?endpoint=localhost:${freePort()}|term-length=64k`;
        return { channels: { publish: channel, subscribe: channel }, count: ENDLESS, length: 'mixed' };
      };

      const toSurvivor = scene();
      const subscriber = startSubscriber(place, toSurvivor, { language: survivor }, { count: ENDLESS });
      const sender = startPublisher(place, toSurvivor, { language: victim, directory: doomed });
      const toVictim = scene();
      const receiver = startSubscriber(place, toVictim, { language: victim, directory: doomed }, { count: ENDLESS });
      const publisher = startPublisher(place, toVictim, { language: survivor });
      await Promise.all([subscriber, receiver].map((peer) => peer.line(/^AVAILABLE/)));
      await publisher.line(/^CONNECTED/);
      await killed.kill();
      await subscriber.line(unavailable(await sessionOf(sender), false));
      await publisher.line(/^NOT-CONNECTED/);

      const successor = { language: victim, directory: stage.directory() };
      await stage.driver(victim, successor.directory, driver);
      const newSender = startPublisher(place, { ...toSurvivor, count: 1000 }, successor);
      const newReceiver = startSubscriber(place, toVictim, successor, { tail: true, count: 1000 });
      await newSender.line(/^SENT count=1000 /);
      await newReceiver.line(/^RECEIVED count=1\d\d\d$/);
      await finish(newSender);
      await subscriber.line(unavailable(await sessionOf(newSender), true));
      await Promise.all([newReceiver, subscriber, publisher].map(finish));
    });
  }
});
