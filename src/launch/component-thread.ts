import { Worker } from 'node:worker_threads';
import { AeronError } from '../agrona/mod.ts';
import { findStuck } from './crossing.ts';

/** Options that are functions: they stay in the launching thread, and the component's thread calls for them. */
const CALLED_HERE = ['terminationHook', 'logger', 'errorHandler'] as const;

/** What a component's thread is started with. */
export interface ToComponentThread<Options> {
  readonly options: Options;
  /** Word 0: not zero when the thread shall end. It blocks in its loop and takes no messages. */
  readonly control: Int32Array;
  /** Whether somebody listens to errors. */
  readonly isErrorHandled: boolean;
}

/** What it has to say. `Ready` is what the launcher wants to know of it. */
export type FromComponentThread<Ready> =
  | { readonly kind: 'ready'; readonly ready: Ready }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly stack: string | undefined }
  | { readonly kind: 'termination' }
  | { readonly kind: 'error'; readonly code: string; readonly message: string; readonly stack: string | undefined }
  | { readonly kind: 'log'; readonly text: string };

/** A component that runs in a worker thread. */
export interface ComponentThread<Ready> {
  readonly ready: Ready;
  /** Resolves when the thread has ended: told to, or because the component had no more to do. */
  readonly ended: Promise<void>;
  /** Ends it after its current duty cycle. */
  close(): Promise<void>;
}

/** What the launching thread does for the one of the component. */
export interface ComponentHooks {
  readonly terminationHook?: (() => void) | undefined;
  readonly logger?: ((text: string) => void) | undefined;
  readonly errorHandler?: ((error: unknown) => void) | undefined;
}

/**
 * Starts a component in a thread of its own, and resolves once it is ready.
 * @param file beside this one, without its suffix
 * @throws AeronError whatever the component failed with; DRIVER_ENDED when it ended without a word
 */
export function launchThread<Options, Ready>(
  file: string,
  options: Options,
  hooks: ComponentHooks,
): Promise<ComponentThread<Ready>> {
  const control = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL(`./${file}.js`, import.meta.url), {
    workerData: {
      options,
      control,
      isErrorHandled: hooks.errorHandler !== undefined,
    } satisfies ToComponentThread<Options>,
    name: `aeron-${file}`,
  });
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const close = () => {
    Atomics.store(control, 0, 1);
    return ended;
  };
  return new Promise((resolve, reject) => {
    let isReady = false;
    /** Once it runs, nobody waits for an answer: its end must not go unnoticed. */
    const fail = (error: Error) => {
      if (isReady) {
        throw error;
      }
      reject(error);
    };
    worker.on('message', (message: FromComponentThread<Ready>) => {
      switch (message.kind) {
        case 'ready':
          isReady = true;
          resolve({ ready: message.ready, ended, close });
          break;
        case 'failed':
          fail(new AeronError(message.code, message.message, { cause: message.stack }));
          break;
        case 'termination':
          hooks.terminationHook?.();
          break;
        case 'error':
          hooks.errorHandler?.(new AeronError(message.code, message.message, { cause: message.stack }));
          break;
        case 'log':
          hooks.logger?.(message.text);
      }
    });
    worker.on('error', fail);
    ended.then(() => reject(new AeronError('THREAD_ENDED', `the ${file} ended before it was ready`)));
  });
}

/**
 * The options as they can cross into another thread.
 * @throws AeronError CONFIGURATION for one that cannot
 */
export function cloneable<Options extends object>(options: Options): Options {
  const rest = { ...options } as Record<string, unknown>;
  for (const name of CALLED_HERE) {
    delete rest[name];
  }
  const stuck = findStuck(rest);
  if (stuck !== undefined) {
    throw new AeronError(
      'CONFIGURATION',
      `option ${stuck} cannot cross into a thread of its own; leave it out or use threadingMode INVOKER`,
    );
  }
  return rest as Options;
}
