import { AeronError, ErrorLogReader } from '../agrona/mod.ts';
import type { Platform } from '../platform/mod.ts';
import { CncFile, CommonContext } from '../protocol/mod.ts';

export interface DriverDirectoryOptions {
  readonly platform: Platform;
  readonly aeronDirectoryName: string;
  readonly driverTimeoutMs: number;
  readonly warnIfDirectoryExists: boolean;
  readonly dirDeleteOnStart: boolean;
  readonly logger: (text: string) => void;
}

/**
 * Makes an empty directory for a driver. What another driver left there goes, with its errors saved to a file
 * beside the directory.
 *
 * Upstream: `MediaDriver.ensureDirectoryIsRecreated`.
 *
 * @throws AeronError ACTIVE_DRIVER when a driver is using it, CNC_VERSION when one of a foreign version may be,
 *   DRIVER_TIMEOUT when one has begun to start and does not come to an end
 */
export function recreateDirectory(options: DriverDirectoryOptions): void {
  const { platform, aeronDirectoryName, logger } = options;
  if (platform.files.exists(aeronDirectoryName)) {
    if (options.warnIfDirectoryExists) {
      logger(`WARNING: ${aeronDirectoryName} exists`);
    }
    if (!options.dirDeleteOnStart) {
      throwIfActive(options);
      saveErrors(options);
    }
    platform.files.removeTree(aeronDirectoryName);
  }
  platform.files.makeDirectories(aeronDirectoryName);
}

function throwIfActive(options: DriverDirectoryOptions): void {
  const { platform, aeronDirectoryName, driverTimeoutMs, warnIfDirectoryExists, logger } = options;
  const told = warnIfDirectoryExists ? logger : () => {};
  if (CommonContext.isDriverActive(platform, aeronDirectoryName, driverTimeoutMs, told)) {
    throw new AeronError(
      'ACTIVE_DRIVER',
      `Active media driver detected: ${CncFile.pathIn(aeronDirectoryName)}; use another aeronDirectoryName` +
        ` (aeron.dir), or wait ${driverTimeoutMs} ms (aeron.driver.timeout) after its end`,
    );
  }
}

function saveErrors({ platform, aeronDirectoryName, logger }: DriverDirectoryOptions): void {
  const lines = readErrors(platform, aeronDirectoryName);
  if (lines.length === 0) {
    return;
  }
  const timestamp = new Date(platform.clock.epochTimeMs()).toISOString().replace(/[T:.]/g, '-').replace('Z', '+0000');
  const path = `${aeronDirectoryName.replace(/\/+$/, '')}-${timestamp}-error.log`;
  try {
    platform.files.writeWhole(path, new TextEncoder().encode(lines.join('\n')));
    logger(`WARNING: Existing errors saved to: ${path}`);
  } catch (error) {
    // No reason not to start, least of all when it is space that is short and about to be freed.
    platform.files.remove(path);
    logger(`WARNING: Existing errors are lost: ${(error as Error).message}`);
  }
}

function readErrors(platform: Platform, aeronDirectoryName: string): string[] {
  let cncFile: ReturnType<typeof CncFile.tryMap>;
  try {
    cncFile = CncFile.tryMap(platform, aeronDirectoryName);
  } catch {
    // Damaged: nothing in it can be trusted, and the directory is about to go.
    return [];
  }
  if (!(cncFile instanceof CncFile)) {
    return [];
  }
  const lines: string[] = [];
  const iso = (ms: number) => new Date(ms).toISOString();
  ErrorLogReader.read(cncFile.errorLogBuffer, (count, firstMs, lastMs, error) => {
    lines.push('***', `${count} observations from ${iso(firstMs)} to ${iso(lastMs)} for:`, ` ${error}`);
  });
  cncFile.close();
  return lines;
}
