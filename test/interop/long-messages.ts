import { it } from 'node:test';
import { freePort } from '../ports.ts';
import { describeOnDriver } from './on-driver.ts';
import type { Language } from './stage.ts';
import { stream } from './streams.ts';

const CASES = [
  { name: '16 MiB messages over IPC', channel: 'aeron:ipc?term-length=128m', count: 8 },
  {
    name: '16 MiB messages over UDP',
    channel: `aeron:udp?endpoint=localhost:${freePort()}|term-length=128m`,
    count: 3,
  },
  {
    name: '8 KiB messages over UDP',
    channel: `aeron:udp?endpoint=localhost:${freePort()}|term-length=64k`,
    count: 2000,
  },
];

/** Messages of the greatest length that a term allows, on a driver of the language. */
export function describeLongMessages(language: Language): void {
  describeOnDriver(`messages of maximum length on the ${language} driver`, { language }, (place) => {
    for (const { name, channel, count } of CASES) {
      for (const [from, to] of [
        ['typescript', 'java'],
        ['java', 'typescript'],
      ] as const) {
        it(`${name}: ${from} to ${to}`, { timeout: 300_000 }, () =>
          stream(place, {
            from,
            to,
            channels: { publish: channel, subscribe: channel },
            count,
            length: 'max',
            exclusive: to === 'java',
          }),
        );
      }
    }
  });
}
