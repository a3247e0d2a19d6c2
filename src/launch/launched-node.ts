import { nativePlatform } from '../platform/native/mod.ts';
import { hooksOf, type LaunchSettings } from './launch-settings.ts';
import { type RunningNode, runInThread } from './node-in-thread.ts';
import type { NodeParts } from './node-loop.ts';
import { runOnEventLoop } from './node-on-event-loop.ts';
import { loadService, type ServiceModule } from './service-module.ts';

/** Components that were launched together and end together. */
export class LaunchedNode {
  /** Of the media driver among them; undefined without one. */
  readonly aeronDirectoryName: string | undefined;
  /**
   * Settles when all have ended: closed, or terminated by the cluster. Rejects when one of them could not go on, as
   * without its driver.
   */
  readonly ended: Promise<void>;
  readonly #node: RunningNode;

  constructor(node: RunningNode) {
    this.#node = node;
    this.aeronDirectoryName = node.aeronDirectoryName;
    this.ended = node.ended;
  }

  /** Ends all of them, what depends on others first. Resolves when they have, also when `ended` rejects. */
  close(): Promise<void> {
    return this.#node.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Starts components in one worker thread, or on the event loop of this one. */
export async function launchNode(
  name: string,
  parts: NodeParts,
  serviceModules: readonly ServiceModule[],
  settings: LaunchSettings,
): Promise<RunningNode> {
  const hooks = hooksOf(settings);
  if (settings.inThisThread !== true) {
    return runInThread(name, parts, serviceModules, hooks, settings.signal);
  }
  const loaded = await Promise.all(serviceModules.map(loadService));
  const services = [...(parts.services ?? []), ...loaded];
  return runOnEventLoop({ ...parts, services }, settings.platform ?? nativePlatform(), hooks);
}
