import type { AeronArchive, ArchiveRequest } from '../../archive/client/mod.ts';
import { ClusterError } from './errors.ts';

/**
 * Something that takes more than one round, as steps: it yields while it has to wait. The agent takes a step in
 * each round, so that nothing stands still meanwhile; where it may block, it idles between steps.
 */
export type Procedure<T> = Generator<void, T, void>;

/** Waits until `get` has something. */
export function* until<T>(get: () => T | undefined): Procedure<T> {
  for (;;) {
    const result = get();
    if (result !== undefined) {
      return result;
    }
    yield;
  }
}

/** Waits until the driver has added what it was asked for. What was not waited for to the end is removed. */
export function* added<T>(get: () => T | undefined, remove: () => void): Procedure<T> {
  let resource: T | undefined;
  try {
    resource = yield* until(get);
    return resource;
  } finally {
    if (resource === undefined) {
      remove();
    }
  }
}

/** Waits until it is so. */
export function* untilTrue(condition: () => boolean): Procedure<void> {
  while (!condition()) {
    yield;
  }
}

/** Gives up when it takes too long. @throws what `late` makes then */
export function* within<T>(steps: Procedure<T>, isLate: () => boolean, late: () => Error): Procedure<T> {
  try {
    for (;;) {
      const { done, value } = steps.next();
      if (done) {
        return value;
      }
      if (isLate()) {
        throw late();
      }
      yield;
    }
  } finally {
    steps.return(undefined as T);
  }
}

/** Gives up when what the archive was asked for does not come about in the time that its answers have. @throws ClusterError */
export function withinMessageTimeout<T>({ context }: AeronArchive, steps: Procedure<T>, what: string): Procedure<T> {
  const { messageTimeoutNs, platform } = context;
  const deadlineNs = platform.clock.nanoTime() + messageTimeoutNs;
  return within(
    steps,
    () => platform.clock.nanoTime() - deadlineNs >= 0,
    () =>
      new ClusterError(
        'ARCHIVE_TIMEOUT',
        `${what}: timeout of ${messageTimeoutNs} ns (messageTimeoutNs of archiveContext)`,
      ),
  );
}

/** Waits for the archive's answer. @throws ArchiveError, ArchiveTimeoutError */
export function* answer<T>(request: ArchiveRequest<T>): Procedure<T> {
  let isDone = false;
  try {
    while (!request.poll()) {
      yield;
    }
    isDone = true;
    return request.result;
  } finally {
    if (!isDone) {
      request.cancel();
    }
  }
}

interface Running {
  readonly steps: Procedure<void>;
  /** It has to happen, whatever is given up. */
  readonly isCleanUp: boolean;
  /** It is on the call stack. */
  isInStep: boolean;
  /** Given up by something that it did itself. */
  isGivenUp: boolean;
}

/** Procedures one after the other: what was asked for first is done first. */
export class ProcedureQueue {
  readonly #queue: Running[] = [];

  get isEmpty(): boolean {
    return this.#queue.length === 0;
  }

  add(steps: Procedure<void>): void {
    this.#queue.push({ steps, isCleanUp: false, isInStep: false, isGivenUp: false });
  }

  /** Of what was begun before: it is done in its turn, and is never given up. */
  addCleanUp(steps: Procedure<void>): void {
    this.#queue.push({ steps, isCleanUp: true, isInStep: false, isGivenUp: false });
  }

  /** One step of the first; 1 when that ended it. What a procedure throws ends it alone. */
  step(): number {
    const running = this.#queue[0];
    if (running === undefined) {
      return 0;
    }
    let isDone = true;
    running.isInStep = true;
    try {
      isDone = running.steps.next().done === true;
    } finally {
      running.isInStep = false;
      if (running.isGivenUp) {
        running.steps.return();
      }
      if (isDone && this.#queue[0] === running) {
        this.#queue.shift();
      }
    }
    return isDone ? 1 : 0;
  }

  /** Gives up all but clean-up; those that have taken a step take back what they had begun. */
  clear(): void {
    const all = this.#queue.splice(0);
    this.#queue.push(...all.filter(({ isCleanUp }) => isCleanUp));
    for (const running of all) {
      if (running.isCleanUp) {
        continue;
      }
      if (running.isInStep) {
        running.isGivenUp = true;
      } else {
        running.steps.return();
      }
    }
  }
}
