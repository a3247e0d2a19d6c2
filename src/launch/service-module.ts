import { AeronError } from '../agrona/mod.ts';
import type { ClusteredService, GivenServiceOptions } from '../cluster/service/mod.ts';

/** A service by where its code is, so that a thread can load it, and the options of its container. */
export interface ServiceModule extends Omit<GivenServiceOptions, 'clusteredService'> {
  /**
   * URL or path of a module whose default export is the service, a class, or a function that makes one; both are
   * given `serviceArguments`.
   */
  readonly serviceModule: string | URL;
  /** Anything that can be cloned into another thread. */
  readonly serviceArguments?: readonly unknown[];
}

/** Loads the module into this thread. @throws AeronError CONFIGURATION when it has no service */
export async function loadService(module: ServiceModule): Promise<GivenServiceOptions> {
  const { serviceModule, serviceArguments = [], ...options } = module;
  const exports = await importModule(String(serviceModule));
  const clusteredService = make(exports.default, serviceArguments);
  if (typeof (clusteredService as Partial<ClusteredService> | undefined)?.onSessionMessage !== 'function') {
    throw new AeronError(
      'CONFIGURATION',
      `serviceModule ${serviceModule}: its default export must be a clustered service, a class or a function that makes one`,
    );
  }
  return { ...options, clusteredService: clusteredService as ClusteredService };
}

async function importModule(location: string): Promise<{ readonly default?: unknown }> {
  try {
    return await import(location);
  } catch (cause) {
    throw new AeronError('CONFIGURATION', `serviceModule ${location} cannot be loaded: ${(cause as Error).message}`, {
      cause,
    });
  }
}

function make(exported: unknown, parameters: readonly unknown[]): unknown {
  if (typeof exported !== 'function') {
    return exported;
  }
  return /^class\b/.test(Function.prototype.toString.call(exported))
    ? Reflect.construct(exported, parameters)
    : exported(...parameters);
}
