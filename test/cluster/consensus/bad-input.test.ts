import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AtomicBuffer, SemanticVersion } from '../../../src/agrona/mod.ts';
import { IngressSessionDecorator } from '../../../src/cluster/client/mod.ts';
import { ClusterControlToggle } from '../../../src/cluster/consensus/mod.ts';
import type { FileSystem } from '../../../src/platform/mod.ts';
import { SimulatedMember } from '../../../src/simulation/mod.ts';
import { TextService } from '../text-service.ts';
import { NodeWorld } from './node-world.ts';
import { HEARTBEAT_TIMEOUT_NS, ThreeMembers } from './three-members.ts';

const { NEUTRAL, SNAPSHOT } = ClusterControlToggle;
const SECOND_NS = 1_000_000_000;

describe('a service that blocks longer than the heartbeat time-out, and with it all of its node', () => {
  for (const victim of ['a follower', 'the leader'] as const) {
    it(`holds up ${victim}, not the other two`, async () => {
      const three = new ThreeMembers();
      await three.connect();
      const first = await three.leader();
      const blocked = victim === 'the leader' ? first : three.cluster.members.find((member) => member !== first)!;
      blocked.pause();
      await three.settle(HEARTBEAT_TIMEOUT_NS);
      await three.until(() => three.cluster.members.some((member) => member !== blocked && member.isLeader));
      await three.until(() => three.client.session.leaderMemberId === three.cluster.leader!.id);
      three.send('add 1');
      await three.until(() => three.messages.includes('sum 1'));
      blocked.resume();
      await three.settle(2 * HEARTBEAT_TIMEOUT_NS);
      three.toggle(await three.leader(), NEUTRAL, SNAPSHOT);
      const isTaken = (log: readonly string[]) => log.includes('SNAPSHOT sum=1 messages=1 ballast=0');
      await three.until(() => three.logs.every(isTaken), 'it goes on where it was');
    });
  }
});

describe('a member of another application version', () => {
  it('ends when it meets the leader, and the others go on', async () => {
    const three = new ThreeMembers();
    await three.connect();
    const leader = await three.leader();
    const follower = three.cluster.members.find((member) => member !== leader)!;
    follower.wipe();
    await three.settle(11 * SECOND_NS);
    const errors: string[] = [];
    const settings = {
      addresses: ['10.0.0.1', '10.0.0.2', '10.0.0.3'],
      fileSyncLevel: 0,
      serviceCount: 1,
      consensusModule: { appVersion: SemanticVersion.compose(2, 0, 0) },
    };
    const other = new SimulatedMember(follower.host, {
      id: follower.id,
      settings,
      onError: (_, error) => errors.push(String(error)),
    });
    other.start([new TextService()]);
    await three.until(() => !other.isRunning);
    assert.match(errors.join('\n'), /incompatible version: 2\.0\.0 \(appVersion\) log=0\.0\.1/);
    three.send('add 1');
    await three.until(() => three.messages.includes('sum 1'));
  });
});

describe('ingress that comes too late or too early', () => {
  /** Offers a message in the name of a session. */
  function intrude(node: NodeWorld, sessionId: number, leadershipTermId: number): void {
    const { aeron } = node.aeron(`stranger of ${sessionId} in ${leadershipTermId}`);
    const id = aeron.asyncAddExclusivePublication('aeron:udp?endpoint=10.0.0.1:9002|term-length=64k', 101);
    node.until(() => aeron.getExclusivePublication(id)?.isConnected === true);
    const message = AtomicBuffer.ofString('add 1000');
    const session = new IngressSessionDecorator(sessionId, leadershipTermId);
    node.until(() => session.offer(aeron.getExclusivePublication(id)!, message, 0, message.capacity) > 0);
  }

  it('of a term that is over, or a session that is closed or never was, does not reach the log', () => {
    const node = new NodeWorld().start();
    const first = node.client();
    first.cluster!.close();
    node.until(() => node.serviceLog.includes('CLOSE 1 CLIENT_ACTION'));
    const client = node.client();
    intrude(node, 2, -1);
    intrude(node, 2, 1);
    intrude(node, 1, 0);
    intrude(node, 77, 0);
    client.send('add 1');
    node.until(() => client.messages.includes('sum 1'));
    node.pass(SECOND_NS);
    client.send('state');
    node.until(() => client.messages.includes('state sum=1 messages=2 ballast=0'));
  });

  it('of a session that is not authenticated yet does not reach the log', () => {
    let isTrusted = false;
    const node = new NodeWorld().start({
      authenticatorSupplier: () => ({
        onConnectRequest: () => {},
        onChallengeResponse: () => {},
        onConnectedSession: (session) => void session.challenge(new Uint8Array([1])),
        onChallengedSession: (session) => {
          if (isTrusted) {
            session.authenticate(new Uint8Array([7]));
          }
        },
      }),
    });
    const credentials = {
      encodedCredentials: () => new Uint8Array(0),
      onChallenge: () => new Uint8Array(0),
    };
    const client = node.newClient({ credentialsSupplier: credentials });
    node.pass(SECOND_NS);
    intrude(node, 1, 0);
    node.pass(SECOND_NS);
    isTrusted = true;
    node.until(() => client.isConnected);
    client.send('state');
    node.until(() => client.messages.includes('state sum=0 messages=1 ballast=0'));
  });
});

