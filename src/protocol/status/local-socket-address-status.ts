import { type AtomicBuffer, type AtomicCounter, CountersDescriptor, type CountersReader } from '../../agrona/mod.ts';
import { DRIVER_LOCAL_SOCKET_ADDRESS_STATUS_TYPE_ID } from './aeron-counters.ts';
import { ACTIVE } from './channel-endpoint-status.ts';

/*
 * Key of the counter of one socket that a channel is bound to; its value is a `ChannelEndpointStatus`. The
 * address is 'host:port', written once the socket is bound.
 *
 *      0        1        2        3        4        5        6        7        8
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    0 |  counter id of channel's status   |          address length           |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    8 |  address ...
 *      +--------+--
 *
 * The label is 'name: status-counter-id address'. Upstream: `io.aeron.status.LocalSocketAddressStatus`.
 */
export const CHANNEL_STATUS_ID_OFFSET = 0;
export const ADDRESS_LENGTH_OFFSET = 4;
export const ADDRESS_OFFSET = 8;

const MAX_ADDRESS_LENGTH = CountersDescriptor.MAX_KEY_LENGTH - ADDRESS_OFFSET;

/** By the driver, when the socket is bound: puts the address into the counter's key and label. */
export function updateBindAddress(
  counter: AtomicCounter,
  bindAddressAndPort: string,
  countersMetaDataBuffer: AtomicBuffer,
): void {
  const key = CountersDescriptor.metaDataOffset(counter.id) + CountersDescriptor.KEY_OFFSET;
  const address = bindAddressAndPort.slice(0, MAX_ADDRESS_LENGTH);
  const length = countersMetaDataBuffer.putStringWithoutLength(key + ADDRESS_OFFSET, address);
  countersMetaDataBuffer.putInt32(key + ADDRESS_LENGTH_OFFSET, length);
  counter.appendToLabel(address);
}

/** Addresses of the active sockets of a channel; none unless the channel is active itself. */
export function findAddresses(counters: CountersReader, channelStatus: number, channelStatusId: number): string[] {
  const addresses: string[] = [];
  if (channelStatus !== ACTIVE) {
    return addresses;
  }
  counters.findAllocated((counterId) => {
    const address = addressOf(counters, counterId, channelStatusId);
    if (address !== undefined) {
      addresses.push(address);
    }
    return false;
  });
  return addresses;
}

/** The first of `findAddresses`. */
export function findAddress(
  counters: CountersReader,
  channelStatus: number,
  channelStatusId: number,
): string | undefined {
  return findAddresses(counters, channelStatus, channelStatusId)[0];
}

function addressOf(counters: CountersReader, counterId: number, channelStatusId: number): string | undefined {
  if (counters.getCounterTypeId(counterId) !== DRIVER_LOCAL_SOCKET_ADDRESS_STATUS_TYPE_ID) {
    return undefined;
  }
  const key = counters.keyBuffer(counterId);
  const length = key.getInt32(ADDRESS_LENGTH_OFFSET);
  const isOfChannel = key.getInt32(CHANNEL_STATUS_ID_OFFSET) === channelStatusId;
  const isBound = counters.getCounterValue(counterId) === ACTIVE && length > 0 && length <= MAX_ADDRESS_LENGTH;
  return isOfChannel && isBound ? key.getStringWithoutLength(ADDRESS_OFFSET, length) : undefined;
}
