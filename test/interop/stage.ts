import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { AERON_VERSIONS, type AeronVersion, classPath, JAVA_OPTIONS } from '../../scripts/java.ts';
import { ROOT } from '../../scripts/run.ts';
import { CncFile, CncFileDescriptor } from '../../src/protocol/mod.ts';
import { freePort } from '../ports.ts';
import { Child } from './child.ts';

export type Language = 'java' | 'typescript';
export type Options = Readonly<Record<string, string | number | boolean>>;

export interface DriverOptions {
  readonly language: Language;
  readonly version?: AeronVersion;
  /** Upstream's properties, beside those that all drivers here have. */
  readonly properties?: Options;
}

/** How to start an archive with a media driver of its own, and how clients find it. */
export interface ArchiveOptions extends Omit<DriverOptions, 'language'> {
  /** Where its files go; one that is there already is taken over. By default a new one beside the driver's directory. */
  readonly archiveDirectory?: string;
  /** With the authenticator that ChallengeAuthenticator.java is. */
  readonly isGuarded?: boolean;
}

/** An archive that runs. */
export interface ArchivePlace {
  readonly child: Child;
  /** Of its media driver. */
  readonly directory: string;
  readonly archiveDirectory: string;
  /** Where it takes requests from the network; on its driver there is 'aeron:ipc' as well, both on stream 10. */
  readonly controlChannel: string;
  readonly recordingEventsChannel: string;
}

const DRIVER_PROPERTIES: Options = {
  'aeron.threading.mode': 'SHARED',
  'aeron.term.buffer.sparse.file': true,
  'aeron.dir.delete.on.shutdown': true,
  'aeron.timer.interval': '100ms',
};
const SUPPLIER = 'ChallengeAuthenticator$Supplier';
const MEMORY_DIRECTORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** Directories not yet removed: they go when the test process ends, however it ends. */
const directories = new Set<string>();
process.on('exit', () => {
  for (const directory of directories) {
    try {
      removeDirectory(directory);
    } catch (error) {
      console.error(error);
    }
  }
});

