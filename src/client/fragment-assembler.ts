import type { AtomicBuffer } from '../agrona/mod.ts';
import { appendFragment, BufferBuilder, isUnfragmented } from './buffer-builder.ts';
import { ControlledFragmentAction, type ControlledFragmentHandler, type FragmentHandler } from './fragment-handler.ts';
import type { Header } from './header.ts';

const { ABORT, CONTINUE } = ControlledFragmentAction;

/**
 * Gives whole messages to a handler, of all images of a subscription. Those of one fragment are passed on in
 * place; others are put together in a buffer for each session, and their header tells of all fragments.
 *
 *     const assembler = new FragmentAssembler((buffer, offset, length, header) => ...);
 *     subscription.poll(assembler.onFragment, 10);
 */
export class FragmentAssembler {
  readonly onFragment: FragmentHandler;
  readonly #builders: SessionBuilders;

  /** @param initialBufferLength of each session's buffer, in bytes; they grow as needed. */
  constructor(delegate: FragmentHandler, initialBufferLength = 0) {
    const builders = new SessionBuilders(initialBufferLength);
    this.#builders = builders;
    this.onFragment = (buffer, offset, length, header) => {
      if (isUnfragmented(header)) {
        delegate(buffer, offset, length, header);
        return;
      }
      const builder = builders.get(header.sessionId);
      if (appendFragment(builder, buffer, offset, length, header)) {
        delegate(builder.buffer, 0, builder.limit, builder.completeHeader(header));
        builder.reset();
      }
    };
  }

  /** Lets go of a session's buffer, when its image has gone. Whether there was one. */
  freeSessionBuffer(sessionId: number): boolean {
    return this.#builders.free(sessionId);
  }

  /** Lets go of all buffers. */
  clear(): void {
    this.#builders.clear();
  }
}

/** A `FragmentAssembler` for controlled polls. `ABORT` gives the last fragment of the message again. */
export class ControlledFragmentAssembler {
  readonly onFragment: ControlledFragmentHandler;
  readonly #builders: SessionBuilders;

  constructor(delegate: ControlledFragmentHandler, initialBufferLength = 0) {
    const builders = new SessionBuilders(initialBufferLength);
    this.#builders = builders;
    this.onFragment = (buffer, offset, length, header) =>
      isUnfragmented(header)
        ? delegate(buffer, offset, length, header)
        : assembleControlled(builders.get(header.sessionId), delegate, buffer, offset, length, header);
  }

  freeSessionBuffer(sessionId: number): boolean {
    return this.#builders.free(sessionId);
  }

  clear(): void {
    this.#builders.clear();
  }
}

/** A `FragmentAssembler` for the polls of one image: one buffer. */
export class ImageFragmentAssembler {
  readonly onFragment: FragmentHandler;

  constructor(delegate: FragmentHandler, initialBufferLength = 0) {
    const builder = new BufferBuilder(initialBufferLength);
    this.onFragment = (buffer, offset, length, header) => {
      if (isUnfragmented(header)) {
        delegate(buffer, offset, length, header);
      } else if (appendFragment(builder, buffer, offset, length, header)) {
        delegate(builder.buffer, 0, builder.limit, builder.completeHeader(header));
        builder.reset();
      }
    };
  }
}

/** An `ImageFragmentAssembler` for controlled polls. */
export class ImageControlledFragmentAssembler {
  readonly onFragment: ControlledFragmentHandler;

  constructor(delegate: ControlledFragmentHandler, initialBufferLength = 0) {
    const builder = new BufferBuilder(initialBufferLength);
    this.onFragment = (buffer, offset, length, header) =>
      isUnfragmented(header)
        ? delegate(buffer, offset, length, header)
        : assembleControlled(builder, delegate, buffer, offset, length, header);
  }
}

function assembleControlled(
  builder: BufferBuilder,
  delegate: ControlledFragmentHandler,
  buffer: AtomicBuffer,
  offset: number,
  length: number,
  header: Header,
): ControlledFragmentAction {
  const limitBefore = builder.limit;
  if (!appendFragment(builder, buffer, offset, length, header)) {
    return CONTINUE;
  }
  const action = delegate(builder.buffer, 0, builder.limit, builder.completeHeader(header));
  if (action === ABORT) {
    builder.limit = limitBefore;
  } else {
    builder.reset();
  }
  return action;
}

/** A builder for each session that has sent a fragment. */
class SessionBuilders {
  readonly #initialCapacity: number;
  readonly #builders = new Map<number, BufferBuilder>();

  constructor(initialCapacity: number) {
    this.#initialCapacity = initialCapacity;
  }

  get(sessionId: number): BufferBuilder {
    let builder = this.#builders.get(sessionId);
    if (builder === undefined) {
      builder = new BufferBuilder(this.#initialCapacity);
      this.#builders.set(sessionId, builder);
    }
    return builder;
  }

  free(sessionId: number): boolean {
    return this.#builders.delete(sessionId);
  }

  clear(): void {
    this.#builders.clear();
  }
}
