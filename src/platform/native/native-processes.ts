import type { Processes } from '../mod.ts';

const LARGEST_PID = 0x7fff_ffff;

export class NativeProcesses implements Processes {
  readonly pid = process.pid;

  /** One of another user's is alive too, though it cannot be signalled. */
  isAlive(pid: number): boolean {
    if (!Number.isInteger(pid) || pid <= 0 || pid > LARGEST_PID) {
      return false;
    }
    try {
      return process.kill(pid, 0);
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EPERM';
    }
  }
}
