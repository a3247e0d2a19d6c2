import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type NetworkInterface, type Platform, SocketAddress, type UdpSocket } from '../../src/platform/mod.ts';
import { SimulatedWorld } from '../../src/platform/simulated/mod.ts';
import { ONE_MS_NS, open, PORT, receiveNumbers, sendNumber, throwsCode, twoHosts } from './simulated-fixture.ts';

const seeds = fc.integer({ min: 0, max: 1_000_000 });
const chance = fc.double({ min: 0, max: 1, noNaN: true });

describe('a clean simulated link', () => {
  it('delivers everything once and in order, after its latency', () => {
    fc.assert(
      fc.property(
        seeds,
        fc.integer({ min: 0, max: ONE_MS_NS }),
        fc.integer({ min: 0, max: ONE_MS_NS }),
        fc.array(fc.integer({ min: 0, max: 100_000 }), { maxLength: 50 }),
        (seed, latencyNs, jitterNs, gapsNs) => {
          const { world, a, b } = twoHosts(seed, { latencyNs, jitterNs });
          for (const [i, gapNs] of gapsNs.entries()) {
            sendNumber(a.platform, a.socket, b.address, i);
            world.advance(gapNs);
          }
          world.advance(latencyNs + jitterNs);
          assert.deepEqual(
            receiveNumbers(b.platform, b.socket),
            gapsNs.map((_, i) => i),
          );
        },
      ),
    );
  });

  it('delivers at its latency and not before', () => {
    const { world, a, b } = twoHosts(1, { latencyNs: 1000 });
    sendNumber(a.platform, a.socket, b.address, 7);
    world.advance(999);
    assert.deepEqual(receiveNumbers(b.platform, b.socket), []);
    world.advance(1);
    assert.deepEqual(receiveNumbers(b.platform, b.socket), [7]);
  });

  it('carries no more than its bandwidth, and loses what the queue in front of it cannot hold', () => {
    // 36 bytes with headers at 36,000 bytes a second: one datagram a millisecond, and three of them wait.
    const { world, a, b } = twoHosts(1, { latencyNs: 0, bandwidth: 36_000, queueLength: 3 * 36 });
    for (let i = 0; i < 10; i++) {
      sendNumber(a.platform, a.socket, b.address, i);
    }
    assert.equal(world.networkCounts.lost, 7);
    world.advance(2 * ONE_MS_NS);
    assert.deepEqual(receiveNumbers(b.platform, b.socket), [0, 1]);
    world.advance(ONE_MS_NS);
    assert.deepEqual(receiveNumbers(b.platform, b.socket), [2]);
  });
});

describe('a faulty simulated link', () => {
  const sendMany = (seed: number, faults: Parameters<typeof twoHosts>[1], count: number): number[] => {
    const { world, a, b } = twoHosts(seed, faults);
    for (let i = 0; i < count; i++) {
      sendNumber(a.platform, a.socket, b.address, i);
      world.advance(1000);
    }
    world.advance(100 * ONE_MS_NS);
    return receiveNumbers(b.platform, b.socket);
  };

  it('loses about the share it was told to', () => {
    const arrived = sendMany(3, { loss: 0.3 }, 2000).length;
    assert(arrived > 1300 && arrived < 1500, `${arrived} of 2000 arrived`);
  });

  it('delivers some twice, but everything at least once', () => {
    const received = sendMany(3, { duplicate: 0.2 }, 500);
    assert(received.length > 550 && received.length < 650, `${received.length} arrived of 500`);
    assert.equal(new Set(received).size, 500);
  });

  it('reorders, but loses nothing', () => {
    const received = sendMany(3, { reorder: 0.2 }, 500);
    const inOrder = Array.from({ length: 500 }, (_, i) => i);
    assert.notDeepEqual(received, inOrder);
    assert.deepEqual(
      received.toSorted((x, y) => x - y),
      inOrder,
    );
  });

  it('does not invent datagrams, whatever its faults', () => {
    fc.assert(
      fc.property(seeds, chance, chance, chance, (seed, loss, duplicate, reorder) => {
        const received = sendMany(seed, { loss, duplicate, reorder, jitterNs: 10_000 }, 50);
        const copies = new Map<number, number>();
        for (const value of received) {
          copies.set(value, (copies.get(value) ?? 0) + 1);
        }
        for (const [value, count] of copies) {
          assert(value >= 0 && value < 50 && count <= 2, `${value} came ${count} times`);
        }
      }),
    );
  });

  it('has a sender that is refused now and then, after a first part of a batch', () => {
    const { world, a, b } = twoHosts(5, { refuse: 0.5 });
    const memory = a.platform.allocate(800);
    const values = new Float64Array(memory.arrayBuffer);
    values.set(values.map((_, i) => i));
    const offsets = Float64Array.from({ length: 100 }, (_, i) => i * 8);
    let sent = 0;
    let calls = 0;
    while (sent < 100) {
      sent += a.socket.sendBatch(
        memory,
        offsets.subarray(sent),
        new Int32Array(100 - sent).fill(8),
        100 - sent,
        b.address,
      );
      calls++;
    }
    world.advance(ONE_MS_NS);
    assert(calls > 20, `${calls} calls`);
    assert.deepEqual(receiveNumbers(b.platform, b.socket), [...values]);
  });
});

