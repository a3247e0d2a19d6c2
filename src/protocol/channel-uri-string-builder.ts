import { AeronError, formatDuration, formatSize, parseDuration, parseSize } from '../agrona/mod.ts';
import * as Names from './channel-parameters.ts';
import { ChannelUri } from './channel-uri.ts';
import { ErrorCode } from './commands/error-code.ts';
import { ControlProtocolError } from './errors.ts';
import { isFrameAligned } from './frame-descriptor.ts';
import { MAX_UDP_PAYLOAD_LENGTH } from './frames/setup-flyweight.ts';
import {
  checkTermLength,
  computeTermIdFromPosition,
  computeTermOffsetFromPosition,
  positionBitsToShift,
  TERM_MAX_LENGTH,
} from './log-buffer-descriptor.ts';

const MIN_MTU_LENGTH = 32;
const MAX_INT32 = 2 ** 31 - 1;
const MIN_INT32 = -(2 ** 31);

/** What a parameter is made of, in the order in which `build` writes them. */
const KINDS = {
  [Names.TAGS_PARAM_NAME]: 'text',
  [Names.ENDPOINT_PARAM_NAME]: 'text',
  [Names.INTERFACE_PARAM_NAME]: 'text',
  [Names.MDC_CONTROL_PARAM_NAME]: 'text',
  [Names.MDC_CONTROL_MODE_PARAM_NAME]: 'control-mode',
  [Names.MTU_LENGTH_PARAM_NAME]: 'mtu',
  [Names.TERM_LENGTH_PARAM_NAME]: 'term-length',
  [Names.INITIAL_TERM_ID_PARAM_NAME]: 'int32',
  [Names.TERM_ID_PARAM_NAME]: 'int32',
  [Names.TERM_OFFSET_PARAM_NAME]: 'term-offset',
  [Names.SESSION_ID_PARAM_NAME]: 'session-id',
  [Names.TTL_PARAM_NAME]: 'ttl',
  [Names.RELIABLE_STREAM_PARAM_NAME]: 'boolean',
  [Names.LINGER_PARAM_NAME]: 'duration',
  [Names.ALIAS_PARAM_NAME]: 'text',
  [Names.CONGESTION_CONTROL_PARAM_NAME]: 'text',
  [Names.FLOW_CONTROL_PARAM_NAME]: 'text',
  [Names.GROUP_TAG_PARAM_NAME]: 'int64',
  [Names.SPARSE_PARAM_NAME]: 'boolean',
  [Names.EOS_PARAM_NAME]: 'boolean',
  [Names.TETHER_PARAM_NAME]: 'boolean',
  [Names.GROUP_PARAM_NAME]: 'boolean',
  [Names.REJOIN_PARAM_NAME]: 'boolean',
  [Names.SPIES_SIMULATE_CONNECTION_PARAM_NAME]: 'boolean',
  [Names.SOCKET_SNDBUF_PARAM_NAME]: 'size',
  [Names.SOCKET_RCVBUF_PARAM_NAME]: 'size',
  [Names.RECEIVER_WINDOW_LENGTH_PARAM_NAME]: 'size',
  [Names.MEDIA_RCV_TIMESTAMP_OFFSET_PARAM_NAME]: 'timestamp-offset',
  [Names.CHANNEL_RECEIVE_TIMESTAMP_OFFSET_PARAM_NAME]: 'timestamp-offset',
  [Names.CHANNEL_SEND_TIMESTAMP_OFFSET_PARAM_NAME]: 'timestamp-offset',
  [Names.RESPONSE_ENDPOINT_PARAM_NAME]: 'text',
  [Names.RESPONSE_CORRELATION_ID_PARAM_NAME]: 'response-correlation-id',
  [Names.NAK_DELAY_PARAM_NAME]: 'duration',
  [Names.UNTETHERED_WINDOW_LIMIT_TIMEOUT_PARAM_NAME]: 'duration',
  [Names.UNTETHERED_LINGER_TIMEOUT_PARAM_NAME]: 'duration',
  [Names.UNTETHERED_RESTING_TIMEOUT_PARAM_NAME]: 'duration',
  [Names.MAX_RESEND_PARAM_NAME]: 'count',
  [Names.STREAM_ID_PARAM_NAME]: 'int32',
  [Names.PUBLICATION_WINDOW_LENGTH_PARAM_NAME]: 'size',
} as const;
type ParamName = keyof typeof KINDS;
type Kind = (typeof KINDS)[ParamName];

