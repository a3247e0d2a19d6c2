import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { AtomicBuffer, CountersReader, ErrorLogReader, ManyToOneRingBuffer } from '../../src/agrona/mod.ts';
import {
  type Aeron,
  type ExclusivePublication,
  FragmentAssembler,
  type Header,
  type Subscription,
} from '../../src/client/mod.ts';
import { nativePlatform } from '../../src/platform/native/mod.ts';
import { AeronCounters, CncFile, SystemCounterDescriptor } from '../../src/protocol/mod.ts';
import { freePort } from '../ports.ts';
import type { HostileOrders } from './hostile-main.ts';
import { Place, until } from './place.ts';

// The file's name comes first in its folder, so that the runner begins it first and the others beside it.

const SECONDS = Number(process.env['AERON_FUZZ_SECONDS'] ?? 60);
const SEED = Number(process.env['AERON_FUZZ_SEED'] ?? Date.now() % 1_000_000_000);
const WINDOW_MS = 5_000;
/** Messages of each stream that have to come in each window; an idle machine delivers a hundred times as many. */
const PROGRESS_A_WINDOW = 50;
const MESSAGES_A_TURN = 2;
const MAX_MESSAGE_LENGTH = 4_000;
const DRIVER = {
  AERON_CLIENT_LIVENESS_TIMEOUT: '2s',
  AERON_IMAGE_LIVENESS_TIMEOUT: '2s',
  AERON_PUBLICATION_LINGER_TIMEOUT: '500ms',
  AERON_PUBLICATION_UNBLOCK_TIMEOUT: '5s',
  AERON_DRIVER_STREAM_SESSION_LIMIT: '100',
};
const KEEP_ALIVE_NS = 200_000_000;
const DRIVER_TIMEOUT_MS = 10_000;
/** Distinct errors that bad input may leave in the log, whatever its amount. */
const MAX_DISTINCT_ERRORS = 1_500;

const COUNTERS_OF_BAD_INPUT = [
  'INVALID_PACKETS',
  'ERRORS',
  'STATUS_MESSAGES_REJECTED',
  'NAK_MESSAGES_RECEIVED',
  'ERROR_FRAMES_RECEIVED',
  'FLOW_CONTROL_OVER_RUNS',
  'FLOW_CONTROL_UNDER_RUNS',
  'CLIENT_TIMEOUTS',
] as const;

/** A stream of messages that are known before they come: the i-th tells i, and its length and bytes follow from it. */
class GoodStream {
  readonly name: string;
  readonly publication: ExclusivePublication;
  readonly subscription: Subscription;
  received = 0;
  #sent = 0;
  readonly #message = AtomicBuffer.allocate(MAX_MESSAGE_LENGTH);
  readonly #assembler = new FragmentAssembler((buffer, offset, length) => this.#onMessage(buffer, offset, length));
  readonly #handler = (buffer: AtomicBuffer, offset: number, length: number, header: Header) => {
    // Strangers on the same stream may say what they like.
    if (header.sessionId === this.publication.sessionId) {
      this.#assembler.onFragment(buffer, offset, length, header);
    }
  };

  constructor(name: string, publication: ExclusivePublication, subscription: Subscription) {
    this.name = name;
    this.publication = publication;
    this.subscription = subscription;
  }

  static async of(
    aeron: Aeron,
    name: string,
    streamId: number,
    channel: string,
    source = channel,
  ): Promise<GoodStream> {
    const subscription = await aeron.addSubscription(source, streamId);
    const stream = new GoodStream(name, await aeron.addExclusivePublication(channel, streamId), subscription);
    await until(`${name} is connected`, () => stream.publication.isConnected && subscription.isConnected);
    return stream;
  }

  victim(counters: CountersReader): HostileOrders['victims'][number] {
    const { streamId, sessionId, initialTermId, registrationId, termBufferLength: termLength } = this.publication;
    const type = AeronCounters.DRIVER_SENDER_POSITION_TYPE_ID;
    const senderPositionId = counters.findByTypeIdAndRegistrationId(type, registrationId);
    assert.ok(senderPositionId >= 0);
    return { streamId, sessionId, initialTermId, termLength, senderPositionId };
  }

  turn(): void {
    for (let i = 0; i < MESSAGES_A_TURN && this.#offer(); i++) {
      this.#sent++;
    }
    this.subscription.poll(this.#handler, 20);
  }

  close(): void {
    this.publication.close();
    this.subscription.close();
  }

  #offer(): boolean {
    const length = lengthOf(this.#sent);
    this.#message.putInt32(0, this.#sent);
    for (let i = 4; i < length; i++) {
      this.#message.putInt8(i, byteOf(this.#sent, i));
    }
    return this.publication.offer(this.#message, 0, length) > 0;
  }

  #onMessage(buffer: AtomicBuffer, offset: number, length: number): void {
    const sequence = buffer.getInt32(offset);
    assert.equal(sequence, this.received, `order of ${this.name}`);
    assert.equal(length, lengthOf(sequence), `length of message ${sequence} of ${this.name}`);
    for (let i = 4; i < length; i++) {
      if (buffer.getInt8(offset + i) !== byteOf(sequence, i)) {
        assert.fail(`byte ${i} of message ${sequence} of ${this.name}`);
      }
    }
    this.received++;
  }
}

const lengthOf = (sequence: number) => 4 + ((sequence * 2_654_435_761) % (sequence % 10 === 0 ? 3_900 : 300));
const byteOf = (sequence: number, index: number) => ((sequence + index * 31) << 24) >> 24;

/** What the driver shows to whoever looks at its files. */
class Inspection {
  readonly #cncFile: CncFile;
  readonly #counters: CountersReader;

