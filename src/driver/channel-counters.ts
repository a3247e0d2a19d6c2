import { type AtomicBuffer, type AtomicCounter, CountersDescriptor, type CountersManager } from '../agrona/mod.ts';
import { AeronCounters, ChannelEndpointStatus, LocalSocketAddressStatus } from '../protocol/mod.ts';
import { toAscii } from './stream-counters.ts';

/** Its value is a `ChannelEndpointStatus`. @throws AeronError COUNTERS_EXHAUSTED */
export function allocateSendChannelStatus(
  counters: CountersManager,
  registrationId: number,
  channel: string,
): AtomicCounter {
  return allocateChannelCounter(
    counters,
    AeronCounters.DRIVER_SEND_CHANNEL_STATUS_TYPE_ID,
    'snd-channel',
    registrationId,
    channel,
  );
}

/** Its value is a `ChannelEndpointStatus`. @throws AeronError COUNTERS_EXHAUSTED */
export function allocateReceiveChannelStatus(
  counters: CountersManager,
  registrationId: number,
  channel: string,
): AtomicCounter {
  return allocateChannelCounter(
    counters,
    AeronCounters.DRIVER_RECEIVE_CHANNEL_STATUS_TYPE_ID,
    'rcv-channel',
    registrationId,
    channel,
  );
}

/** How many destinations a multi-destination-cast publication has. @throws AeronError COUNTERS_EXHAUSTED */
export function allocateMdcDestinations(
  counters: CountersManager,
  registrationId: number,
  channel: string,
): AtomicCounter {
  return allocateChannelCounter(
    counters,
    AeronCounters.MDC_DESTINATIONS_COUNTER_TYPE_ID,
    'mdc-num-dest',
    registrationId,
    channel,
  );
}

/** Its value is the `ChannelEndpointStatus` of the socket. @throws AeronError COUNTERS_EXHAUSTED */
export function allocateSendLocalSocketAddress(
  counters: CountersManager,
  registrationId: number,
  channelStatusId: number,
): AtomicCounter {
  return allocateLocalSocketAddress(counters, 'snd-local-sockaddr', registrationId, channelStatusId);
}

/** Its value is the `ChannelEndpointStatus` of the socket. @throws AeronError COUNTERS_EXHAUSTED */
export function allocateReceiveLocalSocketAddress(
  counters: CountersManager,
  registrationId: number,
  channelStatusId: number,
): AtomicCounter {
  return allocateLocalSocketAddress(counters, 'rcv-local-sockaddr', registrationId, channelStatusId);
}

/** Its value is the epoch time in milliseconds at which the client was last alive. @throws AeronError COUNTERS_EXHAUSTED */
export function allocateClientHeartbeat(counters: CountersManager, clientId: number): AtomicCounter {
  const counter = counters.newCounter(
    `client-heartbeat: id=${clientId}`,
    AeronCounters.DRIVER_HEARTBEAT_TYPE_ID,
    (key) => key.putInt64(0, clientId),
  );
  counters.setCounterRegistrationId(counter.id, clientId);
  counters.setCounterOwnerId(counter.id, clientId);
  return counter;
}

function allocateChannelCounter(
  counters: CountersManager,
  typeId: number,
  name: string,
  registrationId: number,
  channel: string,
): AtomicCounter {
  const ascii = toAscii(channel);
  const label = `${name}: ${ascii}`.slice(0, CountersDescriptor.MAX_LABEL_LENGTH);
  const counter = counters.newCounter(
    label.length < CountersDescriptor.MAX_LABEL_LENGTH ? `${label} ` : label,
    typeId,
    (key: AtomicBuffer) => {
      key.putString(ChannelEndpointStatus.CHANNEL_OFFSET, ascii.slice(0, ChannelEndpointStatus.MAX_CHANNEL_LENGTH));
    },
  );
  counters.setCounterRegistrationId(counter.id, registrationId);
  return counter;
}

function allocateLocalSocketAddress(
  counters: CountersManager,
  name: string,
  registrationId: number,
  channelStatusId: number,
): AtomicCounter {
  const counter = counters.newCounter(
    `${name}: ${channelStatusId} `,
    AeronCounters.DRIVER_LOCAL_SOCKET_ADDRESS_STATUS_TYPE_ID,
    (key: AtomicBuffer) => {
      key.putInt32(LocalSocketAddressStatus.CHANNEL_STATUS_ID_OFFSET, channelStatusId);
    },
  );
  counters.setCounterRegistrationId(counter.id, registrationId);
  return counter;
}
