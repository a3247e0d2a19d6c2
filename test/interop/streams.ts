import assert from 'node:assert/strict';
import type { AeronVersion } from '../../scripts/java.ts';
import type { Child } from './child.ts';
import type { Channels } from './modes.ts';
import type { Language, Options, Stage } from './stage.ts';

export interface StreamRun {
  readonly directory: string;
  /** Where the subscriber's driver is, when it is another one. */
  readonly subscriberDirectory?: string;
  readonly from: Language;
  readonly to: Language;
  readonly channels: Channels;
  readonly count: number;
  readonly length: string;
  readonly exclusive?: boolean;
  readonly javaVersion?: AeronVersion;
  readonly timeoutMs?: number;
}

/** Streams `count` messages from one peer to another; content and order are checked by the receiving peer. */
export async function stream(stage: Stage, run: StreamRun): Promise<void> {
  const timeoutMs = run.timeoutMs ?? 30_000;
  const subscriber = startSubscriber(stage, run, { count: run.count, eos: true });
  await subscriber.line(/^READY/, timeoutMs);
  const publisher = startPublisher(stage, run);
  await Promise.all([publisher.line(/^SENT/, timeoutMs), subscriber.line(/^RECEIVED/, timeoutMs)]);
  assert.equal(await publisher.finish(), 0, publisher.output);
  await subscriber.line(/^END-OF-STREAM/, timeoutMs);
  assert.equal(await subscriber.finish(), 0, subscriber.output);
  for (const peer of [publisher, subscriber]) {
    assert.doesNotMatch(peer.output, /ERROR|FAILED/, peer.output);
  }
}

export function startSubscriber(stage: Stage, run: Omit<StreamRun, 'from' | 'length'>, options: Options): Child {
  return stage.peer(
    run.to,
    'subscribe',
    {
      dir: run.subscriberDirectory ?? run.directory,
      channel: run.channels.subscribe,
      destinations: run.channels.subscribeTo ?? '',
      ...options,
    },
    run.javaVersion,
  );
}

export function startPublisher(stage: Stage, run: Omit<StreamRun, 'to'>, options: Options = {}): Child {
  return stage.peer(
    run.from,
    'publish',
    {
      dir: run.directory,
      channel: run.channels.publish,
      destinations: run.channels.publishTo ?? '',
      count: run.count,
      length: run.length,
      exclusive: run.exclusive ?? false,
      ...options,
    },
    run.javaVersion,
  );
}