/**
 * Makes channel URIs whose parameters are within upstream's limits:
 *
 *     new ChannelUriStringBuilder().media('udp').endpoint('localhost:20121').mtu(8192).build()
 *
 * Each method sets a parameter, or takes it away with `undefined`, and throws ControlProtocolError
 * INVALID_CHANNEL for a value out of range. Lengths are bytes, times nanoseconds; they may also be text with
 * a unit ('64k', '5s'). Upstream: `io.aeron.ChannelUriStringBuilder`.
 */
export class ChannelUriStringBuilder {
  #prefix = '';
  #media: string | undefined;
  readonly #values = new Map<ParamName, string>();

  /** Empty, or with the media and all known parameters of a channel. */
  constructor(initial?: string | ChannelUri) {
    if (initial === undefined) {
      return;
    }
    const uri = typeof initial === 'string' ? ChannelUri.parse(initial) : initial;
    this.prefix(uri.prefix).media(uri.media);
    for (const name of Object.keys(KINDS) as ParamName[]) {
      this.set(name, uri.get(name));
    }
  }

  clear(): this {
    this.#prefix = '';
    this.#media = undefined;
    this.#values.clear();
    return this;
  }

  /** '' or 'aeron-spy'. */
  prefix(prefix: string): this {
    if (prefix !== '' && prefix !== ChannelUri.SPY_QUALIFIER) {
      throw invalid(`prefix must be '${ChannelUri.SPY_QUALIFIER}' or nothing: ${prefix}`);
    }
    this.#prefix = prefix;
    return this;
  }

  media(media: string): this {
    if (media !== Names.UDP_MEDIA && media !== Names.IPC_MEDIA) {
      throw invalid(`media must be '${Names.UDP_MEDIA}' or '${Names.IPC_MEDIA}': ${media}`);
    }
    this.#media = media;
    return this;
  }

  /** 'host:port' that data goes to. */
  endpoint(endpoint: string | undefined): this {
    return this.set(Names.ENDPOINT_PARAM_NAME, endpoint);
  }

  /** 'host', 'host/bits', or '{name}'. */
  networkInterface(networkInterface: string | undefined): this {
    return this.set(Names.INTERFACE_PARAM_NAME, networkInterface);
  }

  controlEndpoint(endpoint: string | undefined): this {
    return this.set(Names.MDC_CONTROL_PARAM_NAME, endpoint);
  }

  controlMode(mode: 'manual' | 'dynamic' | 'response' | undefined): this {
    return this.set(Names.MDC_CONTROL_MODE_PARAM_NAME, mode);
  }

  /** 'channel-tag' or 'channel-tag,entity-tag', or both as numbers. */
  tags(tags: string | number | undefined, entityTag?: number): this {
    const text = entityTag === undefined || tags === undefined ? tags : `${tags},${entityTag}`;
    return this.set(Names.TAGS_PARAM_NAME, text);
  }

  alias(alias: string | undefined): this {
    return this.set(Names.ALIAS_PARAM_NAME, alias);
  }

  /** 32 to 65504, a multiple of 32. */
  mtu(mtuLength: number | string | undefined): this {
    return this.set(Names.MTU_LENGTH_PARAM_NAME, mtuLength);
  }

  /** A power of two from 64 KiB to 1 GiB. */
  termLength(termLength: number | string | undefined): this {
    return this.set(Names.TERM_LENGTH_PARAM_NAME, termLength);
  }

  initialTermId(initialTermId: number | undefined): this {
    return this.set(Names.INITIAL_TERM_ID_PARAM_NAME, initialTermId);
  }

  termId(termId: number | undefined): this {
    return this.set(Names.TERM_ID_PARAM_NAME, termId);
  }

  /** 0 to 1 GiB, a multiple of 32. */
  termOffset(termOffset: number | undefined): this {
    return this.set(Names.TERM_OFFSET_PARAM_NAME, termOffset);
  }

  /** Initial term id, term id, term offset and term length of a stream that starts at `position`. */
  initialPosition(position: number, initialTermId: number, termLength: number): this {
    if (!Number.isSafeInteger(position) || position < 0 || !isFrameAligned(position)) {
      throw invalid(`initial position must be a multiple of 32 and not negative: ${position}`);
    }
    this.termLength(termLength).initialTermId(initialTermId);
    const bitsToShift = positionBitsToShift(termLength);
    this.termId(computeTermIdFromPosition(position, bitsToShift, initialTermId));
    return this.termOffset(computeTermOffsetFromPosition(position, termLength));
  }

