import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { AtomicBuffer } from '../../src/agrona/mod.ts';
import { type Aeron, type AeronOptions, DriverTimeoutError, type Image, Publication } from '../../src/client/mod.ts';
import { Place, rejection, until } from './place.ts';

const DRIVER_TIMEOUT_MS = 5_000;
const KEEP_ALIVE_MS = 100;
const CHANNEL = 'aeron:ipc';
const STREAM_ID = 1001;
const MESSAGE = AtomicBuffer.ofString('are you there?');

/** A client with one of everything, whose messages go to itself. */
class Witness {
  readonly closed: string[] = [];
  aeron!: Aeron;
  errors!: unknown[];
  publication!: Awaited<ReturnType<Aeron['addPublication']>>;
  exclusive!: Awaited<ReturnType<Aeron['addExclusivePublication']>>;
  subscription!: Awaited<ReturnType<Aeron['addSubscription']>>;
  counter!: Awaited<ReturnType<Aeron['addCounter']>>;

  static async of(place: Place, directory: string, options: AeronOptions = {}, streamId = STREAM_ID): Promise<Witness> {
    const witness = new Witness();
    Object.assign(
      witness,
      await place.client(directory, {
        driverTimeoutMs: DRIVER_TIMEOUT_MS,
        keepAliveIntervalNs: KEEP_ALIVE_MS * 1_000_000,
        closeHandler: () => witness.closed.push('client'),
        unavailableImageHandler: () => witness.closed.push('image'),
        ...options,
      }),
    );
    witness.subscription = await witness.aeron.addSubscription(CHANNEL, streamId);
    witness.publication = await witness.aeron.addPublication(CHANNEL, streamId);
    witness.exclusive = await witness.aeron.addExclusivePublication(CHANNEL, streamId);
    witness.counter = await witness.aeron.addCounter(1000, 'witness');
    await witness.streams();
    return witness;
  }

  /** Messages of both publications go through. */
  async streams(): Promise<void> {
    for (const publication of [this.publication, this.exclusive]) {
      await until('the message is taken', () => this.poll() >= 0 && publication.offer(MESSAGE) > 0);
      const position = publication.position;
      const isRead = () => this.poll() >= 0 && this.image(publication.sessionId).position >= position;
      await until('the message comes', isRead);
    }
  }

  poll(): number {
    return this.subscription.poll(() => {}, 10);
  }

  image(sessionId: number): Image {
    return this.subscription.imageBySessionId(sessionId)!;
  }

  /** Everything is closed, and harmless. */
  isGone(): void {
    assert.ok(this.aeron.isClosed);
    assert.ok(this.publication.isClosed && this.exclusive.isClosed && this.subscription.isClosed);
    assert.ok(this.counter.isClosed);
    assert.equal(this.publication.offer(MESSAGE), Publication.CLOSED);
    assert.equal(this.exclusive.offer(MESSAGE), Publication.CLOSED);
    assert.equal(this.exclusive.tryClaim(8, undefined as never), Publication.CLOSED);
    assert.equal(
      this.subscription.poll(() => assert.fail('nothing comes'), 10),
      0,
    );
    assert.equal(this.subscription.imageCount, 0);
    assert.throws(() => this.aeron.asyncAddPublication(CHANNEL, 1), { code: 'CLIENT_CLOSED' });
    assert.deepEqual(this.closed.sort(), ['client', 'image', 'image']);
  }
}

