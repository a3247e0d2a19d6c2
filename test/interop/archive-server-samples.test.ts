import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { AERON_VERSIONS } from '../../scripts/java.ts';
import { freePort } from '../ports.ts';
import { type ArchivePlace, type Options, Stage } from './stage.ts';

const LIVE_MS = 180_000;

for (const version of [AERON_VERSIONS.current, AERON_VERSIONS.tutorial]) {
  describe(`upstream's samples of ${version} on our archive`, () => {
    const stage = new Stage();
    const channel = `aeron:udp?endpoint=localhost:${freePort()}`;
    let place: ArchivePlace;
    before(async () => {
      place = await stage.archive('typescript', { properties: { 'aeron.spies.simulate.connection': true } });
    });
    after(() => stage.clear());

    const sample = (name: string, properties: Options = {}, args: readonly string[] = []) =>
      stage.java(
        `io.aeron.samples.archive.${name}`,
        args,
        {
          'aeron.dir': place.directory,
          'aeron.archive.control.channel': place.controlChannel,
          'aeron.archive.control.response.channel': 'aeron:udp?endpoint=localhost:0',
          'aeron.archive.replication.channel': 'aeron:udp?endpoint=localhost:0',
          'aeron.sample.channel': channel,
          'aeron.sample.messages': 3,
          'aeron.sample.idleStrategy': 'org.agrona.concurrent.BackoffIdleStrategy',
          ...properties,
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

    it('SegmentInspector', { timeout: LIVE_MS }, async () => {
      const inspector = sample('SegmentInspector', {}, [join(place.archiveDirectory, '0-0.rec')]);
      assert.equal(await inspector.exit(), 0, inspector.output);
      assert.match(inspector.output, /^0: DATA Header\{frame-length=46 version=0 flags=11000000 type=1 term-offset=0/m);
      assert.match(inspector.output, /^48656C6C6F20576F726C64212032$/m, 'Hello World! 2');
    });

    it('RecordingReplicator, into a new recording and over an old one', { timeout: LIVE_MS }, async () => {
      const copy = await stage.archive('typescript');
      const replicate = (target: number) =>
        sample('RecordingReplicator', {
          'aeron.dir': copy.directory,
          'aeron.archive.control.channel': copy.controlChannel,
          'aeron.sample.archive.replicate.source.recording.id': 0,
          'aeron.sample.archive.replicate.destination.recording.id': target,
          'aeron.sample.archive.replicate.source.control.request.channel': place.controlChannel,
          'aeron.sample.archive.replicate.replication.channel': 'aeron:udp?endpoint=localhost:0',
        });
      const replicated = /^Source recordingId=0 replicated to the destination recordingId=0\.$/;
      const first = replicate(-1);
      await first.line(replicated);
      assert.equal(await first.exit(), 0, first.output);
      const second = replicate(0);
      await second.line(/^Destination recording=0 will be replaced/);
      second.type('y\n');
      await second.line(replicated);
      assert.equal(await second.exit(), 0, second.output);
    });

    it('ReplayMergeSubscriber', { timeout: LIVE_MS, skip: version === AERON_VERSIONS.tutorial }, async () => {
      const properties = {
        'aeron.sample.channel': `aeron:udp?endpoint=localhost:${freePort()}`,
        'aeron.sample.messages': 1000,
      };
      const publisher = sample('RecordedBasicPublisher', properties);
      await publisher.line(/^Offering 2\/1000/);
      const subscriber = sample('ReplayMergeSubscriber', properties);
      await subscriber.line(/^Message to replay stream 1001 .*<<Hello World! 0>>$/);
      await subscriber.line(/^ReplayMerge has joined live stream\.$/);
      await subscriber.line(/^Message to live stream 1001 .*<<Hello World! \d+>>$/);
      await subscriber.kill('SIGTERM');
      await publisher.kill('SIGTERM');
    });
  });
}
