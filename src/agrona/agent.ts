import { AeronError } from '../platform/mod.ts';

/**
 * An active part of the system. Whoever drives it calls `onStart` once, then `doWork` over and over, then
 * `onClose` once, all from one thread. None of them blocks or awaits.
 */
export interface Agent {
  /** Short and constant: 'conductor', 'sender', ... */
  readonly roleName: string;
  onStart?(): void;
  /** One round of the duty cycle; returns how much there was to do, 0 for nothing. */
  doWork(): number;
  onClose?(): void;
}

/** Thrown out of `doWork` to say: this agent is done, close it. An expected one is no error. */
export class AgentTerminationError extends AeronError {
  readonly isExpected: boolean;

  constructor(message: string = 'agent terminates', options?: { isExpected?: boolean; cause?: unknown }) {
    super('AGENT_TERMINATION', message, options);
    this.isExpected = options?.isExpected ?? false;
  }
}

/** Several agents as one, each getting its turn in the given order. */
export class CompositeAgent implements Agent {
  readonly roleName: string;
  private readonly agents: readonly Agent[];
  /** Where to go on after an agent has thrown, so that it does not starve those behind it. */
  private nextIndex = 0;

  /** @throws AeronError CONFIGURATION when there is none. */
  constructor(agents: readonly Agent[]) {
    if (agents.length === 0) {
      throw new AeronError('CONFIGURATION', 'a composite agent needs at least one agent');
    }
    this.agents = [...agents];
    this.roleName = `[${agents.map((agent) => agent.roleName).join(',')}]`;
  }

  /** Starts every agent, also after one has thrown. @throws AggregateError of all that was thrown */
  onStart(): void {
    this.forEach('start', (agent) => agent.onStart?.());
  }

  doWork(): number {
    const agents = this.agents;
    let workCount = 0;
    while (this.nextIndex < agents.length) {
      workCount += agents[this.nextIndex++]!.doWork();
    }
    this.nextIndex = 0;
    return workCount;
  }

  /** Closes every agent, also after one has thrown. @throws AggregateError of all that was thrown */
  onClose(): void {
    this.forEach('close', (agent) => agent.onClose?.());
  }

  private forEach(what: string, action: (agent: Agent) => void): void {
    const errors: unknown[] = [];
    for (const agent of this.agents) {
      try {
        action(agent);
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) {
      throw new AggregateError(errors, `${errors.length} of the agents ${this.roleName} failed to ${what}`);
    }
  }
}
