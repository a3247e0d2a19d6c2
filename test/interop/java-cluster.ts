import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { AeronVersion } from '../../scripts/java.ts';
import { ROOT } from '../../scripts/run.ts';
import { freePort } from '../ports.ts';
import type { Child } from './child.ts';
import { environmentOf, type Language, type Options, type Stage } from './stage.ts';

/** Of what is started with its driver, and waits until a busy machine has that running. */
const PATIENT: Options = { 'aeron.driver.timeout': 60_000 };
const PORTS_OF_A_MEMBER = ['ingress', 'consensus', 'log', 'catchup', 'archive'] as const;

export interface JavaClusterOptions {
  readonly members?: number;
  /** Of each member. */
  readonly services?: number;
  readonly version?: AeronVersion;
  readonly properties?: Options;
  /** Whose consensus modules these are; Java's by default. Ours has a process of its own. */
  readonly consensusModules?: readonly Language[];
  /** Where the consensus module is ours, driver and archive are, too: all in one loop. */
  readonly hasWholeNodes?: boolean;
}

/** Members of a cluster whose driver, archive and, unless told otherwise, consensus module are Java's. */
export class JavaCluster {
  readonly ingressEndpoints: string;
  /** Of all members, as a backup is given them. */
  readonly consensusEndpoints: string;
  readonly members: readonly JavaMember[];

  constructor(stage: Stage, options: JavaClusterOptions = {}) {
    const { members = 1 } = options;
    const ports = Array.from({ length: members }, () => PORTS_OF_A_MEMBER.map(() => freePort()));
    const clusterMembers = ports.map((own, id) => [id, ...own.map((p) => `localhost:${p}`)].join(',')).join('|');
    this.ingressEndpoints = ports.map(([ingress], id) => `${id}=localhost:${ingress}`).join(',');
    this.consensusEndpoints = ports.map(([, consensus]) => `localhost:${consensus}`).join(',');
    this.members = ports.map((own, id) => new JavaMember(stage, id, own.at(-1)!, clusterMembers, options));
  }

  /** Starts every member. */
  start(): void {
    for (const member of this.members) {
      member.start();
    }
  }
}

export class JavaMember {
  readonly id: number;
  readonly aeronDirectory: string;
  readonly clusterDirectory: string;
  readonly #stage: Stage;
  readonly #properties: Options;
  readonly #version: AeronVersion | undefined;
  readonly #isWhole: boolean;
  /** Of the consensus module. */
  language: Language;
  /** Driver, archive and, when it is Java's, consensus module. */
  node: Child | undefined;
  /** When it is ours. */
  consensusModule: Child | undefined;

