import { type ChildProcess, spawn } from 'node:child_process';

/** Everything started here and not yet ended: killed when the test process ends, however it ends. */
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
  #lines: string[] = [];
  #partial = '';
  #exitCode: number | undefined;
  #wake: () => void = () => {};

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
    const onText = (chunk: Buffer) => this.#onText(chunk.toString('utf8'));
    this.#process.stdout!.on('data', onText);
    this.#process.stderr!.on('data', onText);
    this.#process.stdin!.on('error', () => {});
    this.#ended = new Promise((resolve) => {
      this.#process.on('error', (error) => this.#onText(`${error.message}\n`));
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
    return [...this.#lines, this.#partial].join('\n');
  }

  /** The first line, already printed or still to come, that matches. @throws Error after `timeoutMs`, or when the program ends without it. */
  async line(pattern: RegExp, timeoutMs = 30_000): Promise<string> {
    return this.nthLine(pattern, 0, timeoutMs);
  }

  /** As `line`, for the line behind `index` others that match. */
  async nthLine(pattern: RegExp, index: number, timeoutMs = 30_000): Promise<string> {
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
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Writes to its standard input. */
  type(text: string): void {
    this.#process.stdin!.write(text);
  }

  /** Closes its standard input, which our peers take as the end, and waits for the exit code. */
  async finish(timeoutMs = 20_000): Promise<number> {
    this.#process.stdin!.end();
    return this.#within(timeoutMs);
  }

  /** Sends a signal and waits for the exit code. */
  async kill(signal: NodeJS.Signals = 'SIGKILL', timeoutMs = 20_000): Promise<number> {
    this.#process.kill(signal);
    return this.#within(timeoutMs);
  }

  /** Waits for it to end by itself. */
  async exit(timeoutMs = 30_000): Promise<number> {
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

  #onText(text: string): void {
    const lines = (this.#partial + text).split('\n');
    this.#partial = lines.pop()!;
    this.#lines.push(...lines);
    this.#wake();
  }
}