describe('a simulated partition', () => {
  it('cuts one way only when told so, and heals', () => {
    const { world, a, b } = twoHosts(1);
    const exchange = (): [number[], number[]] => {
      sendNumber(a.platform, a.socket, b.address, 1);
      sendNumber(b.platform, b.socket, a.address, 2);
      world.advance(ONE_MS_NS);
      return [receiveNumbers(b.platform, b.socket), receiveNumbers(a.platform, a.socket)];
    };
    world.partitionOneWay(['a'], ['b']);
    assert.deepEqual(exchange(), [[], [2]]);
    world.heal();
    assert.deepEqual(exchange(), [[1], [2]]);
    world.partition(['a'], ['b']);
    assert.deepEqual(exchange(), [[], []]);
    world.heal();
    assert.deepEqual(exchange(), [[1], [2]]);
  });

  it('leaves what is under way, and the loopback', () => {
    const { world, a, b } = twoHosts(1);
    sendNumber(a.platform, a.socket, b.address, 1);
    world.partition(['a'], ['b']);
    sendNumber(a.platform, a.socket, a.address, 2);
    world.advance(ONE_MS_NS);
    assert.deepEqual(receiveNumbers(b.platform, b.socket), [1]);
    assert.deepEqual(receiveNumbers(a.platform, a.socket), [2]);
  });

  it('is of hosts that exist', () => {
    const { world } = twoHosts(1);
    assert.throws(() => world.partition(['a'], ['nobody']), /no host nobody/);
  });
});

