import { isMainThread } from 'node:worker_threads';
import { endAfter } from './end-after.ts';

/** How long a file of tests may take: several times as long as the longest does. */
const LIMIT_MINUTES = 10;
const GRACE_MS = 30_000;

// Loaded before each file of tests. One that leaves something running would otherwise never end, and the run neither.
if (isMainThread && process.env['NODE_TEST_CONTEXT'] !== undefined) {
  endAfter(
    LIMIT_MINUTES * 60_000,
    GRACE_MS,
    `ended after ${LIMIT_MINUTES} minutes: ${process.argv[1]}; something in it still runs`,
  );
}
