import { AeronError, parseDuration, parseSize } from '../../agrona/mod.ts';
import type { Network, NetworkInterface } from '../../platform/mod.ts';
import { SocketAddress } from '../../platform/mod.ts';
import { ChannelUri } from '../../protocol/mod.ts';
import type { NameResolver } from '../name-resolver.ts';
import { anyAddress, resolveInterface } from './interface-search.ts';
import {
  isMulticastEndpoint as isMulticastAddressAndPort,
  resolveSocketAddress,
  tryResolveSocketAddress,
} from './socket-address-parser.ts';

/** Who tells a multi-destination publication where to send. */
export const ControlMode = {
  NONE: 'none',
  /** Receivers, by the status messages they send to the control address. */
  DYNAMIC: 'dynamic',
  /** The publication's owner, with add and remove destination. */
  MANUAL: 'manual',
  /** The far end of another channel. */
  RESPONSE: 'response',
} as const;
export type ControlMode = (typeof ControlMode)[keyof typeof ControlMode];

/** In place of a timestamp offset: the value goes into the reserved value of the data header. */
export const RESERVED_VALUE_MESSAGE_OFFSET = -8;
const NULL_VALUE = -1;
const TTL_MAX = 255;
const INT32_MAX = 0x7fffffff;

/** What parsing needs of the world. */
export interface UdpChannelEnvironment {
  readonly network: Network;
  readonly nameResolver: NameResolver;
}

let nextUniqueCanonicalFormValue = 0;

interface Addresses {
  readonly remoteData: SocketAddress;
  readonly localData: SocketAddress;
  readonly remoteControl: SocketAddress;
  readonly localControl: SocketAddress;
  readonly localInterface: NetworkInterface | undefined;
  readonly canonicalForm: string;
}

/**
 * A UDP channel (`aeron:udp?...`, also behind `aeron-spy:`) with its names resolved to addresses. Immutable.
 *
 *                  endpoint (unicast)       control= (MDC)         multicast endpoint
 *     remoteData    endpoint                endpoint or any         endpoint (last byte odd)
 *     remoteControl endpoint                endpoint or any         endpoint with its last byte + 1
 *     localData     interface or any        control                 address on the interface
 *     localControl  interface or any        control                 address on the interface
 *
 * Two channels with the same canonical form share a transport. Specified by upstream's `UdpChannel`.
 */
export class UdpChannel {
  readonly originalUriString: string;
  readonly channelUri: ChannelUri;
  readonly controlMode: ControlMode;
  readonly hasExplicitEndpoint: boolean;
  readonly hasExplicitControl: boolean;
  readonly isMulticast: boolean;
  readonly remoteData: SocketAddress;
  readonly localData: SocketAddress;
  readonly remoteControl: SocketAddress;
  readonly localControl: SocketAddress;
  /** 4 or 6: of every address of this channel. */
  readonly family: 4 | 6;
  /** What multicast is sent from and joined on. */
  readonly localInterface: NetworkInterface | undefined;
  readonly canonicalForm: string;
  /** `ttl=`, or 0 when there is none. */
  readonly multicastTtl: number;
  /** The channel's tag, undefined when it has none. */
  readonly tag: number | undefined;
  /** `so-rcvbuf=` in bytes, or 0. */
  readonly socketRcvbufLength: number;
  /** `so-sndbuf=` in bytes, or 0. */
  readonly socketSndbufLength: number;
  /** `rcv-wnd=` in bytes, or 0. */
  readonly receiverWindowLength: number;
  /** `nak-delay=` in nanoseconds. */
  readonly nakDelayNs: number | undefined;
  /** `gtag=` */
  readonly groupTag: bigint | undefined;
  /** Offset into the payload, `RESERVED_VALUE_MESSAGE_OFFSET`, or -1 for no timestamp. */
  readonly channelReceiveTimestampOffset: number;
  readonly channelSendTimestampOffset: number;

