import { it } from 'node:test';
import { freePort } from '../ports.ts';
import { describeOnDriver } from './on-driver.ts';
import type { Language } from './stage.ts';
import { crowd, type Party } from './streams.ts';

const LIVE_MS = 180_000;
const TWO_OF_EACH: readonly Party[] = (['java', 'typescript', 'java', 'typescript'] as const).map((language) => ({
  language,
}));

const same = (channel: string) => ({ publish: channel, subscribe: channel });

/** Many peers of both languages on a driver of the language. */
export function describeCrowds(language: Language): void {
  describeOnDriver(`peers of both languages on the ${language} driver`, { language }, (place) => {
    for (const subscriber of ['java', 'typescript'] as const) {
      it(`four publishers share an IPC publication with a ${subscriber} subscriber`, { timeout: LIVE_MS }, () =>
        crowd(place, {
          publishers: TWO_OF_EACH,
          subscribers: [{ language: subscriber }],
          channels: same('aeron:ipc?term-length=64k'),
          count: 5000,
          length: 'mixed',
        }),
      );

      it(`four publishers share a UDP publication with a ${subscriber} subscriber`, { timeout: LIVE_MS }, () =>
        crowd(place, {
          publishers: TWO_OF_EACH,
          subscribers: [{ language: subscriber }],
          channels: same(`aeron:udp?endpoint=localhost:${freePort()}|term-length=64k`),
          count: 5000,
          length: 'mixed',
        }),
      );
    }

    for (const publisher of ['java', 'typescript'] as const) {
      it(`four subscribers read what a ${publisher} publisher sends over IPC`, { timeout: LIVE_MS }, () =>
        crowd(place, {
          publishers: [{ language: publisher }],
          subscribers: TWO_OF_EACH,
          channels: same('aeron:ipc?term-length=64k'),
          count: 5000,
          length: 'mixed',
        }),
      );

      it(`four subscribers read what a ${publisher} publisher sends to many destinations`, { timeout: LIVE_MS }, () => {
        const control = `control=localhost:${freePort()}|control-mode=dynamic`;
        return crowd(place, {
          publishers: [{ language: publisher }],
          subscribers: TWO_OF_EACH,
          channels: {
            publish: `aeron:udp?${control}|term-length=64k|fc=min,g:/4`,
            subscribe: `aeron:udp?endpoint=localhost:0|${control}`,
          },
          count: 5000,
          length: 'mixed',
          exclusive: true,
        });
      });
    }
  });
}
