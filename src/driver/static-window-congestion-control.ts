import { AeronError, type SocketAddress } from '../platform/mod.ts';
import { type CongestionControl, packOutcome } from './congestion-control.ts';

/** Value of the `cc` channel parameter. */
const STATIC_CC = 'static';

/**
 * A window that never changes: the receiver's buffer is the only limit.
 *
 * Upstream: `io.aeron.driver.StaticWindowCongestionControl`.
 */
export class StaticWindowCongestionControl implements CongestionControl {
  readonly #windowLength: number;

  /** Both in bytes; the window is at most half a term, so that what is behind it can still be cleaned. */
  constructor(termLength: number, initialWindowLength: number) {
    this.#windowLength = Math.min(initialWindowLength, termLength >> 1);
  }

  initialWindowLength(): number {
    return this.#windowLength;
  }

  maxWindowLength(): number {
    return this.#windowLength;
  }

  shouldMeasureRtt(_nowNs: number): boolean {
    return false;
  }

  onRttMeasurementSent(_nowNs: number): void {}

  onRttMeasurement(_nowNs: number, _rttNs: number, _source: SocketAddress): void {}

  onTrackRebuild(): number {
    return packOutcome(this.#windowLength, false);
  }

  close(): void {}
}

/**
 * The congestion control that a channel asks for with `cc=`; the static window when it does not ask.
 *
 * @param name value of the channel's `cc` parameter.
 * @param termLength of the image, in bytes.
 * @param initialWindowLength the channel's `rcv-wnd`, or the driver's `aeron.rcv.initial.window.length`; bytes.
 * @throws AeronError INVALID_CHANNEL
 */
export function newCongestionControl(
  name: string | undefined,
  termLength: number,
  initialWindowLength: number,
): CongestionControl {
  checkCongestionControl(name);
  return new StaticWindowCongestionControl(termLength, initialWindowLength);
}

/** @throws AeronError INVALID_CHANNEL unless `name`, the value of a channel's `cc` parameter, is known or not given. */
export function checkCongestionControl(name: string | undefined): void {
  if (name !== undefined && name !== STATIC_CC) {
    throw new AeronError(
      'INVALID_CHANNEL',
      `congestion control cc=${name} is not known: a subscription takes cc=${STATIC_CC}, which is also the default`,
    );
  }
}
