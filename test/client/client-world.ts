import assert from 'node:assert/strict';
import { AeronError, AtomicBuffer } from '../../src/agrona/mod.ts';
import { Aeron, type AeronOptions, type Publication, type Subscription } from '../../src/client/mod.ts';
import { SimulatedWorld } from '../../src/platform/simulated/mod.ts';
import { FakeDriver, type FakeDriverOptions } from './fake-driver.ts';

export const DIRECTORY = '/dev/shm/aeron-test';
export const SECOND_NS = 1_000_000_000;

/** A machine under virtual time with a driver's process and a client's. */
export class ClientWorld {
  readonly world = new SimulatedWorld({ seed: 1 });
  readonly host = this.world.host('a');
  readonly client = this.host.process('client');
  readonly errors: unknown[] = [];
  driver!: FakeDriver;
  driverProcess = this.host.process('driver');

  startDriver(options?: FakeDriverOptions): FakeDriver {
    const driver = new FakeDriver(this.driverProcess.platform, DIRECTORY, options);
    this.driver = driver;
    this.driverProcess.run(() => driver.doWork());
    return driver;
  }

  /** A new process with a new driver, where the old one was. */
  restartDriver(): FakeDriver {
    this.driverProcess.kill();
    this.driverProcess = this.host.process('driver');
    this.driverProcess.platform.files.removeTree(DIRECTORY);
    return this.startDriver();
  }

  /** Options of the client's process; errors are collected in `errors`. */
  options(options: AeronOptions = {}): AeronOptions {
    return {
      platform: this.client.platform,
      aeronDirectoryName: DIRECTORY,
      errorHandler: (error) => this.errors.push(error),
      ...options,
    };
  }

  connect(options: AeronOptions = {}): Promise<Aeron> {
    return this.settle(Aeron.connect(this.options(options)));
  }

  /** Lets the world run until the promise is settled. */
  async settle<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settled = promise.finally(() => {
      isSettled = true;
    });
    settled.catch(() => {});
    assert(await this.world.settleUntil(() => isSettled, 60 * SECOND_NS), 'the promise settles within a minute');
    return settled;
  }

  async until(condition: () => boolean): Promise<void> {
    assert(await this.world.settleUntil(condition, 60 * SECOND_NS), `within a minute: ${condition}`);
  }

  async pass(durationNs: number): Promise<void> {
    await this.world.settleUntil(() => false, durationNs);
  }

  /** The code that a promise rejects with. */
  async codeOf(promise: Promise<unknown>): Promise<string> {
    const error = await this.settle(promise).then(
      () => assert.fail('it should reject'),
      (reason: unknown) => reason,
    );
    assert(AeronError.is(error), `an AeronError, not ${error}`);
    return error.code;
  }

  errorCodes(): string[] {
    return this.errors.map((error) => (AeronError.is(error) ? error.code : String(error)));
  }

  /** Sends a text through and waits for it on the other side. */
  async exchange(publication: Publication, subscription: Subscription, text: string): Promise<string> {
    const message = AtomicBuffer.ofString(text);
    await this.until(() => publication.offer(message) >= 0);
    let received: string | undefined;
    await this.until(() => {
      subscription.poll((buffer, offset, length) => {
        received = buffer.getStringWithoutLength(offset, length);
      }, 1);
      return received !== undefined;
    });
    return received!;
  }
}

export function codeThrown(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    assert(AeronError.is(error), `an AeronError, not ${error}`);
    return error.code;
  }
  return assert.fail('it should throw');
}