function removeDirectory(directory: string): void {
  // A process that was killed may still be on its way out of a system call that makes a file there.
  rmSync(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
  directories.delete(directory);
}

/** What one test runs: drivers, peers and samples in either language, all ended and removed by `clear`. */
export class Stage {
  readonly #children: Child[] = [];
  readonly #directories: string[] = [];

  /** A new Aeron directory's path; nothing is there yet. */
  directory(): string {
    const parent = mkdtempSync(join(MEMORY_DIRECTORY, 'aeron-interop-'));
    this.#directories.push(parent);
    directories.add(parent);
    return join(parent, 'aeron');
  }

  /** Starts a media driver process and waits until clients can connect. */
  async driver(language: Language, directory: string, options: Omit<DriverOptions, 'language'> = {}): Promise<Child> {
    const child = this.startDriver(language, directory, options);
    await this.#untilReady(child, directory);
    return child;
  }

  /** Starts a media driver process, which need not get far. */
  startDriver(language: Language, directory: string, options: Omit<DriverOptions, 'language'> = {}): Child {
    const properties: Options = {
      ...DRIVER_PROPERTIES,
      'aeron.dir': directory,
      ...options.properties,
    };
    return language === 'java'
      ? this.java('io.aeron.driver.MediaDriver', [], properties, options.version)
      : this.aeron(['media-driver'], environmentOf(properties));
  }

  /**
   * Starts a media driver and an archive in one process, and waits until clients can connect to the driver. Its
   * segments are small, its control channel is a port of its own, and it sends recording events.
   */
  async archive(language: Language, options: ArchiveOptions = {}): Promise<ArchivePlace> {
    const directory = this.directory();
    const archiveDirectory = options.archiveDirectory ?? join(dirname(directory), 'archive');
    const controlChannel = `aeron:udp?endpoint=localhost:${freePort()}`;
    const recordingEventsChannel = `aeron:udp?control-mode=dynamic|control=localhost:${freePort()}`;
    const properties: Options = {
      ...DRIVER_PROPERTIES,
      'aeron.dir': directory,
      'aeron.archive.dir': archiveDirectory,
      'aeron.archive.control.channel': controlChannel,
      'aeron.archive.replication.channel': 'aeron:udp?endpoint=localhost:0',
      'aeron.archive.recording.events.enabled': true,
      'aeron.archive.recording.events.channel': recordingEventsChannel,
      'aeron.archive.segment.file.length': 128 * 1024,
      'aeron.archive.threading.mode': 'SHARED',
      ...(options.isGuarded && language === 'java' ? { 'aeron.archive.authenticator.supplier': SUPPLIER } : {}),
      ...options.properties,
    };
    const child =
      language === 'java'
        ? this.java('io.aeron.archive.ArchivingMediaDriver', [], properties, options.version)
        : options.isGuarded
          ? this.#guardedArchive(environmentOf(properties))
          : this.aeron(['archiving-media-driver'], environmentOf(properties));
    await this.#untilReady(child, directory);
    return { child, directory, archiveDirectory, controlChannel, recordingEventsChannel };
  }

  /** Starts our command line tool. */
  aeron(words: readonly string[], environment: NodeJS.ProcessEnv = {}): Child {
    const main = join(ROOT, 'build', 'src', 'cli', 'main.js');
    return this.#keep(new Child(`aeron ${words[0]}`, process.execPath, [main, ...words], environment));
  }

  /** Starts our peer program of a language: `publish` or `subscribe`. */
  peer(language: Language, role: 'publish' | 'subscribe', options: Options, version?: AeronVersion): Child {
    const words = Object.entries(options).map(([name, value]) => `${name}=${value}`);
    return language === 'java'
      ? this.java('Peer', [role, ...words], {}, version)
      : this.#keep(
          new Child(`typescript ${role}`, process.execPath, [
            join(ROOT, 'build', 'test', 'interop', 'peer-main.js'),
            role,
            ...words,
          ]),
        );
  }

  /** Starts a program of ours that is no peer: `node <script> ...`. */
  node(name: string, words: readonly string[], environment: NodeJS.ProcessEnv = {}, directory?: string): Child {
    return this.#keep(new Child(name, process.execPath, words, environment, directory));
  }

  /** Starts a Java main class of Aeron or of ours. */
  java(
    mainClass: string,
    args: readonly string[],
    properties: Options = {},
    version: AeronVersion = AERON_VERSIONS.current,
  ): Child {
    const definitions = Object.entries(properties).map(([name, value]) => `-D${name}=${value}`);
    return this.#keep(
      new Child(`java ${mainClass} (${version})`, 'java', [
        ...JAVA_OPTIONS,
        ...definitions,
        '-cp',
        classPath(version),
        mainClass,
        ...args,
      ]),
    );
  }

  /** Ends everything that still runs and removes every directory. */
  async clear(): Promise<void> {
    try {
      await Promise.all(this.#children.map((child) => (child.ended ? undefined : child.kill('SIGKILL'))));
    } finally {
      this.#directories.forEach(removeDirectory);
    }
  }

  #guardedArchive(environment: NodeJS.ProcessEnv): Child {
    const main = join(ROOT, 'build', 'test', 'interop', 'archive-challenge-main.js');
    return this.#keep(new Child('guarded archive', process.execPath, [main], environment));
  }

  async #untilReady(child: Child, directory: string): Promise<void> {
    const deadline = Date.now() + 60_000;
    while (pidOfDriver(directory) !== child.pid) {
      if (Date.now() > deadline || child.ended) {
        throw new Error(`${child.name} did not come up in ${directory}; it printed:\n${child.output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  #keep(child: Child): Child {
    this.#children.push(child);
    return child;
  }
}

/** Who has written `cnc.dat`; undefined while it is not ready. */
function pidOfDriver(directory: string): number | undefined {
  try {
    const metaData = readFileSync(CncFile.pathIn(directory)).subarray(0, CncFileDescriptor.META_DATA_LENGTH);
    return metaData.readInt32LE(CncFileDescriptor.CNC_VERSION_FIELD_OFFSET) === CncFileDescriptor.CNC_VERSION
      ? Number(metaData.readBigInt64LE(CncFileDescriptor.PID_FIELD_OFFSET))
      : undefined;
  } catch {
    return undefined;
  }
}

/** 'aeron.term.buffer.length' as the environment variable that means the same. */
export function environmentOf(properties: Options): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [name.toUpperCase().replaceAll('.', '_'), String(value)]),
  );
}
