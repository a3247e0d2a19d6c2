import { AgentLoop } from '../agrona/mod.ts';
import { Archive, type GivenArchiveOptions } from '../archive/server/mod.ts';
import { type GivenDriverOptions, MediaDriver } from '../driver/mod.ts';
import type { Platform } from '../platform/mod.ts';

/** A media driver and an archive that share one loop. */
export interface ArchivingLoop {
  readonly driver: MediaDriver;
  readonly archive: Archive;
  readonly loop: AgentLoop;
}

/** Makes both; the driver goes on while the archive starts. What was made goes again when the rest fails. */
export function newArchivingLoop(
  platform: Platform,
  driverOptions: GivenDriverOptions,
  archiveOptions: GivenArchiveOptions,
): ArchivingLoop {
  const driver = MediaDriver.launch({ platform, ...driverOptions, threadingMode: 'INVOKER' });
  const loop = new AgentLoop(driver.newIdleStrategy(1));
  try {
    loop.add(driver.sharedAgentInvoker!);
    const archive = Archive.launch({
      platform,
      ...archiveOptions,
      aeronDirectoryName: driver.aeronDirectoryName,
      threadingMode: 'INVOKER',
      idleStrategy: loop.idleStrategy,
    });
    loop.add(archive.invoker!);
    return { driver, archive, loop };
  } catch (error) {
    loop.close();
    throw error;
  }
}