  private constructor(channelUri: ChannelUri, originalUriString: string, addresses: Addresses) {
    this.originalUriString = originalUriString;
    this.channelUri = channelUri;
    this.controlMode = parseControlMode(channelUri);
    this.hasExplicitEndpoint = channelUri.get('endpoint') !== undefined;
    this.isMulticast = addresses.remoteData.isMulticast;
    this.hasExplicitControl = !this.isMulticast && channelUri.get('control') !== undefined;
    this.remoteData = addresses.remoteData;
    this.localData = addresses.localData;
    this.remoteControl = addresses.remoteControl;
    this.localControl = addresses.localControl;
    this.family = addresses.remoteData.family;
    this.localInterface = addresses.localInterface;
    this.canonicalForm = addresses.canonicalForm;
    this.multicastTtl = this.isMulticast ? parseTtl(channelUri) : 0;
    this.tag = parseTag(channelUri);
    this.socketRcvbufLength = parseBufferLength(channelUri, 'so-rcvbuf');
    this.socketSndbufLength = parseBufferLength(channelUri, 'so-sndbuf');
    this.receiverWindowLength = parseBufferLength(channelUri, 'rcv-wnd');
    this.nakDelayNs = parseOptionalDurationNs(channelUri, 'nak-delay');
    this.groupTag = parseGroupTag(channelUri);
    this.channelReceiveTimestampOffset = parseTimestampOffset(channelUri, 'channel-rcv-ts-offset');
    this.channelSendTimestampOffset = parseTimestampOffset(channelUri, 'channel-snd-ts-offset');
  }

  /**
   * `isDestination`: of a multi-destination subscription or publication, which is never looked up by its
   * canonical form.
   *
   * @throws AeronError INVALID_CHANNEL, UNKNOWN_HOST naming the parameter.
   */
  static parse(channel: string, environment: UdpChannelEnvironment, isDestination = false): UdpChannel {
    const channelUri = ChannelUri.parse(channel);
    validateMedia(channelUri, channel);
    return new UdpChannel(channelUri, channel, resolveAddresses(channelUri, channel, environment, isDestination));
  }

  /** The address to send to of a destination added to a multi-destination publication. @throws AeronError INVALID_CHANNEL, UNKNOWN_HOST */
  static destinationAddress(channelUri: ChannelUri, nameResolver: NameResolver): SocketAddress {
    return resolveSocketAddress(destinationEndpoint(channelUri), 'endpoint', nameResolver);
  }

  /** @throws AeronError INVALID_CHANNEL */
  static isMulticastDestinationAddress(channelUri: ChannelUri): boolean {
    return isMulticastAddressAndPort(destinationEndpoint(channelUri), 'endpoint');
  }

  /** The address of an endpoint or control value, or undefined when its host is not known now. @throws AeronError INVALID_CHANNEL */
  static resolve(
    endpoint: string,
    uriParamName: string,
    isReResolution: boolean,
    nameResolver: NameResolver,
  ): SocketAddress | undefined {
    return tryResolveSocketAddress(endpoint, uriParamName, isReResolution, nameResolver);
  }

  get isManualControlMode(): boolean {
    return this.controlMode === ControlMode.MANUAL;
  }

  get isDynamicControlMode(): boolean {
    return this.controlMode === ControlMode.DYNAMIC;
  }

  get isResponseControlMode(): boolean {
    return this.controlMode === ControlMode.RESPONSE;
  }

  get isMultiDestination(): boolean {
    return this.isDynamicControlMode || this.isManualControlMode;
  }

  /** More than one receiver is to be expected. */
  get hasGroupSemantics(): boolean {
    return this.isMulticast || this.isMultiDestination;
  }

  get hasTag(): boolean {
    return this.tag !== undefined;
  }

  get isChannelReceiveTimestampEnabled(): boolean {
    return isTimestampOffset(this.channelReceiveTimestampOffset);
  }

  get isChannelSendTimestampEnabled(): boolean {
    return isTimestampOffset(this.channelSendTimestampOffset);
  }

  socketRcvbufLengthOrDefault(defaultValue: number): number {
    return this.socketRcvbufLength === 0 ? defaultValue : this.socketRcvbufLength;
  }

  socketSndbufLengthOrDefault(defaultValue: number): number {
    return this.socketSndbufLength === 0 ? defaultValue : this.socketSndbufLength;
  }

  receiverWindowLengthOrDefault(defaultValue: number): number {
    return this.receiverWindowLength === 0 ? defaultValue : this.receiverWindowLength;
  }

  /**
   * Whether `other` means the channel that carries this tag. `localAddress` and `remoteAddress` stand in for
   * those of `other` where its transport knows better (a wildcard port that was given, a resolution that changed).
   *
   * @throws AeronError INVALID_CHANNEL when the tags agree and control mode or addresses do not.
   */
  matchesTag(other: UdpChannel, localAddress?: SocketAddress, remoteAddress?: SocketAddress): boolean {
    if (this.tag === undefined || this.tag !== other.tag) {
      return false;
    }
    const uris = `${this.originalUriString} <> ${other.originalUriString}`;
    if (this.controlMode !== ControlMode.NONE && this.controlMode !== other.controlMode) {
      throw invalid(`matching tag=${this.tag} has mismatched control-mode: ${uris}`);
    }
    const isSameAddress =
      this.remoteData.equals(remoteAddress ?? other.remoteData) &&
      this.localData.equals(localAddress ?? other.localData);
    if (!isSameAddress && !this.isWildcard) {
      throw invalid(`matching tag=${this.tag} has mismatched endpoint or control: ${uris}`);
    }
    return true;
  }

