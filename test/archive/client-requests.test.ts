import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  MessageHeaderDecoder,
  ReplayRequestDecoder,
  ReplicateRequest2Decoder,
  StartRecordingRequest2Decoder,
} from '../../src/archive/codecs/mod.ts';
import {
  type AeronArchive,
  ArchiveError,
  archiveErrorCodeName,
  ControlResponseCode,
  type RecordingDescriptor,
  RecordingSignal,
  type RecordingSignalEvent,
  SourceLocation,
  sessionIdOfReplay,
} from '../../src/archive/mod.ts';
import { ClientWorld, SECOND_NS } from './client-world.ts';

const { OK, ERROR, RECORDING_UNKNOWN, SUBSCRIPTION_UNKNOWN } = ControlResponseCode;

async function connected(options: Parameters<ClientWorld['connect']>[0] = {}) {
  const world = new ClientWorld();
  const fake = world.startArchive();
  return { world, fake, archive: await world.connect(options) };
}

describe('A request to an archive', () => {
  it('is answered by what has its correlation id and session', async () => {
    const { world, fake, archive } = await connected();
    const first = archive.getStartPosition(1);
    const second = archive.getStopPosition(2);
    const one = await world.request();
    const two = await world.request();
    assert.equal(two.correlationId, archive.lastCorrelationId);
    fake.respond(one.correlationId, OK, 99, '', 12345);
    fake.respond(4711, OK, 98);
    fake.ok(two, 4096);
    fake.ok(one, 32);
    assert.equal(await world.settle(second), 4096);
    assert.equal(await world.settle(first), 32);
    assert.deepEqual(world.errors, []);
  });

  it('carries what it was given', async () => {
    const { world, fake, archive } = await connected();
    const started = archive.startRecording('aeron:ipc?alias=größe', -7, SourceLocation.REMOTE, true);
    const request = await world.request();
    const decoder = new StartRecordingRequest2Decoder();
    assert.ok(decoder.wrapAndApplyHeader(request.buffer, 0, new MessageHeaderDecoder()));
    assert.equal(decoder.streamId(), -7);
    assert.equal(decoder.sourceLocation(), SourceLocation.REMOTE);
    assert.equal(decoder.autoStop(), 1);
    assert.equal(decoder.channel(), 'aeron:ipc?alias=größe');
    fake.ok(request, 5);
    assert.equal(await world.settle(started), 5);

    const replayed = archive.startReplay(3, 'aeron:ipc', 9);
    const replay = await world.request();
    const replayDecoder = new ReplayRequestDecoder();
    assert.ok(replayDecoder.wrapAndApplyHeader(replay.buffer, 0, new MessageHeaderDecoder()));
    assert.deepEqual(
      [replayDecoder.position(), replayDecoder.length(), replayDecoder.fileIoMaxLength(), replayDecoder.replayToken()],
      [-1, -1n, -1, -1n],
    );
    const replaySessionId = (0x4000_0000n << 32n) | 0xffff_fffen;
    fake.ok(replay, replaySessionId);
    assert.equal(await world.settle(replayed), replaySessionId);
    assert.equal(sessionIdOfReplay(replaySessionId), -2);

    const replicated = archive.replicate(3, 10, 'aeron:udp?endpoint=a:1', { channelTagId: 2n ** 60n });
    const replicate = await world.request();
    const replicateDecoder = new ReplicateRequest2Decoder();
    assert.ok(replicateDecoder.wrapAndApplyHeader(replicate.buffer, 0, new MessageHeaderDecoder()));
    assert.equal(replicateDecoder.dstRecordingId(), -1);
    assert.equal(replicateDecoder.channelTagId(), 2n ** 60n);
    assert.equal(replicateDecoder.subscriptionTagId(), -1n);
    assert.equal(replicateDecoder.srcControlChannel(), 'aeron:udp?endpoint=a:1');
    assert.equal(replicateDecoder.liveDestination(), '');
    fake.ok(replicate, 1);
    await world.settle(replicated);

    const error = await world.errorOf(
      archive.replicate(3, 10, 'aeron:ipc', { liveDestination: 'aeron:udp', replicationSessionId: 1 }),
    );
    assert.equal(error.code, 'CONFIGURATION');
  });

  it('fails with what the archive says', async () => {
    const { world, fake, archive } = await connected();
    const refused = archive.getStopPosition(1);
    const { correlationId } = await world.request();
    fake.respond(correlationId, ERROR, 5, 'unknown recording id: 1');
    const error = await world.errorOf(refused);
    assert.ok(error instanceof ArchiveError);
    assert.equal(error.code, 'UNKNOWN_RECORDING');
    assert.equal(error.errorCode, 5);
    assert.equal(error.correlationId, correlationId);
    assert.equal(error.message, `response for correlationId=${correlationId}, error: unknown recording id: 1`);
    assert.throws(() => refused.poll(), error);
    assert.throws(() => refused.result, error);

    const odd = archive.getStopPosition(1);
    fake.respond((await world.request()).correlationId, RECORDING_UNKNOWN, 1);
    assert.match((await world.errorOf(odd)).message, /unexpected response code: 2/);
    assert.equal(archiveErrorCodeName(16), 'INVALID_POSITION');
    assert.equal(archiveErrorCodeName(99), 'ARCHIVE_ERROR_99');
  });

  it('has no result before it is answered', async () => {
    const { archive } = await connected();
    const request = archive.getStopPosition(1);
    assert.equal(request.isDone, false);
    assert.throws(() => request.result, { code: 'ILLEGAL_STATE' });
    assert.throws(() => request.block(), { code: 'CONFIGURATION' });
  });

  it('is false where an error means: there was none', async () => {
    const { world, fake, archive } = await connected();
    const stopped = archive.tryStopRecording('aeron:ipc', 10);
    fake.respond((await world.request()).correlationId, ERROR, 4, 'no recording subscription found');
    assert.equal(await world.settle(stopped), false);
    const failed = archive.tryStopReplication(7);
    fake.respond((await world.request()).correlationId, ERROR, 13, 'unauthorised');
    assert.equal((await world.errorOf(failed)).code, 'UNAUTHORISED_ACTION');
    const byIdentity = archive.tryStopRecordingByIdentity(7);
    fake.ok(await world.request(), 0);
    assert.equal(await world.settle(byIdentity), false);
  });

  it('times out, and its answer is ignored when it comes after all', async () => {
    const { world, fake, archive } = await connected({ messageTimeoutNs: '3s' });
    const late = archive.getStopPosition(1);
    const request = await world.request();
    const error = await world.errorOf(late);
    assert.equal(error.code, 'ARCHIVE_TIMEOUT');
    assert.match(
      error.message,
      new RegExp(`awaiting response - correlationId=${request.correlationId} messageTimeout=3s`),
    );
    fake.ok(request, 1);
    const next = archive.getStopPosition(1);
    fake.ok(await world.request(), 2);
    assert.equal(await world.settle(next), 2);
  });

  it('waits for room to be sent, and times out without', async () => {
    const { world, fake, archive } = await connected({ messageTimeoutNs: '3s' });
    fake.isReading = false;
    const { archiveProxy, controlSessionId } = archive;
    const fill = () => {
      while (archiveProxy.getStopPosition(1, archive.context.aeron.nextCorrelationId(), controlSessionId)) {}
    };
    fill();
    for (let i = 0; i < 20; i++) {
      await world.world.settleUntil(() => false, SECOND_NS / 10);
      fill();
    }
    const failed = archive.getStartPosition(1);
    assert.match((await world.errorOf(failed)).message, /failed to send get start position request/);
    const delayed = archive.getStartPosition(2);
    await world.world.settleUntil(() => false, SECOND_NS);
    fake.isReading = true;
    await world.until(() => {
      const request = fake.take();
      if (request?.correlationId === archive.lastCorrelationId) {
        fake.ok(request, 64);
        return true;
      }
      delayed.poll();
      return false;
    });
    assert.equal(await world.settle(delayed), 64);
  });

  it('fails when the archive has gone, or the client was closed', async () => {
    const { world, archive } = await connected({ messageTimeoutNs: '60s' });
    const waiting = archive.getStopPosition(1);
    await world.request();
    world.archiveProcess.kill();
    assert.match((await world.errorOf(waiting)).message, /response channel from archive is not connected/);
    assert.equal(archive.state, 'DISCONNECTED');
    assert.match((await world.errorOf(archive.getStopPosition(1))).message, /no longer available/);
    archive.close();
    assert.match((await world.errorOf(archive.getStopPosition(1))).message, /client is closed/);
  });

  it('is refused without being sent when it is longer than the archive would take', async () => {
    const { world, archive } = await connected();
    const channel = `aeron:ipc?alias=${'x'.repeat(10_000)}`;
    assert.equal(
      (await world.errorOf(archive.startRecording(channel, 1, SourceLocation.LOCAL))).code,
      'MESSAGE_TOO_LONG',
    );
    assert.equal(world.archive.requests.length, 0);
  });
});

