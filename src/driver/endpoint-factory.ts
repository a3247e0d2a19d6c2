import type { DataPacketDispatcher } from './data-packet-dispatcher.ts';
import { DebugReceiveChannelEndpoint } from './debug/debug-receive-channel-endpoint.ts';
import { DebugSendChannelEndpoint } from './debug/debug-send-channel-endpoint.ts';
import { createLossGenerator } from './debug/loss-configuration.ts';
import type { DriverContext } from './driver-context.ts';
import { ReceiveChannelEndpoint, type ReceiveChannelEndpointCounters } from './media/receive-channel-endpoint.ts';
import { SendChannelEndpoint, type SendChannelEndpointCounters } from './media/send-channel-endpoint.ts';
import type { UdpChannel } from './media/udp-channel.ts';

/** An endpoint, or one that loses frames on purpose when the driver's options say so. @throws AeronError CONFIGURATION */
export function newSendChannelEndpoint(
  udpChannel: UdpChannel,
  ctx: DriverContext,
  counters: SendChannelEndpointCounters,
): SendChannelEndpoint {
  const { random } = ctx.platform;
  const data = createLossGenerator(
    {
      rate: ctx.sendDataLossRate,
      seed: ctx.sendDataLossSeed,
      fixedLossArgs: ctx.sendDataFixedLossArgs,
      multiGapLossArgs: ctx.sendDataMultiGapLossArgs,
    },
    random,
  );
  const control = createLossGenerator({ rate: ctx.sendControlLossRate, seed: ctx.sendControlLossSeed }, random);
  return data === undefined && control === undefined
    ? new SendChannelEndpoint(udpChannel, counters, ctx)
    : new DebugSendChannelEndpoint(udpChannel, counters, ctx, { data, control });
}

/** An endpoint, or one that loses frames on purpose when the driver's options say so. @throws AeronError CONFIGURATION */
export function newReceiveChannelEndpoint(
  udpChannel: UdpChannel,
  dispatcher: DataPacketDispatcher,
  ctx: DriverContext,
  counters: ReceiveChannelEndpointCounters,
): ReceiveChannelEndpoint {
  const { random } = ctx.platform;
  const data = createLossGenerator(
    {
      rate: ctx.receiveDataLossRate,
      seed: ctx.receiveDataLossSeed,
      fixedLossArgs: ctx.receiveDataFixedLossArgs,
      multiGapLossArgs: ctx.receiveDataMultiGapLossArgs,
    },
    random,
  );
  const control = createLossGenerator({ rate: ctx.receiveControlLossRate, seed: ctx.receiveControlLossSeed }, random);
  return data === undefined && control === undefined
    ? new ReceiveChannelEndpoint(udpChannel, dispatcher, counters, ctx)
    : new DebugReceiveChannelEndpoint(udpChannel, dispatcher, counters, ctx, { data, control });
}
