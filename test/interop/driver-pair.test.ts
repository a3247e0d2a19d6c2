import { it } from 'node:test';
import { freePort } from '../ports.ts';
import { describeOnDrivers } from './on-driver.ts';

import { crowd, type Party } from './streams.ts';

const LIVE_MS = 180_000;

describeOnDrivers(
  'our driver beside a Java driver',
  [{ language: 'typescript' }, { language: 'java' }],
  (place, [ours, theirs]) => {
    const everybody: readonly Party[] = [
      { language: 'typescript', directory: ours! },
      { language: 'java', directory: ours! },
      { language: 'typescript', directory: theirs! },
      { language: 'java', directory: theirs! },
    ];

    for (const [title, publisher] of [
      ['Java client on our driver', { language: 'java', directory: ours! }],
      ['TypeScript client on the Java driver', { language: 'typescript', directory: theirs! }],
    ] as const) {
      it(`a ${title} sends to clients of both languages on both by multicast`, { timeout: LIVE_MS }, () => {
        const channel = `aeron:udp?endpoint=224.20.30.47:${freePort()}|interface=localhost`;
        return crowd(place, {
          publishers: [publisher],
          subscribers: everybody,
          channels: { publish: `${channel}|term-length=64k|fc=min,g:/2`, subscribe: channel },
          count: 3000,
          length: 'mixed',
        });
      });

      it(`a ${title} sends to clients of both languages on both by destinations`, { timeout: LIVE_MS }, () => {
        const control = `control=localhost:${freePort()}|control-mode=dynamic`;
        return crowd(place, {
          publishers: [publisher],
          subscribers: everybody,
          channels: {
            publish: `aeron:udp?${control}|term-length=64k|fc=min,g:/4`,
            subscribe: `aeron:udp?endpoint=localhost:0|${control}`,
          },
          count: 3000,
          length: 'mixed',
          exclusive: true,
        });
      });
    }
  },
);
