import { AeronError } from '../../agrona/mod.ts';
import {
  type FlowControl,
  type FlowControlParams,
  type FlowControlSupplier,
  parseFlowControl,
} from './flow-control.ts';
import { MaxMulticastFlowControl } from './max-multicast-flow-control.ts';
import { MinMulticastFlowControl } from './min-multicast-flow-control.ts';
import { TaggedMulticastFlowControl } from './tagged-multicast-flow-control.ts';
import { UnicastFlowControl } from './unicast-flow-control.ts';

/** The strategies for a group of receivers, as `fc=` and the driver's option name them. */
const MULTICAST_STRATEGIES = ['max', 'min', 'tagged'] as const;
export type MulticastStrategy = (typeof MULTICAST_STRATEGIES)[number];

/** For a channel with one receiver, where there is nothing to choose. @throws AeronError INVALID_CHANNEL */
export function defaultUnicastFlowControlSupplier(params: FlowControlParams): FlowControl {
  const { strategy } = parseFlowControl(params.udpChannel);
  if (strategy !== undefined) {
    throw unsupported('unicast', params);
  }
  return new UnicastFlowControl(params.defaults.unicastFlowControlRetransmitReceiverWindowMultiple);
}

/** For multicast and multi-destination channels: as `fc=` says, or else as the driver's default does. */
export function multicastFlowControlSupplier(defaultStrategy: MulticastStrategy): FlowControlSupplier {
  return (params) => {
    const parameters = parseFlowControl(params.udpChannel);
    switch (parameters.strategy ?? defaultStrategy) {
      case 'max':
        return new MaxMulticastFlowControl(
          parameters.retransmitReceiverWindowMultiple ??
            params.defaults.multicastFlowControlRetransmitReceiverWindowMultiple,
        );
      case 'min':
        return new MinMulticastFlowControl(params, parameters);
      case 'tagged':
        return new TaggedMulticastFlowControl(params, parameters);
      default:
        throw unsupported('multicast', params);
    }
  };
}

function unsupported(kind: string, { udpChannel }: FlowControlParams): AeronError {
  const value = udpChannel.channelUri.get('fc');
  const known = kind === 'multicast' ? `; there are ${MULTICAST_STRATEGIES.join(', ')}` : '';
  return new AeronError('INVALID_CHANNEL', `unsupported ${kind} flow control strategy: fc=${value}${known}`);
}
