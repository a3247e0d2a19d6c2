import type { Platform, ScheduledCall } from '../platform/mod.ts';
import { deferred } from './deferred.ts';
import type { RunningNode } from './node-in-thread.ts';
import { type NodeHooks, NodeLoop, type NodeParts } from './node-loop.ts';

/** Rounds right after each other before others on the event loop have their turn. */
const ROUNDS_PER_TURN = 50;
/** Turns without work before the loop sleeps. */
const EAGER_TURNS = 50;
const SLEEP_MS = 1;

/**
 * Runs components on the event loop of this thread, so that a service can be an object of the program. Starting
 * blocks it. Costs more latency and CPU than a thread of its own.
 * @throws what the components throw
 */
export function runOnEventLoop(parts: NodeParts, platform: Platform, hooks: NodeHooks): RunningNode {
  const node = new NodeLoop(parts, platform, hooks);
  const { scheduler } = platform;
  let next: ScheduledCall | undefined;
  let idleTurns = 0;
  const end = deferred<void>();
  end.promise.catch(() => {});
  const close = (failure?: Error) => {
    next?.cancel();
    next = undefined;
    node.close();
    if (failure === undefined) {
      end.resolve();
    } else {
      end.reject(failure);
    }
  };
  const turn = () => {
    let workCount = 0;
    for (let i = 0; i < ROUNDS_PER_TURN; i++) {
      const work = node.doWork();
      workCount += work;
      if (work === 0) {
        break;
      }
    }
    if (!node.isRunning) {
      close(node.failure);
      return;
    }
    idleTurns = workCount > 0 ? 0 : idleTurns + 1;
    next = idleTurns < EAGER_TURNS ? scheduler.soon(turn) : scheduler.after(SLEEP_MS, turn, { keepAlive: true });
  };
  next = scheduler.soon(turn);
  return {
    aeronDirectoryName: node.aeronDirectoryName,
    ended: end.promise,
    close: async () => {
      if (next !== undefined) {
        close();
      }
      await end.promise.catch(() => {});
    },
  };
}
