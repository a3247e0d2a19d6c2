import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SocketAddress } from '../../../src/platform/mod.ts';
import { type MakePlatform, platformFor, Sockets, throwsCode } from './fixture.ts';

/** Of a block that is set aside for documentation: nobody's address. */
const NOBODY = '203.0.113.77';
const NO_SUCH_NAME = 'no-such-host.invalid';

export function datagramContract(makePlatform: MakePlatform): void {
  for (const family of [4, 6] as const) {
    describe(`datagrams over IPv${family}`, () => {
      const given = platformFor(makePlatform);
      const withSockets = (body: (sockets: Sockets, host: string) => void) => (test: { skip(why: string): void }) => {
        const host = family === 4 ? given.host : given.hostIpv6;
        if (host === undefined) {
          test.skip('this machine has no IPv6');
          return;
        }
        using sockets = new Sockets(given.platform);
        body(sockets, host);
      };

      it(
        'arrive in order, with the address they came from',
        withSockets((sockets, host) => {
          const from = sockets.open(host);
          const to = sockets.open(host);
          for (let i = 0; i < 5; i++) {
            assert(sockets.send(from, to.localAddress, [i, 2, 3]));
          }
          const received = sockets.receive(to, 5);
          assert.deepEqual(
            received.map(({ content }) => content),
            [0, 1, 2, 3, 4].map((i) => [i, 2, 3]),
          );
          for (const { source } of received) {
            assert.equal(source.key, from.localAddress.key);
            assert.equal(source, received[0]!.source, 'the same object');
          }
        }),
      );

      it(
        'can be answered',
        withSockets((sockets, host) => {
          const one = sockets.open(host);
          const other = sockets.open(host);
          sockets.send(one, other.localAddress, [1]);
          const [question] = sockets.receive(other, 1);
          sockets.send(other, question!.source, [2]);
          const [answer] = sockets.receive(one, 1);
          assert.deepEqual(answer!.content, [2]);
          assert.equal(answer!.source.key, other.localAddress.key);
        }),
      );

      it(
        'are sent and received in batches, more of them than fit one',
        withSockets((sockets, host) => {
          const from = sockets.open(host);
          const to = sockets.open(host, { receiveBufferLength: 1 << 20 });
          const count = 100;
          const bytes = new Uint8Array(sockets.memory.arrayBuffer);
          const offsets = Float64Array.from({ length: count }, (_, i) => i * 16);
          const lengths = Int32Array.from({ length: count }, (_, i) => 1 + (i % 16));
          offsets.forEach((offset, i) => {
            bytes.fill(i, offset, offset + 16);
          });
          assert.equal(from.sendBatch(sockets.memory, offsets, lengths, count, to.localAddress), count);
          const received = sockets.receive(to, count);
          received.forEach(({ content }, i) => {
            assert.deepEqual(content, new Array(lengths[i]!).fill(i));
          });
          assert.equal(sockets.receiveNow(to).length, 0);
        }),
      );

      it(
        'that lie behind one another in a batch stay apart',
        withSockets((sockets, host) => {
          const from = sockets.open(host);
          const to = sockets.open(host, { receiveBufferLength: 1 << 20 });
          const lengths = Int32Array.of(...new Array(70).fill(9), 4, 9, 9, 5, 12, 12, 0, 0, 12, 3, 3);
          const count = lengths.length;
          const offsets = new Float64Array(count);
          const bytes = new Uint8Array(sockets.memory.arrayBuffer);
          let end = 0;
          for (const [i, length] of lengths.entries()) {
            offsets[i] = i === 20 || i === count - 1 ? end + 1 : end;
            end = offsets[i]! + length;
            bytes.fill(i, offsets[i], end);
          }
          assert.equal(from.sendBatch(sockets.memory, offsets, lengths, count, to.localAddress), count);
          assert.deepEqual(
            sockets.receive(to, count).map(({ content }) => content),
            Array.from(lengths, (length, i) => new Array(length).fill(i)),
          );
          assert.equal(sockets.receiveNow(to).length, 0);
        }),
      );

      it(
        'of a batch of none are none',
        withSockets((sockets, host) => {
          const socket = sockets.open(host);
          const none = socket.sendBatch(sockets.memory, new Float64Array(0), new Int32Array(0), 0, socket.localAddress);
          assert.equal(none, 0);
        }),
      );

      it(
        'can be empty',
        withSockets((sockets, host) => {
          const from = sockets.open(host);
          const to = sockets.open(host);
          sockets.send(from, to.localAddress, []);
          sockets.send(from, to.localAddress, [1]);
          assert.deepEqual(
            sockets.receive(to, 2).map(({ content }) => content),
            [[], [1]],
          );
        }),
      );

      it(
        'are cut to the length of a slot',
        withSockets((sockets, host) => {
          const from = sockets.open(host);
          const to = sockets.open(host);
          const { slotLength } = sockets.batch;
          sockets.send(from, to.localAddress, new Array(slotLength + 1).fill(7));
          sockets.send(from, to.localAddress, new Array(slotLength).fill(8));
          sockets.send(from, to.localAddress, [9]);
          assert.deepEqual(
            sockets.receive(to, 3).map(({ content }) => [content.length, content.at(-1)]),
            [
              [slotLength, 7],
              [slotLength, 8],
              [1, 9],
            ],
          );
        }),
      );

      it(
        'are as long as 65507 bytes and no longer than UDP can carry',
        withSockets((sockets, host) => {
          const from = sockets.open(host, { sendBufferLength: 1 << 18 });
          const to = sockets.open(host, { receiveBufferLength: 1 << 18 });
          using large = new Sockets(given.platform, 1, 65_536);
          const content = Array.from({ length: 65_000 }, (_, i) => i & 0xff);
          assert(sockets.send(from, to.localAddress, content));
          assert.deepEqual(large.receive(to, 1)[0]!.content, content);
          throwsCode('EMSGSIZE', () => from.send(sockets.memory, 0, 65_536, to.localAddress));
        }),
      );

      it(
        'reach a socket that is bound to any address',
        withSockets((sockets, host) => {
          const from = sockets.open(host);
          const to = sockets.open(family === 4 ? '0.0.0.0' : '::');
          assert(to.localAddress.isAny);
          sockets.send(from, SocketAddress.of(host, to.localAddress.port), [1]);
          assert.equal(sockets.receive(to, 1)[0]!.source.key, from.localAddress.key);
        }),
      );

      it(
        'to a port where nobody listens are lost without an error',
        withSockets((sockets, host) => {
          const from = sockets.open(host);
          const gone = sockets.open(host);
          const { localAddress } = gone;
          gone.close();
          for (let i = 0; i < 5; i++) {
            sockets.send(from, localAddress, [1]);
            sockets.settle();
            assert.equal(sockets.receiveNow(from).length, 0);
          }
          const to = sockets.open(host);
          assert(sockets.send(from, to.localAddress, [2]));
          assert.equal(sockets.receive(to, 1).length, 1);
        }),
      );

      it(
        'are not sent from outside of the memory',
        withSockets((sockets, host) => {
          const socket = sockets.open(host);
          const { memory } = sockets;
          for (const [offset, length] of [
            [-1, 1],
            [0, -1],
            [memory.length, 1],
            [0, memory.length + 1],
            [Number.NaN, 1],
          ] as const) {
            throwsCode('EINVAL', () => socket.send(memory, offset, length, socket.localAddress));
            const offsets = Float64Array.of(0, offset);
            const lengths = Int32Array.of(1, length);
            throwsCode('EINVAL', () => socket.sendBatch(memory, offsets, lengths, 2, socket.localAddress));
          }
          assert.equal(sockets.receiveNow(socket).length, 0);
        }),
      );
    });
  }

  describe('UDP sockets', () => {
    const given = platformFor(makePlatform);

    it('get a port of their own from the system', () => {
      using sockets = new Sockets(given.platform);
      const one = sockets.open(given.host);
      const other = sockets.open(given.host);
      assert(one.localAddress.port > 0);
      assert.notEqual(one.localAddress.port, other.localAddress.port);
      assert.equal(one.localAddress.host, given.host);
    });

    it('are refused an address that is in use, until it is free again', () => {
      using sockets = new Sockets(given.platform);
      const socket = sockets.open(given.host);
      const bind = socket.localAddress;
      throwsCode('EADDRINUSE', () => sockets.open(given.host, { bind }));
      assert.throws(() => sockets.open(given.host, { bind }), new RegExp(bind.key));
      socket.close();
      assert.equal(sockets.open(given.host, { bind }).localAddress.key, bind.key);
    });

    it('are refused an address that is of no interface', () => {
      using sockets = new Sockets(given.platform);
      throwsCode('EADDRNOTAVAIL', () => sockets.open(NOBODY));
    });

    it('of IPv4 do not send to IPv6 addresses', () => {
      using sockets = new Sockets(given.platform);
      const socket = sockets.open(given.host);
      throwsCode('EAFNOSUPPORT', () => sockets.send(socket, SocketAddress.of('::1', 9), [1]));
    });

    it('report the lengths of their buffers', () => {
      using sockets = new Sockets(given.platform);
      const plain = sockets.open(given.host);
      assert(plain.receiveBufferLength > 0 && plain.sendBufferLength > 0);
      const sized = sockets.open(given.host, { receiveBufferLength: 65_536, sendBufferLength: 32_768 });
      assert.equal(sized.receiveBufferLength, 65_536);
      assert.equal(sized.sendBufferLength, 32_768);
    });

    it('are over once closed', () => {
      using sockets = new Sockets(given.platform);
      const socket = sockets.open(given.host);
      const group = SocketAddress.of('224.20.30.39', 0);
      const [on] = given.platform.network.interfaces();
      socket.close();
      socket.close();
      throwsCode('EBADF', () => socket.receive(sockets.batch));
      throwsCode('EBADF', () => sockets.send(socket, SocketAddress.of(given.host, 9), [1]));
      throwsCode('EBADF', () => socket.joinGroup(group, on!));
      throwsCode('EBADF', () => socket.leaveGroup(group, on!));
    });

    it('keep no more addresses of peers than is reasonable, and tell each rightly', () => {
      using sockets = new Sockets(given.platform);
      const to = sockets.open(given.host, { receiveBufferLength: 1 << 20 });
      const peers = Array.from({ length: 60 }, () => sockets.open(given.host));
      for (let round = 0; round < 2; round++) {
        for (const [i, peer] of peers.entries()) {
          sockets.send(peer, to.localAddress, [i]);
        }
        for (const { content, source } of sockets.receive(to, peers.length)) {
          assert.equal(source.key, peers[content[0]!]!.localAddress.key);
        }
      }
    });

    it('need receive batches of a reasonable size', () => {
      const { network } = given.platform;
      for (const [slots, slotLength] of [
        [0, 100],
        [1, 0],
        [1.5, 100],
        [1, 2 ** 20],
        [2 ** 20, 100],
      ] as const) {
        throwsCode('EINVAL', () => network.createReceiveBatch(slots, slotLength));
      }
    });
  });

  describe('names', () => {
    const given = platformFor(makePlatform);

    it('that are numeric stand for themselves', () => {
      const { network } = given.platform;
      assert.deepEqual(network.resolve('10.1.2.3').map(String), ['10.1.2.3:0']);
      assert.deepEqual(network.resolve('2001:DB8:0:0::1').map(String), ['[2001:db8::1]:0']);
      assert.deepEqual(network.resolve('10.1.2.3', 4).map(String), ['10.1.2.3:0']);
      assert.deepEqual(network.resolve('10.1.2.3', 6), []);
      assert.deepEqual(network.resolve('::1', 4), []);
    });

    it('that nobody knows have no addresses', () => {
      for (const name of [NO_SUCH_NAME, '', 'a name with spaces', '1.2.3.4.5', 'a\0b']) {
        assert.deepEqual(given.platform.network.resolve(name), [], name);
      }
    });
  });

  describe('network interfaces', () => {
    const given = platformFor(makePlatform);

    it('have names, indexes and addresses, the one under test among them', () => {
      const interfaces = given.platform.network.interfaces();
      for (const { name, index, address, prefixLength } of interfaces) {
        assert.notEqual(name, '');
        assert(Number.isInteger(index) && index > 0);
        assert.equal(address.port, 0);
        assert(prefixLength >= 0 && prefixLength <= address.bytes.length * 8);
      }
      const own = interfaces.find(({ address }) => address.host === given.host);
      assert(own?.isUp, `an interface that is up has ${given.host}`);
    });
  });
}