  /** A number, or 'tag:n' for the session of the publication with that tag. */
  sessionId(sessionId: number | string | undefined): this {
    return this.set(Names.SESSION_ID_PARAM_NAME, sessionId);
  }

  /** 0 to 255. */
  ttl(ttl: number | undefined): this {
    return this.set(Names.TTL_PARAM_NAME, ttl);
  }

  reliable(isReliable: boolean | undefined): this {
    return this.set(Names.RELIABLE_STREAM_PARAM_NAME, isReliable);
  }

  linger(lingerNs: number | string | undefined): this {
    return this.set(Names.LINGER_PARAM_NAME, lingerNs);
  }

  /** 'static' or 'cubic'. */
  congestionControl(congestionControl: string | undefined): this {
    return this.set(Names.CONGESTION_CONTROL_PARAM_NAME, congestionControl);
  }

  /** 'max', 'min', 'tagged', or one of the latter two with parameters. */
  flowControl(flowControl: string | undefined): this {
    return this.set(Names.FLOW_CONTROL_PARAM_NAME, flowControl);
  }

  /** Wait for receivers of a group tag, at least `minGroupSize` of them, each gone after `timeout` ('5s') of silence. */
  taggedFlowControl(groupTag?: number | bigint, minGroupSize?: number, timeout?: string): this {
    const size = minGroupSize === undefined ? '' : `/${minGroupSize}`;
    const group = groupTag === undefined && minGroupSize === undefined ? '' : `,g:${groupTag ?? ''}${size}`;
    return this.flowControl(`tagged${group}${timeout === undefined ? '' : `,t:${timeout}`}`);
  }

  /** Wait for all receivers, at least `minGroupSize` of them, each gone after `timeout` ('5s') of silence. */
  minFlowControl(minGroupSize?: number, timeout?: string): this {
    const group = minGroupSize === undefined ? '' : `,g:/${minGroupSize}`;
    return this.flowControl(`min${group}${timeout === undefined ? '' : `,t:${timeout}`}`);
  }

  groupTag(groupTag: number | bigint | undefined): this {
    return this.set(Names.GROUP_TAG_PARAM_NAME, groupTag);
  }

  sparse(isSparse: boolean | undefined): this {
    return this.set(Names.SPARSE_PARAM_NAME, isSparse);
  }

  eos(signalEndOfStream: boolean | undefined): this {
    return this.set(Names.EOS_PARAM_NAME, signalEndOfStream);
  }

  tether(tether: boolean | undefined): this {
    return this.set(Names.TETHER_PARAM_NAME, tether);
  }

  group(group: boolean | undefined): this {
    return this.set(Names.GROUP_PARAM_NAME, group);
  }

  rejoin(rejoin: boolean | undefined): this {
    return this.set(Names.REJOIN_PARAM_NAME, rejoin);
  }

  spiesSimulateConnection(spiesSimulateConnection: boolean | undefined): this {
    return this.set(Names.SPIES_SIMULATE_CONNECTION_PARAM_NAME, spiesSimulateConnection);
  }

  socketSndbufLength(length: number | string | undefined): this {
    return this.set(Names.SOCKET_SNDBUF_PARAM_NAME, length);
  }

  socketRcvbufLength(length: number | string | undefined): this {
    return this.set(Names.SOCKET_RCVBUF_PARAM_NAME, length);
  }

  receiverWindowLength(length: number | string | undefined): this {
    return this.set(Names.RECEIVER_WINDOW_LENGTH_PARAM_NAME, length);
  }

  publicationWindowLength(length: number | string | undefined): this {
    return this.set(Names.PUBLICATION_WINDOW_LENGTH_PARAM_NAME, length);
  }

  /** Offset into the payload, or 'reserved'. */
  mediaReceiveTimestampOffset(offset: number | string | undefined): this {
    return this.set(Names.MEDIA_RCV_TIMESTAMP_OFFSET_PARAM_NAME, offset);
  }

  /** Offset into the payload, or 'reserved'. */
  channelReceiveTimestampOffset(offset: number | string | undefined): this {
    return this.set(Names.CHANNEL_RECEIVE_TIMESTAMP_OFFSET_PARAM_NAME, offset);
  }