  constructor(directory: string) {
    const cncFile = CncFile.tryMap(nativePlatform(), directory);
    assert.ok(cncFile instanceof CncFile);
    this.#cncFile = cncFile;
    this.#counters = new CountersReader(cncFile.countersMetaDataBuffer, cncFile.countersValuesBuffer);
  }

  heartbeatAgeMs(): number {
    return Date.now() - new ManyToOneRingBuffer(this.#cncFile.toDriverBuffer).consumerHeartbeatTime();
  }

  counter(name: keyof typeof SystemCounterDescriptor): number {
    return this.#counters.getCounterValue(SystemCounterDescriptor[name]);
  }

  errors(): string[] {
    const errors: string[] = [];
    ErrorLogReader.read(this.#cncFile.errorLogBuffer, (_count, _first, _last, error) => errors.push(error));
    return errors;
  }

  close(): void {
    this.#cncFile.close();
  }
}

const place = new Place();
after(() => place.clear());

it(`serves good clients for ${SECONDS} s of random frames and commands`, {
  timeout: (SECONDS + 60) * 1_000,
}, async (t) => {
  t.diagnostic(`AERON_FUZZ_SEED=${SEED}`);
  const directory = place.directory();
  const driver = await place.driverProcess(directory, DRIVER);
  const connect = () =>
    place.client(directory, { driverTimeoutMs: DRIVER_TIMEOUT_MS, keepAliveIntervalNs: KEEP_ALIVE_NS });
  const { aeron, errors } = await connect();

  const unicast = `aeron:udp?endpoint=127.0.0.1:${freePort()}`;
  const control = `control=127.0.0.1:${freePort()}|control-mode=dynamic`;
  const streams = [
    await GoodStream.of(aeron, 'IPC', 1001, 'aeron:ipc'),
    await GoodStream.of(aeron, 'UDP', 1002, unicast),
    await GoodStream.of(aeron, 'MDC', 1003, `aeron:udp?${control}`, `aeron:udp?endpoint=127.0.0.1:0|${control}`),
  ];
  const networked = streams.slice(1);
  const orders: HostileOrders = {
    seed: SEED,
    durationMs: SECONDS * 1_000,
    aeronDirectoryName: directory,
    targets: networked.flatMap(({ publication, subscription }) => [
      ...publication.localSocketAddresses(),
      ...subscription.localSocketAddresses(),
    ]),
    victims: networked.map((stream) => stream.victim(aeron.countersReader)),
    channels: [unicast, `aeron:udp?${control}`, 'aeron:ipc', `aeron:udp?endpoint=127.0.0.1:${freePort()}`],
  };
  const inspection = new Inspection(directory);
  place.onClear(() => inspection.close());
  const hostile = place.node('test/robustness/hostile-main.js', [JSON.stringify(orders)]);

  let windowEnd = Date.now() + WINDOW_MS;
  let before = streams.map(({ received }) => received);
  let visits: Promise<void> = Promise.resolve();
  while (!hostile.ended) {
    for (const stream of streams) {
      stream.turn();
    }
    if (Date.now() > windowEnd) {
      for (const [i, { name, received }] of streams.entries()) {
        const progress = received - before[i]!;
        assert.ok(progress >= PROGRESS_A_WINDOW, `${name} got ${progress} messages in ${WINDOW_MS} ms`);
      }
      assert.ok(inspection.heartbeatAgeMs() < DRIVER_TIMEOUT_MS / 2, `heartbeat of ${inspection.heartbeatAgeMs()} ms`);
      assert.ok(!driver.ended, driver.output);
      assert.deepEqual(errors, []);
      before = streams.map(({ received }) => received);
      windowEnd = Date.now() + WINDOW_MS;
      visits = visits.then(() => visit(connect));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert.equal(await hostile.exit(), 0, hostile.output);
  await visits;
  t.diagnostic(hostile.output.trim());
  t.diagnostic(streams.map(({ name, received }) => `${name}: ${received} messages`).join(', '));

  const logged = inspection.errors();
  const counts = Object.fromEntries(COUNTERS_OF_BAD_INPUT.map((name) => [name, inspection.counter(name)]));
  t.diagnostic(`${JSON.stringify(counts)}, distinct errors: ${logged.length}`);
  for (const [name, count] of Object.entries(counts)) {
    assert.ok(count > 0, `${name} counts`);
  }
  assert.ok(logged.length > 0 && logged.length <= MAX_DISTINCT_ERRORS, `${logged.length} distinct errors`);
  assert.equal(new Set(logged).size, logged.length);
  assert.deepEqual(
    logged.filter((error) => !/^\w+ \[[A-Z_]+\]: /.test(error)),
    [],
    'only errors that were thought of',
  );

  const logFiles = () => ['publications', 'images'].flatMap((folder) => readdirSync(join(directory, folder))).length;
  await until('nothing is left of the strangers', () => {
    for (const stream of streams) {
      stream.turn();
    }
    return logFiles() === streams.length + networked.length;
  });
  assert.deepEqual(errors, []);
  for (const stream of streams) {
    stream.close();
  }
  aeron.close();
  assert.doesNotMatch(driver.output, /^\s+at |Error/m);
  assert.equal(await driver.kill('SIGTERM'), 0, driver.output);
});

/** Another good client comes by, does a little of everything, and goes. */
async function visit(connect: () => Promise<{ aeron: Aeron; errors: unknown[] }>): Promise<void> {
  const { aeron, errors } = await connect();
  const counter = await aeron.addCounter(1000, 'visitor');
  const stream = await GoodStream.of(aeron, 'visitor', 1004, `aeron:udp?endpoint=127.0.0.1:${freePort()}`);
  await until('the messages of the visitor come', () => {
    stream.turn();
    return stream.received > 20;
  });
  stream.close();
  counter.close();
  aeron.close();
  assert.deepEqual(errors, []);
}
