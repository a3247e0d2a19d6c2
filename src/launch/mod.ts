/**
 * # launch
 *
 * Where components meet and get threads. The rooms below know neither each other nor Node; this one puts them
 * into a process:
 *
 *     MediaDriver.launch(options)            a driver in a worker thread of its own (SHARED), or in yours (INVOKER)
 *     Archive.launch(options)                an archive likewise
 *     ArchivingMediaDriver.launch(d, a)      both in one loop, in one worker thread or in yours
 *
 *     your thread ── options ──▶ worker: the component's agents, idle strategy
 *                 ◀─ ready, warnings, termination requests ─
 *                 ── a word of shared memory: stop ─▶
 *
 * Importing it makes the native platform the default one.
 */
import { setDefaultPlatform } from '../platform/mod.ts';
import { nativePlatform } from '../platform/native/mod.ts';

export { Archive } from './archive.ts';
export { ArchivingMediaDriver } from './archiving-media-driver.ts';
export { ClusteredServiceContainer } from './clustered-service-container.ts';
export { ConsensusModule } from './consensus-module.ts';
export type { LaunchHooks } from './launch-hooks.ts';
export { MediaDriver } from './media-driver.ts';
export type { ServiceModule } from './service-module.ts';

setDefaultPlatform(nativePlatform());
