import assert from 'node:assert/strict';
import { AtomicBuffer, ErrorLogReader } from '../../src/agrona/mod.ts';
import { Aeron, type Subscription } from '../../src/client/mod.ts';
import { ClusterMarkFile } from '../../src/cluster/files/mod.ts';
import {
  type ClusteredService,
  ClusteredServiceContainer,
  type GivenServiceOptions,
} from '../../src/cluster/service/mod.ts';
import { SimulatedArchive, SimulatedMediaDriver, SimulatedWorld } from '../../src/simulation/mod.ts';
import { FakeConsensusModule } from './fake-consensus-module.ts';

export const SECOND_NS = 1_000_000_000;
export const CLUSTER_DIR = '/cluster';

/** A member under virtual time: a driver, a fake consensus module, and our container in processes of their own. */
export class ServiceWorld {
  readonly world = new SimulatedWorld({ seed: 1 });
  readonly host = this.world.host('a', { addresses: ['10.0.0.1'] });
  readonly driver = SimulatedMediaDriver.launch(this.host);
  readonly errors: string[] = [];
  module = new FakeConsensusModule(this.host.process('consensus'), this.driver.aeronDirectoryName);
  hasTerminated = false;

  /** The consensus module has gone, and another one comes. */
  restartModule(): FakeConsensusModule {
    this.module.close();
    this.module = new FakeConsensusModule(this.host.process('consensus'), this.driver.aeronDirectoryName);
    return this.module;
  }

  launchArchive(): SimulatedArchive {
    return SimulatedArchive.launch(this.host, { controlChannel: 'aeron:udp?endpoint=10.0.0.1:8010' });
  }

  launch(clusteredService: ClusteredService, options: GivenServiceOptions = {}): ClusteredServiceContainer {
    const process = this.host.process('service');
    const container = ClusteredServiceContainer.launch({
      clusteredService,
      clusterDir: CLUSTER_DIR,
      aeronDirectoryName: this.driver.aeronDirectoryName,
      platform: process.platform,
      errorHandler: (error) => this.errors.push(String(error)),
      terminationHook: () => {
        this.hasTerminated = true;
      },
      ...options,
    });
    container.invoker.start();
    process.run(() => container.invoker.invoke());
    return container;
  }

  until(condition: () => boolean, what: string = String(condition)): void {
    assert(this.world.runUntil(condition, 60 * SECOND_NS), `within a minute: ${what}; errors: ${this.errors}`);
  }

  pass(durationNs: number): void {
    this.world.run(durationNs);
  }

  /** A client that listens to a stream. */
  listen(
    channel: string,
    streamId: number,
  ): { readonly texts: string[]; readonly headers: string[]; readonly subscription: Subscription; close(): void } {
    const process = this.host.process('client');
    const aeron = Aeron.connectBlocking({
      platform: process.platform,
      aeronDirectoryName: this.driver.aeronDirectoryName,
      useConductorAgentInvoker: true,
    });
    const id = aeron.asyncAddSubscription(channel, streamId);
    let subscription: Subscription | undefined;
    const texts: string[] = [];
    const headers: string[] = [];
    process.run(() => {
      aeron.conductorAgentInvoker!.invoke();
      return (
        subscription?.poll((buffer, offset, length) => {
          headers.push(`session ${buffer.getBigInt64(offset + 16)} time ${buffer.getBigInt64(offset + 24)}`);
          texts.push(buffer.getStringWithoutLength(offset + 32, length - 32));
        }, 10) ?? 0
      );
    });
    this.until(() => {
      subscription = aeron.getSubscription(id);
      return subscription !== undefined;
    });
    return { texts, headers, subscription: subscription!, close: () => aeron.close() };
  }

  /** What stands in the error log of the mark file. */
  loggedErrors(): string[] {
    const process = this.host.process('observer');
    const path = `${CLUSTER_DIR}/${ClusterMarkFile.filenameForService(0)}`;
    const markFile = ClusterMarkFile.openExisting(process.platform, path, 1000);
    const found: string[] = [];
    ErrorLogReader.read(markFile.errorBuffer, (_count, _first, _last, text) => {
      found.push(text);
    });
    markFile.close();
    return found;
  }
}

export const text = (value: string): AtomicBuffer => AtomicBuffer.ofString(value);
