import assert from 'node:assert/strict';
import { AtomicBuffer } from '../../src/agrona/mod.ts';
import { AeronArchive, type AeronArchiveOptions, type RecordingSignalEvent } from '../../src/archive/client/mod.ts';
import type { GivenArchiveOptions } from '../../src/archive/server/mod.ts';
import { Aeron, type ExclusivePublication, type Subscription } from '../../src/client/mod.ts';
import type { GivenDriverOptions } from '../../src/driver/mod.ts';
import type { Platform } from '../../src/platform/mod.ts';
import { type SimulatedHost, SimulatedWorld } from '../../src/platform/simulated/mod.ts';
import { SimulatedArchive, SimulatedMediaDriver } from '../../src/simulation/mod.ts';

const SECOND_NS = 1_000_000_000;
export const IPC = 'aeron:ipc?term-length=64k';
export const STREAM_ID = 33;
export const REPLAY_STREAM_ID = 34;

/** A machine under virtual time with a driver, an archive, and a client of both. */
export class ArchiveWorld {
  readonly world = new SimulatedWorld({ seed: 1 });
  readonly host: SimulatedHost;
  readonly platform: Platform;
  readonly driver: SimulatedMediaDriver;
  archive: SimulatedArchive;
  readonly aeron: Aeron;
  readonly client: AeronArchive;
  readonly signals: RecordingSignalEvent[] = [];
  readonly errors: unknown[] = [];

  constructor(
    options: GivenArchiveOptions = {},
    clientOptions: AeronArchiveOptions = {},
    driverOptions: GivenDriverOptions = {},
  ) {
    this.host = this.world.host('a', { addresses: ['10.0.0.1'] });
    this.driver = SimulatedMediaDriver.launch(this.host, driverOptions);
    this.archive = SimulatedArchive.launch(this.host, options);
    this.platform = this.host.process('client').platform;
    this.aeron = this.newAeron();
    this.client = this.connect(clientOptions);
  }

  newAeron(): Aeron {
    return Aeron.connectBlocking({
      platform: this.platform,
      useConductorAgentInvoker: true,
      errorHandler: (error) => this.errors.push(error),
    });
  }

  connect(options: AeronArchiveOptions = {}): AeronArchive {
    return AeronArchive.connectBlocking({
      aeron: this.aeron,
      controlRequestChannel: 'aeron:ipc',
      controlResponseChannel: 'aeron:ipc',
      recordingSignalConsumer: (signal) => this.signals.push(signal),
      ...options,
    });
  }

  /** Lets everybody go on until the condition holds. */
  until(condition: () => boolean, withinNs = 60 * SECOND_NS): void {
    const deadline = this.platform.clock.nanoTime() + withinNs;
    while (!condition()) {
      assert(this.platform.clock.nanoTime() < deadline, `within ${withinNs / SECOND_NS} s: ${condition}`);
      this.idle();
    }
  }

  /** One round of the world and of the client. */
  idle(): void {
    this.aeron.conductorAgentInvoker!.invoke();
    this.platform.park(100_000);
  }

  addPublication(channel = IPC, streamId = STREAM_ID): ExclusivePublication {
    const id = this.aeron.asyncAddExclusivePublication(channel, streamId);
    let publication: ExclusivePublication | undefined;
    this.until(() => {
      publication ??= this.aeron.getExclusivePublication(id);
      return publication !== undefined;
    });
    return publication!;
  }

  addSubscription(channel: string, streamId: number): Subscription {
    const id = this.aeron.asyncAddSubscription(channel, streamId);
    let subscription: Subscription | undefined;
    this.until(() => {
      subscription ??= this.aeron.getSubscription(id);
      return subscription !== undefined;
    });
    return subscription!;
  }

  /** Publishes 'message <n>', for n from `from` on, padded to at least `length`. */
  publish(publication: ExclusivePublication, count: number, from = 0, length = 0): void {
    for (let n = from; n < from + count; n++) {
      const message = AtomicBuffer.ofString(messageOf(n, length));
      this.until(() => publication.offer(message) > 0);
    }
  }

  /** All that comes, until there are `count`. */
  receive(subscription: Subscription, count: number): string[] {
    const messages: string[] = [];
    this.until(() => {
      subscription.poll((buffer, offset, length) => {
        messages.push(buffer.getStringWithoutLength(offset, length));
      }, 10);
      return messages.length >= count;
    });
    return messages;
  }

  close(): void {
    this.client.close();
    this.aeron.close();
    this.archive.close();
    this.driver.close();
  }
}

function messageOf(n: number, length = 0): string {
  return `message ${n}`.padEnd(length, '.');
}

export function messagesOf(count: number, from = 0, length = 0): string[] {
  return Array.from({ length: count }, (_, i) => messageOf(from + i, length));
}
