import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';

/** What a busy machine may need for something that is usually there at once. */
const PATIENCE_MS = 60_000;

/**
 * Everything started here and not yet ended: killed when the test process ends, however it ends. That does not wait for
 * them: what a failed test has left running must not keep its file from ending.
 */
const living = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of living) {
    child.kill('SIGKILL');
  }
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => process.exit(1));
}

/** A program under test, with what it has printed so far. */
export class Child {
  readonly name: string;
  readonly #process: ChildProcess;
  readonly #ended: Promise<number>;
  readonly #lines: string[] = [];
  /** What has come behind the last whole line, of each of its outputs. */
  readonly #partial = { stdout: '', stderr: '' };
  /** Whoever waits for a line. */
  readonly #waiting = new Set<() => void>();
  #exitCode: number | undefined;

  constructor(
    name: string,
    command: string,
    args: readonly string[],
    environment: NodeJS.ProcessEnv = {},
    directory?: string,
  ) {
    this.name = name;
    this.#process = spawn(command, args, {
      cwd: directory,
      env: { ...process.env, ...environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    living.add(this.#process);
    this.#process.unref();
    for (const name of ['stdout', 'stderr'] as const) {
      const stream = this.#process[name] as Socket;
      stream.setEncoding('utf8').on('data', (text: string) => this.#onText(name, text));
      stream.unref();
    }
    const stdin = this.#process.stdin as Socket;
    stdin.on('error', () => {});
    stdin.unref();
    this.#ended = new Promise((resolve) => {
      this.#process.on('error', (error) => this.#onText('stderr', `${error.message}\n`));
      this.#process.on('close', (code, signal) => {
        living.delete(this.#process);
        this.#exitCode = code ?? (signal === null ? 1 : 128);
        resolve(this.#exitCode);
        this.#wake();
      });
    });
  }

  get pid(): number {
    return this.#process.pid!;
  }

  get ended(): boolean {
    return this.#exitCode !== undefined;
  }

  get output(): string {
    return [...this.#lines, this.#partial.stdout + this.#partial.stderr].join('\n');
  }

  /** The first line, already printed or still to come, that matches. @throws Error after `timeoutMs`, or when the program ends without it. */
  async line(pattern: RegExp, timeoutMs = PATIENCE_MS): Promise<string> {
    return this.nthLine(pattern, 0, timeoutMs);
  }

  /** As `line`, for the line behind `index` others that match. */
  async nthLine(pattern: RegExp, index: number, timeoutMs = PATIENCE_MS): Promise<string> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const found = this.#lines.filter((line) => pattern.test(line))[index];
      if (found !== undefined) {
        return found;
      }
      const left = deadline - Date.now();
      if (this.#exitCode !== undefined || left <= 0) {
        const why = left <= 0 ? `in ${timeoutMs} ms` : `before it ended with ${this.#exitCode}`;
        throw new Error(`${this.name}: no line ${pattern} ${why}; it printed:\n${this.output}`);
      }
      await new Promise<void>((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          this.#waiting.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, left);
        this.#waiting.add(wake);
      });
    }
  }

  /** Writes to its standard input. */
  type(text: string): void {
    this.#process.stdin!.write(text);
  }

  /** Closes its standard input, which our peers take as the end, and waits for the exit code. */
  async finish(timeoutMs = PATIENCE_MS): Promise<number> {
    this.#process.stdin!.end();
    return this.#within(timeoutMs);
  }

  /** Sends a signal and waits for the exit code. */
  async kill(signal: NodeJS.Signals = 'SIGKILL', timeoutMs = PATIENCE_MS): Promise<number> {
    this.#process.kill(signal);
    return this.#within(timeoutMs);
  }

  /** Waits for it to end by itself. */
  async exit(timeoutMs = PATIENCE_MS): Promise<number> {
    return this.#within(timeoutMs);
  }

  async #within(timeoutMs: number): Promise<number> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.#process.kill('SIGKILL');
        reject(new Error(`${this.name} did not end in ${timeoutMs} ms; it printed:\n${this.output}`));
      }, timeoutMs);
    });
    try {
      return await Promise.race([this.#ended, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #onText(name: 'stdout' | 'stderr', text: string): void {
    const lines = (this.#partial[name] + text).split('\n');
    this.#partial[name] = lines.pop()!;
    this.#lines.push(...lines);
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting) {
      wake();
    }
  }
}
