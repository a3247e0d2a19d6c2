/**
 * # platform/simulated
 *
 * A world in one thread: hosts with clocks, disks and an IP stack, links between them, and processes whose
 * `platform` is an ordinary `Platform`. Time is virtual, chance comes from one seed, and nothing asks the real
 * machine for anything: a run with one seed is the same run every time, in Node and in a browser tab.
 * `world.traceHash` proves it.
 *
 *     SimulatedWorld  now, step, run, runUntil, after, traceHash
 *       |-- link(a, b)             one direction: latency, jitter, loss, duplicate, reorder, bandwidth, isDown
 *       '-- host(name)             addresses, clock drift and offset, crash()
 *             |-- disk(path)       '/' durable, '/dev/shm' in memory: capacity, EIO, slow sync
 *             '-- process(name)    platform, run(dutyCycle), kill(), killAfter(n), pause(), resume()
 *
 * Several agents under it, with a link that gets bad and a process that is killed and comes back:
 *
 *     const world = new SimulatedWorld({ seed: 42, links: { latencyNs: 100_000 } });
 *     const a = world.host('a', { addresses: ['10.0.0.1'] });
 *     const b = world.host('b', { addresses: ['10.0.0.2'], clockDriftPpm: 50 });
 *     const start = (host: SimulatedHost, agent: (platform: Platform) => Agent) => {
 *       const driver = host.process('driver', { variables: { AERON_DIR: '/dev/shm/aeron' } });
 *       const invoker = new AgentInvoker(errorHandler, undefined, agent(driver.platform));
 *       invoker.start();
 *       driver.run(() => invoker.invoke());
 *       return driver;
 *     };
 *     const sender = start(a, (platform) => new SendingAgent(platform));
 *     start(b, (platform) => new ReceivingAgent(platform));
 *     world.after(5e9, () => world.setLinks({ loss: 0.1, reorder: 0.05 }));
 *     world.after(7e9, () => sender.kill());
 *     world.after(8e9, () => start(a, (platform) => new SendingAgent(platform)));
 *     world.runUntil(() => isDone(), 60e9);
 *
 * ## Whose turn it is
 *
 * Nobody blocks in a simulation. A step of the world is a round and the time it takes. In the round every duty
 * cycle that was given to `run` is invoked once, in an order drawn from the seed. Then time moves on: by
 * `cycleNs` when anybody did any work, else to the next event, at most `idleNs` ahead, so that agents with
 * deadlines of their own are not overslept by more. On the way datagrams arrive and scheduled calls are made.
 *
 * `park` and `SocketPoller.wait` let the rest of the world run in the middle of the caller's code, until the
 * time has passed or a datagram is there, wherever they are called from:
 *
 *   - in plain code (a test, a program's start-up): duty cycles are invoked and time passes, so that code
 *     written as if it blocked just works;
 *   - in a duty cycle or a scheduled call: the same, but what is on the call stack is not entered again. A
 *     service that idles in the middle of a message lets the whole world but itself go on.
 *
 * `park(0)` is one such round. `wait` with a readable socket, or with no time, returns at once and lets nothing
 * run. A loop that waits for the clock without either would never end, and is ended by SIMULATION_STUCK.
 * A wait inside of a wait ends first: whatever is deeper on the stack can make the outer one longer.
 *
 * Scheduled calls of a process are made one at a time, and not while code of its event loop waits in `park`:
 * they come later, as on a real event loop. Promises need the real one to take turns: `settleUntil` gives it
 * some between the steps.
 *
 * An error that comes out of a duty cycle or a scheduled call ends its process, as it would a real one, and is
 * thrown by the step of the world, where a test sees it.
 *
 * ## The network
 *
 * Every address reaches every other one; multicast stays on its segment, which is the interfaces that share a
 * subnet. A link without faults keeps the order and loses nothing; what does not fit the receive buffer of a
 * socket is lost and counted. Host names are known everywhere. A host's loopback is `link(a, a)`: without
 * latency, and without faults until it is given some.
 *
 * ## Disks
 *
 * Everything written is at once visible to all processes of the host and survives `kill`. What survives
 * `crash` is what was synced: content and length by `sync` of the file or of its mapping, names by
 * `syncDirectory`. The rest is lost, kept or torn, by the seed, in sectors of 512 bytes; names go in the order
 * of their changes. A file system in memory is empty after a crash.
 *
 * All mappings of a stretch of a file share one `ArrayBuffer`. JavaScript cannot let two of them share bytes,
 * so a file cannot be mapped in two overlapping parts at a time, except for parts that start at the same
 * offset of which the longest was mapped first (ENOTSUP). After the last `unmap` the `ArrayBuffer` is detached:
 * use after it shows.
 */
export type { CrashOptions } from './file-node.ts';
export type { Link, LinkFaults } from './link.ts';
export type { NetworkCounts } from './network-fabric.ts';
export { Prng } from './prng.ts';
export type { DiskFaults, DiskOptions, SimulatedDisk } from './simulated-disk.ts';
export type { HostOptions, SimulatedHost } from './simulated-host.ts';
export type { SimulatedProcess } from './simulated-process.ts';
export { SimulatedWorld, type WorldOptions } from './simulated-world.ts';
export type { TraceEvent } from './trace.ts';
