/**
 * The TypeScript side of the benchmarks: `throughput|round-trip key=value ...`, with an embedded SHARED driver,
 * a publisher and a subscriber, each in a worker. Prints one line, the same words as Bench.java.
 */
import { Worker } from 'node:worker_threads';
import { MediaDriver } from '../../src/mod.ts';

const [what = '', ...words] = process.argv.slice(2);
const options = Object.fromEntries(
  words.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
);
const roles = what === 'throughput' ? ['subscriber', 'publisher'] : ['echo', 'ping'];

await using _driver = await MediaDriver.launch({
  aeronDirectoryName: options['dir'],
  threadingMode: 'SHARED',
  sharedIdleStrategy: options['driverIdle'],
  dirDeleteOnStart: true,
  dirDeleteOnShutdown: true,
});
const control = new SharedArrayBuffer(16);
await Promise.all(
  roles.map(
    (role) =>
      new Promise<void>((resolve, reject) => {
        const worker = new Worker(new URL('./bench-worker.js', import.meta.url), {
          workerData: { role, options, control },
        });
        worker.on('message', (line: string) => console.log(line));
        worker.on('error', reject);
        worker.on('exit', () => resolve());
      }),
  ),
);
