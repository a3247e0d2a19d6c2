import { Console } from 'node:console';
import { parentPort, workerData } from 'node:worker_threads';
import { AeronError } from '../agrona/mod.ts';
import { nativePlatform } from '../platform/native/mod.ts';
import { DirectOutput } from './direct-output.ts';
import { type NodeHooks, NodeLoop, type NodeParts } from './node-loop.ts';
import { loadService, type ServiceModule } from './service-module.ts';

/** What a node's thread is started with. */
export interface ToNodeThread {
  readonly parts: NodeParts;
  /** In place of services: where to load them from. */
  readonly serviceModules: readonly ServiceModule[];
  /** Word 0: not zero when the thread shall end. It blocks in its loop and takes no messages. */
  readonly control: Int32Array;
}

/** What it has to say. */
export type FromNodeThread =
  | { readonly kind: 'ready'; readonly aeronDirectoryName: string | undefined }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly stack: string | undefined }
  | { readonly kind: 'log'; readonly text: string }
  | { readonly kind: 'error'; readonly component: string; readonly text: string };

const { parts, serviceModules, control } = workerData as ToNodeThread;
const say = (message: FromNodeThread) => parentPort!.postMessage(message);

// A worker's own console writes when its event loop has a turn, which in a node it never has.
globalThis.console = new Console({ stdout: new DirectOutput(1), stderr: new DirectOutput(2) });

try {
  const services = await Promise.all(serviceModules.map(loadService));
  const isToldToStop = () => Atomics.load(control, 0) !== 0;
  const hooks: NodeHooks = {
    log: (text) => say({ kind: 'log', text }),
    error: (component, text) => say({ kind: 'error', component, text }),
  };
  const node = new NodeLoop({ ...parts, services }, nativePlatform(), hooks, isToldToStop);
  say({ kind: 'ready', aeronDirectoryName: node.aeronDirectoryName });
  node.run(isToldToStop);
} catch (error) {
  const code = AeronError.is(error) ? error.code : 'UNEXPECTED';
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  say({ kind: 'failed', code, message, stack });
}
