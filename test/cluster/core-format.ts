import type { ConsensusAction } from '../../src/cluster/consensus/core/actions.ts';
import { electionStateName } from '../../src/cluster/consensus/core/election-state.ts';
import { clusterRoleName } from '../../src/cluster/consensus/core/roles.ts';

/** An action in one line; `undefined` for what only says that something is over again. */
export function formatAction(action: ConsensusAction): string {
  switch (action.type) {
    case 'send': {
      const { type, ...fields } = action.message;
      return `-> ${action.to} ${type} ${formatFields(fields)}`;
    }
    case 'electionStateChanged':
      return `${electionStateName(action.from)} => ${electionStateName(action.to)}${action.reason === '' ? '' : ` "${action.reason}"`}`;
    case 'truncateLog': {
      const { type, state, ...fields } = action;
      return `${type} state=${electionStateName(state)} ${formatFields(fields)}`;
    }
    case 'setRole':
      return `role ${clusterRoleName(action.from)} => ${clusterRoleName(action.to)}`;
    case 'electionComplete': {
      const { type, role, ...fields } = action;
      return `${type} role=${clusterRoleName(role)} ${formatFields(fields)}`;
    }
    default: {
      const { type, ...fields } = action;
      return `${type} ${formatFields(fields)}`.trimEnd();
    }
  }
}

function formatFields(fields: object): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${typeof value === 'string' && value.includes(' ') ? `"${value}"` : value}`)
    .join(' ');
}
