import { InvariantError } from '../suite.ts';

/** One call of a client: what it asked, what it was told, and when. */
export interface Operation<I, O> {
  readonly client: string;
  readonly input: I;
  /** undefined when no answer came: it may have happened, at any time since, or not at all. */
  readonly output: O | undefined;
  readonly invokedNs: number;
  /** Infinity when no answer came. */
  readonly returnedNs: number;
}

/** What the object does when it is used by one client after the other. */
export interface SequentialModel<S, I, O> {
  readonly initial: S;
  /** The state after `input`; undefined when it cannot have been answered by `output`. Any answer will do for undefined. */
  step(state: S, input: I, output: O | undefined): S | undefined;
  /** Equal for equal states. */
  keyOf(state: S): string;
}

/** Searches are given up beyond: such histories would take too long to decide. */
const MAX_STEPS = 5_000_000;

/**
 * Whether there is an order of the operations, one at a time, that gives every answer and in which each happens
 * between its invocation and its return. After Wing and Gong, with Lowe's memory of what was tried:
 *
 *     walk along invocations and returns in time
 *       invocation  try to let it happen now: take both of its events out, and begin anew from the front
 *       return      it should have happened before: take back what was tried last
 *
 * @returns the longest order that was found, when none has all; undefined when the history is linearizable
 * @throws InvariantError when it cannot be decided in `MAX_STEPS`
 */
export function findNonlinearizable<S, I, O>(
  model: SequentialModel<S, I, O>,
  history: readonly Operation<I, O>[],
): readonly Operation<I, O>[] | undefined {
  const head = newEventList(history);
  const seen = new Set<string>();
  const linearized = new Uint8Array(history.length);
  const stack: { readonly event: Event; readonly state: S }[] = [];
  let state = model.initial;
  let longest: number[] = [];
  let event = head.next;
  let toReturn = history.filter(({ returnedNs }) => returnedNs !== Infinity).length;
  let steps = 0;
  while (toReturn > 0) {
    if (++steps > MAX_STEPS) {
      throw new InvariantError(
        `whether ${history.length} operations are linearizable was not decided in ${MAX_STEPS} steps`,
      );
    }
    if (event?.isInvocation) {
      const { input, output } = history[event.index]!;
      const next = model.step(state, input, output);
      if (next !== undefined && isNew(seen, linearized, event.index, model.keyOf(next))) {
        stack.push({ event, state });
        state = next;
        linearized[event.index] = 1;
        toReturn -= event.match === undefined ? 0 : 1;
        takeOut(event);
        event = head.next;
        if (stack.length > longest.length) {
          longest = stack.map((tried) => tried.event.index);
        }
      } else {
        event = event.next;
      }
      continue;
    }
    const last = stack.pop();
    if (last === undefined) {
      return longest.map((index) => history[index]!);
    }
    state = last.state;
    linearized[last.event.index] = 0;
    toReturn += last.event.match === undefined ? 0 : 1;
    putBack(last.event);
    event = last.event.next;
  }
  return undefined;
}

/** An invocation or a return, in a list by time that events are taken out of and put back into. */
interface Event {
  readonly index: number;
  readonly isInvocation: boolean;
  /** Of an invocation: its return. undefined when there was none. */
  match: Event | undefined;
  previous: Event | undefined;
  next: Event | undefined;
}

/** Returns the head, which is no event itself. At the same moment invocations come first: they may overlap. */
function newEventList(history: readonly Operation<unknown, unknown>[]): Event {
  const timed: { readonly timeNs: number; readonly event: Event }[] = [];
  for (const [index, { invokedNs, returnedNs }] of history.entries()) {
    const invocation = newEvent(index, true);
    timed.push({ timeNs: invokedNs, event: invocation });
    if (returnedNs !== Infinity) {
      invocation.match = newEvent(index, false);
      timed.push({ timeNs: returnedNs, event: invocation.match });
    }
  }
  timed.sort((a, b) => a.timeNs - b.timeNs || Number(b.event.isInvocation) - Number(a.event.isInvocation));
  const head = newEvent(-1, false);
  let last = head;
  for (const { event } of timed) {
    event.previous = last;
    last.next = event;
    last = event;
  }
  return head;
}

function newEvent(index: number, isInvocation: boolean): Event {
  return { index, isInvocation, match: undefined, previous: undefined, next: undefined };
}

function takeOut(invocation: Event): void {
  unlink(invocation);
  if (invocation.match !== undefined) {
    unlink(invocation.match);
  }
}

/** In the opposite order, so that each finds its neighbours again. */
function putBack(invocation: Event): void {
  if (invocation.match !== undefined) {
    link(invocation.match);
  }
  link(invocation);
}

function unlink(event: Event): void {
  event.previous!.next = event.next;
  if (event.next !== undefined) {
    event.next.previous = event.previous;
  }
}

function link(event: Event): void {
  event.previous!.next = event;
  if (event.next !== undefined) {
    event.next.previous = event;
  }
}

/** Whether this set of operations has not led to this state before. */
function isNew(seen: Set<string>, linearized: Uint8Array, index: number, stateKey: string): boolean {
  linearized[index] = 1;
  const key = `${linearized.join('')} ${stateKey}`;
  linearized[index] = 0;
  if (seen.has(key)) {
    return false;
  }
  seen.add(key);
  return true;
}
