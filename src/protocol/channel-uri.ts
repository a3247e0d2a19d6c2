import {
  ALIAS_PARAM_NAME,
  CONTROL_MODE_RESPONSE,
  ENDPOINT_PARAM_NAME,
  INITIAL_TERM_ID_PARAM_NAME,
  INTERFACE_PARAM_NAME,
  IPC_MEDIA,
  MDC_CONTROL_MODE_PARAM_NAME,
  SESSION_ID_PARAM_NAME,
  SPY_PREFIX,
  TAG_PREFIX,
  TAGS_PARAM_NAME,
  TERM_ID_PARAM_NAME,
  TERM_LENGTH_PARAM_NAME,
  TERM_OFFSET_PARAM_NAME,
  UDP_MEDIA,
} from './channel-parameters.ts';
import { ErrorCode } from './commands/error-code.ts';
import { ControlProtocolError } from './errors.ts';
import { isFrameAligned } from './frame-descriptor.ts';
import {
  computeTermIdFromPosition,
  computeTermOffsetFromPosition,
  positionBitsToShift,
} from './log-buffer-descriptor.ts';

const AERON_PREFIX = 'aeron:';
const TAG_PATTERN = /^-?\d+$/;

/**
 * A channel, taken apart:
 *
 *     aeron:udp?endpoint=localhost:20121|session-id=7        aeron-spy:aeron:udp?endpoint=224.0.1.1:40456
 *     aeron:ipc                                              aeron:ipc?term-length=64k|alias=orders
 *
 *     uri   = [ "aeron-spy:" ] "aeron:" media [ "?" param *( "|" param ) ]
 *     param = key "=" value        the last of equal keys counts
 *
 * Values are not looked at; that is the business of whoever asks for them. Parameters keep their order.
 * Upstream: `io.aeron.ChannelUri`.
 */
export class ChannelUri {
  static readonly AERON_SCHEME = 'aeron';
  static readonly SPY_QUALIFIER = 'aeron-spy';
  static readonly MAX_URI_LENGTH = 4095;

  /** '' or 'aeron-spy'. */
  prefix: string;
  readonly media: string;
  readonly #params: Map<string, string>;
  readonly #tags: readonly string[];

  private constructor(prefix: string, media: string, params: Map<string, string>) {
    this.prefix = prefix;
    this.media = media;
    this.#params = params;
    this.#tags = params.get(TAGS_PARAM_NAME)?.split(',') ?? [];
  }

  /** @throws ControlProtocolError INVALID_CHANNEL, pointing at the character. */
  static parse(uri: string): ChannelUri {
    if (uri.length > ChannelUri.MAX_URI_LENGTH) {
      const start = uri.slice(0, 100);
      throw invalid(
        `channel of ${uri.length} characters; at most ${ChannelUri.MAX_URI_LENGTH} are allowed: ${start}...`,
      );
    }
    const isSpy = uri.startsWith(SPY_PREFIX);
    const schemeIndex = isSpy ? SPY_PREFIX.length : 0;
    if (!uri.startsWith(AERON_PREFIX, schemeIndex)) {
      throw invalidAt(uri, schemeIndex, `expected '${AERON_PREFIX}'`);
    }
    const mediaIndex = schemeIndex + AERON_PREFIX.length;
    const queryIndex = uri.indexOf('?', mediaIndex);
    const media = uri.slice(mediaIndex, queryIndex < 0 ? undefined : queryIndex);
    if (media !== UDP_MEDIA && media !== IPC_MEDIA) {
      throw invalidAt(uri, mediaIndex, `unknown media '${media}', expected '${UDP_MEDIA}' or '${IPC_MEDIA}'`);
    }
    const params = queryIndex < 0 ? new Map<string, string>() : parseParams(uri, queryIndex + 1);
    return new ChannelUri(isSpy ? ChannelUri.SPY_QUALIFIER : '', media, params);
  }

  static addSessionId(channel: string, sessionId: number): string {
    const uri = ChannelUri.parse(channel);
    uri.put(SESSION_ID_PARAM_NAME, String(sessionId));
    return uri.toString();
  }

  static addAliasIfAbsent(channel: string, alias: string): string {
    const uri = ChannelUri.parse(channel);
    if (alias === '' || uri.containsKey(ALIAS_PARAM_NAME)) {
      return channel;
    }
    uri.put(ALIAS_PARAM_NAME, alias);
    return uri.toString();
  }

  /** Whether a parameter's value names a tag, as in 'session-id=tag:5'. */
  static isTagged(value: string): boolean {
    return value.startsWith(TAG_PREFIX);
  }

  /** The tag that a value names; undefined when it names none. @throws ControlProtocolError INVALID_CHANNEL */
  static getTag(value: string): number | undefined {
    return ChannelUri.isTagged(value) ? parseTag(value.slice(TAG_PREFIX.length)) : undefined;
  }

  /** A destination on the media and interface of `channel`. */
  static createDestinationUri(channel: string, endpoint: string): string {
    const uri = ChannelUri.parse(channel);
    const networkInterface = uri.get(INTERFACE_PARAM_NAME);
    const destination = `${AERON_PREFIX}${uri.media}?${ENDPOINT_PARAM_NAME}=${endpoint}`;
    return networkInterface === undefined ? destination : `${destination}|${INTERFACE_PARAM_NAME}=${networkInterface}`;
  }