  description(): string {
    return `localData: ${this.localData}, remoteData: ${this.remoteData}, ttl: ${this.multicastTtl}`;
  }

  toString(): string {
    return this.canonicalForm;
  }

  private get isWildcard(): boolean {
    return isUnspecified(this.remoteData) && isUnspecified(this.localData);
  }
}

/** 'none' for a mode that is not known, as upstream has it. */
function parseControlMode(channelUri: ChannelUri): ControlMode {
  switch (channelUri.get('control-mode')) {
    case 'dynamic':
      return ControlMode.DYNAMIC;
    case 'manual':
      return ControlMode.MANUAL;
    case 'response':
      return ControlMode.RESPONSE;
    default:
      return ControlMode.NONE;
  }
}

/** A length in bytes with an optional k, m or g; 0 when the parameter is not there. @throws AeronError INVALID_CHANNEL */
function parseBufferLength(channelUri: ChannelUri, paramName: string): number {
  const value = channelUri.get(paramName);
  if (value === undefined) {
    return 0;
  }
  const length = parseParameter(paramName, value, parseSize);
  if (length < 0 || length > INT32_MAX) {
    throw invalid(`Invalid ${paramName} length: ${value}, it must be 0 to ${INT32_MAX} bytes`);
  }
  return length;
}

/** A duration ('10ms', '5s') in nanoseconds. @throws AeronError INVALID_CHANNEL */
function parseOptionalDurationNs(channelUri: ChannelUri, paramName: string): number | undefined {
  const value = channelUri.get(paramName);
  return value === undefined ? undefined : parseParameter(paramName, value, parseDuration);
}

function resolveAddresses(
  channelUri: ChannelUri,
  channel: string,
  { network, nameResolver }: UdpChannelEnvironment,
  isDestination: boolean,
): Addresses {
  const endpointValue = channelUri.get('endpoint');
  const controlValue = channelUri.get('control');
  const endpoint =
    endpointValue === undefined ? undefined : resolveSocketAddress(endpointValue, 'endpoint', nameResolver);
  const control = controlValue === undefined ? undefined : resolveSocketAddress(controlValue, 'control', nameResolver);
  validateDistinguishable(channelUri, channel);

  const remote = endpoint ?? anyAddress(control?.family ?? 4);
  if (remote.isMulticast) {
    return resolveMulticast(channelUri, remote, network);
  }
  const suffix = isDestination ? '' : canonicalSuffix(channelUri, endpoint, control);
  if (control !== undefined) {
    checkSameFamily('control', control, remote, channel);
    return {
      ...unicast(control, remote),
      localInterface: undefined,
      canonicalForm: `${canonicalise(controlValue, control, endpointValue, remote)}${suffix}`,
    };
  }
  const { address: local } = resolveInterface(channelUri.get('interface'), false, remote.family, network);
  checkSameFamily('interface', local, remote, channel);
  return {
    ...unicast(local, remote),
    localInterface: undefined,
    canonicalForm: `${canonicalise(undefined, local, endpointValue, remote)}${suffix}`,
  };
}

function resolveMulticast(channelUri: ChannelUri, remoteData: SocketAddress, network: Network): Addresses {
  const lastByte = remoteData.bytes.at(-1)!;
  if ((lastByte & 1) === 0) {
    throw invalid(
      `multicast data address must be odd, its even successor is the control address: endpoint=${remoteData}`,
    );
  }
  const controlBytes = Uint8Array.from(remoteData.bytes);
  controlBytes[controlBytes.length - 1] = lastByte + 1;
  const { localInterface, address: local } = resolveInterface(
    channelUri.get('interface'),
    true,
    remoteData.family,
    network,
  );
  checkSameFamily('interface', local, remoteData, channelUri.toString());
  return {
    remoteData,
    remoteControl: SocketAddress.fromBytes(controlBytes, remoteData.port, remoteData.scopeId),
    localData: local,
    localControl: local,
    localInterface,
    canonicalForm: canonicalise(undefined, local, undefined, remoteData),
  };
}

function checkSameFamily(paramName: string, local: SocketAddress, remote: SocketAddress, channel: string): void {
  if (local.family !== remote.family) {
    throw invalid(
      `endpoint and ${paramName} must both be IPv4 or both IPv6, not ${remote.host} and ${local.host}: ${channel}`,
    );
  }
}

