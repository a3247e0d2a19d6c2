import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { SleepingMillisIdleStrategy } from '../../src/agrona/mod.ts';
import {
  AeronArchive,
  ArchiveTimeoutError,
  type RecordingDescriptor,
  RecordingEventsAdapter,
  RecordingEventsPoller,
  RecordingPos,
  RecordingSignal,
  ReplayMerge,
  SourceLocation,
} from '../../src/archive/mod.ts';
import { Aeron } from '../../src/client/mod.ts';
import { nativePlatform } from '../../src/platform/native/mod.ts';
import { freePort } from '../ports.ts';
import {
  connect,
  messageOf,
  optionsFor,
  publish,
  RECORDED_CHANNEL,
  record,
  recorded,
  recordingOf,
  streamId,
  until,
} from './archive-place.ts';
import { SHORT_LIVES } from './lives.ts';
import { type ArchivePlace, type Language, Stage } from './stage.ts';

const LIVE_MS = 180_000;

/** The forms of our client for agents, and what else it has, on an archive of a language. */
export function describeForms(title: string, language: Language): void {
  describe(title, () => {
    const stage = new Stage();
    let place: ArchivePlace;

    before(async () => {
      place = await stage.archive(language);
    });
    after(() => stage.clear());

    const invoked = () =>
      Aeron.connectBlocking({
        platform: nativePlatform(),
        aeronDirectoryName: place.directory,
        useConductorAgentInvoker: true,
      });

    it('blocks by asking the idle strategy', { timeout: LIVE_MS }, () => {
      using archive = AeronArchive.connectBlocking(
        optionsFor(place, { idleStrategy: new SleepingMillisIdleStrategy(nativePlatform()) }),
      );
      const stream = streamId();
      const publication = archive.addRecordedExclusivePublication(RECORDED_CHANNEL, stream).block();
      const { idleStrategy } = archive.context;
      const deadline = Date.now() + LIVE_MS;
      const blockUntil = (isDone: () => boolean) => {
        while (!isDone()) {
          assert.ok(Date.now() < deadline);
          idleStrategy.idle(archive.context.aeron.conductorAgentInvoker!.invoke());
        }
      };
      blockUntil(() => publication.offer(messageOf(0, 100)) > 0);
      let recordingId = -1;
      blockUntil(() => {
        recordingId = archive.findLastMatchingRecording(0, 'aeron:ipc', stream, publication.sessionId).block();
        return recordingId >= 0;
      });
      blockUntil(() => archive.getRecordingPosition(recordingId).block() === publication.position);
      archive.stopRecording(publication).block();
      assert.throws(() => archive.stopReplay(1n).block() ?? archive.getStartPosition(1_000_000).block(), {
        code: 'UNKNOWN_RECORDING',
      });
      const descriptors: RecordingDescriptor[] = [];
      assert.equal(archive.listRecording(recordingId, (descriptor) => descriptors.push(descriptor)).block(), 1);
      const replay = archive.replay(recordingId, 'aeron:ipc', streamId()).block();
      let received = 0;
      blockUntil(() => {
        replay.poll(() => received++, 10);
        return received === 1;
      });
    });

    it('is polled by agents, which send with the proxy', { timeout: LIVE_MS }, async () => {
      using aeron = invoked();
      const invoke = () => void aeron.conductorAgentInvoker!.invoke();
      const polled = <T>(what: string, poll: () => T | undefined | false) =>
        until(what, () => {
          invoke();
          return poll();
        });
      const connecting = AeronArchive.asyncConnect(optionsFor(place, { aeron }));
      using archive = await polled('the archive answers', () => connecting.poll());
      assert.equal(connecting.state, 'DONE');

      const { archiveProxy, controlSessionId, controlResponsePoller: poller } = archive;
      const stream = streamId();
      const ask = async (send: (correlationId: number) => boolean) => {
        const correlationId = aeron.nextCorrelationId();
        assert.equal(send(correlationId), true);
        await polled('an answer', () => {
          poller.poll();
          return poller.isPollComplete && poller.correlationId === correlationId && poller.templateId === 1;
        });
        return poller.relevantId;
      };
      await ask((id) =>
        archiveProxy.startRecording(RECORDED_CHANNEL, stream, SourceLocation.LOCAL, false, id, controlSessionId),
      );
      const publicationId = aeron.asyncAddExclusivePublication(RECORDED_CHANNEL, stream);
      const publication = await polled('the publication', () => aeron.getExclusivePublication(publicationId));
      const signals = archive.recordingSignalPoller;
      await polled('the signal', () => {
        signals.poll();
        return signals.isPollComplete && signals.recordingSignal === RecordingSignal.START;
      });
      const { recordingId } = signals;
      await polled('room', () => publication.offer(messageOf(0, 100)) > 0);
      await polled('the message is recorded', () => {
        const request = archive.getRecordingPosition(recordingId);
        while (!request.poll()) {
          invoke();
        }
        return request.result === publication.position;
      });

      const found: number[] = [];
      const listing = archive.recordingDescriptorPoller;
      const correlationId = aeron.nextCorrelationId();
      listing.reset(correlationId, 1, (descriptor) => found.push(descriptor.recordingId));
      assert.ok(archiveProxy.listRecording(recordingId, correlationId, controlSessionId));
      await polled('the descriptor', () => {
        listing.poll();
        return listing.isDispatchComplete;
      });
      assert.deepEqual(found, [recordingId]);
      assert.equal(listing.remainingRecordCount, 0);

      const channels: string[] = [];
      const subscriptions = archive.recordingSubscriptionDescriptorPoller;
      const secondId = aeron.nextCorrelationId();
      subscriptions.reset(secondId, 5, (descriptor) => channels.push(descriptor.strippedChannel));
      assert.ok(archiveProxy.listRecordingSubscriptions(0, 5, 'aeron:ipc', stream, true, secondId, controlSessionId));
      await polled('the subscription', () => {
        subscriptions.poll();
        return subscriptions.isDispatchComplete;
      });
      assert.deepEqual(channels, ['aeron:ipc']);
      assert.equal(subscriptions.remainingSubscriptionCount, 4);

      const counters = aeron.countersReader;
      const counterId = RecordingPos.findCounterIdByRecording(counters, recordingId, archive.archiveId);
      assert.equal(counterId, RecordingPos.findCounterIdBySession(counters, publication.sessionId));
      assert.equal(counters.getCounterValue(counterId), publication.position);
      assert.equal(RecordingPos.getRecordingId(counters, counterId), recordingId);
      assert.equal(RecordingPos.getSourceIdentity(counters, counterId), 'aeron:ipc');
      assert.ok(RecordingPos.isActive(counters, counterId, recordingId));
      assert.equal(RecordingPos.findCounterIdByRecording(counters, recordingId, 123n), -1);
      assert.equal(RecordingPos.findCounterIdByRecording(counters, 1_000_000), -1);
      await ask((id) => archiveProxy.stopRecordingByIdentity(recordingId, id, controlSessionId));
      await polled('the counter goes', () => !RecordingPos.isActive(counters, counterId, recordingId));
      assert.equal(RecordingPos.getRecordingId(counters, counterId), -1);
    });

    it('hears of the progress of recordings', { timeout: LIVE_MS }, async () => {
      await using archive = await connect(place);
      const { aeron } = archive.context;
      const channel = place.recordingEventsChannel.replace('control-mode=dynamic|', 'endpoint=localhost:0|');
      const one = await aeron.addSubscription(`${channel}|control-mode=dynamic`, 30);
      const two = await aeron.addSubscription(`${channel}|control-mode=dynamic`, 30);
      await until('the events come', () => one.isConnected && two.isConnected);
      const { recordingId, stopPosition } = await record(archive, streamId(), 10);

      const events: string[] = [];
      const adapter = new RecordingEventsAdapter(
        {
          onStart: (id, startPosition, _sessionId, _streamId, startChannel, sourceIdentity) =>
            id === recordingId && events.push(`start ${startPosition} ${startChannel.slice(0, 9)} ${sourceIdentity}`),
          onProgress: (id, startPosition, position) =>
            id === recordingId && events.push(`progress ${startPosition} ${position <= stopPosition}`),
          onStop: (id, startPosition, position) =>
            id === recordingId && events.push(`stop ${startPosition} ${position}`),
        },
        one,
        10,
      );
      await until('the recording stops', () => {
        adapter.poll();
        return events.some((event) => event.startsWith('stop'));
      });
      assert.deepEqual(
        [...new Set(events)],
        ['start 0 aeron:ipc aeron:ipc', 'progress 0 true', `stop 0 ${stopPosition}`],
      );

      const poller = new RecordingEventsPoller(two);
      await until('the recording stops', () => {
        poller.poll();
        return poller.isPollComplete && poller.recordingId === recordingId && poller.recordingStopPosition >= 0;
      });
      assert.equal(poller.recordingStopPosition, stopPosition);
      assert.equal(poller.recordingStartPosition, 0);
    });

    it('merges a replay with the live stream', { timeout: LIVE_MS }, async () => {
      await using archive = await connect(place);
      const { aeron } = archive.context;
      const stream = streamId();
      const control = `localhost:${freePort()}`;
      const publication = await aeron.addExclusivePublication(
        `aeron:udp?control-mode=dynamic|control=${control}|term-length=64k|ssc=true`,
        stream,
      );
      const session = publication.sessionId;
      await archive.startRecording(
        `aeron:udp?control-mode=dynamic|control=${control}|session-id=${session}`,
        stream,
        SourceLocation.LOCAL,
      );
      await publish(publication, 0, 300, 100);
      const recordingId = await recordingOf(archive, stream, session);
      await recorded(archive, recordingId, publication.position);

      const subscription = await aeron.addSubscription(`aeron:udp?control-mode=manual|session-id=${session}`, stream);
      using merge = new ReplayMerge({
        subscription,
        archive,
        replayChannel: `aeron:udp?session-id=${session}`,
        replayDestination: 'aeron:udp?endpoint=localhost:0',
        liveDestination: `aeron:udp?endpoint=localhost:0|control=${control}|control-mode=dynamic`,
        recordingId,
        startPosition: 0,
      });
      let received = 0;
      const handler: Parameters<ReplayMerge['poll']>[0] = (buffer, offset, length) => {
        assert.deepEqual(buffer.copyBytes(offset, length), messageOf(received, 100).u8);
        received++;
      };
      let sent = 300;
      await until('the streams merge', () => {
        if (sent < 1000 && publication.offer(messageOf(sent, 100)) > 0) {
          sent++;
        }
        merge.poll(handler, 10);
        return merge.isMerged;
      });
      assert.ok(merge.isLiveAdded);
      assert.equal(merge.hasFailed, false);
      await publish(publication, sent, 10, 100);
      await until('the live stream goes on', () => {
        merge.image!.poll(handler, 10);
        return received === sent + 10;
      });
      subscription.close();
      publication.close();
    });

    it('fails to merge with a recording that is not there, and says why', { timeout: LIVE_MS }, async () => {
      await using archive = await connect(place);
      const subscription = await archive.context.aeron.addSubscription('aeron:udp?control-mode=manual', streamId());
      const parameters = {
        subscription,
        archive,
        replayChannel: 'aeron:udp',
        replayDestination: 'aeron:udp?endpoint=localhost:0',
        liveDestination: `aeron:udp?endpoint=localhost:${freePort()}`,
        recordingId: 1_000_000,
        startPosition: 0,
      };
      const merge = new ReplayMerge(parameters);
      await assert.rejects(
        until('the merge fails', () => {
          merge.poll(() => {}, 10);
          return merge.hasFailed;
        }),
        { code: 'UNKNOWN_RECORDING' },
      );
      assert.ok(merge.hasFailed);
      merge.close();
      assert.throws(() => new ReplayMerge({ ...parameters, replayChannel: 'aeron:ipc' }), { code: 'CONFIGURATION' });
    });

    it('gives up when told to, and can be used afterwards', { timeout: LIVE_MS }, async () => {
      await using archive = await connect(place);
      const { recordingId } = await record(archive, streamId(), 3);
      const reason = new Error('no longer wanted');
      await assert.rejects(
        archive.getStartPosition(recordingId).promise({ signal: AbortSignal.abort(reason) }),
        reason,
      );
      const listing = archive.listRecordings(0, 100, () => assert.fail('given up'));
      listing.cancel();
      assert.throws(() => listing.poll(), { code: 'CANCELLED' });
      assert.equal(await archive.listRecording(recordingId, () => {}), 1);

      await assert.rejects(
        AeronArchive.connect(optionsFor(place, { controlRequestStreamId: 999, messageTimeoutNs: '500ms' })),
        ArchiveTimeoutError,
      );
      const signal = AbortSignal.timeout(100);
      await assert.rejects(AeronArchive.connect(optionsFor(place, { controlRequestStreamId: 999 }), { signal }), {
        name: 'TimeoutError',
      });
      archive.close();
      await assert.rejects(async () => await archive.getStartPosition(recordingId), { message: 'client is closed' });
    });

    it('notices that the archive has gone', { timeout: LIVE_MS }, async () => {
      const mortal = await stage.archive(language);
      const aeronDirectoryName = stage.directory();
      await stage.driver('java', aeronDirectoryName, { properties: SHORT_LIVES });
      const errors: unknown[] = [];
      await using archive = await connect(mortal, { aeronDirectoryName, errorHandler: (error) => errors.push(error) });
      assert.equal(await archive.listRecordings(0, 10, () => {}), 0);
      await mortal.child.kill('SIGKILL');
      await until('the client is disconnected', () => archive.state === 'DISCONNECTED');
      await assert.rejects(async () => await archive.getStopPosition(0), { code: 'GENERIC' });
      assert.throws(() => archive.pollForErrorResponse(), { code: 'GENERIC' });
      assert.deepEqual(errors, []);
    });

    it('waits no longer for an answer when the archive goes', { timeout: LIVE_MS }, async () => {
      const mortal = await stage.archive(language);
      const aeronDirectoryName = stage.directory();
      await stage.driver('java', aeronDirectoryName, { properties: SHORT_LIVES });
      await using archive = await connect(mortal, { aeronDirectoryName, messageTimeoutNs: '50s' });
      await mortal.child.kill('SIGKILL');
      await assert.rejects(async () => await archive.getStopPosition(0), /not connected/);
    });
  });
}
