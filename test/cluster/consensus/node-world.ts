import assert from 'node:assert/strict';
import { type AgentInvoker, AtomicBuffer, AtomicCounter, CountersReader } from '../../../src/agrona/mod.ts';
import { Archive } from '../../../src/archive/server/mod.ts';
import { Aeron } from '../../../src/client/mod.ts';
import {
  AdminResponseCode,
  AeronCluster,
  type AeronClusterOptions,
  EventCode,
} from '../../../src/cluster/client/mod.ts';
import { ConsensusModule, type ConsensusModuleOptions } from '../../../src/cluster/consensus/mod.ts';
import {
  type ClusteredService,
  ClusteredServiceContainer,
  type GivenServiceOptions,
} from '../../../src/cluster/service/mod.ts';
import { MediaDriver } from '../../../src/driver/mod.ts';
import type { SimulatedProcess } from '../../../src/platform/simulated/mod.ts';
import { AeronCounters, CncFile } from '../../../src/protocol/mod.ts';
import { SimulatedMediaDriver, SimulatedWorld } from '../../../src/simulation/mod.ts';
import { TextService } from '../text-service.ts';

const SECOND_NS = 1_000_000_000;
export const AERON_DIRECTORY = '/dev/shm/aeron';
const ADDRESS = '10.0.0.1';
const EVENT_LOG = '/events.log';
const MEMBERS = `0,${[9002, 9003, 9004, 9005, 9001].map((port) => `${ADDRESS}:${port}`).join(',')}`;

interface Component {
  readonly process: SimulatedProcess;
  readonly invoker: AgentInvoker;
}

/** A cluster of one member under virtual time, each component in a process of its own. */
export class NodeWorld {
  readonly world = new SimulatedWorld({ seed: 1 });
  readonly host = this.world.host('node', { addresses: [ADDRESS] });
  /** What the consensus module has reported, as 'CODE message'. */
  readonly errors: string[] = [];
  readonly serviceLog: string[] = [];
  /** The environment of the components. */
  readonly variables: Record<string, string> = {};
  readonly components = new Map<string, Component>();
  /** What every consensus module here has. */
  readonly moduleOptions: ConsensusModuleOptions = {
    useAgentInvoker: true,
    clusterDir: '/cluster',
    clusterMembers: MEMBERS,
    ingressChannel: 'aeron:udp?term-length=64k',
    logChannel: 'aeron:udp?term-length=64k',
    replicationChannel: `aeron:udp?endpoint=${ADDRESS}:0`,
  };
  hasTerminated = false;
  #clients = 0;

  /** Driver, archive, consensus module and one text service, unless told otherwise. */
  start(options: ConsensusModuleOptions = {}): this {
    this.startDriver();
    this.startArchive();
    this.startModule(options);
    this.startService();
    return this;
  }

