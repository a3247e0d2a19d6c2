/**
 * # launch
 *
 * Where components meet and get threads. The rooms below know neither each other nor Node; this one puts them
 * into a process:
 *
 *     MediaDriver, Archive, ConsensusModule,           each in a worker thread of its own (SHARED),
 *     ClusteredServiceContainer                        driver and archive also in yours (INVOKER)
 *     ArchivingMediaDriver, ClusteredMediaDriver,      several of them in one loop, in one worker thread
 *     ClusterNode
 *
 *     your thread ── options ──▶ worker: [ driver ▸ archive ▸ consensus module ▸ services ] ── idle strategy
 *                 ◀─ ready, warnings, errors ─
 *                 ── a word of shared memory: stop ─▶
 *
 * A service crosses into the thread as the URL of its module. One that is an object keeps the loop on the event loop
 * of the launching thread; so does `inThisThread`, for options that cannot cross.
 *
 * Importing it makes the native platform the default one.
 */
import { setDefaultPlatform } from '../platform/mod.ts';
import { nativePlatform } from '../platform/native/mod.ts';

export { Archive } from './archive.ts';
export { ArchivingMediaDriver } from './archiving-media-driver.ts';
export { ClusterNode, type ClusterNodeOptions } from './cluster-node.ts';
export { ClusteredMediaDriver } from './clustered-media-driver.ts';
export { ClusteredServiceContainer } from './clustered-service-container.ts';
export { ConsensusModule } from './consensus-module.ts';
export type { LaunchSettings } from './launch-settings.ts';
export { LaunchedNode } from './launched-node.ts';
export { MediaDriver } from './media-driver.ts';
export type { ServiceModule } from './service-module.ts';

setDefaultPlatform(nativePlatform());
