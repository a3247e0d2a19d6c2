import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type MakePlatform, ONE_SECOND_NS, platformFor, Sockets, throwsCode } from './fixture.ts';

const FEW_MS_NS = 3_000_000;

export function pollerContract(makePlatform: MakePlatform): void {
  describe('a poller', () => {
    const given = platformFor(makePlatform);

    it('lets its time limit pass when nothing comes', () => {
      using sockets = new Sockets(given.platform);
      const { clock, network } = given.platform;
      const socket = sockets.open(given.host);
      const poller = network.createPoller();
      poller.add(socket);
      const start = clock.nanoTime();
      assert.equal(poller.wait(FEW_MS_NS), 0);
      assert(clock.nanoTime() - start >= FEW_MS_NS * 0.95);
      assert.equal(poller.isReadable(socket), false);
      poller.close();
    });

    it('waits without sockets too', () => {
      const { clock, network } = given.platform;
      const poller = network.createPoller();
      const start = clock.nanoTime();
      assert.equal(poller.wait(FEW_MS_NS), 0);
      assert(clock.nanoTime() - start >= FEW_MS_NS * 0.95);
      poller.close();
    });

    it('does not wait when asked not to', () => {
      using sockets = new Sockets(given.platform);
      const poller = given.platform.network.createPoller();
      poller.add(sockets.open(given.host));
      assert.equal(poller.wait(0), 0);
      assert.equal(poller.wait(-1), 0);
      poller.close();
    });

    it('wakes at the first datagram and tells where it is', () => {
      using sockets = new Sockets(given.platform);
      const { clock, network } = given.platform;
      const [from, ...targets] = Array.from({ length: 40 }, () => sockets.open(given.host));
      const poller = network.createPoller();
      for (const target of targets) {
        poller.add(target);
      }
      const readable = targets[33]!;
      sockets.send(from!, readable.localAddress, [1]);
      const start = clock.nanoTime();
      assert.equal(poller.wait(20 * ONE_SECOND_NS), 1);
      assert(clock.nanoTime() - start < 10 * ONE_SECOND_NS);
      assert.deepEqual(
        targets.filter((target) => poller.isReadable(target)),
        [readable],
      );
      sockets.receive(readable, 1);
      assert.equal(poller.wait(0), 0);
      assert.equal(poller.isReadable(readable), false);
      poller.close();
    });

    it('reports a socket until all its datagrams are taken', () => {
      using sockets = new Sockets(given.platform);
      const from = sockets.open(given.host);
      const to = sockets.open(given.host);
      const poller = given.platform.network.createPoller();
      poller.add(to);
      const { slots } = sockets.batch;
      for (let i = 0; i <= slots; i++) {
        sockets.send(from, to.localAddress, [i]);
      }
      sockets.settle();
      assert.equal(sockets.receiveNow(to).length, slots);
      assert.equal(poller.wait(0), 1);
      assert.equal(sockets.receiveNow(to).length, 1);
      assert.equal(poller.wait(0), 0);
      poller.close();
    });

    it('forgets a socket that is removed or closed', () => {
      using sockets = new Sockets(given.platform);
      const from = sockets.open(given.host);
      const targets = Array.from({ length: 3 }, () => sockets.open(given.host));
      const poller = given.platform.network.createPoller();
      for (const target of targets) {
        poller.add(target);
        poller.add(target);
        sockets.send(from, target.localAddress, [1]);
      }
      sockets.settle();
      assert.equal(poller.wait(0), 3);
      poller.remove(targets[0]!);
      poller.remove(targets[0]!);
      assert.equal(poller.isReadable(targets[0]!), false);
      assert(poller.isReadable(targets[1]!) && poller.isReadable(targets[2]!), 'the others are as they were');
      assert.equal(poller.wait(0), 2);
      targets[1]!.close();
      assert.equal(poller.wait(0), 1);
      assert(poller.isReadable(targets[2]!));
      poller.close();
    });

    it('can share a socket with another one', () => {
      using sockets = new Sockets(given.platform);
      const socket = sockets.open(given.host);
      const pollers = [given.platform.network.createPoller(), given.platform.network.createPoller()];
      for (const poller of pollers) {
        poller.add(socket);
      }
      sockets.send(socket, socket.localAddress, [1]);
      for (const poller of pollers) {
        assert.equal(poller.wait(ONE_SECOND_NS), 1);
        assert(poller.isReadable(socket));
        poller.close();
      }
    });

    it('takes no socket that is closed, and none after its own end', () => {
      using sockets = new Sockets(given.platform);
      const poller = given.platform.network.createPoller();
      const closed = sockets.open(given.host);
      closed.close();
      throwsCode('EBADF', () => poller.add(closed));
      poller.close();
      poller.close();
      throwsCode('EBADF', () => poller.add(sockets.open(given.host)));
      throwsCode('EBADF', () => poller.wait(0));
    });
  });
}
