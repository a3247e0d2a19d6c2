import { AERON_ARCHIVE_OPTIONS, LOCAL_CONTROL_OPTIONS } from '../archive/client/mod.ts';
import { CONSENSUS_MODULE_OPTIONS } from '../cluster/consensus/mod.ts';
import { ConsensusModule } from '../launch/mod.ts';
import { applyProperties } from './apply-properties.ts';
import type { CommandLine } from './arguments.ts';
import { EndRequest } from './end-request.ts';

/**
 * `aeron consensus-module [-Dname=value ...] [properties file ...]`: a consensus module beside a driver, an archive
 * and services of other processes, until SIGINT, SIGTERM or its end as the cluster is told.
 */
export async function consensusModule({ properties, words }: CommandLine): Promise<number> {
  applyProperties('the consensus module', properties, words, [
    CONSENSUS_MODULE_OPTIONS,
    AERON_ARCHIVE_OPTIONS,
    LOCAL_CONTROL_OPTIONS,
  ]);
  const end = new EndRequest();
  const module = await ConsensusModule.launch({}, { logger: (text) => console.error(text), signal: end.signal });
  console.log('Started consensus module');
  await Promise.race([module.ended, end.requested]);
  await module.close();
  await module.ended;
  return 0;
}
