import { statSync, writeSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import type { Environment } from '../mod.ts';

const SHARED_MEMORY = '/dev/shm';
const STANDARD_OUTPUT = 1;

export class NativeEnvironment implements Environment {
  get(name: string): string | undefined {
    return process.env[name];
  }

  /** As Java's `user.name`: by user id, whatever the variables say; '?' for a user that the system cannot name. */
  get userName(): string {
    try {
      return userInfo().username;
    } catch {
      return '?';
    }
  }

  get hostName(): string {
    return hostname();
  }

  get temporaryDirectory(): string {
    return tmpdir();
  }

  get sharedMemoryDirectory(): string | undefined {
    const stat = statSync(SHARED_MEMORY, { throwIfNoEntry: false });
    return stat?.isDirectory() ? SHARED_MEMORY : undefined;
  }

  get currentDirectory(): string {
    return process.cwd();
  }

  /** At once, also from a worker whose event loop has no turn. What a full or closed pipe does not take is lost. */
  print(text: string): void {
    try {
      writeSync(STANDARD_OUTPUT, `${text}\n`);
    } catch {
      // EAGAIN, EPIPE: nobody reads, or not fast enough; printing must not end or hold up a component.
    }
  }
}