  /** 'host:0' of 'host:port'; undefined when there is no port. */
  static replacePortWithWildcard(endpoint: string): string | undefined {
    const colon = endpoint.lastIndexOf(':');
    return colon < 0 ? undefined : `${endpoint.slice(0, colon)}:0`;
  }

  get isUdp(): boolean {
    return this.media === UDP_MEDIA;
  }

  get isIpc(): boolean {
    return this.media === IPC_MEDIA;
  }

  get isSpy(): boolean {
    return this.prefix === ChannelUri.SPY_QUALIFIER;
  }

  get(key: string): string | undefined {
    return this.#params.get(key);
  }

  /** The value before. */
  put(key: string, value: string): string | undefined {
    const before = this.#params.get(key);
    this.#params.set(key, value);
    return before;
  }

  /** The value that was there. */
  remove(key: string): string | undefined {
    const before = this.#params.get(key);
    this.#params.delete(key);
    return before;
  }

  containsKey(key: string): boolean {
    return this.#params.has(key);
  }

  /** Keys and values in the order they were given. */
  params(): IterableIterator<[string, string]> {
    return this.#params.entries();
  }

  /** First of the 'tags' the channel was parsed with. */
  channelTag(): string | undefined {
    return this.#tags[0];
  }

  /** Second of the 'tags'. */
  entityTag(): string | undefined {
    return this.#tags[1];
  }

  get hasControlModeResponse(): boolean {
    return this.get(MDC_CONTROL_MODE_PARAM_NAME) === CONTROL_MODE_RESPONSE;
  }

  /** Sets the parameters by which a publication starts at a position. @throws ControlProtocolError INVALID_CHANNEL */
  initialPosition(position: number, initialTermId: number, termLength: number): void {
    if (!Number.isSafeInteger(position) || position < 0 || !isFrameAligned(position)) {
      throw invalid(`initial position must be a multiple of 32 and not negative: ${position}`);
    }
    const bitsToShift = positionBitsToShift(termLength);
    this.put(INITIAL_TERM_ID_PARAM_NAME, String(initialTermId));
    this.put(TERM_ID_PARAM_NAME, String(computeTermIdFromPosition(position, bitsToShift, initialTermId)));
    this.put(TERM_OFFSET_PARAM_NAME, String(computeTermOffsetFromPosition(position, termLength)));
    this.put(TERM_LENGTH_PARAM_NAME, String(termLength));
  }

  /**
   * Gives an endpoint with port 0, or no endpoint, the port that the system chose.
   * @throws ControlProtocolError INVALID_CHANNEL when `resolvedEndpoint` has no port itself.
   */
  replaceEndpointWildcardPort(resolvedEndpoint: string): void {
    const colon = resolvedEndpoint.lastIndexOf(':');
    if (colon < 0 || resolvedEndpoint.endsWith(':0')) {
      throw invalid(`resolved endpoint has no port: ${resolvedEndpoint}`);
    }
    const endpoint = this.get(ENDPOINT_PARAM_NAME);
    if (endpoint === undefined) {
      this.put(ENDPOINT_PARAM_NAME, resolvedEndpoint);
    } else if (endpoint.endsWith(':0')) {
      this.put(ENDPOINT_PARAM_NAME, endpoint.slice(0, -2) + resolvedEndpoint.slice(colon));
    }
  }

  toString(): string {
    const params = Array.from(this.#params, ([key, value]) => `${key}=${value}`).join('|');
    const prefix = this.prefix === '' ? '' : `${this.prefix}:`;
    return `${prefix}${AERON_PREFIX}${this.media}${params === '' ? '' : `?${params}`}`;
  }
}

function parseParams(uri: string, begin: number): Map<string, string> {
  const params = new Map<string, string>();
  let index = begin;
  for (;;) {
    const end = endOr(uri, uri.indexOf('|', index));
    const equals = uri.indexOf('=', index);
    if (equals === index) {
      throw invalidAt(uri, index, 'empty parameter name');
    }
    if (equals < 0 || equals > end) {
      throw invalidAt(uri, end, `expected '=' after '${uri.slice(index, end)}'`);
    }
    params.set(uri.slice(index, equals), uri.slice(equals + 1, end));
    if (end === uri.length) {
      return params;
    }
    index = end + 1;
  }
}

function endOr(uri: string, index: number): number {
  return index < 0 ? uri.length : index;
}

function parseTag(text: string): number {
  const tag = Number(text);
  if (!TAG_PATTERN.test(text) || !Number.isSafeInteger(tag)) {
    throw invalid(`a tag must be an integer within +-2^53: ${text}`);
  }
  return tag;
}

function invalid(problem: string): ControlProtocolError {
  return new ControlProtocolError(ErrorCode.INVALID_CHANNEL, `invalid channel: ${problem}`);
}

function invalidAt(uri: string, index: number, problem: string): ControlProtocolError {
  const pointer = ' '.repeat(index);
  return invalid(`${problem} at index ${index}\n  ${uri}\n  ${pointer}^`);
}
