import { AgentTerminationError } from '../../agrona/mod.ts';

/** The container ends because the cluster said so; unexpected when it said so by its disappearance. */
export class ClusterTerminationError extends AgentTerminationError {
  constructor(isExpected: boolean) {
    super(isExpected ? 'expected termination' : 'unexpected termination', { isExpected });
  }
}