  /** Offset into the payload, or 'reserved'. */
  channelSendTimestampOffset(offset: number | string | undefined): this {
    return this.set(Names.CHANNEL_SEND_TIMESTAMP_OFFSET_PARAM_NAME, offset);
  }

  responseEndpoint(endpoint: string | undefined): this {
    return this.set(Names.RESPONSE_ENDPOINT_PARAM_NAME, endpoint);
  }

  /** A correlation id, -1, or 'prototype'. */
  responseCorrelationId(correlationId: number | string | undefined): this {
    return this.set(Names.RESPONSE_CORRELATION_ID_PARAM_NAME, correlationId);
  }

  nakDelay(delayNs: number | string | undefined): this {
    return this.set(Names.NAK_DELAY_PARAM_NAME, delayNs);
  }

  untetheredWindowLimitTimeout(timeoutNs: number | string | undefined): this {
    return this.set(Names.UNTETHERED_WINDOW_LIMIT_TIMEOUT_PARAM_NAME, timeoutNs);
  }

  untetheredLingerTimeout(timeoutNs: number | string | undefined): this {
    return this.set(Names.UNTETHERED_LINGER_TIMEOUT_PARAM_NAME, timeoutNs);
  }

  untetheredRestingTimeout(timeoutNs: number | string | undefined): this {
    return this.set(Names.UNTETHERED_RESTING_TIMEOUT_PARAM_NAME, timeoutNs);
  }

  maxResend(maxResend: number | undefined): this {
    return this.set(Names.MAX_RESEND_PARAM_NAME, maxResend);
  }

  streamId(streamId: number | undefined): this {
    return this.set(Names.STREAM_ID_PARAM_NAME, streamId);
  }

  /** That the parameters go together; `build` does not ask. @throws ControlProtocolError INVALID_CHANNEL */
  validate(): this {
    if (this.#media === undefined) {
      throw invalid('media is mandatory');
    }
    const has = (name: ParamName) => this.#values.has(name);
    if (this.#media === Names.UDP_MEDIA && !has(Names.ENDPOINT_PARAM_NAME) && !has(Names.MDC_CONTROL_PARAM_NAME)) {
      throw invalid("'endpoint' or 'control' is mandatory for UDP");
    }
    this.validatePosition();
    return this;
  }

