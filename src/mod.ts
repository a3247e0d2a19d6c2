/**
 * # aeron-ts
 *
 * Aeron - messaging, archive and Raft cluster - native to TypeScript and Node.js.
 *
 *     import { Aeron, MediaDriver } from 'aeron-ts';
 *
 *     await using driver = await MediaDriver.launch();
 *     await using aeron = await Aeron.connect({ aeronDirectoryName: driver.aeronDirectoryName });
 *
 * This entry has what an ordinary program needs: clients, the components to launch, and what services are made of.
 * Each room of the house has an entry of its own as well: 'aeron-ts/client', 'aeron-ts/driver', ...
 */
export { AeronError, AtomicBuffer, type ErrorHandler, rethrowingErrorHandler } from './agrona/mod.ts';
export * from './archive/client/mod.ts';
export * from './client/mod.ts';
export {
  AeronCluster,
  ClusterClient,
  type ClusterMessage,
  type EgressListener,
} from './cluster/client/mod.ts';
export {
  type ClientSession,
  CloseReason,
  type Cluster,
  type ClusteredService,
  ClusterRole,
} from './cluster/service/mod.ts';
export {
  Archive,
  ArchivingMediaDriver,
  ClusteredMediaDriver,
  ClusteredServiceContainer,
  ClusterNode,
  ConsensusModule,
  MediaDriver,
} from './launch/mod.ts';
export { ChannelUri, ChannelUriStringBuilder } from './protocol/mod.ts';