  startDriver(): void {
    this.#launch('driver', ({ platform }) => {
      const driver = MediaDriver.launch({
        platform,
        aeronDirectoryName: AERON_DIRECTORY,
        threadingMode: 'INVOKER',
        dirDeleteOnStart: true,
        publicationTermBufferLength: 64 * 1024,
        ipcTermBufferLength: 64 * 1024,
        termBufferSparseFile: true,
      });
      return driver.sharedAgentInvoker!;
    });
  }

  startArchive(archiveDir = '/archive'): void {
    this.#launch('archive', ({ platform }) => {
      const archive = Archive.launch({
        platform,
        aeronDirectoryName: AERON_DIRECTORY,
        threadingMode: 'INVOKER',
        archiveDir,
        controlChannel: `aeron:udp?endpoint=${ADDRESS}:9001`,
        replicationChannel: `aeron:udp?endpoint=${ADDRESS}:0`,
        recordingEventsEnabled: false,
        segmentFileLength: 128 * 1024,
        catalogCapacity: 64 * 1024,
        lowStorageSpaceThreshold: 0,
        errorHandler: () => {},
      });
      return archive.invoker!;
    });
  }

  startModule(options: ConsensusModuleOptions = {}, name = 'module'): void {
    this.#launch(name, ({ platform }) => {
      const module = ConsensusModule.launch({
        ...this.moduleOptions,
        platform,
        aeronDirectoryName: AERON_DIRECTORY,
        errorHandler: (error) => this.errors.push(describe(error)),
        terminationHook: () => {
          this.hasTerminated = true;
        },
        ...options,
      });
      return module.invoker!;
    });
  }

  startService(
    clusteredService: ClusteredService = new TextService((line) => this.serviceLog.push(line)),
    serviceId = 0,
    options: GivenServiceOptions = {},
  ): void {
    this.#launch(`service ${serviceId}`, ({ platform }) => {
      const container = ClusteredServiceContainer.launch({
        platform,
        aeronDirectoryName: AERON_DIRECTORY,
        clusteredService,
        serviceId,
        clusterDir: '/cluster',
        errorHandler: () => {},
        ...options,
      });
      return container.invoker;
    });
  }

  /** Before the start: the consensus module keeps its events for `events`. */
  logEvents(disabled = 'none'): this {
    this.variables['AERON_EVENT_CLUSTER_LOG'] = 'all';
    this.variables['AERON_EVENT_CLUSTER_LOG_DISABLE'] = disabled;
    this.variables['AERON_EVENT_LOG_FILENAME'] = EVENT_LOG;
    return this;
  }

  /** What has happened, of one kind or of all, without times. */
  events(name = ''): string[] {
    const { files } = this.host.process('reader').platform;
    return new TextDecoder()
      .decode(files.readWhole(EVENT_LOG))
      .split('\n')
      .filter((line) => line.includes(`CLUSTER: ${name}`))
      .map((line) => line.replace(/^.*CLUSTER: /, '').replace(/ timestamp=\d+/, ' timestamp=T'));
  }

  /** Closes a component in order. */
  stop(name: string): void {
    const { invoker, process } = this.components.get(name)!;
    invoker.close();
    process.kill();
    this.components.delete(name);
  }

  kill(name: string): void {
    this.components.get(name)!.process.kill();
    this.components.delete(name);
  }

  /** Everything, in order, the last one first. */
  stopAll(): void {
    for (const name of [...this.components.keys()].reverse()) {
      this.stop(name);
    }
  }

  isRunning(name: string): boolean {
    return this.components.get(name)?.invoker.isRunning === true;
  }

  newClient(options: AeronClusterOptions = {}): ClusterClientUnderTest {
    return new ClusterClientUnderTest(this, `10.0.1.${++this.#clients}`, options);
  }

  /** A client of the cluster, which is in. */
  client(options: AeronClusterOptions = {}): ClusterClientUnderTest {
    const client = this.newClient(options);
    this.until(() => client.isConnected || client.failure !== undefined, 'the client connects');
    assert.equal(client.failure, undefined);
    return client;
  }

  /** A client of the driver. */
  aeron(name: string): { readonly process: SimulatedProcess; readonly aeron: Aeron } {
    const process = this.host.process(name);
    const aeron = Aeron.connectBlocking({
      platform: process.platform,
      aeronDirectoryName: AERON_DIRECTORY,
      useConductorAgentInvoker: true,
    });
    process.run(() => aeron.conductorAgentInvoker!.invoke());
    return { process, aeron };
  }

  /** A counter of the cluster. */
  counter(typeId: number): AtomicCounter {
    const { platform } = this.host.process('observer');
    const cnc = CncFile.tryMap(platform, AERON_DIRECTORY);
    assert(cnc instanceof CncFile);
    const counters = new CountersReader(cnc.countersMetaDataBuffer, cnc.countersValuesBuffer);
    const id = counters.findAllocated((counterId) => counters.getCounterTypeId(counterId) === typeId);
    return new AtomicCounter(cnc.countersValuesBuffer, id);
  }

  toggle(value: number): void {
    const counter = this.counter(AeronCounters.CLUSTER_CONTROL_TOGGLE_TYPE_ID);
    this.until(() => counter.compareAndSet(1, value), 'the toggle is free');
  }

  until(condition: () => boolean, what: string = String(condition)): void {
    const happens = this.world.runUntil(condition, 60 * SECOND_NS);
    assert(
      happens,
      `within a minute: ${what}; service: ${this.serviceLog.join(' | ')}; errors: ${this.errors.join(' | ')}`,
    );
  }

  pass(durationNs: number): void {
    this.world.run(durationNs);
  }

  /** An error of the consensus module that matches has come. */
  untilError(pattern: RegExp): void {
    this.until(() => this.errors.some((error) => pattern.test(error)), `an error ${pattern}`);
  }

  #launch(name: string, launch: (process: SimulatedProcess) => AgentInvoker): void {
    const process = this.host.process(name, { variables: this.variables });
    const invoker = launch(process);
    this.components.set(name, { process, invoker });
    invoker.start();
    process.run(() => invoker.invoke());
  }
}

