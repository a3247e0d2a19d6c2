import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { ALLOW_ALL, AtomicBuffer } from '../../src/agrona/mod.ts';
import { ClusterClient } from '../../src/cluster/client/mod.ts';
import { type Cluster, type ClusteredService, ClusterTimeUnit } from '../../src/cluster/service/mod.ts';
import {
  ClusteredMediaDriver,
  ClusteredServiceContainer,
  ClusterNode,
  type LaunchedNode,
  MediaDriver,
  type ServiceModule,
} from '../../src/launch/mod.ts';
import { MemberPlace } from './place.ts';

const AUCTION = new URL('../../samples/basic-auction/service-module.js', import.meta.url);
const QUIET = { serviceModule: AUCTION, serviceArguments: [{ isQuiet: true }] };

/** Answers each message by itself and how many there were. */
class CountingEcho implements ClusteredService {
  count = 0;
  #cluster!: Cluster;

  onStart(cluster: Cluster): void {
    this.#cluster = cluster;
  }

  onSessionMessage(...[session, , buffer, offset, length]: Parameters<ClusteredService['onSessionMessage']>): void {
    this.count++;
    const answer = AtomicBuffer.ofString(`${this.count} ${buffer.getStringWithoutLength(offset, length)}`);
    while (session !== undefined && session.offer(answer) < 0) {
      this.#cluster.idleStrategy.idle(0);
    }
  }
}

function bid(customerId: bigint, price: bigint): Uint8Array {
  const buffer = AtomicBuffer.allocate(24);
  buffer.putBigInt64(8, customerId);
  buffer.putBigInt64(16, price);
  return buffer.copyBytes(0, 24);
}

const priceOf = (data: Uint8Array) => AtomicBuffer.copyOf(data).getBigInt64(16);
const textOf = (data: Uint8Array) => new TextDecoder().decode(data);

