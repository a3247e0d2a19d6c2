import type { Platform } from '../platform/mod.ts';
import type { NodeHooks } from './node-loop.ts';

/** How components are launched, and what whoever launches them wants to hear of them. */
export interface LaunchSettings {
  /**
   * Run on the event loop of this thread, in place of a worker thread: for options that are functions or objects,
   * as an authenticator. Costs latency and CPU, and starting blocks the thread.
   */
  readonly inThisThread?: boolean;
  /** Gets lines about starts and warnings; nothing by default. */
  readonly logger?: (text: string) => void;
  /** Gets errors of running components, each of which is also in its error log; by default they go to standard error. */
  readonly errorHandler?: (component: string, text: string) => void;
  /** Gives up a launch in a worker that waits, as for a driver that does not come; it rejects then. */
  readonly signal?: AbortSignal;
  /** The native one by default; another only in this thread. */
  readonly platform?: Platform;
}

export function hooksOf({ logger, errorHandler }: LaunchSettings): NodeHooks {
  return {
    log: logger ?? (() => {}),
    error: errorHandler ?? ((component, text) => console.error(`${component}: ${text}`)),
  };
}
