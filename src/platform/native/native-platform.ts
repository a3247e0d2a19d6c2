import type { Memory, Platform } from '../mod.ts';
import { libc } from './libc.ts';
import { NativeClock } from './native-clock.ts';
import { NativeEnvironment } from './native-environment.ts';
import { NativeFileSystem } from './native-file-system.ts';
import { NativeMemory } from './native-memory.ts';
import { NativeNetwork } from './native-network.ts';
import { NativeProcesses } from './native-processes.ts';
import { NativeRandomSource } from './native-random-source.ts';
import { NativeScheduler } from './native-scheduler.ts';
import { system } from './system.ts';
import { Timespec } from './timespec.ts';

export class NativePlatform implements Platform {
  readonly name = `${process.platform}-${process.arch}`;
  readonly clock = new NativeClock();
  readonly files = new NativeFileSystem();
  readonly network: NativeNetwork;
  readonly processes = new NativeProcesses();
  readonly random = new NativeRandomSource();
  readonly environment = new NativeEnvironment();
  readonly scheduler = new NativeScheduler();
  private parkTime: Timespec | undefined;

  /** @param hasBatchCalls false: without sendmmsg, recvmmsg and ppoll, as on systems that have none. */
  constructor(hasBatchCalls = system.hasBatchCalls) {
    this.network = new NativeNetwork(hasBatchCalls);
  }

  allocate(length: number): Memory {
    return new NativeMemory(length);
  }

  park(durationNs: number): void {
    if (durationNs > 0) {
      this.parkTime ??= new Timespec();
      this.parkTime.set(durationNs);
      libc().nanosleep(this.parkTime.address, 0);
    } else {
      libc().sched_yield();
    }
  }
}
