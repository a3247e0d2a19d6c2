import { Worker } from 'node:worker_threads';

/**
 * Ends this process with `words`, unless it ends before: by its event loop after `limitMs`, so that what it has
 * started ends with it, and `graceMs` later in any case, for a thread that never comes back to its event loop.
 */
export function endAfter(limitMs: number, graceMs: number, words: string): void {
  setTimeout(() => {
    console.error(words);
    process.exit(1);
  }, limitMs).unref();
  const program = `
    setTimeout(() => {
      require('node:fs').writeSync(2, ${JSON.stringify(`${words}, without ever a pause\n`)});
      process.kill(process.pid, 'SIGKILL');
    }, ${limitMs + graceMs});`;
  new Worker(program, { eval: true, execArgv: [] }).unref();
}
