import type { FileSystem, OpenFile, Platform } from '../../../src/platform/mod.ts';

/** What a process that has been killed does with its next system call. */
export class Killed extends Error {}

/**
 * A platform whose process is killed at its n-th change of a file or directory: the change does not happen, or, of a
 * write, a first part of it.
 */
export function dyingPlatform(platform: Platform, changes: number): Platform {
  let left = changes;
  const step = (): void => {
    if (left-- <= 0) {
      throw new Killed('killed');
    }
  };
  const dyingFile = (file: OpenFile): OpenFile => ({
    path: file.path,
    read: (...args) => file.read(...args),
    write: (source, offset, length, position) => {
      if (left === 0) {
        file.write(source, offset, length >>> 1, position);
      }
      step();
      file.write(source, offset, length, position);
    },
    length: () => file.length(),
    truncate: (length) => {
      step();
      file.truncate(length);
    },
    allocate: (position, length) => {
      step();
      file.allocate(position, length);
    },
    sync: (metadata) => {
      step();
      file.sync(metadata);
    },
    close: () => file.close(),
  });
  const { files } = platform;
  const dyingFiles: FileSystem = Object.create(files, {
    open: {
      value: (path: string, mode: 'r' | 'r+' | 'w+' | 'wx+') => {
        if (mode !== 'r') {
          step();
        }
        return dyingFile(files.open(path, mode));
      },
    },
    ...methods(files, ['map', 'exists', 'stat', 'list', 'readWhole', 'usableSpace', 'totalSpace'], () => undefined),
    ...methods(
      files,
      ['createMapped', 'makeDirectories', 'remove', 'removeTree', 'rename', 'writeWhole', 'syncDirectory'],
      step,
    ),
  });
  return Object.create(platform, {
    files: { value: dyingFiles },
    clock: { value: platform.clock },
    processes: { value: platform.processes },
  });
}

/** Private fields want the object itself. */
function methods(files: FileSystem, names: readonly (keyof FileSystem)[], before: () => void): PropertyDescriptorMap {
  return Object.fromEntries(
    names.map((name) => {
      const method = (...args: readonly unknown[]): unknown => {
        before();
        return (files[name] as (...given: readonly unknown[]) => unknown).apply(files, [...args]);
      };
      return [name, { value: method }];
    }),
  );
}
