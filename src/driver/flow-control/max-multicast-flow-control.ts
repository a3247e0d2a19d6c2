import { UnicastFlowControl } from './unicast-flow-control.ts';

/**
 * The fastest receiver of the group says how far to go: nobody slows the stream down, and who cannot keep up
 * loses. To each single status message that is the same as with one receiver.
 *
 * Upstream: `io.aeron.driver.MaxMulticastFlowControl`.
 */
export class MaxMulticastFlowControl extends UnicastFlowControl {}
