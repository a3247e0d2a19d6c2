import assert from 'node:assert/strict';
import { AtomicBuffer } from '../../src/agrona/mod.ts';
import {
  AeronArchive,
  type AeronArchiveOptions,
  ArchiveError,
  RecordingEventsAdapter,
  type RecordingSignal,
  type RecordingSignalEvent,
  type ReplayParams,
  SourceLocation,
} from '../../src/archive/client/mod.ts';
import type { GivenArchiveOptions } from '../../src/archive/server/mod.ts';
import { Aeron, type ExclusivePublication, type Subscription } from '../../src/client/mod.ts';
import type { GivenDriverOptions } from '../../src/driver/mod.ts';
import type { Platform } from '../../src/platform/mod.ts';
import { type HostOptions, type SimulatedHost, SimulatedWorld } from '../../src/platform/simulated/mod.ts';
import { ChannelUriStringBuilder } from '../../src/protocol/mod.ts';
import { SimulatedArchive, SimulatedMediaDriver } from '../../src/simulation/mod.ts';

export const SECOND_NS = 1_000_000_000;
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
  client: AeronArchive;
  readonly signals: RecordingSignalEvent[] = [];
  readonly errors: unknown[] = [];
  /** What the archive has sent that no request has asked for. */
  readonly clientErrors: unknown[] = [];

  constructor(
    options: GivenArchiveOptions = {},
    clientOptions: AeronArchiveOptions = {},
    driverOptions: GivenDriverOptions = {},
    hostOptions: HostOptions = {},
  ) {
    this.host = this.world.host('a', { addresses: ['10.0.0.1'], ...hostOptions });
    this.driver = SimulatedMediaDriver.launch(this.host, driverOptions);
    this.archive = SimulatedArchive.launch(this.host, options);
    this.platform = this.host.process('client').platform;
    this.aeron = this.newAeron();
    this.client = this.connect(clientOptions);
  }

  /** Another archive in the place of one that is gone, when the driver has noticed, and a client of it. */
  restartArchive(options: GivenArchiveOptions = {}): void {
    const { clock } = this.platform;
    const noticedNs = clock.nanoTime() + 12 * SECOND_NS;
    this.until(() => clock.nanoTime() > noticedNs);
    this.archive = SimulatedArchive.launch(this.host, options);
    this.client = this.connect();
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
      errorHandler: (error) => this.clientErrors.push(error),
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

  message(n: number, length = 0): AtomicBuffer {
    return AtomicBuffer.ofString(messageOf(n, length));
  }

  /** Publishes messages, records them, and stops. */
  record(count: number, from = 0, length = 0): Recorded {
    const { client } = this;
    client.startRecording(IPC, STREAM_ID, SourceLocation.LOCAL).block();
    const publication = this.addPublication();
    this.publish(publication, count, from, length);
    const { initialTermId, position, sessionId, termBufferLength } = publication;
    const recordingId = this.recordingOf(sessionId);
    this.awaitRecorded(recordingId, position);
    client.stopRecording(IPC, STREAM_ID).block();
    this.awaitStopped(recordingId, position);
    publication.close();
    return { recordingId, position, initialTermId, termBufferLength };
  }

  /** The channel of a publisher that goes on where a recording ends. */
  continuing({ position, initialTermId, termBufferLength }: Recorded): string {
    return new ChannelUriStringBuilder()
      .media('ipc')
      .initialPosition(position, initialTermId, termBufferLength)
      .build();
  }

  /** The recording of a session, as soon as it has begun. */
  recordingOf(sessionId: number, streamId = STREAM_ID): number {
    let recordingId = -1;
    this.until(() => {
      recordingId = this.client.findLastMatchingRecording(0, 'aeron:', streamId, sessionId).block();
      return recordingId >= 0;
    });
    return recordingId;
  }

  awaitRecorded(recordingId: number, position: number): void {
    this.until(() => this.client.getRecordingPosition(recordingId).block() >= position);
  }

  awaitStopped(recordingId: number, position: number): void {
    this.until(() => this.client.getStopPosition(recordingId).block() >= 0);
    assert.equal(this.client.getStopPosition(recordingId).block(), position);
  }

  /** The messages of a recording. */
  replay(recordingId: number, count: number, params: ReplayParams = {}): string[] {
    const subscription = this.addSubscription(IPC, REPLAY_STREAM_ID);
    this.client.startReplay(recordingId, IPC, REPLAY_STREAM_ID, params).block();
    const messages = this.receive(subscription, count);
    subscription.close();
    return messages;
  }

  /** Signals of a recording that have come. */
  signalsOf(recordingId: number): RecordingSignal[] {
    this.client.pollForRecordingSignals();
    return this.signals.filter((event) => event.recordingId === recordingId).map(({ signal }) => signal);
  }

  /** Value of the only counter of a type. */
  counterOf(typeId: number): number {
    const counters = this.driver.counters;
    const counterId = counters.findAllocated((id) => counters.getCounterTypeId(id) === typeId);
    return counters.getCounterValue(counterId);
  }

  labelsOf(typeId: number): string[] {
    const labels: string[] = [];
    this.driver.counters.forEachMetaData((_counterId, type, _key, label) => {
      if (type === typeId) {
        labels.push(label);
      }
    });
    return labels;
  }

  /** Recording events, as they come. */
  eventsOf(channel: string, streamId: number): { all: string[]; poll(): string[] } {
    const all: string[] = [];
    const subscription = this.addSubscription(channel, streamId);
    const poller = new RecordingEventsAdapter(
      {
        onStart: (recordingId, startPosition, _sessionId, stream) =>
          all.push(`started ${recordingId} ${startPosition} ${stream}`),
        onProgress: (recordingId, startPosition, position) =>
          all.push(`progress ${recordingId} ${startPosition} ${position}`),
        onStop: (recordingId, startPosition, position) =>
          all.push(`stopped ${recordingId} ${startPosition} ${position}`),
      },
      subscription,
      10,
    );
    this.until(() => subscription.isConnected);
    return {
      all,
      poll: () => {
        poller.poll();
        return all;
      },
    };
  }

  close(): void {
    this.client.close();
    this.aeron.close();
    this.archive.close();
    this.driver.close();
  }
}

export interface Recorded {
  readonly recordingId: number;
  readonly position: number;
  readonly initialTermId: number;
  readonly termBufferLength: number;
}

/** For `assert.throws`. */
export function refusedWith(errorCode: number, message: RegExp = /./): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof ArchiveError, String(error));
    assert.equal(error.errorCode, errorCode, error.message);
    assert.match(error.message, message);
    return true;
  };
}

function messageOf(n: number, length = 0): string {
  return `message ${n}`.padEnd(length, '.');
}

export function messagesOf(count: number, from = 0, length = 0): string[] {
  return Array.from({ length: count }, (_, i) => messageOf(from + i, length));
}
