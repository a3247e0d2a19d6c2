import { AeronError } from '../agrona/mod.ts';
import { ChannelParameters, type ChannelUri } from '../protocol/mod.ts';
import { ControlMode, type UdpChannel } from './media/udp-channel.ts';

/*
 * What a channel must not say for what it is used for. All throw INVALID_CHANNEL.
 */

/** A destination shares the sockets, windows and datagrams of what it is added to. */
const INVALID_DESTINATION_KEYS = [
  ChannelParameters.MTU_LENGTH_PARAM_NAME,
  ChannelParameters.RECEIVER_WINDOW_LENGTH_PARAM_NAME,
  ChannelParameters.SOCKET_RCVBUF_PARAM_NAME,
  ChannelParameters.SOCKET_SNDBUF_PARAM_NAME,
  ChannelParameters.RESPONSE_CORRELATION_ID_PARAM_NAME,
];

/** Channels that share a socket cannot ask for different buffers. */
export function checkSameBufferLengths(udpChannel: UdpChannel, endpoint: SocketOfChannels): void {
  checkSameLength('so-rcvbuf', udpChannel.socketRcvbufLength, endpoint.socketRcvbufLength, udpChannel, endpoint);
  checkSameLength('so-sndbuf', udpChannel.socketSndbufLength, endpoint.socketSndbufLength, udpChannel, endpoint);
}

interface SocketOfChannels {
  readonly originalUriString: string;
  readonly socketRcvbufLength: number;
  readonly socketSndbufLength: number;
}

function checkSameLength(
  paramName: string,
  newLength: number,
  existingLength: number,
  udpChannel: UdpChannel,
  { originalUriString }: SocketOfChannels,
): void {
  if (newLength !== 0 && newLength !== existingLength) {
    const existing = existingLength === 0 ? 'OS default' : existingLength;
    throw invalid(
      `${paramName}=${newLength} does not match existing value of ${existing}: existingChannel=${originalUriString}`,
      udpChannel.originalUriString,
    );
  }
}

export function checkPublicationChannel(udpChannel: UdpChannel): void {
  const channel = udpChannel.originalUriString;
  if (!udpChannel.isMultiDestination && udpChannel.hasExplicitEndpoint && udpChannel.remoteData.port === 0) {
    throw invalid('endpoint has port=0 for publication:', channel);
  }
  if (udpChannel.hasExplicitControl && !udpChannel.hasExplicitEndpoint && udpChannel.controlMode === ControlMode.NONE) {
    throw invalid("'control' parameter requires that either 'endpoint' or 'control-mode' is specified,", channel);
  }
}

export function checkSubscriptionChannel(udpChannel: UdpChannel): void {
  const channel = udpChannel.originalUriString;
  if (udpChannel.hasExplicitControl && udpChannel.localControl.port === 0) {
    throw invalid('control has port=0 for subscription:', channel);
  }
  if (udpChannel.channelUri.containsKey(ChannelParameters.MEDIA_RCV_TIMESTAMP_OFFSET_PARAM_NAME)) {
    throw invalid("Media timestamps 'media-rcv-ts-offset' are not supported:", channel);
  }
}

export function checkDestination(uri: ChannelUri, channel: string): void {
  if (uri.isSpy) {
    throw invalid('Aeron spies are invalid as send destinations:', channel);
  }
  for (const key of INVALID_DESTINATION_KEYS) {
    if (uri.containsKey(key)) {
      throw invalid(`destinations must not contain the key: ${key}`, channel);
    }
  }
  if (uri.hasControlModeResponse) {
    throw invalid('destinations may not specify control-mode=response:', channel);
  }
}

export function checkSendDestination(uri: ChannelUri, channel: string): void {
  checkDestination(uri, channel);
  if (uri.get(ChannelParameters.ENDPOINT_PARAM_NAME)?.endsWith(':0')) {
    throw invalid('endpoint has port=0 for send destination:', channel);
  }
}

function invalid(message: string, channel: string): AeronError {
  return new AeronError('INVALID_CHANNEL', `${message} channel=${channel}`);
}
