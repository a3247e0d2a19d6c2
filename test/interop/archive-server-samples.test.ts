import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { AERON_VERSIONS } from '../../scripts/java.ts';
import { type ArchivePlace, port, Stage } from './stage.ts';

const LIVE_MS = 60_000;

for (const version of [AERON_VERSIONS.current, AERON_VERSIONS.tutorial]) {
  describe(`upstream's samples of ${version} on our archive`, () => {
    const stage = new Stage();
    const channel = `aeron:udp?endpoint=localhost:${port()}`;
    let place: ArchivePlace;
    before(async () => {
      place = await stage.archive('typescript', { properties: { 'aeron.spies.simulate.connection': true } });
    });
    after(() => stage.clear());

    const sample = (name: string) =>
      stage.java(
        `io.aeron.samples.archive.${name}`,
        [],
        {
          'aeron.dir': place.directory,
          'aeron.archive.control.channel': place.controlChannel,
          'aeron.archive.control.response.channel': 'aeron:udp?endpoint=localhost:0',
          'aeron.archive.replication.channel': 'aeron:udp?endpoint=localhost:0',
          'aeron.sample.channel': channel,
          'aeron.sample.messages': 3,
          'aeron.sample.idleStrategy': 'org.agrona.concurrent.BackoffIdleStrategy',
        },
        version,
      );

    it('RecordedBasicPublisher, and ReplayedBasicSubscriber behind it', { timeout: LIVE_MS }, async () => {
      const publisher = sample('RecordedBasicPublisher');
      await publisher.line(/^Recording started: recordingId = 0$/);
      assert.equal(await publisher.exit(), 0, publisher.output);
      const subscriber = sample('ReplayedBasicSubscriber');
      await subscriber.line(/<<Hello World! 2>>/);
      await subscriber.kill('SIGTERM');
    });
  });
}