function unicast(local: SocketAddress, remote: SocketAddress) {
  return { remoteData: remote, remoteControl: remote, localData: local, localControl: local };
}

/** Sets apart channels whose addresses alone do not tell them from others. */
function canonicalSuffix(
  channelUri: ChannelUri,
  endpoint: SocketAddress | undefined,
  control: SocketAddress | undefined,
): string {
  const isDistinguished = (endpoint ?? control) !== undefined && endpoint?.port !== 0 && control?.port !== 0;
  if (isDistinguished) {
    return '';
  }
  const tag = channelUri.channelTag();
  return tag === undefined ? `-${nextUniqueCanonicalFormValue++}` : `#${tag}`;
}

/** Parameter values as given where there are some: a name may resolve to another address later. */
function canonicalise(
  localValue: string | undefined,
  local: SocketAddress,
  remoteValue: string | undefined,
  remote: SocketAddress,
): string {
  return `UDP-${localValue ?? `${local.host}:${local.port}`}-${remoteValue ?? `${remote.host}:${remote.port}`}`;
}

function validateMedia(channelUri: ChannelUri, channel: string): void {
  if (!channelUri.isUdp) {
    throw invalid(`UdpChannel only supports UDP media: ${channel}`);
  }
}

function validateDistinguishable(channelUri: ChannelUri, channel: string): void {
  const controlMode = parseControlMode(channelUri);
  const hasControl = channelUri.get('control') !== undefined;
  if (controlMode === ControlMode.DYNAMIC && !hasControl) {
    throw invalid(`explicit control expected with dynamic control mode: ${channel}`);
  }
  const isKnown = hasControl || channelUri.get('endpoint') !== undefined || channelUri.channelTag() !== undefined;
  if (!isKnown && controlMode !== ControlMode.MANUAL && controlMode !== ControlMode.RESPONSE) {
    throw invalid(`URIs for UDP must specify an endpoint, control, tags, or control-mode=manual/response: ${channel}`);
  }
}

function destinationEndpoint(channelUri: ChannelUri): string {
  validateMedia(channelUri, channelUri.toString());
  const endpoint = channelUri.get('endpoint');
  if (endpoint === undefined) {
    throw invalid(`a destination must specify an endpoint: ${channelUri}`);
  }
  return endpoint;
}

function parseTtl(channelUri: ChannelUri): number {
  const value = channelUri.get('ttl');
  if (value === undefined) {
    return 0;
  }
  const ttl = Number(value);
  if (!/^\d+$/.test(value) || ttl > TTL_MAX) {
    throw invalid(`ttl must be an integer of 0 to ${TTL_MAX}: ttl=${value}`);
  }
  return ttl;
}

function parseTag(channelUri: ChannelUri): number | undefined {
  const value = channelUri.channelTag();
  if (value === undefined) {
    return undefined;
  }
  const tag = Number(value);
  if (!/^-?\d+$/.test(value) || !Number.isSafeInteger(tag)) {
    throw invalid(`a tag must be an integer within +-2^53: tags=${value}`);
  }
  return tag;
}

function parseGroupTag(channelUri: ChannelUri): bigint | undefined {
  const value = channelUri.get('gtag');
  if (value === undefined) {
    return undefined;
  }
  const tag = /^[-+]?\d+$/.test(value) ? BigInt(value) : undefined;
  if (tag === undefined || BigInt.asIntN(64, tag) !== tag) {
    throw invalid(`'gtag' does not contain a valid long value: gtag=${value}`);
  }
  return tag;
}

function parseTimestampOffset(channelUri: ChannelUri, paramName: string): number {
  const value = channelUri.get(paramName);
  if (value === undefined) {
    return NULL_VALUE;
  }
  if (value === 'reserved') {
    return RESERVED_VALUE_MESSAGE_OFFSET;
  }
  const offset = Number(value);
  if (!/^-?\d+$/.test(value) || (offset | 0) !== offset) {
    throw invalid(`timestamp offset must be a valid integer or the 'reserved' keyword: ${paramName}=${value}`);
  }
  return offset;
}

function parseParameter(paramName: string, value: string, parse: (text: string) => number): number {
  try {
    return parse(value);
  } catch (cause) {
    throw new AeronError('INVALID_CHANNEL', `${paramName}=${value}: ${(cause as Error).message}`, { cause });
  }
}

function isTimestampOffset(offset: number): boolean {
  return offset === RESERVED_VALUE_MESSAGE_OFFSET || offset >= 0;
}

function isUnspecified(address: SocketAddress): boolean {
  return address.isAny && address.port === 0;
}

function invalid(message: string): AeronError {
  return new AeronError('INVALID_CHANNEL', message);
}
