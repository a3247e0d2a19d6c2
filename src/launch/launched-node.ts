import { nativePlatform } from '../platform/native/mod.ts';
import { hooksOf, type LaunchSettings } from './launch-settings.ts';
import { Launched } from './launched.ts';
import { type RunningNode, runInThread } from './node-in-thread.ts';
import type { NodeParts } from './node-loop.ts';
import { runOnEventLoop } from './node-on-event-loop.ts';
import { loadService, type ServiceModule } from './service-module.ts';

/** Components of a cluster's member that were launched together and end together. */
export class LaunchedNode extends Launched {
  /** Of the media driver among them; undefined without one. */
  readonly aeronDirectoryName: string | undefined;

  constructor(node: RunningNode) {
    super(node);
    this.aeronDirectoryName = node.aeronDirectoryName;
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
