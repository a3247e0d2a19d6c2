import { AeronError } from '../agrona/mod.ts';
import { DataHeaderFlyweight, FrameDescriptor } from '../protocol/mod.ts';

/** The longest datagram a frame may fill. */
export const MAX_UDP_PAYLOAD_LENGTH = 65504;

/** @throws AeronError CONFIGURATION unless a multiple of 32 above a header and within a datagram. */
export function validateMtuLength(mtuLength: number): void {
  if (mtuLength <= DataHeaderFlyweight.HEADER_LENGTH || mtuLength > MAX_UDP_PAYLOAD_LENGTH) {
    throw configurationError(
      `mtuLength=${mtuLength} must be above ${DataHeaderFlyweight.HEADER_LENGTH} and at most ${MAX_UDP_PAYLOAD_LENGTH}`,
    );
  }
  if (!FrameDescriptor.isFrameAligned(mtuLength)) {
    throw configurationError(
      `mtuLength=${mtuLength} is not a multiple of FRAME_ALIGNMENT=${FrameDescriptor.FRAME_ALIGNMENT}`,
    );
  }
}

/** @throws AeronError CONFIGURATION */
export function validateInitialWindowLength(initialWindowLength: number, mtuLength: number): void {
  if (mtuLength > initialWindowLength) {
    throw configurationError(`mtuLength=${mtuLength} > initialWindowLength=${initialWindowLength}`);
  }
}

export function configurationError(message: string): AeronError {
  return new AeronError('CONFIGURATION', message);
}
