import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type NetworkInterface, SocketAddress, type UdpSocket } from '../../../src/platform/mod.ts';
import { type MakePlatform, platformFor, Sockets, throwsCode } from './fixture.ts';

const FAMILIES = [
  { family: 4, group: '224.20.30.39', otherGroup: '224.20.30.41' },
  { family: 6, group: 'ff02::1234', otherGroup: 'ff02::1235' },
] as const;

function isGlobal({ family, scopeId }: SocketAddress): boolean {
  return family === 6 && scopeId === 0;
}

export function multicastContract(makePlatform: MakePlatform): void {
  for (const { family, group, otherGroup } of FAMILIES) {
    describe(`multicast over IPv${family}`, () => {
      const given = platformFor(makePlatform);

      const interfaceUnderTest = (): NetworkInterface | undefined => {
        const host = family === 4 ? given.host : given.hostIpv6;
        const interfaces = given.platform.network.interfaces();
        const own = interfaces.find(({ address }) => address.host === host);
        // Linux cannot route IPv6 multicast by a loopback interface that does not say it can multicast.
        return own === undefined || own.supportsMulticast || family === 4
          ? own
          : interfaces.find(({ address, isUp, supportsMulticast }) => isUp && supportsMulticast && isGlobal(address));
      };

      const withInterface =
        (body: (sockets: Sockets, on: NetworkInterface) => void) => (test: { skip(why: string): void }) => {
          const on = interfaceUnderTest();
          if (on === undefined) {
            test.skip(`no interface for IPv${family} multicast`);
            return;
          }
          using sockets = new Sockets(given.platform);
          body(sockets, on);
        };

      const openMember = (sockets: Sockets, on: NetworkInterface, port = 0, host: string = group): UdpSocket =>
        sockets.open(host, {
          bind: SocketAddress.of(host, port),
          multicastGroup: SocketAddress.of(host, port),
          multicastInterface: on,
          reuseAddress: true,
        });

      it(
        'reaches every member of the group',
        withInterface((sockets, on) => {
          const one = openMember(sockets, on);
          const to = one.localAddress;
          const other = openMember(sockets, on, to.port);
          const from = sockets.open(on.address.host, { multicastInterface: on, multicastTtl: 1 });
          sockets.send(from, to, [1, 2]);
          for (const member of [one, other]) {
            const [received] = sockets.receive(member, 1);
            assert.deepEqual(received!.content, [1, 2]);
            assert.equal(received!.source.key, from.localAddress.key);
          }
        }),
      );

      it(
        'reaches the members of its own group only',
        withInterface((sockets, on) => {
          const one = openMember(sockets, on);
          const { port } = one.localAddress;
          const other = openMember(sockets, on, port, otherGroup);
          const outsider = sockets.open(on.address.host, {
            bind: SocketAddress.of(family === 4 ? '0.0.0.0' : '::', port),
            reuseAddress: true,
          });
          const from = sockets.open(on.address.host, { multicastInterface: on });
          sockets.send(from, one.localAddress, [1]);
          assert.equal(sockets.receive(one, 1).length, 1);
          assert.equal(sockets.receiveNow(other).length, 0);
          assert.equal(sockets.receiveNow(outsider).length, 0);
        }),
      );

      it(
        'does not reach who left, and reaches who joined later',
        withInterface((sockets, on) => {
          const late = sockets.open(family === 4 ? '0.0.0.0' : '::');
          const to = SocketAddress.of(group, late.localAddress.port);
          const from = sockets.open(on.address.host, { multicastInterface: on });
          sockets.send(from, to, [1]);
          sockets.settle();
          late.joinGroup(to, on);
          sockets.send(from, to, [2]);
          assert.deepEqual(sockets.receive(late, 1)[0]!.content, [2]);
          late.leaveGroup(to, on);
          sockets.send(from, to, [3]);
          sockets.settle();
          assert.equal(sockets.receiveNow(late).length, 0);
        }),
      );

      it(
        'stays off this host without loopback',
        withInterface((sockets, on) => {
          const member = openMember(sockets, on);
          const silent = sockets.open(on.address.host, { multicastInterface: on, multicastLoopback: false });
          const heard = sockets.open(on.address.host, { multicastInterface: on, multicastLoopback: true });
          // A loopback interface has no other way than back.
          if (!on.isLoopback) {
            sockets.send(silent, member.localAddress, [1]);
          }
          sockets.send(heard, member.localAddress, [2]);
          assert.deepEqual(sockets.receive(member, 1)[0]!.content, [2]);
        }),
      );

      it(
        'is not joined on an address that is no group',
        withInterface((sockets, on) => {
          const socket = sockets.open(on.address.host);
          throwsCode('EINVAL', () => socket.joinGroup(on.address, on));
        }),
      );
    });
  }
}
