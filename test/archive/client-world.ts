import assert from 'node:assert/strict';
import { AeronError } from '../../src/agrona/mod.ts';
import { AeronArchive, type AeronArchiveOptions } from '../../src/archive/mod.ts';
import { SimulatedMediaDriver, SimulatedWorld } from '../../src/simulation/mod.ts';
import { FakeArchive, type Manners, type Request } from './fake-archive.ts';

export const SECOND_NS = 1_000_000_000;
const CONTROL_CHANNEL = 'aeron:udp?endpoint=10.0.0.1:8010';

/** A machine under virtual time with a driver, a fake archive and a client, each a process. */
export class ClientWorld {
  readonly world = new SimulatedWorld({ seed: 1 });
  readonly driver = SimulatedMediaDriver.launch(this.world.host('a', { addresses: ['10.0.0.1'] }));
  readonly client = this.driver.host.process('client');
  readonly errors: unknown[] = [];
  archive!: FakeArchive;
  readonly archiveProcess = this.driver.host.process('archive');

  startArchive(manners: Manners = {}): FakeArchive {
    const archive = new FakeArchive(this.archiveProcess.platform, CONTROL_CHANNEL, manners);
    this.archive = archive;
    this.archiveProcess.run(() => archive.doWork());
    return archive;
  }

  options(options: AeronArchiveOptions = {}): AeronArchiveOptions {
    return {
      platform: this.client.platform,
      controlRequestChannel: CONTROL_CHANNEL,
      controlResponseChannel: 'aeron:udp?endpoint=10.0.0.1:0',
      errorHandler: (error) => this.errors.push(error),
      ...options,
    };
  }

  connect(options: AeronArchiveOptions = {}): Promise<AeronArchive> {
    return this.settle(AeronArchive.connect(this.options(options)));
  }

  /** Lets the world run until the promise is settled. */
  async settle<T>(promise: PromiseLike<T>): Promise<T> {
    let isSettled = false;
    const settled = Promise.resolve(promise).finally(() => {
      isSettled = true;
    });
    settled.catch(() => {});
    assert(await this.world.settleUntil(() => isSettled, 60 * SECOND_NS), 'the promise settles within a minute');
    return settled;
  }

  async until(condition: () => boolean): Promise<void> {
    assert(await this.world.settleUntil(condition, 60 * SECOND_NS), `within a minute: ${condition}`);
  }

  /** The next request that reaches the archive. */
  async request(): Promise<Request> {
    await this.until(() => this.archive.requests.length > 0);
    return this.archive.take()!;
  }

  /** What a promise rejects with. */
  async errorOf(promise: PromiseLike<unknown>): Promise<AeronError> {
    const error = await this.settle(promise).then(
      () => assert.fail('it should reject'),
      (reason: unknown) => reason,
    );
    assert(AeronError.is(error), `an AeronError, not ${error}`);
    return error;
  }
}
