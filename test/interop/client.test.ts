import { it } from 'node:test';
import { AERON_VERSIONS } from '../../scripts/java.ts';
import { modesOf } from './modes.ts';
import { describeOnDriver } from './on-driver.ts';
import { stream } from './streams.ts';

for (const version of Object.values(AERON_VERSIONS)) {
  describeOnDriver(`our client on the Java driver ${version}`, { language: 'java', version }, (place) => {
    for (const [index, mode] of modesOf(version).entries()) {
      for (const [from, to] of [
        ['typescript', 'java'],
        ['java', 'typescript'],
      ] as const) {
        it(`${mode.name}: ${from} to ${to}`, { timeout: 300_000 }, () =>
          stream(place, {
            from,
            to,
            channels: mode.channels(),
            count: 2000,
            length: 'mixed',
            exclusive: index % 2 === 0,
            javaVersion: version,
          }),
        );
      }
    }
  });
}
