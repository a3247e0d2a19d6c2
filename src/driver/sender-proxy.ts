import type { Sender } from './sender.ts';

/**
 * The sender as the conductor commands it. In one thread it is the sender itself; across threads it would be
 * an object that queues the calls for the sender's duty cycle.
 *
 * Upstream: `io.aeron.driver.SenderProxy`.
 */
export type SenderProxy = Pick<
  Sender,
  | 'onRegisterSendChannelEndpoint'
  | 'onCloseSendChannelEndpoint'
  | 'onNewNetworkPublication'
  | 'onRemoveNetworkPublication'
  | 'onAddDestination'
  | 'onRemoveDestination'
  | 'onRemoveDestinationById'
  | 'onResolutionChange'
>;
