import { parentPort, workerData } from 'node:worker_threads';
import { AeronError } from '../agrona/mod.ts';
import { type GivenDriverOptions, MediaDriver } from '../driver/mod.ts';
import { nativePlatform } from '../platform/native/mod.ts';

/** What a driver's thread is started with. */
export interface ToDriverThread {
  readonly options: GivenDriverOptions;
  /** Word 0: not zero when the thread shall end. It blocks in its loop and takes no messages. */
  readonly control: Int32Array;
}

/** What it has to say. */
export type FromDriverThread =
  | { readonly kind: 'ready'; readonly aeronDirectoryName: string }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly stack: string | undefined }
  | { readonly kind: 'termination' }
  | { readonly kind: 'log'; readonly text: string };

const { options, control } = workerData as ToDriverThread;
const say = (message: FromDriverThread) => parentPort!.postMessage(message);

try {
  const platform = nativePlatform();
  const driver = MediaDriver.launch({
    ...options,
    platform,
    terminationHook: () => say({ kind: 'termination' }),
    logger: (text) => say({ kind: 'log', text }),
  });
  say({ kind: 'ready', aeronDirectoryName: driver.aeronDirectoryName });
  driver.run(() => Atomics.load(control, 0) !== 0);
} catch (error) {
  const code = AeronError.is(error) ? error.code : 'UNEXPECTED';
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  say({ kind: 'failed', code, message, stack });
}
