import { after, afterEach, before, describe } from 'node:test';
import type { AeronVersion } from '../../scripts/java.ts';
import { type Language, type Options, Stage } from './stage.ts';

/** Where a test plays: the directory of the driver of its suite, and a stage that is cleared after it. */
export interface Place {
  readonly directory: string;
  readonly stage: Stage;
}

/** A suite on one driver process, which lives as long as the suite. */
export function describeOnDriver(
  title: string,
  driver: { language: Language; version?: AeronVersion; properties?: Options },
  declare: (place: Place) => void,
): void {
  describe(title, () => {
    const house = new Stage();
    const directory = house.directory();
    let stage = new Stage();
    before(() => house.driver(driver.language, directory, driver));
    afterEach(async () => {
      await stage.clear();
      stage = new Stage();
    });
    after(() => house.clear());

    declare({
      directory,
      get stage() {
        return stage;
      },
    });
  });
}