describe('Nodes of a cluster', () => {
  let place: MemberPlace;
  const open: { close(): Promise<void> }[] = [];
  beforeEach(() => {
    place = new MemberPlace();
  });
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) {
      await one.close().catch(() => {});
    }
    place.remove();
  });

  const kept = async <T extends { close(): Promise<void> }>(promise: Promise<T>): Promise<T> => {
    const one = await promise;
    open.push(one);
    return one;
  };
  const connect = () =>
    kept(
      ClusterClient.connect({
        aeronDirectoryName: place.aeronDirectoryName,
        ingressChannel: 'aeron:udp?term-length=64k',
        ingressEndpoints: place.ingressEndpoints,
        egressChannel: 'aeron:udp?endpoint=localhost:0',
        messageTimeoutNs: '60s',
      }),
    );
  const next = async (client: ClusterClient) => {
    const { value } = await client.messages({ signal: AbortSignal.timeout(60_000) }).next();
    return value!.data;
  };

  it('says which part of it is missing', async () => {
    const options = { archive: {}, consensusModule: {} } as unknown as Parameters<typeof ClusterNode.launch>[0];
    await assert.rejects(ClusterNode.launch(options), {
      code: 'CONFIGURATION',
      message: /^option services must be given/,
    });
  });

  it('are one loop in one thread, and go on from where they have ended', { timeout: 180_000 }, async () => {
    const launch = () => kept<LaunchedNode>(ClusterNode.launch({ ...place.components, services: [QUIET] }));
    const first = await launch();
    const client = await connect();
    await client.send(bid(7n, 100n));
    assert.equal(priceOf(await next(client)), 100n);
    await client.close();
    await first.close();

    await launch();
    const again = await connect();
    await again.send(bid(8n, 50n));
    assert.equal(priceOf(await next(again)), 100n);
  });

  it('have a service that is an object of the program, on its event loop', { timeout: 120_000 }, async () => {
    const service = new CountingEcho();
    const components = place.components;
    const consensusModule = { ...components.consensusModule, authorisationServiceSupplier: () => ALLOW_ALL };
    const archive = { ...components.archive, localControlStreamId: 1010 };
    const services = [{ clusteredService: service }];
    await kept(ClusterNode.launch({ ...components, archive, consensusModule, services }));
    const client = await connect();
    await client.send('hello');
    assert.equal(textOf(await next(client)), '1 hello');
    assert.equal(service.count, 1);
    await client.takeSnapshot({ signal: AbortSignal.timeout(60_000) });
  });

  it('are apart: a clustered media driver, and containers beside it', { timeout: 120_000 }, async () => {
    const { driver, archive, consensusModule } = place.components;
    await kept(ClusteredMediaDriver.launch(driver!, archive, { ...consensusModule, serviceCount: 2 }));
    const { aeronDirectoryName, clusterDir } = place;
    const echo = new CountingEcho();
    await kept(ClusteredServiceContainer.launch({ ...QUIET, aeronDirectoryName, clusterDir, serviceId: 0 }));
    await kept(
      ClusteredServiceContainer.launch({ clusteredService: echo, aeronDirectoryName, clusterDir, serviceId: 1 }),
    );
    const client = await connect();
    await client.send(bid(7n, 100n));
    const answers = [await next(client), await next(client)];
    assert.equal(answers.filter((data) => data.length === 25 && priceOf(data) === 100n).length, 1);
    assert.equal(echo.count, 1);
  });

  it('refuse a second one on their directory, and go on', { timeout: 120_000 }, async () => {
    await kept(ClusterNode.launch({ ...place.components, services: [QUIET] }));
    await assert.rejects(ClusterNode.launch({ ...place.components, services: [QUIET] }), { code: 'ACTIVE_DRIVER' });
    const driver = { ...place.components.driver!, aeronDirectoryName: `${place.aeronDirectoryName}-other` };
    await assert.rejects(ClusterNode.launch({ ...place.components, driver, services: [QUIET] }), {
      code: 'MARK_FILE_ACTIVE',
    });
    const client = await connect();
    await client.send(bid(7n, 100n));
    assert.equal(priceOf(await next(client)), 100n);
  });

  it('say which option cannot cross into their thread, and which is wrong', async () => {
    const components = place.components;
    const launch = (consensusModule: object) =>
      ClusterNode.launch({
        ...components,
        consensusModule: { ...components.consensusModule, ...consensusModule },
        services: [QUIET],
      });
    await assert.rejects(launch({ authorisationServiceSupplier: () => ALLOW_ALL }), {
      code: 'CONFIGURATION',
      message: /option authorisationServiceSupplier of the consensusModule cannot cross into the node's thread/,
    });
    await assert.rejects(launch({ archiveContext: { aeron: new CountingEcho() } }), {
      code: 'CONFIGURATION',
      message: /option archiveContext.aeron of the consensusModule cannot cross/,
    });
    const services = [{ ...QUIET, serviceArguments: [() => 1] }];
    await assert.rejects(ClusterNode.launch({ ...components, services }), {
      code: 'CONFIGURATION',
      message: /option serviceArguments of the service cannot cross/,
    });
    const clusterClock = { timeUnit: ClusterTimeUnit.MILLIS, time: () => 0n };
    await assert.rejects(launch({ clusterClock }), { code: 'CONFIGURATION', message: /option clusterClock.* cannot/ });
    await assert.rejects(launch({ clusterMembers: '0,localhost:1,localhost:2' }), /localhost:1,localhost:2/);
    await assert.rejects(launch({ clusterMemberId: 7 }), /7/);
    await assert.rejects(launch({ clusterMember: 0 }), { code: 'CONFIGURATION', message: /no option 'clusterMember'/ });
  });

  it('say so when they could not go on', { timeout: 120_000 }, async () => {
    const { aeronDirectoryName, clusterDir } = place;
    const driver = await kept(MediaDriver.launch(place.components.driver));
    const launch = (service: { serviceId: number } & ({ clusteredService: ClusteredService } | ServiceModule)) =>
      kept(
        ClusteredServiceContainer.launch({ ...service, aeronDirectoryName, clusterDir }, { errorHandler: () => {} }),
      );
    const containers = [
      await launch({ serviceId: 0, ...QUIET }),
      await launch({ serviceId: 1, clusteredService: new CountingEcho() }),
    ];
    await driver.close();
    for (const container of containers) {
      await assert.rejects(container.ended, {
        code: 'COMPONENT_FAILED',
        message: /service \d has: unexpected Aeron close/,
      });
      await container.close();
    }
  });

  it('do not start when they are told to end before', { timeout: 30_000 }, async () => {
    const services = [{ ...QUIET, aeronDirectoryName: place.aeronDirectoryName, clusterDir: place.clusterDir }];
    await assert.rejects(ClusteredServiceContainer.launch(services[0]!, { signal: AbortSignal.abort() }), {
      code: 'NODE_ENDED',
    });
  });

  it('outlive what a service throws', { timeout: 120_000 }, async () => {
    const errors: string[] = [];
    class HasABadDay extends CountingEcho {
      override onSessionMessage(...args: Parameters<ClusteredService['onSessionMessage']>): void {
        const [, , buffer, offset, length] = args;
        if (buffer.getStringWithoutLength(offset, length) === 'throw') {
          throw new Error('a bad day');
        }
        super.onSessionMessage(...args);
      }
    }
    await kept(
      ClusterNode.launch(
        { ...place.components, services: [{ clusteredService: new HasABadDay() }] },
        { errorHandler: (component, text) => errors.push(`${component}: ${text}`) },
      ),
    );
    const client = await connect();
    await client.send('throw');
    await client.send('hello');
    assert.equal(textOf(await next(client)), '1 hello');
    assert.match(errors.join('\n'), /service 0: Error: a bad day/);
  });
});
