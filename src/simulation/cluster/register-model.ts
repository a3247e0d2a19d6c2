import { InvariantError } from '../suite.ts';
import { findNonlinearizable, type Operation, type SequentialModel } from './linearizability.ts';

/** What clients ask of a register. Values are unique in a run, so that an answer tells which write it saw. */
export type RegisterInput =
  | { readonly kind: 'get'; readonly key: string }
  | { readonly kind: 'put'; readonly key: string; readonly value: string }
  | { readonly kind: 'swap'; readonly key: string; readonly expected: string; readonly value: string };

/** The value after it, as the service answers. */
export type RegisterOutput = string;

export type RegisterOperation = Operation<RegisterInput, RegisterOutput>;

export const EMPTY = '-';

/** One register: `swap` writes only over what it expects; every answer is the value that there is then. */
export const registerModel: SequentialModel<string, RegisterInput, RegisterOutput> = {
  initial: EMPTY,
  step(state, input, output) {
    const next = applyToRegister(state, input);
    return output === undefined || output === next ? next : undefined;
  },
  keyOf: (state) => state,
};

export function applyToRegister(value: string, input: RegisterInput): string {
  switch (input.kind) {
    case 'get':
      return value;
    case 'put':
      return input.value;
    case 'swap':
      return value === input.expected ? input.value : value;
  }
}

/** @throws InvariantError naming the register whose operations cannot be put into an order */
export function checkRegisterHistory(history: readonly RegisterOperation[]): void {
  for (const key of new Set(history.map(({ input }) => input.key))) {
    const operations = withoutUnseen(history.filter(({ input }) => input.key === key));
    const longest = findNonlinearizable(registerModel, operations);
    if (longest !== undefined) {
      const stuckAt = operations
        .filter((operation) => operation.output !== undefined && !longest.includes(operation))
        .slice(0, 5)
        .map(formatOperation);
      throw new InvariantError(
        `register ${key} is not linearizable: after ${longest.slice(-5).map(formatOperation).join(', ')} none of ${stuckAt.join(', ')} fits`,
      );
    }
  }
}

/** Without calls that got no answer and left no trace in one: they may have happened at the very end. */
function withoutUnseen(operations: readonly RegisterOperation[]): readonly RegisterOperation[] {
  const seen = new Set(operations.map(({ output }) => output));
  return operations.filter(
    ({ input, output }) => output !== undefined || (input.kind !== 'get' && seen.has(input.value)),
  );
}

/** 'c1 put a=v7 -> v7 [1.204000, 1.207000]', times in seconds. */
function formatOperation({ client, input, output, invokedNs, returnedNs }: RegisterOperation): string {
  const what =
    input.kind === 'get'
      ? `get ${input.key}`
      : input.kind === 'put'
        ? `put ${input.key}=${input.value}`
        : `swap ${input.key}=${input.expected} to ${input.value}`;
  const seconds = (timeNs: number) => (timeNs / 1e9).toFixed(6);
  return `${client} ${what} -> ${output ?? 'no answer'} [${seconds(invokedNs)}, ${seconds(returnedNs)}]`;
}
