import { parentPort, workerData } from 'node:worker_threads';
import { AeronError } from '../agrona/mod.ts';
import type { Platform } from '../platform/mod.ts';
import { nativePlatform } from '../platform/native/mod.ts';
import type { FromComponentThread, ToComponentThread } from './component-thread.ts';

/** What a component in its own thread has from the thread that launched it. */
export interface ComponentWorld<Options> {
  readonly options: Options;
  readonly platform: Platform;
  readonly terminationHook: () => void;
  readonly logger: (text: string) => void;
  readonly errorHandler: (error: unknown) => void;
}

/** A component that is ready to run. */
export interface RunnableComponent<Ready> {
  readonly ready: Ready;
  /** Until it is told to stop, or has no more to do. */
  run(shouldStop: () => boolean): void;
}

/** The body of a component's thread: makes it, says so, and runs it. */
export function runComponent<Options, Ready>(make: (world: ComponentWorld<Options>) => RunnableComponent<Ready>): void {
  const { options, control, isErrorHandled } = workerData as ToComponentThread<Options>;
  const say = (message: FromComponentThread<Ready>) => parentPort!.postMessage(message);
  try {
    const component = make({
      options,
      platform: nativePlatform(),
      terminationHook: () => say({ kind: 'termination' }),
      logger: (text) => say({ kind: 'log', text }),
      errorHandler: (error) => {
        if (isErrorHandled) {
          say({ kind: 'error', ...describe(error) });
        }
      },
    });
    say({ kind: 'ready', ready: component.ready });
    component.run(() => Atomics.load(control, 0) !== 0);
  } catch (error) {
    say({ kind: 'failed', ...describe(error) });
  }
}

/** What of an error crosses to another thread. */
function describe(error: unknown): { code: string; message: string; stack: string | undefined } {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { code: AeronError.is(error) ? error.code : 'UNEXPECTED', message, stack };
}
