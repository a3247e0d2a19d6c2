import { Console } from 'node:console';
import { DirectOutput } from './direct-output.ts';
import { type NodeHooks, NodeLoop, type NodeParts } from './node-loop.ts';
import { runComponent } from './run-component.ts';
import { loadService, type ServiceModule } from './service-module.ts';

/** What a node's thread is started with. */
export interface NodeOptions {
  readonly parts: NodeParts;
  /** In place of services: where to load them from. */
  readonly serviceModules: readonly ServiceModule[];
}

/** What the launcher wants to know of a node. */
export interface NodeReady {
  readonly aeronDirectoryName: string | undefined;
}

// A worker's own console writes when its event loop has a turn, which in a node it never has.
globalThis.console = new Console({ stdout: new DirectOutput(1), stderr: new DirectOutput(2) });

await runComponent<NodeOptions, NodeHooks, NodeReady>(async ({ options, platform, hooks, isToldToStop }) => {
  const services = await Promise.all(options.serviceModules.map(loadService));
  const node = new NodeLoop({ ...options.parts, services }, platform, hooks, isToldToStop);
  return {
    ready: { aeronDirectoryName: node.aeronDirectoryName },
    run: () => node.run(isToldToStop),
  };
});