  constructor(stage: Stage, id: number, archivePort: number, clusterMembers: string, options: JavaClusterOptions) {
    this.#stage = stage;
    this.#version = options.version;
    this.#isWhole = options.hasWholeNodes === true;
    this.language = options.consensusModules?.[id] ?? 'java';
    this.id = id;
    this.aeronDirectory = stage.directory();
    const home = join(this.aeronDirectory, '..');
    this.clusterDirectory = join(home, 'cluster');
    this.#properties = {
      'aeron.dir': this.aeronDirectory,
      'aeron.dir.delete.on.start': true,
      'aeron.threading.mode': 'SHARED',
      'aeron.term.buffer.sparse.file': true,
      'aeron.term.buffer.length': '64k',
      'aeron.ipc.term.buffer.length': '1m',
      'aeron.archive.dir': join(home, 'archive'),
      'aeron.archive.threading.mode': 'SHARED',
      'aeron.archive.control.channel': `aeron:udp?endpoint=localhost:${archivePort}`,
      'aeron.archive.replication.channel': 'aeron:udp?endpoint=localhost:0',
      'aeron.archive.segment.file.length': '4m',
      'aeron.archive.recording.events.enabled': false,
      'aeron.cluster.dir': this.clusterDirectory,
      'aeron.cluster.member.id': id,
      'aeron.cluster.members': clusterMembers,
      'aeron.cluster.service.count': options.services ?? 1,
      'aeron.cluster.ingress.channel': 'aeron:udp?term-length=64k',
      'aeron.cluster.log.channel': 'aeron:udp?term-length=256k',
      'aeron.cluster.replication.channel': 'aeron:udp?endpoint=localhost:0',
      ...options.properties,
    };
  }

  start(): Child {
    if (this.language === 'typescript' && this.#isWhole) {
      this.node = this.#stage.aeron(['clustered-media-driver'], environmentOf(this.#properties));
      return this.node;
    }
    const mainClass =
      this.language === 'java' ? 'io.aeron.cluster.ClusteredMediaDriver' : 'io.aeron.archive.ArchivingMediaDriver';
    this.node = this.#stage.java(mainClass, [], this.#properties, this.#version);
    if (this.language === 'typescript') {
      this.startConsensusModule();
    }
    return this.node;
  }

  /** Our consensus module, beside a Java driver and archive that are there or about to be. */
  startConsensusModule(): Child {
    this.consensusModule = this.#stage.aeron(['consensus-module'], environmentOf({ ...this.#properties, ...PATIENT }));
    return this.consensusModule;
  }

  /** Ends the node in order, as far as it still runs. */
  async stop(): Promise<void> {
    await this.consensusModule?.kill('SIGTERM');
    await this.node!.kill('SIGTERM');
  }

  /** Kills the processes of the node; its services have processes of their own. */
  async kill(): Promise<void> {
    await Promise.all([this.consensusModule?.kill('SIGKILL'), this.node!.kill('SIGKILL')]);
    // Otherwise whoever is quicker than the next driver takes the old one for alive.
    rmSync(this.aeronDirectory, { recursive: true, force: true });
  }

  /** Removes all that the node has on disk. */
  wipe(): void {
    rmSync(this.clusterDirectory, { recursive: true });
    rmSync(String(this.#properties['aeron.archive.dir']), { recursive: true });
  }

  /** Removes the mark files that killed processes have left, which otherwise count as theirs for ten seconds. */
  forgetOwners(): void {
    for (const name of readdirSync(this.clusterDirectory)) {
      if (name.startsWith('cluster-mark')) {
        rmSync(join(this.clusterDirectory, name));
      }
    }
    rmSync(join(String(this.#properties['aeron.archive.dir']), 'archive-mark.dat'), { force: true });
  }

  /** Our container with a service of the tests. */
  service(kind: 'text' | 'auction', serviceId = 0): Child {
    const words = [
      join(ROOT, 'build', 'test', 'interop', 'service-main.js'),
      kind,
      `dir=${this.aeronDirectory}`,
      `clusterDir=${this.clusterDirectory}`,
      `serviceId=${serviceId}`,
    ];
    return this.#stage.node(`${kind} service ${serviceId} of member ${this.id}`, words, environmentOf(PATIENT));
  }

  /** Java's container with the service of a class that is on the class path. */
  javaService(className: string, serviceId = 0): Child {
    return this.#stage.java(
      'io.aeron.cluster.service.ClusteredServiceContainer',
      [],
      {
        ...PATIENT,
        'aeron.dir': this.aeronDirectory,
        'aeron.cluster.dir': this.clusterDirectory,
        'aeron.cluster.service.class.name': className,
        'aeron.cluster.service.id': serviceId,
      },
      this.#version,
    );
  }

  /** Our cluster tool on this member's directory. Waits until it has ended. @throws Error when that fails */
  async ourTool(command: string): Promise<string> {
    const tool = this.#stage.aeron(['cluster-tool', this.clusterDirectory, command]);
    const exitCode = await tool.exit();
    if (exitCode !== 0) {
      throw new Error(`cluster-tool ${command} ended with ${exitCode}; it printed:\n${tool.output}`);
    }
    return tool.output;
  }

  /** Java's ClusterTool on this member's directory. Waits until it has ended. @throws Error when that fails */
  async tool(command: string): Promise<string> {
    const tool = this.#stage.java('io.aeron.cluster.ClusterTool', [this.clusterDirectory, command], {}, this.#version);
    const exitCode = await tool.exit();
    if (exitCode !== 0) {
      throw new Error(`ClusterTool ${command} ended with ${exitCode}; it printed:\n${tool.output}`);
    }
    return tool.output;
  }
}

/** Java's backup of a cluster, with a driver and an archive of its own. */
export function javaClusterBackup(stage: Stage, cluster: JavaCluster) {
  const aeronDirectory = stage.directory();
  const clusterDirectory = join(aeronDirectory, '..', 'cluster');
  const child = stage.java('io.aeron.cluster.ClusterBackupMediaDriver', [], {
    'aeron.dir': aeronDirectory,
    'aeron.threading.mode': 'SHARED',
    'aeron.term.buffer.sparse.file': true,
    'aeron.archive.dir': join(aeronDirectory, '..', 'archive'),
    'aeron.archive.threading.mode': 'SHARED',
    'aeron.archive.control.channel': `aeron:udp?endpoint=localhost:${freePort()}`,
    'aeron.archive.control.response.channel': 'aeron:udp?endpoint=localhost:0',
    'aeron.archive.replication.channel': 'aeron:udp?endpoint=localhost:0',
    'aeron.archive.segment.file.length': '4m',
    'aeron.archive.recording.events.enabled': false,
    'aeron.cluster.dir': clusterDirectory,
    'aeron.cluster.consensus.channel': `aeron:udp?endpoint=localhost:${freePort()}`,
    'aeron.cluster.consensus.endpoints': cluster.consensusEndpoints,
    'aeron.cluster.backup.catchup.endpoint': `localhost:${freePort()}`,
  });
  return {
    child,
    /** What is in its recording log. */
    recordingLog: (): Buffer => {
      const path = join(clusterDirectory, 'recording.log');
      return existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
    },
    tool: async (command: string): Promise<string> => {
      const tool = stage.java('io.aeron.cluster.ClusterTool', [clusterDirectory, command]);
      await tool.exit();
      return tool.output;
    },
  };
}

/** Java's client, of a line for each message. */
export function javaClusterClient(stage: Stage, ingressEndpoints: string, version?: AeronVersion): Child {
  return stage.java('ClusterClient', [`dir=${stage.directory()}`, `endpoints=${ingressEndpoints}`], {}, version);
}
