import { DRIVER_OPTIONS } from '../driver/mod.ts';
import { MediaDriver } from '../launch/mod.ts';
import { applyProperties } from './apply-properties.ts';
import type { CommandLine } from './arguments.ts';
import { EndRequest } from './end-request.ts';

/**
 * `aeron media-driver [-Dname=value ...] [properties file ...]`: a driver until SIGINT, SIGTERM or a client's
 * termination request. Configured by the environment as the C driver is; a property on the command line comes
 * before one of a file, and both before a variable.
 */
export async function mediaDriver({ properties, words }: CommandLine): Promise<number> {
  applyProperties('the media driver', properties, words, [DRIVER_OPTIONS]);
  const end = new EndRequest();
  const driver = await MediaDriver.launch({
    terminationHook: () => end.request(),
    logger: (text) => console.error(text),
  });
  console.log(`Started media driver in ${driver.aeronDirectoryName}`);
  await Promise.race([end.requested, driver.ended]);
  console.log('Shutting down media driver...');
  await driver.close();
  return 0;
}