describe('Waiting for a recording', () => {
  it('asks until the archive has recorded so much', async () => {
    const { world, fake, archive } = await connected();
    const { publication } = archive.archiveProxy;
    const waiting = world.settle(archive.awaitRecorded(publication, 4096));
    fake.ok(await world.request(), -1);
    fake.ok(await world.request(), 7);
    fake.ok(await world.request(), 0);
    fake.ok(await world.request(), 4096);
    assert.equal(await waiting, 7);
  });

  it('ends when there is no progress', async () => {
    const { world, fake, archive } = await connected({ messageTimeoutNs: '2s' });
    const { publication } = archive.archiveProxy;
    let answer = (): number => -1;
    world.archiveProcess.run(() => {
      const request = fake.take();
      if (request !== undefined) {
        fake.ok(request, answer());
      }
      return 0;
    });
    assert.match(
      (await world.errorOf(archive.awaitRecorded(publication, 64))).message,
      /to position 64; there is none/,
    );
    answer = () => 32;
    assert.match((await world.errorOf(archive.awaitRecorded(publication, 64))).message, /it stands at 32/);
  });
});

describe('A listing', () => {
  it('gives what comes to its consumer, up to the count or the end', async () => {
    const { world, fake, archive } = await connected();
    const ids: number[] = [];
    const two = archive.listRecordings(0, 2, ({ recordingId }) => ids.push(recordingId));
    const request = await world.request();
    fake.descriptor(request.correlationId, 3);
    fake.descriptor(4711, 4);
    fake.descriptor(request.correlationId, 5);
    assert.equal(await world.settle(two), 2);
    assert.deepEqual(ids, [3, 5]);

    let descriptor: RecordingDescriptor | undefined;
    const some = archive.listRecordings(0, 9, (found) => {
      descriptor = found;
    });
    const next = await world.request();
    fake.descriptor(next.correlationId, 6);
    fake.respond(next.correlationId, RECORDING_UNKNOWN, 7);
    assert.equal(await world.settle(some), 1);
    assert.deepEqual(descriptor, {
      controlSessionId: archive.controlSessionId,
      correlationId: next.correlationId,
      recordingId: 6,
      startTimestamp: 1,
      stopTimestamp: 2,
      startPosition: 0,
      stopPosition: 64,
      initialTermId: -5,
      segmentFileLength: 65536,
      termBufferLength: 65536,
      mtuLength: 1408,
      sessionId: 9,
      streamId: 10,
      strippedChannel: 'aeron:ipc',
      originalChannel: 'aeron:ipc?alias=x',
      sourceIdentity: 'aeron:ipc',
    });
    assert.equal(await world.settle(archive.listRecordings(0, 0, () => {})), 0);

    const none = archive.listRecordingSubscriptions(0, 9, '', 0, false, () => {});
    fake.respond((await world.request()).correlationId, SUBSCRIPTION_UNKNOWN, 0);
    assert.equal(await world.settle(none), 0);
    const refused = archive.listRecordings(0, 9, () => {});
    fake.respond((await world.request()).correlationId, ERROR, 1, 'active listing');
    assert.equal((await world.errorOf(refused)).code, 'ACTIVE_LISTING');
  });

  it('waits for the one before it', async () => {
    const { world, fake, archive } = await connected();
    const first = archive.listRecording(1, () => {});
    const second = archive.listRecording(2, () => {});
    const one = await world.request();
    await world.world.settleUntil(() => false, SECOND_NS);
    assert.equal(fake.requests.length, 0);
    fake.respond(one.correlationId, RECORDING_UNKNOWN, 1);
    assert.equal(await world.settle(first), 0);
    const settled = world.settle(second);
    const two = await world.request();
    fake.descriptor(two.correlationId, 2);
    assert.equal(await settled, 1);
  });

  it('that was given up keeps the next one waiting until it is over', async () => {
    const { world, fake, archive } = await connected();
    const abandoned = archive.listRecordings(0, 3, () => assert.fail('given up'));
    const one = await world.request();
    abandoned.cancel();
    const next = archive.listRecording(2, () => {});
    const settled = world.settle(next);
    fake.descriptor(one.correlationId, 0);
    await world.world.settleUntil(() => false, SECOND_NS);
    assert.equal(fake.requests.length, 0);
    fake.descriptor(one.correlationId, 1);
    fake.respond(one.correlationId, RECORDING_UNKNOWN, 2);
    fake.descriptor((await world.request()).correlationId, 2);
    assert.equal(await settled, 1);
  });

  it('fails with what its consumer throws, when it is over', async () => {
    const { world, fake, archive } = await connected();
    let calls = 0;
    const failing = archive.listRecordings(0, 2, () => {
      calls++;
      throw new Error('no good');
    });
    const { correlationId } = await world.request();
    fake.descriptor(correlationId, 0);
    fake.descriptor(correlationId, 1);
    await assert.rejects(world.settle(failing), { message: 'no good' });
    assert.equal(calls, 1);
  });

  it('may ask for more inside its consumer, but not wait there', async () => {
    const { world, fake, archive } = await connected();
    const inner: Array<ReturnType<AeronArchive['getStopPosition']>> = [];
    let reentrant: unknown;
    const listing = archive.listRecording(1, () => {
      const request = archive.getStopPosition(1);
      inner.push(request);
      try {
        request.poll();
      } catch (error) {
        reentrant = error;
      }
      inner.push(archive.getStopPosition(2));
    });
    fake.descriptor((await world.request()).correlationId, 1);
    assert.equal(await world.settle(listing), 1);
    assert.equal((reentrant as { code: string }).code, 'REENTRANT');
    await world.request();
    fake.ok(await world.request(), 8);
    assert.equal(await world.settle(inner[1]!), 8);
  });
});

