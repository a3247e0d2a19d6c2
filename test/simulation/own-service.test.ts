import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CounterService } from '../../samples/counter/counter-service.ts';
import { ClusterClient } from '../../src/cluster/mod.ts';
import { SimulatedCluster, SimulatedMediaDriver, SimulatedWorld } from '../../src/simulation/mod.ts';

const SECOND_NS = 1_000_000_000;

describe('A service of the user', () => {
  it('goes on counting in a simulated cluster whose leader is killed and comes back', async () => {
    const world = new SimulatedWorld({ seed: 7 });
    const cluster = SimulatedCluster.launch(world, {
      newService: () => new CounterService(),
      consensusModule: { leaderHeartbeatTimeoutNs: 2 * SECOND_NS, startupCanvassTimeoutNs: 4 * SECOND_NS },
    });
    const driver = SimulatedMediaDriver.launch(world.host('client', { addresses: ['10.0.1.1'] }));
    const answers: string[] = [];
    let client: ClusterClient | undefined;
    const converse = async () => {
      client = await ClusterClient.connect({
        platform: driver.host.process('client').platform,
        ingressChannel: 'aeron:udp',
        ingressEndpoints: cluster.ingressEndpoints,
        egressChannel: 'aeron:udp?endpoint=10.0.1.1:0',
      });
      for await (const { data } of client.messages()) {
        answers.push(new TextDecoder().decode(data));
      }
    };
    const until = async (condition: () => boolean) =>
      assert(await world.settleUntil(condition, 60 * SECOND_NS), `within a minute: ${condition}`);
    const ask = async (text: string) => {
      // What is sent to a leader that has died is lost: the client hears of the new one first.
      await until(() => client!.session.leaderMemberId === cluster.leader?.id);
      const before = answers.length;
      client!.send(text).catch(() => {});
      await until(() => answers.length > before);
      return answers.at(-1);
    };

    converse().catch(() => {});
    await until(() => client !== undefined);
    assert.equal(await ask('to be or not to be'), 'to: 2, be: 2, or: 1, not: 1, to: 2, be: 2');
    const first = cluster.leader!;
    assert.equal(first.takeSnapshot(), true);
    first.kill();
    await until(() => cluster.leader !== undefined);
    assert.notEqual(cluster.leader, first);
    assert.equal(await ask('be'), 'be: 3');

    world.run(11 * SECOND_NS);
    cluster.start(first.id);
    const second = cluster.leader!;
    await until(() => first.isRunning);
    world.run(2 * SECOND_NS);
    second.kill();
    await until(() => cluster.leader !== undefined && cluster.leader !== second);
    assert.equal(await ask('be'), 'be: 4');
  });
});