describe('a member whose files are damaged', () => {
  /** A node that has a snapshot and two messages behind it, is stopped, and its files are changed. */
  function damaged(damage: (files: FileSystem) => void): NodeWorld {
    const node = new NodeWorld().start();
    const client = node.client();
    client.send('add 5');
    node.until(() => client.messages.includes('sum 5'));
    node.toggle(SNAPSHOT);
    node.until(() => node.serviceLog.some((line) => line.startsWith('SNAPSHOT')));
    node.pass(SECOND_NS);
    client.send('add 1');
    client.send('add 2');
    node.until(() => client.messages.includes('sum 8'));
    node.stopAll();
    damage(node.host.process('vandal').platform.files);
    node.start();
    return node;
  }

  function change(files: FileSystem, recordingId: number, how: (bytes: Uint8Array) => Uint8Array): void {
    const path = `/archive/${recordingId}-0.rec`;
    files.writeWhole(path, how(files.readWhole(path)));
  }

  const refusals: [string, (files: FileSystem) => void, RegExp][] = [
    [
      'the snapshot of the consensus module is cut short',
      (files) => change(files, 2, (bytes) => bytes.subarray(0, 96)),
      /START_FAILED .*\(recordingId=2\) cannot be loaded: .*unexpected end of recording at position=96 .*invalidate-latest-snapshot/,
    ],
    [
      'the snapshot of the consensus module is garbage',
      (files) => change(files, 2, (bytes) => bytes.fill(0xee, 40, 64)),
      /START_FAILED .*\(recordingId=2\) cannot be loaded: unexpected snapshot type.*invalidate-latest-snapshot/,
    ],
    [
      'the snapshot of its service is cut short',
      (files) => change(files, 1, (bytes) => bytes.subarray(0, 96)),
      /START_FAILED .*service=0 failed to start clustered service: its error log says why/,
    ],
  ];
  for (const [name, damage, error] of refusals) {
    it(`does not start when ${name}`, () => {
      const node = damaged(damage);
      node.untilError(error);
      node.until(() => !node.isRunning('module'));
    });
  }

  it('names the file when its log is gone', () => {
    const node = damaged((files) => files.remove('/archive/0-0.rec'));
    node.untilError(/recording segment file not created, recordingId=0, .*segmentFile=0-0\.rec/);
  });

  it('tries again at its leisure when its log ends before its snapshot', () => {
    const node = damaged((files) => change(files, 0, (bytes) => bytes.subarray(0, 128)));
    node.untilError(/does not point to a valid frame.*recordingId=0/);
    const before = node.errors.length;
    node.pass(10 * SECOND_NS);
    const count = node.errors.length - before;
    assert(count > 0 && count <= 50, `${count} errors in ten seconds`);
  });

  it('tries again at its leisure when a part of its log is lost, until it is there again', () => {
    let sound = new Uint8Array(0);
    const node = damaged((files) => {
      sound = files.readWhole('/archive/0-0.rec').slice();
      change(files, 0, (bytes) => bytes.fill(0, Buffer.from(bytes.buffer).indexOf('add 2') - 64));
    });
    node.untilError(/unexpected end of recording.*recordingId=0/);
    const before = node.errors.length;
    node.pass(10 * SECOND_NS);
    const count = node.errors.length - before;
    assert(count > 0 && count <= 100, `${count} errors in ten seconds`);
    change(node.host.process('healer').platform.files, 0, () => sound);
    const client = node.client();
    client.send('state');
    node.until(() => client.messages.includes('state sum=8 messages=4 ballast=0'));
  });
});
