import type { Agent, AgentTerminationError } from './agent.ts';
import { AgentInvoker } from './agent-invoker.ts';
import type { AtomicCounter } from './atomic-counter.ts';
import type { ErrorHandler } from './error-handler.ts';
import type { IdleStrategy } from './idle-strategy.ts';

/**
 * Gives an agent the current thread, usually a worker's: starts it, runs its duty cycle with an idle strategy
 * until told to stop, closes it.
 */
export class AgentRunner {
  readonly agent: Agent;
  private readonly invoker: AgentInvoker;
  private readonly idleStrategy: IdleStrategy;

  constructor(
    idleStrategy: IdleStrategy,
    errorHandler: ErrorHandler,
    errorCounter: AtomicCounter | undefined,
    agent: Agent,
  ) {
    this.agent = agent;
    this.invoker = new AgentInvoker(errorHandler, errorCounter, agent);
    this.idleStrategy = idleStrategy;
  }

  get isClosed(): boolean {
    return this.invoker.isClosed;
  }

  /** What the agent has terminated with unexpectedly. */
  get failure(): AgentTerminationError | undefined {
    return this.invoker.failure;
  }

  /**
   * Returns once the agent is closed: because it terminated, because `close` was called from within its duty
   * cycle, or because `shouldStop` (asked every round; other threads speak through a word of shared memory)
   * said so.
   */
  run(shouldStop?: () => boolean): void {
    this.invoker.start();
    while (this.invoker.isRunning) {
      if (shouldStop?.() === true) {
        break;
      }
      this.idleStrategy.idle(this.invoker.invoke());
    }
    this.invoker.close();
  }

  /** For the thread that runs the agent: ends `run` after the current round. */
  close(): void {
    this.invoker.close();
  }
}
