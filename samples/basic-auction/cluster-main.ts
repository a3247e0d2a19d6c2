import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { CLUSTER_USAGE, type ClusterOptions, parseClusterOptions } from './cluster-options.ts';
import { launchAuctionNode } from './node.ts';

/** The events of the cluster, without those that come all the time. */
const EVENTS = {
  AERON_EVENT_CLUSTER_LOG: 'all',
  AERON_EVENT_CLUSTER_LOG_DISABLE: 'CANVASS_POSITION,APPEND_POSITION,COMMIT_POSITION',
};

/** Runs one node until a signal or the cluster ends it. */
async function runNode(nodeId: number, { hostnames, portBase, service }: ClusterOptions): Promise<number> {
  const serviceModule =
    service === undefined ? new URL('./service-module.js', import.meta.url) : pathToFileURL(service);
  for (const [name, value] of Object.entries(EVENTS)) {
    process.env[name] ??= value;
  }
  const node = await launchAuctionNode({ nodeId, hostnames, portBase, baseDir: process.cwd(), serviceModule });
  console.log(`[${nodeId}] Started Cluster Node on ${hostnames[nodeId]}...`);
  const signalled = new Promise<void>((resolve) => {
    // Also when it comes again: Ctrl-C reaches the whole group, and the parent passes it on.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => resolve());
    }
    // The one that has started all nodes is gone, however it ended.
    process.on('disconnect', () => resolve());
    process.channel?.unref();
  });
  try {
    await Promise.race([signalled, node.ended]);
    console.log(`[${nodeId}] Exiting...`);
    await node.close();
    await node.ended;
    return 0;
  } catch (error) {
    console.error(`[${nodeId}] ${(error as Error).message}`);
    return 1;
  }
}

/** Starts every node as a process of its own, and shows what they write. */
async function runAll({ hostnames, words }: ClusterOptions): Promise<number> {
  mkdirSync('logs', { recursive: true });
  const nodes = hostnames.map((_, nodeId) => startNode(nodeId, words));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      for (const { child } of nodes) {
        child.kill(signal);
      }
    });
  }
  const following = setInterval(() => follow(nodes), 200);
  const exitCodes = await Promise.all(nodes.map(({ ended }) => ended));
  clearInterval(following);
  follow(nodes);
  // Whoever has killed a node, as the tutorial says, knows of it.
  return exitCodes.every((code) => code === 0 || code === null) ? 0 : 1;
}

interface FollowedNode {
  readonly child: ChildProcess;
  /** The exit code; null when a signal has killed it. */
  readonly ended: Promise<number | null>;
  readonly logFile: string;
  readonly descriptor: number;
}

function startNode(nodeId: number, words: readonly string[]): FollowedNode {
  const logFile = `logs/cluster-${nodeId}.log`;
  const output = openSync(logFile, 'w');
  const child = spawn(process.execPath, [process.argv[1]!, ...words, String(nodeId)], {
    stdio: ['ignore', output, output, 'ipc'],
  });
  closeSync(output);
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { child, ended, logFile, descriptor: openSync(logFile, 'r') };
}

let shownLast = '';

/** Prints what the logs have got since the last time, as `tail -F` does. */
function follow(nodes: readonly FollowedNode[]): void {
  const buffer = Buffer.alloc(64 * 1024);
  for (const { logFile, descriptor } of nodes) {
    for (let length = readSync(descriptor, buffer); length > 0; length = readSync(descriptor, buffer)) {
      if (shownLast !== logFile) {
        process.stdout.write(`${shownLast === '' ? '' : '\n'}==> ${logFile} <==\n`);
        shownLast = logFile;
      }
      process.stdout.write(buffer.subarray(0, length));
    }
  }
}

const options = parseClusterOptions(process.argv.slice(2));
if (options === undefined) {
  console.error(CLUSTER_USAGE);
  process.exitCode = 1;
} else {
  process.exitCode = options.nodeId === undefined ? await runAll(options) : await runNode(options.nodeId, options);
}