describe('a driver under a client', { concurrency: true }, () => {
  const place = new Place();
  after(() => place.clear());

  it('that is killed is missed in time, and everything is closed', async () => {
    const directory = place.directory();
    const driver = await place.driverProcess(directory);
    const witness = await Witness.of(place, directory);
    const begin = Date.now();
    await driver.kill('SIGKILL');
    const pending = rejection(witness.aeron.addPublication(CHANNEL, 2));

    await until('the client closes', () => witness.aeron.isClosed);
    const tookMs = Date.now() - begin;
    assert.ok(tookMs >= DRIVER_TIMEOUT_MS - 1_000, `closed after ${tookMs} ms`);
    assert.equal(witness.errors.length, 1);
    const [error] = witness.errors;
    assert.ok(error instanceof DriverTimeoutError, `${error}`);
    assert.ok(error.message.includes(directory), error.message);
    assert.match(error.message, /no sign of life: age=\d+ms > timeout=5000ms/);
    assert.ok((await pending) instanceof DriverTimeoutError);
    witness.isGone();
  });

  it('that is told to end is missed at once', async () => {
    const directory = place.directory();
    const driver = await place.driverProcess(directory);
    const witness = await Witness.of(place, directory, { driverTimeoutMs: 60_000 });
    assert.equal(await driver.kill('SIGTERM'), 0);
    assert.match(driver.output, /Shutting down media driver/);

    await until('the client closes', () => witness.aeron.isClosed, 30_000);
    assert.match(String(witness.errors[0]), /has been shut down/);
    witness.isGone();
  });

  it('that hangs for less than the time-out is waited for', async () => {
    const directory = place.directory();
    const driver = await place.driverProcess(directory);
    const witness = await Witness.of(place, directory, { driverTimeoutMs: 20_000 });
    process.kill(driver.pid, 'SIGSTOP');
    const pending = witness.aeron.addPublication(CHANNEL, 2);
    const limit = witness.publication.positionLimit;
    while (witness.publication.offer(MESSAGE) > 0) {
      // Up to the window that the driver last gave.
    }
    assert.ok(witness.publication.position >= limit);
    const begin = Date.now();
    await until('several keepalives have gone by', () => Date.now() - begin > 5 * KEEP_ALIVE_MS);
    process.kill(driver.pid, 'SIGCONT');

    assert.ok(!(await pending).isClosed);
    await witness.streams();
    assert.deepEqual(witness.errors, []);
  });

  it('that hangs for longer is given up, and serves new clients when it comes back', async () => {
    const directory = place.directory();
    const driver = await place.driverProcess(directory, {
      AERON_CLIENT_LIVENESS_TIMEOUT: '5s',
      AERON_PUBLICATION_LINGER_TIMEOUT: '100ms',
    });
    const witness = await Witness.of(place, directory);
    process.kill(driver.pid, 'SIGSTOP');
    await until('the client closes', () => witness.aeron.isClosed);
    assert.ok(witness.errors[0] instanceof DriverTimeoutError);
    witness.isGone();

    process.kill(driver.pid, 'SIGCONT');
    // On a stream of its own: the logs of the old client go away just when it looks for images.
    const next = await Witness.of(place, directory, { driverTimeoutMs: 20_000 }, STREAM_ID + 1);
    await until('nothing is left of the old client', () => {
      let counters = 0;
      next.aeron.countersReader.forEachMetaData((_id, typeId) => {
        counters += typeId === 1000 ? 1 : 0;
      });
      return counters === 1;
    });
    await next.streams();
    assert.deepEqual(next.errors, []);
  });

  it('that restarts in the same directory leaves the old client behind and serves a new one', async () => {
    const directory = place.directory();
    const options = { AERON_DRIVER_TIMEOUT: '1s' };
    const driver = await place.driverProcess(directory, options);
    const witness = await Witness.of(place, directory);
    await driver.kill('SIGKILL');
    const isOneMore = async () => {
      const successor = place.aeron(['media-driver'], {
        AERON_DIR: directory,
        AERON_TIMER_INTERVAL: '100ms',
        ...options,
      });
      const began = await successor.line(/Started|Active/);
      return began.startsWith('Started');
    };
    const deadline = Date.now() + 60_000;
    while (!(await isOneMore())) {
      assert.ok(Date.now() < deadline, 'the heartbeat of the dead one does not stay fresh');
    }
    const next = await Witness.of(place, directory, { driverTimeoutMs: 20_000 });
    await until('the client of the dead driver closes', () => witness.aeron.isClosed);
    assert.ok(witness.errors[0] instanceof DriverTimeoutError);
    witness.isGone();
    await next.streams();
    assert.deepEqual(next.errors, []);
  });
});
