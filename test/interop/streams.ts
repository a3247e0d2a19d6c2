import assert from 'node:assert/strict';
import type { AeronVersion } from '../../scripts/java.ts';
import type { Child } from './child.ts';
import type { Channels } from './modes.ts';
import type { Place } from './on-driver.ts';
import type { Language, Options } from './stage.ts';

/** A peer of a stream: its language, and the driver it is a client of when that is not the one of the place. */
export interface Party {
  readonly language: Language;
  readonly directory?: string;
}

export interface StreamRun {
  readonly channels: Channels;
  /** Messages of each publisher. */
  readonly count: number;
  /** Bytes, 'max' or 'mixed'. */
  readonly length: string | number;
  readonly exclusive?: boolean;
  readonly javaVersion?: AeronVersion;
  readonly timeoutMs?: number;
}

/** Streams from one peer to another; content and order are checked by the receiving one. */
export async function stream(place: Place, run: StreamRun & { from: Language; to: Language }): Promise<void> {
  await crowd(place, { ...run, publishers: [{ language: run.from }], subscribers: [{ language: run.to }] });
}

/**
 * Streams from several peers, told apart by their ids 1, 2, ..., to several others. The publishers begin when
 * they see a subscriber; so when it matters that all subscribers get everything, it takes a flow control that waits
 * for them.
 */
export async function crowd(
  place: Place,
  run: StreamRun & { publishers: readonly Party[]; subscribers: readonly Party[] },
): Promise<void> {
  const timeoutMs = run.timeoutMs ?? 60_000;
  const subscribers = run.subscribers.map((party) =>
    startSubscriber(place, run, party, { count: run.count * run.publishers.length, eos: true }),
  );
  await Promise.all(subscribers.map((peer) => peer.line(/^READY/, timeoutMs)));
  const publishers = run.publishers.map((party, index) => startPublisher(place, run, party, { id: index + 1 }));
  await Promise.all([
    ...publishers.map((peer) => peer.line(/^SENT/, timeoutMs)),
    ...subscribers.map((peer) => peer.line(/^RECEIVED/, timeoutMs)),
  ]);
  await Promise.all(publishers.map(finish));
  await Promise.all(subscribers.map((peer) => peer.line(/^END-OF-STREAM/, timeoutMs)));
  await Promise.all(subscribers.map(finish));
}

/** Ends a peer that had no reason to complain. */
export async function finish(peer: Child): Promise<void> {
  assert.equal(await peer.finish(), 0, peer.output);
  assert.doesNotMatch(peer.output, /ERROR|FAILED/, peer.output);
}

export function startSubscriber(
  place: Place,
  run: Pick<StreamRun, 'channels' | 'javaVersion'>,
  party: Party,
  options: Options = {},
): Child {
  return place.stage.peer(
    party.language,
    'subscribe',
    {
      dir: party.directory ?? place.directory,
      channel: run.channels.subscribe,
      destinations: run.channels.subscribeTo ?? '',
      ...options,
    },
    run.javaVersion,
  );
}

export function startPublisher(place: Place, run: StreamRun, party: Party, options: Options = {}): Child {
  return place.stage.peer(
    party.language,
    'publish',
    {
      dir: party.directory ?? place.directory,
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
