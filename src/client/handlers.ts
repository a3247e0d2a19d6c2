import type { CountersReader } from '../agrona/mod.ts';
import type { PublicationErrorFrame } from '../protocol/mod.ts';
import type { Image } from './image.ts';

/*
 * All of these run inside the client's duty cycle and may add and close resources. What they throw goes to
 * the error handler.
 */

/** A publisher's stream came; it may be polled from now on. */
export type AvailableImageHandler = (image: Image) => void;

/** A publisher's stream has gone; the image is closed and still tells where it stood. */
export type UnavailableImageHandler = (image: Image) => void;

export type AvailableCounterHandler = (counters: CountersReader, registrationId: number, counterId: number) => void;

export type UnavailableCounterHandler = (counters: CountersReader, registrationId: number, counterId: number) => void;

/** A receiver has rejected the stream of one of this client's publications. */
export type PublicationErrorFrameHandler = (errorFrame: PublicationErrorFrame) => void;
