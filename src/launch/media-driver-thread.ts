import { type GivenDriverOptions, MediaDriver } from '../driver/mod.ts';
import { componentFailed } from './component-failed.ts';
import type { ComponentHooks } from './launch-component.ts';
import { runComponent } from './run-component.ts';

/** What the launcher wants to know of a driver. */
export interface DriverReady {
  readonly aeronDirectoryName: string;
}

await runComponent<GivenDriverOptions, ComponentHooks, DriverReady>(({ options, platform, hooks }) => {
  const { terminationHook, logger } = hooks;
  const driver = MediaDriver.launch({ ...options, platform, terminationHook, logger });
  return {
    ready: { aeronDirectoryName: driver.aeronDirectoryName },
    run: (isToldToStop) => {
      driver.run(isToldToStop);
      if (!isToldToStop()) {
        throw componentFailed('the media driver has ended', undefined);
      }
    },
  };
});
