import { pathToFileURL } from 'node:url';
import { AERON_ARCHIVE_OPTIONS, LOCAL_CONTROL_OPTIONS } from '../archive/client/mod.ts';
import { SERVICE_OPTIONS } from '../cluster/service/mod.ts';
import { ClusteredServiceContainer } from '../launch/mod.ts';
import { applyProperties } from './apply-properties.ts';
import { type CommandLine, UsageError } from './arguments.ts';
import { EndRequest } from './end-request.ts';

/**
 * `aeron clustered-service-container --service module.js [-Dname=value ...] [properties file ...]`: a container with
 * the service that the module exports, until SIGINT, SIGTERM or its end by the cluster.
 */
export async function clusteredServiceContainer({ properties, words }: CommandLine): Promise<number> {
  const { service, files } = takeService(words);
  applyProperties('the clustered service container', properties, files, [
    SERVICE_OPTIONS,
    AERON_ARCHIVE_OPTIONS,
    LOCAL_CONTROL_OPTIONS,
  ]);
  const end = new EndRequest();
  const container = await ClusteredServiceContainer.launch(
    { serviceModule: pathToFileURL(service) },
    { logger: (text) => console.error(text), signal: end.signal },
  );
  console.log('Started clustered service container');
  await Promise.race([container.ended, end.requested]);
  await container.close();
  await container.ended;
  return 0;
}

function takeService(words: readonly string[]): { service: string; files: readonly string[] } {
  const index = words.indexOf('--service');
  const service = words[index + 1];
  if (index < 0 || service === undefined) {
    throw new UsageError('needs --service <module.js>, a module whose default export is a clustered service');
  }
  return { service, files: words.filter((_, i) => i !== index && i !== index + 1) };
}
