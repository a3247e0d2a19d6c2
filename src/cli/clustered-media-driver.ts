import { AERON_ARCHIVE_OPTIONS } from '../archive/client/mod.ts';
import { ARCHIVE_OPTIONS } from '../archive/server/mod.ts';
import { CONSENSUS_MODULE_OPTIONS } from '../cluster/consensus/mod.ts';
import { DRIVER_OPTIONS } from '../driver/mod.ts';
import { ClusteredMediaDriver } from '../launch/mod.ts';
import { applyProperties } from './apply-properties.ts';
import type { CommandLine } from './arguments.ts';
import { EndRequest } from './end-request.ts';

/**
 * `aeron clustered-media-driver [-Dname=value ...] [properties file ...]`: a media driver, an archive and a consensus
 * module in one loop, until SIGINT, SIGTERM or their end as the cluster is told. Services run beside it.
 */
export async function clusteredMediaDriver({ properties, words }: CommandLine): Promise<number> {
  const tables = [DRIVER_OPTIONS, ARCHIVE_OPTIONS, AERON_ARCHIVE_OPTIONS, CONSENSUS_MODULE_OPTIONS];
  applyProperties('the clustered media driver', properties, words, tables);
  const end = new EndRequest();
  const settings = { logger: (text: string) => console.error(text), signal: end.signal };
  const node = await ClusteredMediaDriver.launch({}, {}, {}, settings);
  console.log(`Started clustered media driver in ${node.aeronDirectoryName}`);
  await Promise.race([node.ended, end.requested]);
  await node.close();
  await node.ended;
  return 0;
}
