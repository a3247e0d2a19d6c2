import { ARCHIVE_OPTIONS } from '../archive/server/mod.ts';
import { Archive } from '../launch/mod.ts';
import { applyProperties } from './apply-properties.ts';
import type { CommandLine } from './arguments.ts';
import { EndRequest } from './end-request.ts';

/**
 * `aeron archive [-Dname=value ...] [properties file ...]`: an archive on a media driver that runs already, until
 * SIGINT or SIGTERM, or the driver is lost. Configured as `aeron media-driver` is.
 */
export async function archive({ properties, words }: CommandLine): Promise<number> {
  applyProperties('the archive', properties, words, [ARCHIVE_OPTIONS]);
  const end = new EndRequest();
  const launched = await Archive.launch({ logger: (text) => console.error(text) });
  console.log(`Started archive ${launched.archiveId} in ${launched.archiveDir}`);
  await Promise.race([end.requested, launched.ended]);
  console.log('Shutting down archive...');
  await launched.close();
  return 0;
}
