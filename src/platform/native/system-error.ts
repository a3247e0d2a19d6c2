import { getSystemErrorMap } from 'node:util';
import { PlatformError } from '../mod.ts';
import { libc } from './libc.ts';

/** What to do about it, where the system's own words do not say. */
const HINTS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another socket has this port; choose another one, or port 0 to let the system choose',
  EADDRNOTAVAIL: 'no interface of this machine has this address',
  EMFILE: 'this process has too many open files; raise `ulimit -n`',
  ENFILE: 'the machine has too many open files',
  ENODEV: 'there is no such interface, or it cannot do this',
};

/** Of the system's error number, e.g. "cannot bind 127.0.0.1:20123: address already in use (EADDRINUSE); ...". */
export function systemError(operation: string, subject: string, errno = libc().errno[0]!): PlatformError {
  const [code, words] = getSystemErrorMap().get(-errno) ?? [`ERRNO_${errno}`, 'unknown error'];
  return new PlatformError(code, operation, describe(operation, subject, code, words));
}

/** Of what node:fs threw. */
export function fileError(operation: string, path: string, cause: unknown): PlatformError {
  if (cause instanceof PlatformError) {
    return cause;
  }
  const { code = 'EIO', errno, message } = cause as NodeJS.ErrnoException;
  const words = (errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1]) ?? message;
  return new PlatformError(code, operation, describe(operation, path, code, words), { cause });
}

function describe(operation: string, subject: string, code: string, words: string): string {
  const hint = HINTS[code];
  return `cannot ${operation} ${subject}: ${words} (${code})${hint === undefined ? '' : `; ${hint}`}`;
}
