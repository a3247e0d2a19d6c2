import type { ManyToOneRingBuffer } from '../agrona/mod.ts';
import type { ClientProxy } from './client-proxy.ts';
import type { DriverConductorProxy } from './driver-conductor-proxy.ts';
import type { DriverContext } from './driver-context.ts';
import type { LogFactory } from './log-factory.ts';
import type { ReceiverProxy } from './receiver-proxy.ts';
import type { SenderProxy } from './sender-proxy.ts';

/** What only the conductor and its parts need of a driver. */
export interface ConductorContext extends DriverContext {
  readonly toDriverCommands: ManyToOneRingBuffer;
  readonly clientProxy: ClientProxy;
  readonly logFactory: LogFactory;
  readonly senderProxy: SenderProxy;
  readonly receiverProxy: ReceiverProxy;
  readonly driverConductorProxy: DriverConductorProxy;
}
