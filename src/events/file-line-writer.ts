import type { OpenFile, Platform } from '../platform/mod.ts';

const encoder = new TextEncoder();

/** Appends lines to a file, each at once. Used by one thread; the file is open for as long as the process lives. */
export class FileLineWriter {
  private readonly file: OpenFile;

  /** @throws PlatformError */
  constructor(platform: Platform, path: string) {
    this.file = platform.files.open(path, platform.files.exists(path) ? 'r+' : 'wx+');
  }

  /** A line that the file system does not take is lost: a log must not end what it tells about. */
  write(line: string): void {
    const bytes = encoder.encode(`${line}\n`);
    try {
      this.file.write(bytes, 0, bytes.length, this.file.length());
    } catch {
      // ENOSPC, EIO: the next line may fit again.
    }
  }
}
