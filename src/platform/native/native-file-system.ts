import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import type { FileStat, FileSystem, MappedFile, OpenFile } from '../mod.ts';
import { totalSpace, usableSpace } from './disk-space.ts';
import { NativeMappedFile } from './native-mapped-file.ts';
import { NativeOpenFile } from './native-open-file.ts';
import { fileError } from './system-error.ts';

export class NativeFileSystem implements FileSystem {
  map(path: string, options?: { readOnly?: boolean; offset?: number; length?: number }): MappedFile {
    return NativeMappedFile.open(path, options?.readOnly ?? false, options?.offset ?? 0, options?.length);
  }

  createMapped(path: string, length: number, options?: { sparse?: boolean; preTouch?: boolean }): MappedFile {
    return NativeMappedFile.create(path, length, options?.sparse ?? false, options?.preTouch ?? false);
  }

  open(path: string, mode: 'r' | 'r+' | 'w+' | 'wx+'): OpenFile {
    return new NativeOpenFile(path, mode);
  }

  exists(path: string): boolean {
    return existsSync(path);
  }

  stat(path: string): FileStat | undefined {
    const stat = attempt('ask about', path, () => statSync(path, { throwIfNoEntry: false }));
    return stat === undefined
      ? undefined
      : {
          kind: stat.isFile() ? 'file' : stat.isDirectory() ? 'directory' : 'other',
          length: stat.size,
          modifiedMs: Math.floor(stat.mtimeMs),
        };
  }

  list(directory: string): string[] {
    return attempt('list', directory, () => readdirSync(directory)).sort();
  }

  makeDirectories(path: string): void {
    attempt('make the directory', path, () => {
      try {
        mkdirSync(path, { recursive: true });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
          throw error;
        }
        // What Node calls any refusal by a file system for reading alone: ask again for the real one.
        mkdirSync(path);
      }
    });
  }

  remove(path: string): void {
    try {
      unlinkSync(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        throw fileError('remove', path, error);
      }
    }
  }

  removeTree(path: string): void {
    attempt('remove', path, () => rmSync(path, { recursive: true, force: true }));
  }

  rename(from: string, to: string): void {
    attempt('rename', `${from} to ${to}`, () => renameSync(from, to));
  }

  readWhole(path: string): Uint8Array {
    const { buffer, byteOffset, length } = attempt('read', path, () => readFileSync(path));
    return new Uint8Array(buffer, byteOffset, length);
  }

  writeWhole(path: string, content: Uint8Array): void {
    attempt('write', path, () => writeFileSync(path, content));
  }

  syncDirectory(path: string): void {
    attempt('sync', path, () => {
      const fd = openSync(path, 'r');
      try {
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
    });
  }

  usableSpace(path: string): number {
    return usableSpace(path);
  }

  totalSpace(path: string): number {
    return totalSpace(path);
  }
}

function attempt<T>(operation: string, subject: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw fileError(operation, subject, error);
  }
}
