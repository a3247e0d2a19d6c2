import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nativePlatform } from '../../src/platform/native/mod.ts';
import { ROOT } from '../run.ts';

const MEMBERS = [0, 1, 2] as const;
/** For what ends by itself. */
const END_MS = 60_000;

/** The three nodes as processes of their own, in directories that go when they are removed. */
export class TutorialNodes {
  readonly directory: string;
  readonly portBase: number;
  readonly #aeronParent: string;
  readonly #running = new Map<number, ChildProcess>();

  constructor() {
    this.directory = mkdtempSync(join(tmpdir(), `aeron-tutorial-${process.pid}-`));
    const memory = nativePlatform().environment.sharedMemoryDirectory ?? tmpdir();
    this.#aeronParent = mkdtempSync(join(memory, `aeron-tutorial-${process.pid}-`));
    // Whoever runs a cluster of his own on the tutorial's ports shall not be disturbed.
    this.portBase = 10_000 + (process.pid % 40) * 300;
  }

  /** Prefix of the directories of media drivers. */
  get aeronDirectory(): string {
    return join(this.#aeronParent, 'aeron');
  }

  home(nodeId: number): string {
    return join(this.directory, `node${nodeId}`);
  }

  startAll(): void {
    for (const nodeId of MEMBERS) {
      this.start(nodeId);
    }
  }

  start(nodeId: number): void {
    const main = join(ROOT, 'build', 'samples', 'basic-auction', 'cluster-main.js');
    const child = spawn(process.execPath, [main, '--port-base', String(this.portBase), String(nodeId)], {
      cwd: this.directory,
      env: { ...process.env, AERON_DIR: this.aeronDirectory, AERON_CLUSTER_LEADER_HEARTBEAT_TIMEOUT: '5s' },
      // By the channel the node notices that this process is gone, and ends as well.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const log = createWriteStream(this.logFile(nodeId), { flags: 'a' });
    child.stdout!.pipe(log, { end: false });
    child.stderr!.pipe(log, { end: false });
    this.#running.set(nodeId, child);
  }

  logFile(nodeId: number): string {
    return join(this.directory, `cluster-${nodeId}.log`);
  }

  log(nodeId: number): string {
    try {
      return readFileSync(this.logFile(nodeId), 'utf8');
    } catch {
      return '';
    }
  }

  /** SIGKILL: nothing is put in order. */
  async kill(nodeId: number): Promise<void> {
    this.#running.get(nodeId)!.kill('SIGKILL');
    await this.ended(nodeId);
  }

  /** The exit code, once there is one; -1 after a signal. @throws Error after a minute */
  ended(nodeId: number): Promise<number> {
    const child = this.#running.get(nodeId)!;
    return new Promise((resolve, reject) => {
      if (child.exitCode !== null || child.signalCode !== null) {
        resolve(child.exitCode ?? -1);
        return;
      }
      const late = setTimeout(() => reject(new Error(`node ${nodeId} does not end`)), END_MS);
      child.once('exit', (code) => {
        clearTimeout(late);
        resolve(code ?? -1);
      });
    });
  }

  /** `aeron cluster-tool node<id>/cluster <command>`. */
  tool(nodeId: number, command: string): Promise<{ exitCode: number; output: string }> {
    const main = join(ROOT, 'build', 'src', 'cli', 'main.js');
    const child = spawn(process.execPath, [main, 'cluster-tool', join(this.home(nodeId), 'cluster'), command], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: END_MS,
      killSignal: 'SIGKILL',
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString('utf8');
      });
    }
    return new Promise((resolve) => {
      child.once('close', (code) => resolve({ exitCode: code ?? -1, output: output.trim() }));
    });
  }

  /** Ends what still runs and removes every file. */
  async remove(): Promise<void> {
    await Promise.allSettled([...this.#running.keys()].map((nodeId) => this.kill(nodeId)));
    for (const path of [this.directory, this.#aeronParent]) {
      rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
    }
  }
}
