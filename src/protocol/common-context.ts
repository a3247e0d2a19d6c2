import { AeronError, AtomicBuffer, ManyToOneRingBuffer } from '../agrona/mod.ts';
import type { Environment, Platform } from '../platform/mod.ts';
import { NULL_VALUE } from './channel-parameters.ts';
import { CncFile, CncNotReady } from './cnc-file.ts';
import { TERMINATE_DRIVER } from './commands/control-protocol-events.ts';
import * as TerminateDriver from './commands/terminate-driver-flyweight.ts';

/*
 * Facts of an Aeron directory that a driver, its clients and tools agree on:
 *
 *     <aeron directory>/
 *       cnc.dat                            the driver's command and control file
 *       loss-report.dat
 *       publications/<id>.logbuffer        logs that clients publish to
 *       images/<id>.logbuffer              logs that the driver receives into
 */
export const PUBLICATIONS_DIRECTORY = 'publications';
export const IMAGES_DIRECTORY = 'images';
export const LOG_BUFFER_SUFFIX = '.logbuffer';
export const LOSS_REPORT_FILE_NAME = 'loss-report.dat';

/** How long a driver may be silent, in ms, before it counts as dead. */
export const DEFAULT_DRIVER_TIMEOUT_MS = 10_000;

/** Between two looks at a file that is not ready yet. */
const AWAIT_SLEEP_NS = 1_000_000;

/** '/dev/shm/aeron-<user>' where there is such a file system, otherwise 'aeron-<user>' among temporary files. */
export function defaultAeronDirectoryName(environment: Environment): string {
  const base = environment.sharedMemoryDirectory ?? environment.temporaryDirectory.replace(/\/+$/, '');
  return `${base}/aeron-${environment.userName}`;
}

/**
 * Whether a driver was alive within the last `driverTimeoutMs` by the heartbeat in its `cnc.dat`. Waits that
 * long for a file that is being made. `logger` is told what was found, in upstream's words.
 * A damaged file is no driver's.
 * @throws AeronError DRIVER_TIMEOUT when the file stays unfinished, CNC_VERSION
 */
export function isDriverActive(
  platform: Platform,
  aeronDirectoryName: string,
  driverTimeoutMs: number,
  logger: (message: string) => void = () => {},
): boolean {
  const path = CncFile.pathIn(aeronDirectoryName);
  const deadlineMs = platform.clock.epochTimeMs() + driverTimeoutMs;
  for (;;) {
    const cncFile = tryMapUndamaged(platform, aeronDirectoryName, logger);
    if (cncFile === undefined) {
      return false;
    }
    if (cncFile instanceof CncFile) {
      logger(`INFO: Aeron CnC file exists: ${path}`);
      const ageMs = heartbeatAgeMs(platform, cncFile);
      logger(`INFO: Aeron toDriver consumer heartbeat age is (ms): ${ageMs}`);
      return ageMs <= driverTimeoutMs;
    }
    if (cncFile !== CncNotReady.NOT_INITIALISED) {
      return false;
    }
    if (platform.clock.epochTimeMs() > deadlineMs) {
      throw new AeronError(
        'DRIVER_TIMEOUT',
        `${cncFile}: ${path}; a driver has begun to start there and has not finished within ${driverTimeoutMs} ms ` +
          '(aeron.driver.timeout): if it is dead, delete the directory or start with aeron.dir.delete.on.start',
      );
    }
    platform.park(AWAIT_SLEEP_NS);
  }
}

/**
 * Asks a driver to end itself; `token` is what its termination validator wants to see. False when there is
 * no driver to ask or its command buffer is full.
 * @throws AeronError CNC_VERSION, CNC_INVALID
 */
export function requestDriverTermination(
  platform: Platform,
  aeronDirectoryName: string,
  token: Uint8Array = new Uint8Array(0),
): boolean {
  const cncFile = CncFile.tryMap(platform, aeronDirectoryName);
  if (!(cncFile instanceof CncFile)) {
    return false;
  }
  try {
    const toDriver = new ManyToOneRingBuffer(cncFile.toDriverBuffer);
    const message = AtomicBuffer.allocate(TerminateDriver.computeLength(token.length));
    const clientId = toDriver.nextCorrelationId();
    TerminateDriver.encode(message, 0, { clientId, correlationId: NULL_VALUE, token });
    return toDriver.write(TERMINATE_DRIVER, message, 0, message.capacity);
  } finally {
    cncFile.close();
  }
}

function tryMapUndamaged(
  platform: Platform,
  aeronDirectoryName: string,
  logger: (message: string) => void,
): CncFile | CncNotReady | undefined {
  try {
    return CncFile.tryMap(platform, aeronDirectoryName);
  } catch (error) {
    if (AeronError.is(error) && error.code === 'CNC_INVALID') {
      logger(`WARNING: ${error.message}`);
      return undefined;
    }
    throw error;
  }
}

function heartbeatAgeMs(platform: Platform, cncFile: CncFile): number {
  try {
    const heartbeatMs = new ManyToOneRingBuffer(cncFile.toDriverBuffer).consumerHeartbeatTime();
    return platform.clock.epochTimeMs() - heartbeatMs;
  } finally {
    cncFile.close();
  }
}
