/**
 * # client
 *
 * The Aeron client: publishes and subscribes through a media driver on the same machine, TypeScript's or the
 * real one. It knows the driver by shared memory alone.
 *
 *       your code ── Publication.offer ──▶ ┌─────────────────┐
 *                                          │  *.logbuffer    │ ◀──▶ driver ◀──▶ network, other processes
 *       your code ◀── Subscription.poll ── └─────────────────┘
 *                                          ┌─────────────────┐
 *       Aeron ─ ClientConductor ─ commands ▶ cnc.dat         │ ◀──▶ driver
 *                               ◀ events ─ └─────────────────┘
 *
 * Offering and polling go straight to the log and never wait. Everything else - adding resources, images that
 * come and go, keepalives - is the conductor's, an agent that lives on the event loop of its thread, or is
 * driven by your own loop (`useConductorAgentInvoker`), in a worker for instance:
 *
 *     const aeron = await Aeron.connect();
 *     const subscription = await aeron.addSubscription('aeron:ipc', 1001);
 *     const publication = await aeron.addPublication('aeron:ipc', 1001);
 *
 *     publication.offer(AtomicBuffer.ofString('hello'));      // position, or BACK_PRESSURED, NOT_CONNECTED, ...
 *     subscription.poll((buffer, offset, length, header) => {
 *       console.log(buffer.getStringWithoutLength(offset, length));
 *     }, 10);
 *
 * On top of that, for programs that would rather await than poll:
 *
 *     await send(publication, 'hello');
 *     for await (const message of messages(subscription, { signal })) { ... }
 *
 * An `Aeron` belongs to the thread that made it; a worker connects one of its own.
 */
export { Aeron } from './aeron.ts';
export { BufferBuilder } from './buffer-builder.ts';
export { BufferClaim } from './buffer-claim.ts';
export { ConcurrentPublication } from './concurrent-publication.ts';
export { AERON_OPTIONS, type AeronContext, type AeronOptions } from './context.ts';
export { Counter } from './counter.ts';
export {
  ChannelEndpointError,
  ClientTimeoutError,
  ConductorServiceTimeoutError,
  DriverTimeoutError,
  RegistrationError,
} from './errors.ts';
export { ExclusivePublication } from './exclusive-publication.ts';
export {
  ControlledFragmentAssembler,
  FragmentAssembler,
  ImageControlledFragmentAssembler,
  ImageFragmentAssembler,
} from './fragment-assembler.ts';
export {
  type BlockHandler,
  ControlledFragmentAction,
  type ControlledFragmentHandler,
  type FragmentHandler,
  type RawBlockHandler,
  type ReservedValueSupplier,
} from './fragment-handler.ts';
export type {
  AvailableCounterHandler,
  AvailableImageHandler,
  PublicationErrorFrameHandler,
  UnavailableCounterHandler,
  UnavailableImageHandler,
} from './handlers.ts';
export { Header } from './header.ts';
export { Image } from './image.ts';
export type { DirectBufferVector } from './message-parts.ts';
export { type Message, type MessagesOptions, messages } from './messages.ts';
export { Publication } from './publication.ts';
export { type SendOptions, send } from './send.ts';
export { SendQueue } from './send-queue.ts';
export { Subscription } from './subscription.ts';
export { Wait } from './wait.ts';
