import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AtomicBuffer } from '../../../src/agrona/mod.ts';
import { ClusterControlToggle, type ConsensusModuleOptions } from '../../../src/cluster/consensus/mod.ts';
import type { ClientSession } from '../../../src/cluster/service/mod.ts';
import { TextService } from '../text-service.ts';
import { AERON_DIRECTORY, NodeWorld } from './node-world.ts';
import { ThreeMembers } from './three-members.ts';

const SECOND_NS = 1_000_000_000;
const NANOSECONDS = { clusterClock: 'io.aeron.cluster.NanosecondClusterClock' };

/** Notes the times of messages. */
class PunctualService extends TextService {
  readonly times: bigint[];

  constructor(times: bigint[], log: (line: string) => void) {
    super(log);
    this.times = times;
  }

  override onSessionMessage(
    session: ClientSession | undefined,
    timestamp: bigint,
    buffer: AtomicBuffer,
    offset: number,
    length: number,
  ): void {
    this.times.push(timestamp);
    super.onSessionMessage(session, timestamp, buffer, offset, length);
  }
}

/** They serve a client, lose their leader and take it back: it loads the snapshot, and catches up. */
async function liveThrough(three: ThreeMembers, connect: () => Promise<void>): Promise<void> {
  const snapshot = async (sum: number) => {
    three.toggle(await three.leader(), ClusterControlToggle.NEUTRAL, ClusterControlToggle.SNAPSHOT);
    const isTaken = (log: readonly string[]) => log.some((line) => line.startsWith(`SNAPSHOT sum=${sum}`));
    await three.until(() => three.logs.every(isTaken), 'all take a snapshot');
    await three.settle();
  };
  await connect();
  three.send('add 40');
  await three.until(() => three.messages.includes('sum 40'));
  await snapshot(40);
  const first = await three.leader();
  first.kill();
  await three.until(() => three.cluster.leader !== undefined && three.cluster.leader !== first);
  await three.leader();
  three.send('add 1');
  await three.until(() => three.messages.includes('sum 41'), 'the other two go on');
  await three.settle(11 * SECOND_NS);
  three.cluster.start(first.id);
  await three.until(() => three.logs[first.id]!.some((line) => /^START from sum=40/.test(line)));
  three.send('add 1');
  await three.until(() => three.messages.includes('sum 42'));
  await snapshot(42);
}

describe('a cluster that counts nanoseconds', () => {
  it('has times beyond 2^53, timers and time-outs in them, and keeps them in snapshots', () => {
    const node = new NodeWorld();
    const times: bigint[] = [];
    const start = () => {
      node.startDriver();
      node.startArchive();
      node.startModule({ ...NANOSECONDS, sessionTimeoutNs: 3 * SECOND_NS });
      node.startService(new PunctualService(times, (line) => node.serviceLog.push(line)));
    };
    start();
    const client = node.client();
    client.send('add 40', `timer 1 ${SECOND_NS / 2}`, `timer 2 ${30 * SECOND_NS}`, `timer 3 ${40 * SECOND_NS}`);
    node.until(() => client.messages.includes('sum 40'));
    const timeMs = Number(times[0]! / 1_000_000n);
    const nowMs = node.host.process('watch').platform.clock.epochTimeMs();
    assert(timeMs <= nowMs && nowMs - timeMs < 1_000, `${times[0]} at ${nowMs}`);
    node.until(() => node.serviceLog.includes('TIMER 1'));
    client.send('cancel 3');
    node.pass(SECOND_NS);
    node.toggle(ClusterControlToggle.SNAPSHOT);
    node.until(() => node.serviceLog.some((line) => line.startsWith('SNAPSHOT sum=40')));
    client.process.kill();
    node.until(() => node.serviceLog.includes('CLOSE 1 TIMEOUT'));
    node.stopAll();
    start();
    node.until(() => node.serviceLog.some((line) => /^START from sum=40 .* sessions 1$/.test(line)));
    node.client();
    assert(!node.serviceLog.includes('TIMER 2'), 'it is not due yet');
    node.until(() => node.serviceLog.includes('TIMER 2'));
    node.pass(15 * SECOND_NS);
    assert.deepEqual(
      node.serviceLog.filter((line) => line.startsWith('TIMER')),
      ['TIMER 1', 'TIMER 2'],
    );
    assert.deepEqual(node.errors, []);
  });

  it('has them with three members, across fail-overs', async () => {
    const three = new ThreeMembers({ consensusModule: NANOSECONDS });
    await three.connect();
    three.send(`timer 7 ${6 * SECOND_NS}`);
    await liveThrough(three, async () => {});
    await three.until(() => three.messages.includes('timer 7'));
    assert.equal(three.messages.filter((message) => message === 'timer 7').length, 1);
  });
});