  /** The channel. @throws ControlProtocolError INVALID_CHANNEL when no media was given. */
  build(): string {
    if (this.#media === undefined) {
      throw invalid('media is mandatory');
    }
    const params = (Object.keys(KINDS) as ParamName[])
      .filter((name) => this.#values.has(name))
      .map((name) => `${name}=${this.#values.get(name)}`)
      .join('|');
    const prefix = this.#prefix === '' ? '' : `${this.#prefix}:`;
    return `${prefix}${ChannelUri.AERON_SCHEME}:${this.#media}${params === '' ? '' : `?${params}`}`;
  }

  toString(): string {
    return this.build();
  }

  private set(name: ParamName, value: string | number | bigint | boolean | undefined): this {
    if (value === undefined) {
      this.#values.delete(name);
    } else {
      this.#values.set(name, normalise(name, KINDS[name], value));
    }
    return this;
  }

  private validatePosition(): void {
    const names = [Names.INITIAL_TERM_ID_PARAM_NAME, Names.TERM_ID_PARAM_NAME, Names.TERM_OFFSET_PARAM_NAME] as const;
    const [initialTermId, termId, termOffset] = names.map((name) => this.#values.get(name));
    if (initialTermId === undefined && termId === undefined && termOffset === undefined) {
      return;
    }
    if (initialTermId === undefined || termId === undefined || termOffset === undefined) {
      throw invalid(`either all or none of '${names.join("', '")}' must be given`);
    }
    if (((Number(termId) - Number(initialTermId)) | 0) < 0) {
      throw invalid(`term-id=${termId} is more than 2^31 - 1 after init-term-id=${initialTermId}`);
    }
    const termLength = this.#values.get(Names.TERM_LENGTH_PARAM_NAME);
    if (termLength !== undefined && Number(termOffset) > parseSize(termLength)) {
      throw invalid(`term-offset=${termOffset} is beyond term-length=${termLength}`);
    }
  }
}

/** The value as it stands in a URI, checked. */
function normalise(name: string, kind: Kind, value: string | number | bigint | boolean): string {
  switch (kind) {
    case 'text':
      return text(name, String(value));
    case 'boolean':
      return String(value) === 'true' ? 'true' : 'false';
    case 'int32':
      return String(integer(name, value, MIN_INT32, MAX_INT32));
    case 'count':
      return String(integer(name, value, 0, MAX_INT32));
    case 'ttl':
      return String(integer(name, value, 0, 255));
    case 'int64':
      return long(name, value);
    case 'duration':
      return formatDuration(measure(name, value, parseDuration, Number.MAX_SAFE_INTEGER));
    case 'size':
      return formatSize(measure(name, value, parseSize, MAX_INT32));
    case 'mtu':
      return mtu(name, value);
    case 'term-length':
      return termLength(name, value);
    case 'term-offset':
      return termOffset(name, value);
    case 'session-id':
      return ChannelUri.isTagged(String(value))
        ? `${Names.TAG_PREFIX}${ChannelUri.getTag(String(value))}`
        : String(integer(name, value, MIN_INT32, MAX_INT32));
    case 'control-mode':
      return oneOf(name, String(value), [
        Names.MDC_CONTROL_MODE_MANUAL,
        Names.MDC_CONTROL_MODE_DYNAMIC,
        Names.CONTROL_MODE_RESPONSE,
      ]);
    case 'timestamp-offset':
      return value === Names.RESERVED_OFFSET ? value : String(integer(name, value, MIN_INT32, MAX_INT32));
    case 'response-correlation-id':
      return value === Names.PROTOTYPE_CORRELATION_ID
        ? value
        : String(integer(name, value, Names.NULL_VALUE, Number.MAX_SAFE_INTEGER));
  }
}

function text(name: string, value: string): string {
  if (value.includes('|')) {
    throw invalid(`'${name}' cannot contain '|', which ends a parameter: ${value}`);
  }
  return value;
}

function integer(name: string, value: string | number | bigint | boolean, min: number, max: number): number {
  const number = typeof value === 'string' && !/^[-+]?\d+$/.test(value) ? Number.NaN : Number(value);
  if (!Number.isInteger(number) || number < min || number > max) {
    throw invalid(`'${name}' must be an integer from ${min} to ${max}: ${value}`);
  }
  return number;
}

function long(name: string, value: string | number | bigint | boolean): string {
  if (!/^[-+]?\d+$/.test(String(value)) || BigInt.asIntN(64, BigInt(value)) !== BigInt(value)) {
    throw invalid(`'${name}' must be a 64-bit integer: ${value}`);
  }
  return String(BigInt(value));
}

function measure(
  name: string,
  value: string | number | bigint | boolean,
  parse: (text: string) => number,
  max: number,
): number {
  if (typeof value !== 'string') {
    return integer(name, value, 0, max);
  }
  try {
    return integer(name, parse(value), 0, max);
  } catch (error) {
    throw AeronError.is(error) && !(error instanceof ControlProtocolError)
      ? invalid(`'${name}': ${error.message}`)
      : error;
  }
}

function mtu(name: string, value: string | number | bigint | boolean): string {
  const length = measure(name, value, parseSize, MAX_INT32);
  if (length < MIN_MTU_LENGTH || length > MAX_UDP_PAYLOAD_LENGTH || !isFrameAligned(length)) {
    throw invalid(`'${name}' must be a multiple of 32 from ${MIN_MTU_LENGTH} to ${MAX_UDP_PAYLOAD_LENGTH}: ${value}`);
  }
  return formatSize(length);
}

function termLength(name: string, value: string | number | bigint | boolean): string {
  const length = measure(name, value, parseSize, MAX_INT32);
  try {
    checkTermLength(length);
  } catch (error) {
    throw invalid(`'${name}': ${(error as Error).message}`);
  }
  return formatSize(length);
}

function termOffset(name: string, value: string | number | bigint | boolean): string {
  const offset = integer(name, value, 0, TERM_MAX_LENGTH);
  if (!isFrameAligned(offset)) {
    throw invalid(`'${name}' must be a multiple of 32: ${value}`);
  }
  return String(offset);
}

function oneOf(name: string, value: string, words: readonly string[]): string {
  if (!words.includes(value)) {
    throw invalid(`'${name}' must be one of ${words.join(', ')}: ${value}`);
  }
  return value;
}

function invalid(problem: string): ControlProtocolError {
  return new ControlProtocolError(ErrorCode.INVALID_CHANNEL, `invalid channel: ${problem}`);
}
