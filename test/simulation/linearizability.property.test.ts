import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { findNonlinearizable } from '../../src/simulation/cluster/linearizability.ts';
import {
  applyToRegister,
  checkRegisterHistory,
  EMPTY,
  type RegisterInput,
  type RegisterOperation,
  registerModel,
} from '../../src/simulation/cluster/register-model.ts';

const operation = (
  input: RegisterInput,
  output: string | undefined,
  invokedNs: number,
  returnedNs: number,
): RegisterOperation => ({ client: 'c', input, output, invokedNs, returnedNs });

const put = (value: string): RegisterInput => ({ kind: 'put', key: 'a', value });
const get: RegisterInput = { kind: 'get', key: 'a' };
const isLinearizable = (history: readonly RegisterOperation[]) =>
  findNonlinearizable(registerModel, history) === undefined;

/** Tries every order, as the definition says. */
function bruteForce(history: readonly RegisterOperation[]): boolean {
  const search = (state: string, left: readonly RegisterOperation[]): boolean => {
    if (left.every(({ returnedNs }) => returnedNs === Infinity)) {
      return true;
    }
    return left.some((next) => {
      if (left.some(({ returnedNs }) => returnedNs < next.invokedNs)) {
        return false;
      }
      const after = registerModel.step(state, next.input, next.output);
      return (
        after !== undefined &&
        search(
          after,
          left.filter((other) => other !== next),
        )
      );
    });
  };
  return search(EMPTY, history);
}

const inputs = fc.oneof(
  fc.constant<RegisterInput>(get),
  fc.constantFrom('1', '2', '3').map(put),
  fc
    .tuple(fc.constantFrom(EMPTY, '1', '2'), fc.constantFrom('1', '2', '3'))
    .map(([expected, value]): RegisterInput => ({ kind: 'swap', key: 'a', expected, value })),
);

/** Operations that overlap as they like, each of which took effect at a moment between its two ends. */
const linearizableHistories = fc
  .array(
    fc.record({ input: inputs, at: fc.nat(1000), before: fc.nat(60), after: fc.nat(60), isAnswered: fc.boolean() }),
    {
      maxLength: 40,
    },
  )
  .map((drawn) => {
    let value: string = EMPTY;
    return drawn
      .toSorted((a, b) => a.at - b.at)
      .map(({ input, at, before, after, isAnswered }) => {
        value = applyToRegister(value, input);
        return isAnswered
          ? operation(input, value, at - before, at + after)
          : operation(input, undefined, at - before, Infinity);
      });
  });

const anyHistories = fc.array(
  fc
    .record({
      input: inputs,
      output: fc.option(fc.constantFrom<string>(EMPTY, '1', '2', '3'), { nil: undefined }),
      from: fc.nat(10),
      length: fc.nat(10),
    })
    .map(({ input, output, from, length }) =>
      operation(input, output, from, output === undefined ? Infinity : from + length),
    ),
  { maxLength: 6 },
);

describe('linearizability', () => {
  it('accepts what an atomic register has answered', () => {
    fc.assert(fc.property(linearizableHistories, isLinearizable), { numRuns: 300 });
  });

  it('decides as the definition does', () => {
    fc.assert(
      fc.property(anyHistories, (history) => isLinearizable(history) === bruteForce(history)),
      { numRuns: 2000 },
    );
  });

  it('refuses a read of what was overwritten before it began', () => {
    assert(
      !isLinearizable([operation(put('1'), '1', 0, 1), operation(put('2'), '2', 2, 3), operation(get, '1', 4, 5)]),
    );
  });

  it('refuses an acknowledged write that is lost', () => {
    assert(!isLinearizable([operation(put('1'), '1', 0, 1), operation(get, EMPTY, 2, 3)]));
  });

  it('takes a write without an answer for done, or not, as the answers want it', () => {
    const write = operation(put('1'), undefined, 0, Infinity);
    assert(isLinearizable([write, operation(get, '1', 5, 6), operation(get, '1', 7, 8)]));
    assert(isLinearizable([write, operation(get, EMPTY, 5, 6)]));
    assert(!isLinearizable([write, operation(get, '1', 5, 6), operation(get, EMPTY, 7, 8)]));
  });

  it('names the register and what does not fit', () => {
    assert.throws(
      () => checkRegisterHistory([operation(put('7'), '7', 0, 1), operation(get, EMPTY, 2e9, 3e9)]),
      /register a is not linearizable: after c put a=7 -> 7 .* none of c get a -> - \[2.000000, 3.000000\] fits/,
    );
  });
});
