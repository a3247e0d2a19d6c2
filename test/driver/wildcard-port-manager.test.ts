import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { UdpChannel } from '../../src/driver/media/udp-channel.ts';
import { parsePortRange, WildcardPortManager } from '../../src/driver/media/wildcard-port-manager.ts';
import { SocketAddress } from '../../src/platform/mod.ts';

const channel = { hasExplicitControl: false } as UdpChannel;
const channelWithControl = { hasExplicitControl: true } as UdpChannel;
const at = (port: number) => SocketAddress.of('127.0.0.1', port);

describe('wildcard port manager', () => {
  it('leaves an explicit port alone and keeps others off it', () => {
    const manager = new WildcardPortManager({ low: 20700, high: 20701 }, false);
    assert.equal(manager.getManagedPort(channel, at(20700)).port, 20700);
    assert.equal(manager.getManagedPort(channel, at(0)).port, 20701);
  });

  it('goes round the range, takes freed ports again, and refuses when all are taken', () => {
    const manager = new WildcardPortManager({ low: 20700, high: 20702 }, false);
    const ports = [0, 0, 0].map(() => manager.getManagedPort(channel, at(0)).port);
    assert.deepEqual(ports, [20700, 20701, 20702]);
    assert.throws(() => manager.getManagedPort(channel, at(0)), /no available ports in range 20700 20702/);
    manager.freeManagedPort(at(20701));
    assert.equal(manager.getManagedPort(channel, at(0)).port, 20701);
  });

  it('lets the system choose without a range', () => {
    assert.equal(new WildcardPortManager(parsePortRange(''), false).getManagedPort(channel, at(0)).port, 0);
  });

  it('gives a publication a port of the range only for its control address', () => {
    const manager = new WildcardPortManager({ low: 20700, high: 20702 }, true);
    assert.equal(manager.getManagedPort(channel, at(0)).port, 0);
    assert.equal(manager.getManagedPort(channelWithControl, at(0)).port, 20700);
  });

  it('reads a range of two ports and refuses anything else', () => {
    assert.deepEqual(parsePortRange('100  200'), { low: 100, high: 200 });
    for (const text of ['100', '100 200 300', '200 100', '100 70000', 'a b', '-1 5']) {
      assert.throws(() => parsePortRange(text), { code: 'CONFIGURATION' }, text);
    }
  });
});
