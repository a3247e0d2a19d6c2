import { type GivenDriverOptions, MediaDriver } from '../driver/mod.ts';
import { runComponent } from './run-component.ts';

/** What the launcher wants to know of a driver. */
export interface DriverReady {
  readonly aeronDirectoryName: string;
}

runComponent<GivenDriverOptions, DriverReady>(({ options, platform, terminationHook, logger }) => {
  const driver = MediaDriver.launch({ ...options, platform, terminationHook, logger });
  return {
    ready: { aeronDirectoryName: driver.aeronDirectoryName },
    run: (shouldStop) => driver.run(shouldStop),
  };
});
