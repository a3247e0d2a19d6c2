import type { NodeHooks } from './node-loop.ts';

/** What whoever launches components wants to hear of them. */
export interface LaunchHooks {
  /** Gets lines about starts and warnings; nothing by default. */
  readonly logger?: (text: string) => void;
  /** Gets errors of running components, each of which is also in its error log; by default they go to standard error. */
  readonly errorHandler?: (component: string, text: string) => void;
  /** Gives up a launch that waits, as for a consensus module that does not come; it rejects then. */
  readonly signal?: AbortSignal;
}

export function hooksOf({ logger, errorHandler }: LaunchHooks): NodeHooks {
  return {
    log: logger ?? (() => {}),
    error: errorHandler ?? ((component, text) => console.error(`${component}: ${text}`)),
  };
}