describe('What comes unasked', () => {
  it('are signals, for the consumer', async () => {
    const signals: RecordingSignalEvent[] = [];
    const { world, fake, archive } = await connected({ recordingSignalConsumer: (event) => signals.push(event) });
    fake.signal(3, RecordingSignal.START);
    fake.signal(3, RecordingSignal.STOP, 12345);
    fake.signal(3, RecordingSignal.DELETE);
    let count = 0;
    await world.until(() => {
      count += archive.pollForRecordingSignals();
      return count === 2;
    });
    assert.deepEqual(
      signals.map(({ signal }) => signal),
      [RecordingSignal.START, RecordingSignal.DELETE],
    );
    assert.deepEqual(signals[0], {
      controlSessionId: archive.controlSessionId,
      correlationId: 1,
      recordingId: 3,
      subscriptionId: -1,
      position: 64,
      signal: RecordingSignal.START,
    });
  });

  it('are signals, to be iterated', async () => {
    const { world, fake, archive } = await connected();
    const controller = new AbortController();
    const seen: RecordingSignal[] = [];
    const iterating = (async () => {
      for await (const event of archive.recordingSignals({ signal: controller.signal })) {
        seen.push(event.signal);
      }
    })();
    iterating.catch(() => {});
    fake.signal(3, RecordingSignal.REPLICATE);
    fake.signal(3, RecordingSignal.SYNC);
    await world.until(() => seen.length === 2);
    assert.deepEqual(seen, [RecordingSignal.REPLICATE, RecordingSignal.SYNC]);
    const reason = new Error('enough');
    controller.abort(reason);
    await assert.rejects(world.settle(iterating), reason);

    const lost = (async () => {
      for await (const _ of archive.recordingSignals()) {
        assert.fail('there are no more');
      }
    })();
    lost.catch(() => {});
    archive.close();
    assert.match((await world.errorOf(lost)).message, /client is closed/);
  });

  it('are errors, for the error handler or whoever looks', async () => {
    const { world, fake, archive } = await connected();
    fake.respond(123, ERROR, 11, 'disk full');
    await world.until(() => {
      archive.pollForRecordingSignals();
      return world.errors.length === 1;
    });
    assert.equal((world.errors[0] as ArchiveError).code, 'STORAGE_SPACE');
    fake.respond(124, ERROR, 11, 'disk still full');
    let message: string | undefined;
    await world.until(() => {
      message = archive.pollForErrorResponse();
      return message !== undefined;
    });
    assert.equal(message, 'disk still full');
    fake.respond(125, ERROR, 11, 'once more');
    await world.until(() => {
      archive.checkForErrorResponse();
      return world.errors.length === 2;
    });
    fake.respond(126, ERROR, 11, 'and while an answer is awaited');
    const request = archive.getStopPosition(1);
    fake.ok(await world.request(), 1);
    await world.settle(request);
    assert.equal(world.errors.length, 3);
  });

  it('are errors that are thrown when there is no handler', async () => {
    const { world, fake, archive } = await connected({ errorHandler: undefined });
    fake.respond(123, ERROR, 11, 'disk full');
    await assert.rejects(
      world.until(() => {
        archive.checkForErrorResponse();
        return false;
      }),
      { code: 'STORAGE_SPACE' },
    );
  });

  it('is passed over when its template is unknown, and complained of when its schema is', async () => {
    const { world, fake, archive } = await connected();
    fake.nonsense(9999, 101);
    const request = archive.getStopPosition(1);
    fake.ok(await world.request(), 1);
    assert.equal(await world.settle(request), 1);
    fake.nonsense(1, 999);
    await assert.rejects(
      world.until(() => {
        archive.pollForRecordingSignals();
        return world.errors.length > 0;
      }),
      /expected schemaId=101, actual=999/,
    );
  });
});
