export type { CrashOptions } from './file-node.ts';
export type { Link, LinkFaults } from './link.ts';
export type { NetworkCounts } from './network-fabric.ts';
export type { Prng } from './prng.ts';
export type { DiskFaults, DiskOptions, SimulatedDisk } from './simulated-disk.ts';
export type { HostOptions, SimulatedHost } from './simulated-host.ts';
export type { SimulatedProcess } from './simulated-process.ts';
export { SimulatedWorld, type WorldOptions } from './simulated-world.ts';
export type { TraceEvent } from './trace.ts';