describe('simulated sockets', () => {
  it('lose and count what their receive buffer cannot hold', () => {
    const { world, a, b } = twoHosts(1);
    const small = b.platform.network.openUdp({ bind: SocketAddress.of('10.0.0.2', 0), receiveBufferLength: 80 });
    for (let i = 0; i < 15; i++) {
      sendNumber(a.platform, a.socket, small.localAddress, i);
    }
    world.advance(ONE_MS_NS);
    assert.equal(world.networkCounts.overflowed, 5);
    assert.deepEqual(receiveNumbers(b.platform, small), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    sendNumber(a.platform, a.socket, small.localAddress, 15);
    world.advance(ONE_MS_NS);
    assert.deepEqual(receiveNumbers(b.platform, small), [15]);
  });

  it('of one host can use the port of another host', () => {
    const { a, b } = twoHosts(1);
    assert.equal(a.socket.localAddress.port, b.socket.localAddress.port);
    throwsCode('EADDRINUSE', () => open(a.platform, '0.0.0.0'));
    throwsCode('EADDRINUSE', () => open(a.platform, '::'));
    throwsCode('EADDRNOTAVAIL', () => open(a.platform, '10.0.0.2'));
  });

  it('bound to no address answer from the one that was asked, on IPv6 to IPv4 too', () => {
    const { world, a, b } = twoHosts(1);
    const dual = open(b.platform, '::', 4001);
    sendNumber(a.platform, a.socket, SocketAddress.of('10.0.0.2', 4001), 1);
    world.advance(ONE_MS_NS);
    const batch = b.platform.network.createReceiveBatch(1, 100);
    assert.equal(dual.receive(batch), 1);
    sendNumber(b.platform, dual, batch.source(0), 2);
    world.advance(ONE_MS_NS);
    const answer = a.platform.network.createReceiveBatch(1, 100);
    assert.equal(a.socket.receive(answer), 1);
    assert.equal(answer.source(0).key, '10.0.0.2:4001');
  });

  it('cannot leave the host from its loopback, nor without a way', () => {
    const { a, b } = twoHosts(1);
    throwsCode('EINVAL', () => sendNumber(a.platform, open(a.platform, '127.0.0.1', 0), b.address, 1));
    const six = SocketAddress.of('fd00::2', PORT);
    throwsCode('ENETUNREACH', () => sendNumber(a.platform, open(a.platform, '::', 0), six, 1));
    throwsCode('EAFNOSUPPORT', () => sendNumber(a.platform, a.socket, six, 1));
  });

  it('hear a datagram that was under way when they were opened, and nothing sent to nobody', () => {
    const { world, a, b } = twoHosts(1);
    sendNumber(a.platform, a.socket, SocketAddress.of('10.0.0.2', 5000), 1);
    sendNumber(a.platform, a.socket, SocketAddress.of('10.9.9.9', 5000), 2);
    const late = open(b.platform, '10.0.0.2', 5000);
    world.advance(ONE_MS_NS);
    assert.deepEqual(receiveNumbers(b.platform, late), [1]);
    assert.equal(world.networkCounts.unheard, 1);
  });
});

describe('simulated multicast', () => {
  const GROUP = SocketAddress.of('239.1.1.1', PORT);
  const ethernet = (platform: Platform): NetworkInterface =>
    platform.network.interfaces().find(({ name, address }) => name === 'eth0' && address.family === 4)!;
  const join = (platform: Platform): UdpSocket =>
    platform.network.openUdp({
      bind: GROUP,
      reuseAddress: true,
      multicastGroup: GROUP,
      multicastInterface: ethernet(platform),
    });

  it('reaches the members on its segment, each over a link of its own', () => {
    const world = new SimulatedWorld({ seed: 1 });
    const addresses = { a: '10.0.0.1', b: '10.0.0.2', c: '10.0.0.3', elsewhere: '10.0.1.1' };
    const platforms = Object.entries(addresses).map(
      ([name, address]) => world.host(name, { addresses: [address] }).process('p').platform,
    );
    const members = platforms.map((platform) => ({ platform, socket: join(platform) }));
    const { platform } = members[0]!;
    const from = platform.network.openUdp({
      bind: SocketAddress.of('10.0.0.1', 0),
      multicastInterface: ethernet(platform),
    });
    const heard = (): number[][] => {
      world.advance(ONE_MS_NS);
      return members.map((member) => receiveNumbers(member.platform, member.socket));
    };
    sendNumber(platform, from, GROUP, 1);
    assert.deepEqual(heard(), [[1], [1], [1], []]);
    world.link('a', 'b').set({ isDown: true });
    sendNumber(platform, from, GROUP, 2);
    assert.deepEqual(heard(), [[2], [], [2], []]);
    members[2]!.socket.leaveGroup(GROUP, ethernet(members[2]!.platform));
    sendNumber(platform, from, GROUP, 3);
    assert.deepEqual(heard(), [[3], [], [], []]);
  });
});

describe('simulated names', () => {
  it('of hosts are known everywhere, others when they are set', () => {
    const { world, a } = twoHosts(1);
    const resolve = (name: string): string[] => a.platform.network.resolve(name).map(({ host }) => host);
    assert.deepEqual(resolve('b'), ['10.0.0.2']);
    assert.deepEqual(resolve('localhost'), ['127.0.0.1', '::1']);
    assert.deepEqual(resolve('node.example'), []);
    world.setName('node.example', ['10.0.0.2', 'fd00::2']);
    assert.deepEqual(resolve('node.example'), ['10.0.0.2', 'fd00::2']);
    assert.deepEqual(a.platform.network.resolve('node.example', 6).map(String), ['[fd00::2]:0']);
    world.setName('node.example', []);
    assert.deepEqual(resolve('node.example'), []);
  });

  it('and addresses belong to one host', () => {
    const { world } = twoHosts(1);
    assert.throws(() => world.host('a'), /there is a host a/);
    assert.throws(() => world.host('c', { addresses: ['10.0.0.2'] }), /belongs to host b/);
  });
});
