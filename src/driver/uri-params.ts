import { AeronError, parseDuration, parseSize } from '../agrona/mod.ts';
import { type ChannelUri, FrameDescriptor, LogBufferDescriptor } from '../protocol/mod.ts';

const { FRAME_ALIGNMENT } = FrameDescriptor;
const { TERM_MAX_LENGTH } = LogBufferDescriptor;

/*
 * Parameters of a channel URI as the driver reads them: each throws INVALID_CHANNEL with the parameter, what
 * is wrong with it, and the channel.
 */

export function invalidChannel(message: string, uri: ChannelUri): AeronError {
  return new AeronError('INVALID_CHANNEL', `${message}: channel=${uri}`);
}

export function intParam(uri: ChannelUri, name: string): number | undefined {
  const text = uri.get(name);
  return text === undefined ? undefined : parseInt32(text, name, uri);
}

export function parseInt32(text: string, name: string, uri: ChannelUri): number {
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  if ((value | 0) !== value) {
    throw invalidChannel(`${name}=${text} must be a 32-bit integer`, uri);
  }
  return value;
}

/** True only for the word 'true', as upstream has it. */
export function booleanParam(uri: ChannelUri, name: string, byDefault: boolean): boolean {
  const text = uri.get(name);
  return text === undefined ? byDefault : text === 'true';
}

/** Nanoseconds. */
export function durationParam(uri: ChannelUri, name: string, byDefault: number): number {
  const text = uri.get(name);
  return text === undefined ? byDefault : checkParam(uri, name, () => parseDuration(text));
}

/** Bytes. */
export function sizeParam(uri: ChannelUri, name: string): number | undefined {
  const text = uri.get(name);
  return text === undefined ? undefined : checkParam(uri, name, () => parseSize(text));
}

/** Makes an error of the check one about the parameter and its channel. */
export function checkParam<T>(uri: ChannelUri, name: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    const message = `${name}=${uri.get(name)}: ${(error as Error).message}: channel=${uri}`;
    throw new AeronError('INVALID_CHANNEL', message, { cause: error });
  }
}

/** Term id and offset of a stream that does not start at its beginning. */
export interface StartingPosition {
  readonly initialTermId: number;
  readonly termId: number;
  readonly termOffset: number;
}

/** `init-term-id`, `term-id` and `term-offset`: all of them or none. */
export function startingPositionParams(uri: ChannelUri): StartingPosition | undefined {
  const initialTermId = intParam(uri, 'init-term-id');
  const termId = intParam(uri, 'term-id');
  const termOffset = intParam(uri, 'term-offset');
  if (initialTermId === undefined && termId === undefined && termOffset === undefined) {
    return undefined;
  }
  if (initialTermId === undefined || termId === undefined || termOffset === undefined) {
    throw invalidChannel('params must be used as a complete set: init-term-id term-id term-offset', uri);
  }
  if (termOffset < 0 || termOffset > TERM_MAX_LENGTH) {
    throw invalidChannel(`term-offset=${termOffset} out of range`, uri);
  }
  if (termOffset % FRAME_ALIGNMENT !== 0) {
    throw invalidChannel(`term-offset=${termOffset} must be a multiple of FRAME_ALIGNMENT=${FRAME_ALIGNMENT}`, uri);
  }
  if (((termId - initialTermId) | 0) < 0) {
    throw invalidChannel(`difference greater than 2^31 - 1: init-term-id=${initialTermId} when term-id=${termId}`, uri);
  }
  return { initialTermId, termId, termOffset };
}
