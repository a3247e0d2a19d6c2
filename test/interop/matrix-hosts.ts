import { ALLOW_ALL, AtomicBuffer } from '../../src/agrona/mod.ts';
import { ClusterClient } from '../../src/cluster/client/mod.ts';
import { Archive, ClusteredServiceContainer, ConsensusModule, MediaDriver } from '../../src/launch/mod.ts';
import type { Child } from './child.ts';

/** The components of a node, in the order in which they are started. */
export const COMPONENTS = ['driver', 'archive', 'consensus', 'service', 'client'] as const;
export type Component = (typeof COMPONENTS)[number];

/** Java gives up sooner and says why. */
const PATIENCE_MS = 90_000;

/** Where a node lives. */
export interface NodePlace {
  readonly aeronDirectory: string;
  /** Folder of archive and cluster. */
  readonly home: string;
  readonly members: string;
  readonly ingress: string;
  readonly archive: string;
}

/** Runs components of one language. */
export interface ComponentHost {
  /** Resolves with what stops it again. */
  start(component: Component, place: NodePlace): Promise<() => Promise<void>>;
  /** 'customer price yes' or 'customer price no': how the auction stands after the bid. */
  bid(customer: number, price: number): Promise<string>;
  /** Asks for a snapshot, as a client. */
  snapshot(): Promise<void>;
}

/** Our own ComponentHost in one Java process. */
export class JavaHost implements ComponentHost {
  readonly #child: Child;
  #answers = 0;

  constructor(child: Child) {
    this.#child = child;
  }

  async start(component: Component, place: NodePlace): Promise<() => Promise<void>> {
    const { aeronDirectory, home, members, ingress, archive } = place;
    const words = { dir: aeronDirectory, home, members, ingress, archive };
    const options = Object.entries(words).map(([name, value]) => `${name}=${value}`);
    await this.#ask(`start ${component} ${options.join(' ')}`, 'STARTED');
    return async () => {
      await this.#ask(`stop ${component}`, 'STOPPED');
    };
  }

  async bid(customer: number, price: number): Promise<string> {
    return this.#ask(`bid ${customer} ${price}`, 'BID');
  }

  async snapshot(): Promise<void> {
    const answer = await this.#ask('snapshot', 'ADMIN');
    if (!answer.startsWith('OK')) {
      throw new Error(`the snapshot was refused: ${answer}`);
    }
  }

  /** The rest of the answer behind its word. */
  async #ask(command: string, expected: string): Promise<string> {
    this.#child.type(`${command}\n`);
    const answer = await this.#child.nthLine(/^(STARTED|STOPPED|BID|ADMIN|FAILED)\b/, this.#answers++, PATIENCE_MS);
    if (!answer.startsWith(expected)) {
      throw new Error(`java answered '${answer}' to '${command}'; it printed:\n${this.#child.output.slice(-4000)}`);
    }
    return answer.slice(expected.length + 1);
  }
}

interface Closeable {
  close(): Promise<void>;
}

/** Our components, each in a thread of its own in this process. */
export class TypeScriptHost implements ComponentHost {
  #client: ClusterClient | undefined;

  async start(component: Component, place: NodePlace): Promise<() => Promise<void>> {
    const running = await launch(component, place);
    if (running instanceof ClusterClient) {
      this.#client = running;
    }
    return () => running.close();
  }

  async bid(customer: number, price: number): Promise<string> {
    const bid = AtomicBuffer.allocate(24);
    bid.putInt64(0, 1);
    bid.putInt64(8, customer);
    bid.putInt64(16, price);
    const client = this.#client!;
    await client.send(bid.copyBytes(0, 24));
    const { value } = await client.messages({ signal: AbortSignal.timeout(60_000) }).next();
    const answer = AtomicBuffer.copyOf(value!.data);
    return `${answer.getInt64(8)} ${answer.getInt64(16)} ${answer.getInt8(24) === 1 ? 'yes' : 'no'}`;
  }

  async snapshot(): Promise<void> {
    await this.#client!.takeSnapshot({ signal: AbortSignal.timeout(60_000) });
  }
}

function launch(component: Component, place: NodePlace): Promise<Closeable> {
  const { aeronDirectory: aeronDirectoryName, home, ingress, archive } = place;
  switch (component) {
    case 'driver':
      return MediaDriver.launch({ aeronDirectoryName, dirDeleteOnShutdown: true, termBufferSparseFile: true });
    case 'archive':
      return Archive.launch({
        aeronDirectoryName,
        archiveDir: `${home}/archive`,
        segmentFileLength: '1m',
        recordingEventsEnabled: false,
        controlChannel: `aeron:udp?endpoint=${archive}`,
        replicationChannel: 'aeron:udp?endpoint=localhost:0',
      });
    case 'consensus':
      return ConsensusModule.launch(
        {
          aeronDirectoryName,
          clusterDir: `${home}/cluster`,
          clusterMemberId: 0,
          clusterMembers: place.members,
          ingressChannel: 'aeron:udp?term-length=64k',
          logChannel: 'aeron:udp?term-length=256k',
          replicationChannel: 'aeron:udp?endpoint=localhost:0',
          authorisationServiceSupplier: () => ALLOW_ALL,
        },
        // That services go before it is no news here.
        { inThisThread: true, errorHandler: () => {} },
      );
    case 'service':
      return ClusteredServiceContainer.launch({
        serviceModule: new URL('../../samples/basic-auction/service-module.js', import.meta.url),
        serviceArguments: [{ isQuiet: true }],
        aeronDirectoryName,
        clusterDir: `${home}/cluster`,
      });
    case 'client':
      return ClusterClient.connect({
        aeronDirectoryName,
        ingressChannel: 'aeron:udp?term-length=64k',
        ingressEndpoints: ingress,
        egressChannel: 'aeron:udp?endpoint=localhost:0',
        messageTimeoutNs: '60s',
      });
  }
}
