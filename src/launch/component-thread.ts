import { Worker } from 'node:worker_threads';
import { AeronError } from '../agrona/mod.ts';
import { type CrossingError, errorOf } from './crossing.ts';
import { deferred } from './deferred.ts';
import type { Running } from './launched.ts';

/** What a component's thread is started with. */
export interface ToThread<Options> {
  readonly options: Options;
  /** Word 0: not zero when the thread shall end. It blocks in its loop and takes no messages. */
  readonly control: Int32Array;
}

/** What it has to say. `Ready` is what the launcher wants to know of it. */
export type FromThread<Ready> =
  | { readonly kind: 'ready'; readonly ready: Ready }
  | { readonly kind: 'failed'; readonly error: CrossingError }
  | { readonly kind: 'call'; readonly hook: string; readonly given: readonly unknown[] };

/** Components that run in a worker thread. */
export interface ComponentThread<Ready> extends Running {
  readonly ready: Ready;
}

/**
 * Starts components in a thread of their own, and resolves once they are ready.
 * @param name for messages
 * @param file beside this one, without its suffix, that calls `runComponent`
 * @param hooks functions that the components may call: what they give has to cross, and nothing comes back
 * @param signal gives up a start that waits
 * @throws AeronError whatever the components failed with; NODE_ENDED when they were told to end before they had
 *   started, THREAD_ENDED when the thread has ended without a word
 */
export async function launchThread<Options, Ready>(
  name: string,
  file: string,
  options: Options,
  hooks: object,
  signal?: AbortSignal,
): Promise<ComponentThread<Ready>> {
  if (signal?.aborted === true) {
    throw new AeronError('NODE_ENDED', 'told to end before it had started');
  }
  const control = new Int32Array(new SharedArrayBuffer(4));
  const workerData = { options, control } satisfies ToThread<Options>;
  const worker = new Worker(new URL(`./${file}.js`, import.meta.url), { workerData, name });
  const ready = deferred<Ready>();
  const ended = deferred<void>();
  // A start that fails is told of by `ready` alone.
  ready.promise.catch(() => ended.promise.catch(() => {}));
  const fail = (error: Error) => {
    ready.reject(error);
    ended.reject(error);
  };
  worker.on('message', (message: FromThread<Ready>) => {
    switch (message.kind) {
      case 'ready':
        ready.resolve(message.ready);
        break;
      case 'failed':
        fail(errorOf(message.error));
        break;
      case 'call':
        (hooks as Record<string, (...given: readonly unknown[]) => void>)[message.hook]?.(...message.given);
    }
  });
  worker.on('error', fail);
  worker.once('exit', () => {
    ready.reject(new AeronError('THREAD_ENDED', `${name} ended before it was ready`));
    ended.resolve();
  });
  const tellToEnd = () => Atomics.store(control, 0, 1);
  signal?.addEventListener('abort', tellToEnd);
  const close = () => {
    tellToEnd();
    return ended.promise.catch(() => {});
  };
  try {
    return { ready: await ready.promise, ended: ended.promise, close };
  } finally {
    signal?.removeEventListener('abort', tellToEnd);
  }
}