describe('three members whose', () => {
  const multicastLog = { logChannel: 'aeron:udp?endpoint=239.5.5.5:9010|term-length=64k' };
  const configurations: [string, ConsensusModuleOptions][] = [
    ['log is multicast', multicastLog],
    [
      'log and messages go out of any address',
      { enableControlOnConsensusChannel: false, enableControlOnLogChannel: false },
    ],
  ];
  for (const [name, consensusModule] of configurations) {
    it(`${name} fail over and come back`, async () => {
      const three = new ThreeMembers({ consensusModule });
      await liveThrough(three, () => three.connect());
    });
  }

  it('ingress is multicast fail over and come back', async () => {
    const ingressChannel = 'aeron:udp?endpoint=239.5.5.7:9012|term-length=64k';
    const three = new ThreeMembers({ consensusModule: { ingressChannel } });
    await liveThrough(three, () => three.connect('', undefined, { ingressChannel, ingressEndpoints: undefined }));
  });
});

describe('a cluster of one', () => {
  it('whose service does not answer applies what it is sent, and connects nothing', () => {
    const node = new NodeWorld();
    const start = () => {
      node.startDriver();
      node.startArchive();
      node.startModule();
      node.startService(undefined, 0, { isRespondingService: false });
    };
    start();
    const client = node.client();
    client.send('add 5', 'timer 1 100', 'tell all');
    node.until(() => node.serviceLog.includes('TIMER 1'));
    node.toggle(ClusterControlToggle.SNAPSHOT);
    node.until(() => node.serviceLog.some((line) => line.startsWith('SNAPSHOT sum=5 messages=4')));
    node.pass(SECOND_NS);
    assert.deepEqual(client.messages, []);
    assert.deepEqual(node.errors, []);
    node.stopAll();
    start();
    node.until(() => node.serviceLog.some((line) => line.startsWith('START from sum=5 messages=4')));
    node.client();
  });

  it('forgets its log when it is told to empty its directory', () => {
    const node = new NodeWorld().start();
    const client = node.client();
    client.send('add 5');
    node.until(() => client.messages.includes('sum 5'));
    node.stopAll();
    node.start({ deleteDirOnStart: true });
    const second = node.client();
    second.send('add 1');
    node.until(() => second.messages.includes('sum 1'));
    assert.deepEqual(node.errors, []);
  });

  it('has its services in a directory of their own', () => {
    const node = new NodeWorld();
    node.startDriver();
    node.startArchive();
    node.startModule({ clusterServicesDirectoryName: '/services' });
    node.startService(undefined, 0, { clusterDir: '/services' });
    const client = node.client();
    client.send('add 5');
    node.until(() => client.messages.includes('sum 5'));
    const { files } = node.host.process('reader').platform;
    assert.deepEqual(files.list('/services'), ['cluster-mark-service-0.dat']);
  });

  it('takes clients that share a publication', () => {
    const node = new NodeWorld().start({ isIpcIngressAllowed: true });
    const shared = {
      aeronDirectoryName: AERON_DIRECTORY,
      isIngressExclusive: false,
      ingressChannel: 'aeron:ipc',
      ingressEndpoints: undefined,
    };
    const one = node.client({ ...shared, egressChannel: 'aeron:ipc?alias=one' });
    const other = node.client({ ...shared, egressChannel: 'aeron:ipc?alias=other' });
    one.send('add 1');
    other.send('add 2');
    node.until(() => one.messages.length === 1 && other.messages.length === 1);
    one.cluster!.close();
    node.until(() => node.serviceLog.includes('CLOSE 1 CLIENT_ACTION'));
    other.send('add 4');
    node.until(() => other.messages.includes('sum 7'));
  });
});
