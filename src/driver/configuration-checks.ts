import { AeronError, createIdleStrategy } from '../agrona/mod.ts';
import type { Platform } from '../platform/mod.ts';
import { DataHeaderFlyweight, FrameDescriptor } from '../protocol/mod.ts';
import type { DriverOptions } from './driver-options.ts';

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

function configurationError(message: string): AeronError {
  return new AeronError('CONFIGURATION', message);
}

/** What options must be to each other; each by itself was checked when it was read. @throws AeronError CONFIGURATION */
export function validateOptions(options: DriverOptions, platform: Platform): void {
  validateIdleStrategy(options, 'conductorIdleStrategy', platform);
  validateIdleStrategy(options, 'senderIdleStrategy', platform);
  validateIdleStrategy(options, 'receiverIdleStrategy', platform);
  validateIdleStrategy(options, 'sharedNetworkIdleStrategy', platform);
  validateIdleStrategy(options, 'sharedIdleStrategy', platform);
  validateMtuLength(options.mtuLength);
  validateMtuLength(options.ipcMtuLength);
  validateInitialWindowLength(options.initialWindowLength, options.mtuLength);
  requireAbove(options, 'publicationUnblockTimeoutNs', 'clientLivenessTimeoutNs');
  requireAbove(options, 'clientLivenessTimeoutNs', 'timerIntervalNs');
  requireAbove(options, 'untetheredWindowLimitTimeoutNs', 'timerIntervalNs');
  requireAbove(options, 'untetheredRestingTimeoutNs', 'timerIntervalNs');
  if (options.untetheredLingerTimeoutNs >= 0) {
    requireAbove(options, 'untetheredLingerTimeoutNs', 'timerIntervalNs');
  }
  const { publicationReservedSessionIdLow: low, publicationReservedSessionIdHigh: high } = options;
  if (low > high) {
    throw configurationError(`low session id value ${low} must be <= high value ${high}`);
  }
  if (high - low > 2 ** 31 - 1) {
    throw configurationError(`reserved session range ${low} to ${high} too large`);
  }
}

type IdleStrategyName = 'conductor' | 'sender' | 'receiver' | 'sharedNetwork' | 'shared';

/** A word and arguments that make a strategy, before a thread is started that needs it. */
function validateIdleStrategy(
  options: DriverOptions,
  name: `${IdleStrategyName}IdleStrategy`,
  platform: Platform,
): void {
  const initArgs = options[`${name}InitArgs`];
  try {
    createIdleStrategy(options[name], platform, initArgs === undefined ? {} : { initArgs });
  } catch (error) {
    throw configurationError(`option ${name}: ${(error as Error).message}`);
  }
}

/** What the system grants a socket. Bytes. */
export interface SystemSocketBuffers {
  readonly osDefaultSocketSndbufLength: number;
  readonly osMaxSocketSndbufLength: number;
  readonly osDefaultSocketRcvbufLength: number;
  readonly osMaxSocketRcvbufLength: number;
}

/** @throws AeronError CONFIGURATION when a datagram or a window would not fit a socket's buffer. */
export function validateSocketBufferLengths(
  options: DriverOptions,
  system: SystemSocketBuffers,
  logger: (text: string) => void,
): void {
  const { socketSndbufLength, socketRcvbufLength, mtuLength, initialWindowLength } = options;
  if (system.osMaxSocketSndbufLength < socketSndbufLength) {
    logger(couldNotSet('SO_SNDBUF', 'aeron.socket.so_sndbuf', socketSndbufLength, system.osMaxSocketSndbufLength));
  }
  if (system.osMaxSocketRcvbufLength < socketRcvbufLength) {
    logger(couldNotSet('SO_RCVBUF', 'aeron.socket.so_rcvbuf', socketRcvbufLength, system.osMaxSocketRcvbufLength));
  }
  const soSndbuf = socketSndbufLength || system.osDefaultSocketSndbufLength;
  if (mtuLength > soSndbuf) {
    throw configurationError(
      `mtuLength=${mtuLength} > SO_SNDBUF=${soSndbuf}, increase aeron.socket.so_sndbuf to match MTU`,
    );
  }
  const soRcvbuf = socketRcvbufLength || system.osDefaultSocketRcvbufLength;
  if (initialWindowLength > soRcvbuf) {
    throw configurationError(
      `initialWindowLength=${initialWindowLength} > SO_RCVBUF=${soRcvbuf}, increase aeron.socket.so_rcvbuf limits` +
        ' to match initialWindowLength',
    );
  }
}

function couldNotSet(name: string, property: string, attempted: number, actual: number): string {
  return `WARNING: Could not set desired ${name}, adjust OS to allow ${property} attempted=${attempted}, actual=${actual}`;
}

type Duration = {
  [Name in keyof DriverOptions]: DriverOptions[Name] extends number ? Name : never;
}[keyof DriverOptions];

function requireAbove(options: DriverOptions, greater: Duration, lesser: Duration): void {
  if (options[greater] <= options[lesser]) {
    throw configurationError(`${greater}=${options[greater]} must be above ${lesser}=${options[lesser]}`);
  }
}
