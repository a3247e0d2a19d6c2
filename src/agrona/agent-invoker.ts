import { type Agent, AgentTerminationError } from './agent.ts';
import type { AtomicCounter } from './atomic-counter.ts';
import type { ErrorHandler } from './error-handler.ts';

/**
 * Drives an agent from the caller's own loop: `start()`, `invoke()` as often as the caller likes, `close()`.
 * Errors of the agent are counted and go to the error handler; only an AgentTerminationError (or a failed
 * start) closes the agent.
 */
export class AgentInvoker {
  readonly agent: Agent;
  private readonly errorHandler: ErrorHandler;
  private readonly errorCounter: AtomicCounter | undefined;
  private started = false;
  private running = false;
  private closed = false;
  private terminationError: AgentTerminationError | undefined;

  constructor(errorHandler: ErrorHandler, errorCounter: AtomicCounter | undefined, agent: Agent) {
    this.errorHandler = errorHandler;
    this.errorCounter = errorCounter;
    this.agent = agent;
  }

  get isStarted(): boolean {
    return this.started;
  }

  /** Started without an error and neither closed nor terminated. */
  get isRunning(): boolean {
    return this.running;
  }

  get isClosed(): boolean {
    return this.closed;
  }

  /** What the agent has terminated with unexpectedly. */
  get failure(): AgentTerminationError | undefined {
    return this.terminationError;
  }

  /** Starts the agent once; when that fails, the error is handled and the agent closed. */
  start(): void {
    if (this.started || this.closed) {
      return;
    }
    this.started = true;
    try {
      this.agent.onStart?.();
      this.running = true;
    } catch (error) {
      this.handleError(error);
      this.close();
    }
  }

  /** One round of the agent's duty cycle; 0 unless it is running. */
  invoke(): number {
    if (!this.running) {
      return 0;
    }
    try {
      return this.agent.doWork();
    } catch (error) {
      if (!(error instanceof AgentTerminationError)) {
        this.handleError(error);
        return 0;
      }
      if (!error.isExpected) {
        this.terminationError = error;
        this.handleError(error);
      }
      this.close();
      return 0;
    }
  }

  /** Closes the agent once. */
  close(): void {
    if (this.closed) {
      return;
    }
    this.running = false;
    this.closed = true;
    try {
      this.agent.onClose?.();
    } catch (error) {
      this.errorHandler(error);
    }
  }

  private handleError(error: unknown): void {
    if (this.errorCounter !== undefined && !this.errorCounter.isClosed) {
      this.errorCounter.increment();
    }
    this.errorHandler(error);
  }
}
