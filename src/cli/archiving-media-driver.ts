import { ARCHIVE_OPTIONS } from '../archive/server/mod.ts';
import { DRIVER_OPTIONS } from '../driver/mod.ts';
import { ArchivingMediaDriver } from '../launch/mod.ts';
import { applyProperties } from './apply-properties.ts';
import type { CommandLine } from './arguments.ts';
import { EndRequest } from './end-request.ts';

/**
 * `aeron archiving-media-driver [-Dname=value ...] [properties file ...]`: a media driver and an archive in one
 * loop, until SIGINT, SIGTERM or a client's termination request. Configured as `aeron media-driver` is.
 */
export async function archivingMediaDriver({ properties, words }: CommandLine): Promise<number> {
  applyProperties('the archiving media driver', properties, words, [DRIVER_OPTIONS, ARCHIVE_OPTIONS]);
  const end = new EndRequest();
  const logger = (text: string) => console.error(text);
  const launched = await ArchivingMediaDriver.launch({ terminationHook: () => end.request(), logger }, { logger });
  console.log(`Started media driver in ${launched.aeronDirectoryName} and archive in ${launched.archiveDir}`);
  await Promise.race([end.requested, launched.ended]);
  console.log('Shutting down archive and media driver...');
  await launched.close();
  return 0;
}
