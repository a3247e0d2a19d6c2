import type { Platform } from '../platform/mod.ts';
import type { AtomicBuffer } from './atomic-buffer.ts';
import * as ErrorLogReader from './error-log-reader.ts';

/**
 * The observations of an error log in upstream's words, and their number. Times are of UTC.
 *
 * Upstream: `CommonContext.printErrorLog`.
 */
export function describeErrorLog(buffer: AtomicBuffer): { text: string; observations: number } {
  let text = '';
  const observations = ErrorLogReader.read(buffer, (count, firstMs, lastMs, error) => {
    text += `\n${count} observations from ${dateTime(firstMs)} to ${dateTime(lastMs)} for:\n${error}\n`;
  });
  text += observations === 0 ? '\n0 distinct errors observed\n' : `\n${observations} distinct errors observed.\n`;
  return { text, observations };
}

/**
 * Keeps the errors of a predecessor before its log is emptied: `<prefix>-<time>-error.log` in `directory`, when
 * there are any. When that cannot be written, the errors are lost and the logger is told.
 *
 * Upstream: `CommonContext.saveExistingErrors`.
 */
export function saveExistingErrors(
  platform: Platform,
  directory: string,
  prefix: string,
  buffer: AtomicBuffer,
  logger: (text: string) => void,
): void {
  const { text, observations } = describeErrorLog(buffer);
  if (observations === 0) {
    return;
  }
  const time = dateTime(platform.clock.epochTimeMs()).replace(/[ :.]/g, '-');
  const path = `${directory}/${prefix}-${time}-error.log`;
  try {
    platform.files.writeWhole(path, new TextEncoder().encode(text));
    logger(`WARNING: existing errors saved to: ${path}`);
  } catch (error) {
    platform.files.remove(path);
    logger(`WARNING: existing errors are lost: ${(error as Error).message}`);
  }
}

/** As in 2026-11-22 00:58:29.203+0000. */
function dateTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('T', ' ').replace('Z', '+0000');
}
