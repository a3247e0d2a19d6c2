import type { Receiver } from './receiver.ts';

/**
 * The receiver as the conductor commands it. In one thread it is the receiver itself; across threads it would
 * be an object that queues the calls for the receiver's duty cycle.
 *
 * Upstream: `io.aeron.driver.ReceiverProxy`.
 */
export type ReceiverProxy = Pick<
  Receiver,
  | 'addPendingSetupMessage'
  | 'onAddSubscription'
  | 'onRemoveSubscription'
  | 'onRequestSetup'
  | 'onNewPublicationImage'
  | 'onRegisterReceiveChannelEndpoint'
  | 'onCloseReceiveChannelEndpoint'
  | 'onRemoveCoolDown'
  | 'onRemoveInitInProgress'
  | 'onAddDestination'
  | 'onRemoveDestination'
  | 'onResolutionChange'
  | 'onRejectImage'
>;
