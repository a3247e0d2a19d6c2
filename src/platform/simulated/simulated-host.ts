import { AeronError, parseIp, SocketAddress } from '../mod.ts';
import type { CrashOptions } from './file-node.ts';
import { HostNetwork } from './host-network.ts';
import type { NetworkFabric } from './network-fabric.ts';
import type { Prng } from './prng.ts';
import { DirectoryNode, type DiskOptions, SimulatedDisk } from './simulated-disk.ts';
import { type ProcessWorld, SimulatedProcess } from './simulated-process.ts';

/** Of every process: what relative paths start from. */
export const CURRENT_DIRECTORY = '/simulated';

const GIB = 1024 * 1024 * 1024;

export interface HostOptions {
  /**
   * '10.0.0.1', 'fd00::1', '10.1.0.1/16', ...; the n-th IPv4 and the n-th IPv6 address are on interface
   * eth<n-1>. Without a prefix length it is /24 and /64. None by default: a host with a loopback only.
   */
  readonly addresses?: readonly string[];
  /** How much faster its clocks run than the world's, in parts per million; may be negative. */
  readonly clockDriftPpm?: number;
  /** How far its wall clock is ahead of the world's. */
  readonly clockOffsetMs?: number;
  /** By mount point. '/' (64 GiB, durable) and '/dev/shm' (8 GiB, in memory) are there by default. */
  readonly disks?: Readonly<Record<string, Partial<DiskOptions>>>;
  /** What socket buffers are cut to (net.core.rmem_max, wmem_max): 16 MiB by default. */
  readonly maxSocketBufferLength?: number;
}

/** What a host needs of the world. */
export interface HostWorld extends ProcessWorld {
  readonly fabric: NetworkFabric;
  readonly startEpochMs: number;
}

/** A machine of the simulated world: clocks, disks, an IP stack, and processes that share them. */
export class SimulatedHost {
  readonly name: string;
  readonly random: Prng;
  readonly network: HostNetwork;
  readonly fabric: NetworkFabric;
  readonly #world: HostWorld;
  readonly #disks: readonly SimulatedDisk[];
  readonly #processes = new Map<number, SimulatedProcess>();
  #nextPid: number;
  #driftPpm: number;
  #offsetMs: number;
  /** World and host time when the drift last changed. */
  #anchorNs: number;
  #anchorElapsedNs = 0;

