import assert from 'node:assert/strict';
import { after, afterEach, before, describe } from 'node:test';
import type { Child } from './child.ts';
import { type DriverOptions, Stage } from './stage.ts';

/** Where a test plays: the directory of the driver of its suite, and a stage that is cleared after it. */
export interface Place {
  readonly directory: string;
  readonly stage: Stage;
}

/** A suite on one driver process, which lives as long as the suite. */
export function describeOnDriver(title: string, driver: DriverOptions, declare: (place: Place) => void): void {
  describeOnDrivers(title, [driver], declare);
}

/** A suite on several driver processes; the place is at the first one. */
export function describeOnDrivers(
  title: string,
  drivers: readonly DriverOptions[],
  declare: (place: Place, directories: readonly string[]) => void,
): void {
  describe(title, () => {
    const house = new Stage();
    const directories = drivers.map(() => house.directory());
    let processes: Child[] = [];
    let stage = new Stage();
    before(async () => {
      processes = await Promise.all(drivers.map((driver, i) => house.driver(driver.language, directories[i]!, driver)));
    });
    afterEach(async () => {
      await stage.clear();
      stage = new Stage();
    });
    after(async () => {
      try {
        for (const driver of processes) {
          assert.ok(!driver.ended, `${driver.name} died:\n${driver.output}`);
        }
      } finally {
        await house.clear();
      }
    });

    const place = {
      directory: directories[0]!,
      get stage() {
        return stage;
      },
    };
    declare(place, directories);
  });
}
