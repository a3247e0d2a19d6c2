import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { AeronError } from '../agrona/mod.ts';
import { canBeCloned, findStuck } from './crossing.ts';
import { deferred } from './deferred.ts';
import type { NodeHooks, NodeParts } from './node-loop.ts';
import type { FromNodeThread, ToNodeThread } from './node-thread.ts';
import type { ServiceModule } from './service-module.ts';

/** Components that run. */
export interface RunningNode {
  readonly aeronDirectoryName: string | undefined;
  /** Settles when the components have ended, told to or by themselves. Rejects when they could not go on. */
  readonly ended: Promise<void>;
  /** Resolves when they have ended, however that was. */
  close(): Promise<void>;
}

/**
 * Runs components in one worker thread. Resolves when all of them have started.
 * @throws AeronError CONFIGURATION for an option that cannot cross into the thread; what the components throw;
 *   NODE_ENDED when they were told to end before they had started
 */
export async function runInThread(
  name: string,
  parts: NodeParts,
  serviceModules: readonly ServiceModule[],
  hooks: NodeHooks,
  signal?: AbortSignal,
): Promise<RunningNode> {
  if (signal?.aborted === true) {
    throw new AeronError('NODE_ENDED', 'told to end before it had started');
  }
  const control = new Int32Array(new SharedArrayBuffer(4));
  const data: ToNodeThread = { parts, serviceModules: serviceModules.map(withLocation), control };
  checkCloneable(data);
  const worker = new Worker(new URL('./node-thread.js', import.meta.url), { workerData: data, name });
  const ready = deferred<string | undefined>();
  const ended = deferred<void>();
  ended.promise.catch(() => {});
  const fail = (error: Error) => {
    ready.reject(error);
    ended.reject(error);
  };
  worker.on('message', (message: FromNodeThread) => {
    switch (message.kind) {
      case 'ready':
        ready.resolve(message.aeronDirectoryName);
        break;
      case 'failed':
        fail(new AeronError(message.code, message.message, { cause: message.stack }));
        break;
      case 'log':
        hooks.log(message.text);
        break;
      case 'error':
        hooks.error(message.component, message.text);
    }
  });
  worker.on('error', fail);
  worker.once('exit', () => {
    ready.reject(new AeronError('NODE_ENDED', `${name} ended before it was ready`));
    ended.resolve();
  });
  const tellToEnd = () => Atomics.store(control, 0, 1);
  signal?.addEventListener('abort', tellToEnd);
  try {
    const aeronDirectoryName = await ready.promise;
    return {
      aeronDirectoryName,
      ended: ended.promise,
      close: () => {
        tellToEnd();
        return ended.promise.catch(() => {});
      },
    };
  } finally {
    signal?.removeEventListener('abort', tellToEnd);
  }
}

/** Relative paths are relative to the working directory. */
function withLocation(module: ServiceModule): ServiceModule {
  const location = String(module.serviceModule);
  const isUrl = /^[a-z]+:/i.test(location);
  return { ...module, serviceModule: isUrl ? location : pathToFileURL(location).href };
}

function checkCloneable({ parts, serviceModules }: ToNodeThread): void {
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
