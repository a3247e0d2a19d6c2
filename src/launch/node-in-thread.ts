import { pathToFileURL } from 'node:url';
import { AeronError } from '../agrona/mod.ts';
import { launchThread } from './component-thread.ts';
import { canBeCloned, findStuck } from './crossing.ts';
import type { Running } from './launched.ts';
import type { NodeHooks, NodeParts } from './node-loop.ts';
import type { NodeOptions, NodeReady } from './node-thread.ts';
import type { ServiceModule } from './service-module.ts';

/** Components of a node that run. */
export interface RunningNode extends Running, NodeReady {}

/**
 * Runs components in one worker thread. Resolves when all of them have started.
 * @throws AeronError CONFIGURATION for an option that cannot cross into the thread; as `launchThread`
 */
export async function runInThread(
  name: string,
  parts: NodeParts,
  serviceModules: readonly ServiceModule[],
  hooks: NodeHooks,
  signal?: AbortSignal,
): Promise<RunningNode> {
  const options: NodeOptions = { parts, serviceModules: serviceModules.map(withLocation) };
  checkCloneable(options);
  const thread = await launchThread<NodeOptions, NodeReady>(name, 'node-thread', options, hooks, signal);
  const { ready, ended, close } = thread;
  ended.catch(() => {}); // of what there was, `hooks` have been told
  return { ...ready, ended, close };
}

/** Relative paths are relative to the working directory. */
function withLocation(module: ServiceModule): ServiceModule {
  const location = String(module.serviceModule);
  const isUrl = /^[a-z]+:/i.test(location);
  return { ...module, serviceModule: isUrl ? location : pathToFileURL(location).href };
}

function checkCloneable({ parts, serviceModules }: NodeOptions): void {
  const { services: _, ...components } = parts;
  const all: readonly (readonly [string, object])[] = [
    ...Object.entries(components).map(([name, options]) => [name, options ?? {}] as const),
    ...serviceModules.map((options) => ['service', options] as const),
  ];
  for (const [component, options] of all) {
    const { serviceArguments, ...rest } = options as Partial<ServiceModule>;
    const stuck = findStuck(rest) ?? (canBeCloned(serviceArguments) ? undefined : 'serviceArguments');
    if (stuck !== undefined) {
      throw new AeronError(
        'CONFIGURATION',
        `option ${stuck} of the ${component} cannot cross into the node's thread; leave it out, or run the node in ` +
          'your own thread',
      );
    }
  }
}
