import type { SocketAddress } from '../platform/mod.ts';

/**
 * How wide a receiver opens its window to one sender: the strategy behind the status messages of an image.
 *
 * Upstream: `io.aeron.driver.CongestionControl`.
 */
export interface CongestionControl {
  /** Bytes of window in the first status message. */
  initialWindowLength(): number;
  /** Bytes that the window never exceeds. */
  maxWindowLength(): number;
  /** Asked by the receiver each duty cycle: whether to send an RTT measurement now. */
  shouldMeasureRtt(nowNs: number): boolean;
  onRttMeasurementSent(nowNs: number): void;
  onRttMeasurement(nowNs: number, rttNs: number, source: SocketAddress): void;
  /**
   * Told of each look at the image for loss and consumption; positions in bytes.
   * Returns the window to advertise and whether to do so at once, as of `packOutcome`.
   */
  onTrackRebuild(
    nowNs: number,
    newConsumptionPosition: number,
    lastSmPosition: number,
    hwmPosition: number,
    startingRebuildPosition: number,
    endingRebuildPosition: number,
    lossOccurred: boolean,
  ): number;
  close(): void;
}

const FORCE_STATUS_MESSAGE_BIT = 0x8000_0000 | 0;

/** One int32 of a window (below 2^31) and a flag in its top bit, so that nothing is allocated to return both. */
export function packOutcome(windowLength: number, forceStatusMessage: boolean): number {
  return forceStatusMessage ? windowLength | FORCE_STATUS_MESSAGE_BIT : windowLength;
}

export function outcomeWindowLength(outcome: number): number {
  return outcome & 0x7fff_ffff;
}

export function outcomeForcesStatusMessage(outcome: number): boolean {
  return outcome < 0;
}
