import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ClusterControlToggle } from '../../../src/cluster/consensus/mod.ts';
import { ELECTION_TIMEOUT_NS, HEARTBEAT_TIMEOUT_NS, ThreeMembers } from './three-members.ts';

const { ABORT, NEUTRAL, RESUME, SHUTDOWN, SNAPSHOT, SUSPEND } = ClusterControlToggle;
const SECOND_NS = 1_000_000_000;
/** What a killed component's mark file keeps its successor out for. */
const FORGOTTEN_NS = 11 * SECOND_NS;

describe('consensus modules of three members under virtual time', () => {
  it('stay suspended when their leader is killed, until the next one is told to go on', async () => {
    const three = new ThreeMembers();
    await three.connect();
    const first = await three.leader();
    three.send('add 40');
    three.send('timer 1 1000');
    await three.until(() => three.messages.includes('sum 40'));
    three.toggle(first, NEUTRAL, SUSPEND);
    three.world.run(SECOND_NS / 10);
    first.kill();
    await three.until(() => three.cluster.leader !== undefined && three.cluster.leader !== first);
    await three.world.settleUntil(() => false, SECOND_NS);
    assert.deepEqual(three.messages, ['sum 40'], 'the timer, long due, is held back');
    three.toggle(three.cluster.leader!, NEUTRAL, RESUME);
    // Like upstream's, a suspended leader does not tell clients that it leads.
    await three.leader();
    three.send('add 2');
    await three.until(() => three.messages.length === 3);
    assert.deepEqual([...three.messages].sort(), ['sum 40', 'sum 42', 'timer 1']);
  });

  it('send a client to their leader in frames as small as it asks for', async () => {
    const three = new ThreeMembers();
    await three.until(() => three.cluster.leader !== undefined);
    const follower = three.cluster.members.find((member) => member !== three.cluster.leader)!;
    const endpoints = three.cluster.ingressEndpoints.split(',');
    await three.connect('|mtu=64', endpoints.find((endpoint) => endpoint.startsWith(`${follower.id}=`))!);
    three.send('add 1');
    await three.until(() => three.messages.includes('sum 1'));
  });

  it('have another leader within the time-outs of heartbeat and election, each time theirs is killed', async () => {
    const three = new ThreeMembers();
    // To canvass, to wait for nomination, and to wait for votes, of which the dead member's does not come.
    const round = ELECTION_TIMEOUT_NS + ELECTION_TIMEOUT_NS / 2 + ELECTION_TIMEOUT_NS;
    for (let kill = 0; kill < 4; kill++) {
      await three.until(() => three.cluster.leader !== undefined);
      const { id } = three.cluster.leader!;
      const killedAt = three.world.now;
      three.cluster.leader!.kill();
      await three.until(() => three.cluster.leader !== undefined);
      const elapsed = three.world.now - killedAt;
      assert(elapsed <= HEARTBEAT_TIMEOUT_NS + round + SECOND_NS / 10, `after ${elapsed} ns`);
      three.world.run(FORGOTTEN_NS);
      three.cluster.start(id);
      three.world.run(SECOND_NS);
    }
  });

  it('go on when the leader that was to end them had lost them, and after its next snapshot, too', async () => {
    const three = new ThreeMembers();
    const { cluster, world } = three;
    await three.connect();
    const first = await three.leader();
    const others = cluster.members.filter((member) => member !== first);
    world.partition(
      [first.host.name],
      others.map(({ host }) => host.name),
    );
    three.toggle(first, NEUTRAL, SHUTDOWN);
    await three.until(() => others.some(({ isLeader }) => isLeader), 'the others elect a leader');
    world.heal();
    await three.leader();
    three.send('add 1');
    await three.until(() => three.messages.includes('sum 1'));
    three.toggle(cluster.leader!, NEUTRAL, SNAPSHOT);
    await three.until(() => three.logs.every((log) => log.some((line) => line.startsWith('SNAPSHOT'))));
    world.run(SECOND_NS);
    assert(cluster.members.every(({ isRunning }) => isRunning));
    three.send('add 1');
    await three.until(() => three.messages.includes('sum 2'));
  });

  for (const [name, toggle, pattern] of [
    ['SHUTDOWN', SHUTDOWN, /^START from sum=1/],
    ['ABORT', ABORT, /^START new/],
  ] as const) {
    it(`all end by ${name}, and go on together`, async () => {
      const three = new ThreeMembers();
      const { members } = three.cluster;
      await three.connect();
      three.send('add 1');
      await three.until(() => three.messages.includes('sum 1'));
      three.toggle(await three.leader(), NEUTRAL, toggle);
      await three.until(() => members.every(({ isRunning }) => !isRunning), 'all have ended');
      three.world.run(FORGOTTEN_NS);
      for (const [id, member] of members.entries()) {
        member.kill();
        three.logs[id]!.length = 0;
      }
      three.world.run(FORGOTTEN_NS);
      for (const { id } of members) {
        three.cluster.start(id);
      }
      await three.until(() => three.logs.every((log) => log.some((line) => pattern.test(line))), 'all start alike');
      await three.connect();
      three.send('add 1');
      await three.until(() => three.messages.includes('sum 2'), 'nothing is lost');
    });
  }
});
