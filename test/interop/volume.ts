import { it } from 'node:test';
import { freePort } from '../ports.ts';
import { describeOnDriver } from './on-driver.ts';
import type { Language } from './stage.ts';
import { stream } from './streams.ts';

const MESSAGES = 5_000_000;
const CHANNELS = [
  { name: 'IPC', channel: 'aeron:ipc' },
  { name: 'UDP', channel: `aeron:udp?endpoint=localhost:${freePort()}` },
];

/** Many small messages on a driver of the language. */
export function describeVolume(language: Language): void {
  describeOnDriver(`${MESSAGES.toLocaleString('en')} messages on the ${language} driver`, { language }, (place) => {
    for (const { name, channel } of CHANNELS) {
      for (const [from, to] of [
        ['typescript', 'java'],
        ['java', 'typescript'],
      ] as const) {
        it(`${name}: ${from} to ${to}`, { timeout: 300_000 }, () =>
          stream(place, {
            from,
            to,
            channels: { publish: channel, subscribe: channel },
            count: MESSAGES,
            length: 32,
            exclusive: from === 'java',
            timeoutMs: 250_000,
          }),
        );
      }
    }
  });
}
