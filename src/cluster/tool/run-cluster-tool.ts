import { resolveOptions } from '../../agrona/mod.ts';
import type { Platform } from '../../platform/mod.ts';
import { backupQuery } from './backup-query.ts';
import { describeLatestSnapshot } from './describe-latest-snapshot.ts';
import { describe, errors, pid } from './mark-file-commands.ts';
import { isLeader, listMembers } from './members.ts';
import { CLUSTER_TOOL_OPTIONS, type ClusterToolOptions } from './options.ts';
import {
  invalidateLatestSnapshot,
  recordingLog,
  recoveryPlan,
  seedRecordingLog,
  sortRecordingLog,
} from './recording-log-commands.ts';
import { applyClusterToggle, validateRecordingLog } from './toggles.ts';
import { FAILURE, SUCCESS, type ToolContext } from './tool-context.ts';

interface Command {
  readonly name: string;
  readonly description: string;
  /** Returns the exit code; undefined when words are missing. */
  readonly run: (context: ToolContext) => number | undefined;
}

/** In the order in which upstream lists them. */
const COMMANDS: readonly Command[] = [
  {
    name: 'validate-recording-log',
    description: 'triggers the cluster node to validate its recording log against the archive.',
    run: validateRecordingLog,
  },
  {
    name: 'abort',
    description: 'stops the cluster without a snapshot.',
    run: (context) => applyClusterToggle(context, 'ABORT'),
  },
  {
    name: 'shutdown',
    description: 'initiates an orderly stop of the cluster with a snapshot.',
    run: (context) => applyClusterToggle(context, 'SHUTDOWN'),
  },
  {
    name: 'resume',
    description: 'resumes appending to the log.',
    run: (context) => applyClusterToggle(context, 'RESUME'),
  },
  {
    name: 'sort-recording-log',
    description: 'reorders entries in the recording log to match the order in memory.',
    run: sortRecordingLog,
  },
  { name: 'recording-log', description: 'prints recording log of cluster component.', run: recordingLog },
  { name: 'pid', description: 'prints PID of cluster component.', run: pid },
  { name: 'describe', description: 'prints out all descriptors in the mark file.', run: ignoringFailure(describe) },
  {
    name: 'seed-recording-log-from-snapshot',
    description: 'creates a new recording log based on the latest valid snapshot.',
    run: seedRecordingLog,
  },
  { name: 'list-members', description: 'prints leader memberId and active members.', run: listMembers },
  {
    name: 'is-leader',
    description: 'returns zero if the cluster node is leader, non-zero if not.',
    run: isLeader,
  },
  {
    name: 'recovery-plan',
    description: '[service count] prints recovery plan of cluster component.',
    run: recoveryPlan,
  },
  {
    name: 'describe-latest-cm-snapshot',
    description: 'prints the contents of the latest valid consensus module snapshot.',
    run: describeLatestSnapshot,
  },
  {
    name: 'snapshot',
    description: 'triggers a snapshot on the leader.',
    run: (context) => applyClusterToggle(context, 'SNAPSHOT'),
  },
  {
    name: 'invalidate-latest-snapshot',
    description: 'marks the latest snapshot as a invalid so the previous is loaded.',
    run: invalidateLatestSnapshot,
  },
  {
    name: 'suspend',
    description: 'suspends appending to the log.',
    run: (context) => applyClusterToggle(context, 'SUSPEND'),
  },
  { name: 'backup-query', description: '[delay] get, or set, time of next backup query.', run: backupQuery },
  { name: 'errors', description: 'prints Aeron and cluster component error logs.', run: errors },
];

/**
 * Runs one command and returns its exit code: 0 when it did what it says, 255 when it could not, 1 when `is-leader`
 * has to be denied. Blocks.
 *
 * @param words the cluster directory, the command, and what comes behind
 * @throws AeronError when the member cannot be asked, such as DriverTimeoutError when its driver does not run
 */
export function runClusterTool(platform: Platform, words: readonly string[], options: ClusterToolOptions = {}): number {
  const { environment } = platform;
  const resolved = resolveOptions(CLUSTER_TOOL_OPTIONS, options, { environment });
  const out = resolved.out ?? ((line) => environment.print(line));
  const err = resolved.err ?? out;
  const [clusterDir, name, ...rest] = words;
  if (clusterDir === undefined || name === undefined) {
    return printHelp(out);
  }
  if (!platform.files.exists(clusterDir)) {
    const path = clusterDir.startsWith('/') ? clusterDir : `${environment.currentDirectory}/${clusterDir}`;
    err(`ERR: cluster directory not found: ${path}`);
    return printHelp(out);
  }
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command === undefined) {
    out(`Unknown command: ${name}`);
    return printHelp(out);
  }
  const context: ToolContext = {
    platform,
    clusterDir,
    words: rest,
    timeoutMs: Math.floor(resolved.timeoutNs / 1e6),
    replayChannel: resolved.replayChannel,
    replayStreamId: resolved.replayStreamId,
    out,
  };
  return command.run(context) ?? printHelp(out);
}

function printHelp(out: (line: string) => void): number {
  out('Usage: <cluster-dir> <command> [options]');
  const width = Math.max(...COMMANDS.map(({ name }) => name.length)) + 1;
  for (const { name, description } of COMMANDS) {
    out(`${name.padStart(width)}: ${description}`);
  }
  return FAILURE;
}

function ignoringFailure(run: (context: ToolContext) => number): (context: ToolContext) => number {
  return (context) => {
    run(context);
    return SUCCESS;
  };
}
