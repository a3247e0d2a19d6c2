import { AeronError, type ErrorHandler } from '../agrona/mod.ts';
import { type ComponentThread, launchThread } from './component-thread.ts';
import { type CrossingError, errorOf, findStuck } from './crossing.ts';

/** What the launching thread does for a component: options of it that are functions. */
export interface ComponentHooks {
  terminationHook(): void;
  logger(text: string): void;
  errorHandler(error: CrossingError): void;
}

/** The same as they are given. */
export interface GivenHooks {
  readonly terminationHook?: (() => void) | undefined;
  readonly logger?: ((text: string) => void) | undefined;
  readonly errorHandler?: ErrorHandler | undefined;
}

/**
 * Starts a component in a thread of its own, by the file beside this one that is called after it, and resolves once it
 * is ready. `errorHandler` is also told why it could not go on; without one that is for whoever looks at `ended`.
 * @throws as `launchThread`
 */
export async function launchComponent<Options, Ready>(
  name: string,
  options: Options,
  { terminationHook, logger, errorHandler }: GivenHooks,
): Promise<ComponentThread<Ready>> {
  const hooks: ComponentHooks = {
    terminationHook: () => terminationHook?.(),
    logger: (text) => logger?.(text),
    errorHandler: (error) => errorHandler?.(errorOf(error)),
  };
  const thread = await launchThread<Options, Ready>(name, `${name}-thread`, options, hooks);
  if (errorHandler !== undefined) {
    thread.ended.catch(errorHandler);
  }
  return thread;
}

/**
 * The options as they can cross into another thread, without those that its launcher is called for.
 * @throws AeronError CONFIGURATION for one that cannot
 */
export function cloneable<Options extends GivenHooks>(options: Options): Options {
  const { terminationHook: _, logger: __, errorHandler: ___, ...rest } = options;
  const stuck = findStuck(rest);
  if (stuck !== undefined) {
    throw new AeronError(
      'CONFIGURATION',
      `option ${stuck} cannot cross into a thread of its own; leave it out or use threadingMode INVOKER`,
    );
  }
  return rest as Options;
}
