import type { FileSystem } from '../platform/mod.ts';

/**
 * Makes a directory and those above it, as far as they are not there, so that they are there after a crash too: what
 * is synced in a directory is lost together with its name.
 *
 * @throws PlatformError
 */
export function makeDurableDirectories(files: FileSystem, path: string): void {
  const missing: string[] = [];
  for (let directory = withoutSlashes(path); !files.exists(directory); directory = parentOf(directory)) {
    missing.push(directory);
  }
  files.makeDirectories(path);
  for (const directory of missing) {
    files.syncDirectory(parentOf(directory));
  }
}

function withoutSlashes(path: string): string {
  return path.replace(/(?<=.)\/+$/, '');
}

function parentOf(directory: string): string {
  const end = directory.lastIndexOf('/');
  return end < 0 ? '.' : directory.slice(0, Math.max(end, 1));
}
