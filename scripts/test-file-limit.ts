import { isMainThread } from 'node:worker_threads';

/** How long a file of tests may take: several times as long as the longest does. */
const LIMIT_MS = 20 * 60_000;

// Loaded before each file of tests. One that leaves something running would otherwise never end, and the run neither.
if (isMainThread && process.env['NODE_TEST_CONTEXT'] !== undefined) {
  setTimeout(() => {
    console.error(`ended after ${LIMIT_MS / 60_000} minutes: ${process.argv[1]}; something in it still runs`);
    process.exit(1);
  }, LIMIT_MS).unref();
}