/** Sends lines of text and keeps what comes back. */
export class ClusterClientUnderTest {
  readonly messages: string[] = [];
  /** Answers to admin requests, as 'OK', 'UNAUTHORISED_ACCESS ...'. */
  readonly admin: string[] = [];
  /** Of the session, as 'CLOSED TIMEOUT'. */
  readonly events: string[] = [];
  cluster: AeronCluster | undefined;
  /** Why it could not connect. */
  failure: Error | undefined;
  readonly process: SimulatedProcess;
  readonly #connecting: ReturnType<typeof AeronCluster.asyncConnect>;
  readonly #lines: string[] = [];
  #nextKeepAliveNs = 0;

  constructor(node: NodeWorld, address: string, options: AeronClusterOptions) {
    const isOnNode = options.aeronDirectoryName !== undefined;
    const host = isOnNode ? node.host : node.world.host(address, { addresses: [address] });
    const aeronDirectoryName = isOnNode ? '' : SimulatedMediaDriver.launch(host).driver.aeronDirectoryName;
    this.process = host.process('client');
    this.#connecting = AeronCluster.asyncConnect({
      platform: this.process.platform,
      aeronDirectoryName,
      ingressChannel: 'aeron:udp?term-length=64k',
      ingressEndpoints: `0=${ADDRESS}:9002`,
      egressChannel: `aeron:udp?endpoint=${address}:9100|term-length=64k`,
      egressListener: {
        onMessage: (_sessionId, _timestamp, buffer, offset, length) => {
          this.messages.push(buffer.getStringWithoutLength(offset, length));
        },
        onSessionEvent: (_correlationId, _sessionId, _termId, _leaderId, code, detail) => {
          this.events.push(`${nameOf(EventCode, code)} ${detail}`.trim());
        },
        onAdminResponse: (_sessionId, _correlationId, _type, code, message) => {
          this.admin.push(`${nameOf(AdminResponseCode, code)} ${message}`.trim());
        },
      },
      ...options,
    });
    this.process.run(() => this.#doWork());
  }

  get isConnected(): boolean {
    return this.cluster !== undefined;
  }

  send(...lines: string[]): void {
    this.#lines.push(...lines);
  }

  #doWork(): number {
    if (this.failure !== undefined) {
      return 0;
    }
    if (this.cluster === undefined) {
      try {
        this.cluster = this.#connecting.poll();
      } catch (error) {
        this.failure = error as Error;
      }
      return 1;
    }
    const nowNs = this.process.platform.clock.nanoTime();
    if (nowNs >= this.#nextKeepAliveNs) {
      this.#nextKeepAliveNs = nowNs + SECOND_NS;
      this.cluster.sendKeepAlive();
    }
    const [line] = this.#lines;
    if (line !== undefined && this.cluster.offer(AtomicBuffer.ofString(line)) > 0) {
      this.#lines.shift();
    }
    return this.cluster.pollEgress();
  }
}

function nameOf(names: Readonly<Record<string, number>>, value: number): string {
  return Object.entries(names).find(([, candidate]) => candidate === value)?.[0] ?? String(value);
}

function describe(error: unknown): string {
  const { code, message } = error as { code?: string; message: string };
  return `${code ?? 'ERROR'} ${message}`;
}
