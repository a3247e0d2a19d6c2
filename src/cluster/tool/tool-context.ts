import { resolveMarkFileDir } from '../../agrona/mod.ts';
import { Aeron } from '../../client/mod.ts';
import type { Platform } from '../../platform/mod.ts';
import { ClusterMarkFile, RecordingLog } from '../files/mod.ts';

export const SUCCESS = 0;
/** The exit code 255 that upstream's -1 becomes. */
export const FAILURE = 255;

/** What a command works with. */
export interface ToolContext {
  readonly platform: Platform;
  readonly clusterDir: string;
  /** The words behind the command. */
  readonly words: readonly string[];
  readonly timeoutMs: number;
  readonly replayChannel: string;
  readonly replayStreamId: number;
  readonly out: (line: string) => void;
}

/** Calls the command with the consensus module's mark file; says so when there is none. */
export function withMarkFile(context: ToolContext, command: (markFile: ClusterMarkFile) => number): number {
  const path = markFilePath(context);
  if (!context.platform.files.exists(path) && context.timeoutMs <= 0) {
    context.out(`${ClusterMarkFile.FILENAME} does not exist.`);
    return FAILURE;
  }
  const markFile = ClusterMarkFile.openExisting(context.platform, path, context.timeoutMs);
  try {
    return command(markFile);
  } finally {
    markFile.close();
  }
}

export function withRecordingLog<T>({ platform, clusterDir }: ToolContext, command: (log: RecordingLog) => T): T {
  const log = new RecordingLog(platform, clusterDir, false);
  try {
    return command(log);
  } finally {
    log.close();
  }
}

/** Calls the command with a client of the member's media driver. @throws DriverTimeoutError when there is none */
export function withAeron<T>({ platform }: ToolContext, aeronDirectoryName: string, command: (aeron: Aeron) => T): T {
  const aeron = Aeron.connectBlocking({ platform, aeronDirectoryName, useConductorAgentInvoker: true });
  try {
    return command(aeron);
  } finally {
    aeron.close();
  }
}

/**
 * Asks until there is an answer, and gives the client its turns.
 * @returns undefined when there is none in time
 */
export function poll<T>(
  { platform }: ToolContext,
  aeron: Aeron | undefined,
  deadlineMs: number,
  ask: () => T | undefined,
): T | undefined {
  for (;;) {
    aeron?.conductorAgentInvoker?.invoke();
    const answer = ask();
    if (answer !== undefined || platform.clock.epochTimeMs() > deadlineMs) {
      return answer;
    }
    platform.park(POLL_INTERVAL_NS);
  }
}

const POLL_INTERVAL_NS = 100_000;

export function markFilePath({ platform, clusterDir }: ToolContext): string {
  const directory = resolveMarkFileDir(platform, clusterDir, ClusterMarkFile.LINK_FILENAME);
  return `${directory}/${ClusterMarkFile.FILENAME}`;
}
