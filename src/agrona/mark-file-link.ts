import type { Platform } from '../platform/mod.ts';

/**
 * Leaves word in a component's directory where its mark file is: a link file with the directory of the mark file,
 * as one line of text. None when the mark file is in the component's directory itself.
 *
 * Upstream: `MarkFile.ensureMarkFileLink`.
 *
 * @throws PlatformError
 */
export function ensureMarkFileLink(
  platform: Platform,
  directory: string,
  markFileDir: string,
  linkFilename: string,
): void {
  const from = absolutePath(platform, directory);
  const to = absolutePath(platform, markFileDir);
  const link = `${from}/${linkFilename}`;
  if (from === to) {
    platform.files.remove(link);
  } else {
    platform.files.writeWhole(link, new TextEncoder().encode(to));
  }
}

/** The directory of the mark file of a component's directory: what the link file says, or the directory itself. @throws PlatformError */
export function resolveMarkFileDir(platform: Platform, directory: string, linkFilename: string): string {
  const link = `${directory}/${linkFilename}`;
  if (!platform.files.exists(link)) {
    return directory;
  }
  return new TextDecoder().decode(platform.files.readWhole(link)).trim();
}

/** The path from the root on, without `.`, `..` and doubled slashes; symbolic links stay as they are. */
function absolutePath(platform: Platform, path: string): string {
  const whole = path.startsWith('/') ? path : `${platform.environment.currentDirectory}/${path}`;
  const parts: string[] = [];
  for (const part of whole.split('/')) {
    if (part === '..') {
      parts.pop();
    } else if (part !== '' && part !== '.') {
      parts.push(part);
    }
  }
  return `/${parts.join('/')}`;
}
