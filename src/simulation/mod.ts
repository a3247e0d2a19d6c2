/**
 * # simulation
 *
 * Whole stacks - media drivers, clients, your own programs - in one thread under virtual time, over a network
 * and disks that fail as a seed says. It runs in Node and in a browser tab; a run with one seed is the same run
 * every time, and hours of time-outs pass in moments.
 *
 * ## Your own code under faults
 *
 * Give a program the `platform` of a simulated process instead of the native one. Nothing else in it changes:
 *
 *     import { SimulatedMediaDriver, SimulatedWorld } from 'aeron-ts/simulation';
 *
 *     const world = new SimulatedWorld({ seed: 42, links: { latencyNs: 200_000, loss: 0.05 } });
 *     const a = SimulatedMediaDriver.launch(world.host('a', { addresses: ['10.0.0.1'] }));
 *     const b = SimulatedMediaDriver.launch(world.host('b', { addresses: ['10.0.0.2'] }));
 *
 *     const orders = startOrders(a.host.process('orders').platform);    // your code: Aeron.connect({ platform }), ...
 *     const books = startBooks(b.host.process('books').platform);
 *     world.after(2e9, () => world.partition(['a'], ['b']));            // two seconds in, the network breaks
 *     world.after(5e9, () => world.heal());
 *     assert(await world.settleUntil(() => books.hasAll(orders), 60e9)); // within a minute of theirs, a moment of yours
 *
 * Programs that `await` are driven by `world.settleUntil`; agents with a duty cycle by `process.run(dutyCycle)`
 * and the synchronous `world.runUntil`. `driver.kill()`, `process.kill()` and `process.pause()` are the crashes,
 * and `driver.counters` and `driver.errors()` tell what happened. A failing seed is kept as a test.
 * `platform/simulated` explains time, network and disks in full.
 *
 * A clustered service is tested in a whole cluster: `SimulatedCluster.launch(world, { newService })` starts three
 * members with it, whose leader may be killed, cut off or crash while clients go on.
 *
 * ## What the project shows with it
 *
 *     npm run simulate -- --suite transport --seeds 200
 *     npm run simulate -- --suite transport --seed 17      the story of one seed
 *
 * A suite draws a scenario from each seed, plays it, and holds it to what must always be true:
 *
 *     Suite.run(seed) -> SeedOutcome { scenario in words, story, traceHash, failure }
 *
 *   - `transport`: up to four hosts with a driver each; streams over IPC, unicast, multicast, multi-destination
 *     both ways, spies; publishers exclusive and shared; loss, repetition, reordering, partitions, pauses,
 *     kills and restarts of clients and drivers. What was sent arrives whole, in order and once; no sender goes
 *     beyond its limit and no publisher beyond its windows; once the faults have stopped all of it arrives; and
 *     when everybody has left, nothing is left: no file, counter, socket or mapping.
 *   - `cluster`: three or five members and their clients; members are killed, crash with what was not on disk, stand
 *     still and are cut off, and snapshots are taken meanwhile. A term has one leader; logs are equal as far as they
 *     are committed, and services in the same state at the same position; timers and messages of services come once;
 *     what was answered is in the log, once; a quorum that can talk answers; what clients saw is linearizable.
 *   - `archive`: an archive and a client on one machine or two; while streams are recorded, the archive is killed in the
 *     middle of its code, its machine loses power, its disk is full or fails. What it acknowledged is there; replays
 *     are what was sent; the catalog has every recording, each with its end; a client is told why a recording ended.
 */
export {
  type CrashOptions,
  type DiskFaults,
  type DiskOptions,
  type HostOptions,
  type Link,
  type LinkFaults,
  type NetworkCounts,
  type SimulatedDisk,
  type SimulatedHost,
  type SimulatedProcess,
  SimulatedWorld,
  type TraceEvent,
  type WorldOptions,
} from '../platform/simulated/mod.ts';
export { SimulatedArchive } from './simulated-archive.ts';
export { SimulatedCluster, type SimulatedClusterOptions } from './simulated-cluster.ts';
export { SimulatedMediaDriver } from './simulated-media-driver.ts';
export { SimulatedMember } from './simulated-member.ts';
export { formatStoryLine, type StoryLine } from './story.ts';
export { InvariantError, type SeedOutcome, type Suite, type SuiteOptions } from './suite.ts';
export { findSuite, SUITES } from './suites.ts';
