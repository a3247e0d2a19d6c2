import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AtomicBuffer } from '../../src/agrona/mod.ts';
import { AeronArchive, ReplayMerge, SourceLocation } from '../../src/archive/client/mod.ts';
import { Aeron, type Subscription } from '../../src/client/mod.ts';
import type { SimulatedHost, SimulatedProcess } from '../../src/platform/simulated/mod.ts';
import { SimulatedArchive, SimulatedMediaDriver, SimulatedWorld } from '../../src/simulation/mod.ts';

const SECOND_NS = 1_000_000_000;
const STREAM_ID = 10;
const CONTROL = '10.0.0.1:8050';
const REQUEST_CHANNEL = 'aeron:udp?endpoint=10.0.0.1:8010';
const LIVE_CHANNEL = `aeron:udp?control-mode=dynamic|control=${CONTROL}|term-length=64k|ssc=true`;

/** A machine with a publisher and an archive, and one with a subscriber, over a network that loses. */
class MergeWorld {
  readonly world: SimulatedWorld;
  readonly #publisherProcess: SimulatedProcess;
  readonly #subscriberProcess: SimulatedProcess;
  readonly publisher: Aeron;
  readonly subscriber: Aeron;
  readonly recorder: AeronArchive;
  readonly archive: AeronArchive;
  sent = 0;
  received = 0;

  constructor(seed: number) {
    this.world = new SimulatedWorld({ seed, links: { latencyNs: 200_000, loss: 0.02 } });
    const launch = (name: string, address: string): SimulatedHost => {
      const host = this.world.host(name, { addresses: [address] });
      SimulatedMediaDriver.launch(host);
      return host;
    };
    const a = launch('a', '10.0.0.1');
    const b = launch('b', '10.0.0.2');
    SimulatedArchive.launch(a, { controlChannel: REQUEST_CHANNEL });
    this.#publisherProcess = a.process('publisher');
    this.#subscriberProcess = b.process('subscriber');
    this.publisher = connect(this.#publisherProcess);
    this.subscriber = connect(this.#subscriberProcess);
    this.recorder = AeronArchive.connectBlocking({
      aeron: this.publisher,
      controlRequestChannel: 'aeron:ipc',
      controlResponseChannel: 'aeron:ipc',
    });
    this.archive = AeronArchive.connectBlocking({
      aeron: this.subscriber,
      controlRequestChannel: REQUEST_CHANNEL,
      controlResponseChannel: 'aeron:udp?endpoint=10.0.0.2:0',
    });
    this.#publisherProcess.run(() => this.publisher.conductorAgentInvoker!.invoke());
    this.#subscriberProcess.run(() => this.subscriber.conductorAgentInvoker!.invoke());
  }

  until<T>(what: string, look: () => T | undefined | false): T {
    let result: T | undefined | false;
    const isDone = () => {
      result = look();
      return result !== undefined && result !== false;
    };
    assert(this.world.runUntil(isDone, 60 * SECOND_NS), `within a minute: ${what}`);
    return result as T;
  }

  readonly onMessage = (buffer: AtomicBuffer, offset: number, length: number): void => {
    assert.equal(buffer.getStringWithoutLength(offset, length), messageOf(this.received));
    this.received++;
  };
}

describe('A replay merge', () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    it(`goes over to the live stream without a gap or anything twice, with seed ${seed}`, () => {
      const world = new MergeWorld(seed);
      const { archive, publisher, recorder, subscriber } = world;
      const publicationId = publisher.asyncAddExclusivePublication(LIVE_CHANNEL, STREAM_ID);
      const publication = world.until('the publication', () => publisher.getExclusivePublication(publicationId));
      const publish = () => {
        if (publication.offer(AtomicBuffer.ofString(messageOf(world.sent))) > 0) {
          world.sent++;
        }
      };
      const session = publication.sessionId;
      recorder.startRecording(`${LIVE_CHANNEL}|session-id=${session}`, STREAM_ID, SourceLocation.LOCAL).block();
      world.until('some messages', () => {
        publish();
        return world.sent === 500;
      });
      const recordingId = recorder.awaitRecorded(publication).block();

      const subscriptionId = subscriber.asyncAddSubscription(
        `aeron:udp?control-mode=manual|session-id=${session}`,
        STREAM_ID,
      );
      const subscription: Subscription = world.until('the subscription', () =>
        subscriber.getSubscription(subscriptionId),
      );
      const merge = new ReplayMerge({
        subscription,
        archive,
        replayChannel: `aeron:udp?session-id=${session}`,
        replayDestination: 'aeron:udp?endpoint=10.0.0.2:0',
        liveDestination: `aeron:udp?endpoint=10.0.0.2:0|control=${CONTROL}|control-mode=dynamic`,
        recordingId,
        startPosition: 0,
      });
      let round = 0;
      world.until('the streams merge', () => {
        if (round++ % 20 === 0) {
          publish();
        }
        merge.poll(world.onMessage, 10);
        return merge.isMerged;
      });
      const atMerge = world.sent;
      world.until('the live stream', () => {
        // The publisher may not have heard of the subscriber yet, and would not wait for him.
        if (world.sent - world.received < 50) {
          publish();
        }
        subscription.poll(world.onMessage, 10);
        return world.received > atMerge + 200;
      });
      assert.equal(merge.hasFailed, false);
      merge.close();
      assert.equal(merge.doWork(), 0);
    });
  }

  it('fails when it gets nowhere, and says where it was', () => {
    const world = new MergeWorld(1);
    const { archive, subscriber } = world;
    const id = subscriber.asyncAddSubscription('aeron:udp?control-mode=manual|session-id=7', STREAM_ID);
    const subscription = world.until('the subscription', () => subscriber.getSubscription(id));
    const merge = new ReplayMerge({
      subscription,
      archive,
      replayChannel: 'aeron:udp?session-id=7',
      replayDestination: 'aeron:udp?endpoint=10.0.0.2:9999',
      liveDestination: 'aeron:udp?endpoint=10.0.0.2:9998',
      recordingId: 0,
      startPosition: 0,
      mergeProgressTimeoutMs: 2_000,
    });
    world.world.partition(['a'], ['b']);
    assert.throws(
      () =>
        world.until('the merge fails', () => {
          merge.poll(world.onMessage, 10);
          return merge.hasFailed;
        }),
      {
        code: 'ARCHIVE_TIMEOUT',
        message: /no progress of a replay merge within 2000 ms: state=GET_RECORDING_POSITION/,
      },
    );
    assert(merge.hasFailed);
    merge.close();
    assert.equal(merge.state, 'CLOSED');
  });
});

function connect(process: SimulatedProcess): Aeron {
  return Aeron.connectBlocking({ platform: process.platform, useConductorAgentInvoker: true });
}

function messageOf(n: number): string {
  return `message ${n} ${'.'.repeat(n % 200)}`;
}
