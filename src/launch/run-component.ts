import { parentPort, workerData } from 'node:worker_threads';
import type { Platform } from '../platform/mod.ts';
import { nativePlatform } from '../platform/native/mod.ts';
import type { FromThread, ToThread } from './component-thread.ts';
import { describeError } from './crossing.ts';

/** How long what is still under way in a thread whose components have ended may take. */
const PATIENCE_MS = 1000;

/** What components in their own thread have from the thread that launched them. */
export interface ComponentWorld<Options, Hooks> {
  readonly options: Options;
  readonly platform: Platform;
  /** Calls those of the launching thread. */
  readonly hooks: Hooks;
  readonly isToldToStop: () => boolean;
}

/** Components that are ready to run. */
export interface RunnableComponent<Ready> {
  readonly ready: Ready;
  /** Until they are told to stop, or have no more to do. @throws why they could not go on */
  run(isToldToStop: () => boolean): void;
}

/** The body of a thread: makes the components, says so, and runs them. */
export async function runComponent<Options, Hooks extends object, Ready>(
  make: (world: ComponentWorld<Options, Hooks>) => RunnableComponent<Ready> | Promise<RunnableComponent<Ready>>,
): Promise<void> {
  const { options, control } = workerData as ToThread<Options>;
  const say = (message: FromThread<Ready>) => parentPort!.postMessage(message);
  const hooks = new Proxy({} as Hooks, {
    get:
      (_, hook) =>
      (...given: readonly unknown[]) =>
        say({ kind: 'call', hook: String(hook), given }),
  });
  const isToldToStop = () => Atomics.load(control, 0) !== 0;
  const platform = nativePlatform();
  try {
    const component = await make({ options, platform, hooks, isToldToStop });
    say({ kind: 'ready', ready: component.ready });
    component.run(isToldToStop);
  } catch (error) {
    say({ kind: 'failed', error: describeError(error) });
  }
  // Unless the thread ends before by itself: a service may have left timers or sockets behind.
  platform.scheduler.after(PATIENCE_MS, () => process.exit());
}