  constructor(world: HostWorld, name: string, random: Prng, options: HostOptions) {
    this.name = name;
    this.random = random;
    this.fabric = world.fabric;
    this.#world = world;
    this.#driftPpm = options.clockDriftPpm ?? 0;
    this.#offsetMs = options.clockOffsetMs ?? 0;
    this.#anchorNs = world.loop.now;
    this.#nextPid = 1000 + random.fork('pids').below(1000);
    this.network = new HostNetwork(name, options.addresses ?? [], options.maxSocketBufferLength ?? 16 * 1024 * 1024);
    this.#disks = this.#createDisks(options.disks ?? {});
    for (const path of ['/tmp', CURRENT_DIRECTORY, ...this.#disks.map((disk) => disk.mountPoint)]) {
      this.#makeRootDirectories(path);
    }
  }

  /** Starts a process; a restart is a new one. */
  process(name: string, options: { variables?: Readonly<Record<string, string>> } = {}): SimulatedProcess {
    const pid = this.#nextPid++;
    const variables = new Map(Object.entries(options.variables ?? {}));
    const started = new SimulatedProcess(this.#world, this, name, pid, variables);
    this.#processes.set(pid, started);
    this.record('start', `${name} pid ${pid}`);
    return started;
  }

  /** The disk that a path is on. */
  disk(path: string): SimulatedDisk {
    return this.locate(path).disk;
  }

  /** The power fails: its processes die, what was not synced is lost or torn. The host is up again at once. */
  crash(options: CrashOptions = {}): void {
    for (const running of [...this.#processes.values()]) {
      running.kill();
    }
    for (const disk of this.#disks) {
      disk.crash(options);
    }
    this.record('crash', options.unsynced ?? 'torn');
  }

  /** Sets the wall clock, forward or back, from now on. */
  setClockOffset(offsetMs: number): void {
    this.#offsetMs = offsetMs;
  }

  /** Lets all clocks of the host run faster or slower from now on. */
  setClockDrift(driftPpm: number): void {
    const nowNs = this.#world.loop.now;
    this.#anchorElapsedNs = this.elapsedNs(nowNs);
    this.#anchorNs = nowNs;
    this.#driftPpm = driftPpm;
  }

  isProcessAlive(pid: number): boolean {
    return this.#processes.has(pid);
  }

  /** Host time since the host was made, at a time of the world. */
  elapsedNs(worldNs: number): number {
    const passedNs = worldNs - this.#anchorNs;
    return this.#anchorElapsedNs + passedNs + Math.floor((passedNs * this.#driftPpm) / 1e6);
  }

  epochTimeMs(elapsedNs: number): number {
    return this.#world.startEpochMs + this.#offsetMs + Math.floor(elapsedNs / 1e6);
  }

  epochTimeNs(elapsedNs: number): bigint {
    return BigInt(this.#world.startEpochMs + this.#offsetMs) * 1_000_000n + BigInt(elapsedNs);
  }

  nowMs(): number {
    return this.epochTimeMs(this.elapsedNs(this.#world.loop.now));
  }

  /** Addresses of a numeric host, of a name of the world, or of localhost. */
  resolve(host: string, family: 4 | 6 | undefined): SocketAddress[] {
    const known = this.#addressesOf(host);
    return known.filter((address) => family === undefined || address.family === family);
  }

  /** For a process that has died. */
  forget(died: SimulatedProcess): void {
    this.#processes.delete(died.pid);
  }

  record(kind: string, detail: string, bytes?: Uint8Array): void {
    this.#world.record(kind, this.name, detail, bytes);
  }

  /** The names of a path from the root on, '.' and '..' resolved. */
  absolute(path: string): string[] {
    const names: string[] = [];
    for (const part of (path.startsWith('/') ? path : `${CURRENT_DIRECTORY}/${path}`).split('/')) {
      if (part === '..') {
        names.pop();
      } else if (part !== '' && part !== '.') {
        names.push(part);
      }
    }
    return names;
  }

  /** The disk of a path, and the names from its root on. */
  locate(path: string): { disk: SimulatedDisk; names: string[] } {
    const names = this.absolute(path);
    const text = `/${names.join('/')}/`;
    const disk = this.#disks.find(({ mountPoint }) => text.startsWith(mountPoint === '/' ? '/' : `${mountPoint}/`))!;
    const depth = disk.mountPoint.split('/').filter((name) => name !== '').length;
    return { disk, names: names.slice(depth) };
  }

  #addressesOf(host: string): readonly SocketAddress[] {
    if (parseIp(host.split('%')[0]!) !== undefined) {
      return [SocketAddress.of(host, 0)];
    }
    if (host === 'localhost') {
      return [SocketAddress.of('127.0.0.1', 0), SocketAddress.of('::1', 0)];
    }
    return this.fabric.names.get(host) ?? [];
  }

  /** The longest mount point first. */
  #createDisks(given: Readonly<Record<string, Partial<DiskOptions>>>): SimulatedDisk[] {
    const options: Record<string, Partial<DiskOptions>> = {
      ...given,
      '/': { capacityLength: 64 * GIB, isDurable: true, ...given['/'] },
      '/dev/shm': { capacityLength: 8 * GIB, isDurable: false, ...given['/dev/shm'] },
    };
    return Object.entries(options)
      .sort(([a], [b]) => b.length - a.length || (a < b ? -1 : 1))
      .map(([mountPoint, { capacityLength = 64 * GIB, isDurable = true }]) => {
        if (!mountPoint.startsWith('/') || (mountPoint.endsWith('/') && mountPoint !== '/')) {
          throw new AeronError('INVALID_PATH', `a disk is mounted at an absolute path without '/' at its end`);
        }
        const random = this.random.fork(`disk ${mountPoint}`);
        return new SimulatedDisk(mountPoint, { capacityLength, isDurable }, random, this.nowMs());
      });
  }

  /** Makes what every machine has, as durable as the machine. */
  #makeRootDirectories(path: string): void {
    const root = this.#disks.at(-1)!;
    let directory = root.root;
    for (const name of this.absolute(path)) {
      let next = directory.entries.get(name);
      if (next?.kind !== 'directory') {
        next = new DirectoryNode(this.nowMs());
        root.change(this.nowMs(), { directory, name, node: next });
      }
      directory = next;
    }
    root.syncNames();
  }
}
