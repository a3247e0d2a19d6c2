import { after, afterEach, before, describe, it } from 'node:test';
import { AERON_VERSIONS } from '../../scripts/java.ts';
import { MODES } from './modes.ts';
import { Stage } from './stage.ts';
import { stream } from './streams.ts';

const BASIC = ['IPC', 'UDP unicast', 'multicast'];
const LIVE_MS = 60_000;

for (const version of Object.values(AERON_VERSIONS)) {
  const modes = version === AERON_VERSIONS.current ? MODES : MODES.filter(({ name }) => BASIC.includes(name));

  describe(`Java ${version} and our clients on our driver`, { timeout: 15 * LIVE_MS }, () => {
    const house = new Stage();
    const directory = house.directory();
    before(() => house.driver('typescript', directory));
    after(() => house.clear());

    let stage = new Stage();
    afterEach(async () => {
      await stage.clear();
      stage = new Stage();
    });

    for (const [index, mode] of modes.entries()) {
      for (const [from, to] of [
        ['typescript', 'java'],
        ['java', 'typescript'],
        ['java', 'java'],
      ] as const) {
        it(`${mode.name}: ${from} to ${to}`, { timeout: LIVE_MS }, () =>
          stream(stage, {
            directory,
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
