import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AeronError } from '../../src/agrona/mod.ts';
import { RESERVED_VALUE_MESSAGE_OFFSET, UdpChannel } from '../../src/driver/media/udp-channel.ts';
import { DefaultNameResolver } from '../../src/driver/name-resolver.ts';
import { type Network, type NetworkInterface, SocketAddress } from '../../src/platform/mod.ts';
import { ChannelUri } from '../../src/protocol/mod.ts';

const NAMES: Readonly<Record<string, string[]>> = {
  localhost: ['::1', '127.0.0.1'],
  six: ['fd00::6'],
  'node-a': ['10.0.0.1'],
};

function networkInterface(name: string, address: string, prefixLength: number, isUp = true): NetworkInterface {
  const isLoopback = name === 'lo';
  return {
    name,
    index: 1,
    address: SocketAddress.of(address, 0),
    prefixLength,
    isUp,
    isLoopback,
    supportsMulticast: !isLoopback,
  };
}

const INTERFACES = [
  networkInterface('lo', '127.0.0.1', 8),
  networkInterface('lo', '::1', 128),
  networkInterface('eth0', '192.168.0.20', 24),
  networkInterface('eth0', 'fd00::20', 64),
  networkInterface('eth1', '192.168.7.21', 16),
  networkInterface('eth2', '172.16.0.1', 24, false),
];

const network = {
  resolve: (host: string) => {
    try {
      return [SocketAddress.of(host, 0)];
    } catch {
      return (NAMES[host] ?? []).map((address) => SocketAddress.of(address, 0));
    }
  },
  interfaces: () => INTERFACES,
} as unknown as Network;

const environment = { network, nameResolver: new DefaultNameResolver(network) };
const parse = (channel: string) => UdpChannel.parse(channel, environment);

describe('udp channel', () => {
  // channel, local data, remote data, remote control, canonical form
  const addressed: [string, string, string, string, string][] = [
    [
      'aeron:udp?endpoint=localhost:40124',
      '0.0.0.0:0',
      '127.0.0.1:40124',
      '127.0.0.1:40124',
      'UDP-0.0.0.0:0-localhost:40124',
    ],
    [
      'aeron:udp?interface=localhost:40123|endpoint=localhost:40124',
      '127.0.0.1:40123',
      '127.0.0.1:40124',
      '127.0.0.1:40124',
      'UDP-127.0.0.1:40123-localhost:40124',
    ],
    [
      'aeron-spy:aeron:udp?endpoint=192.168.0.1:20000',
      '0.0.0.0:0',
      '192.168.0.1:20000',
      '192.168.0.1:20000',
      'UDP-0.0.0.0:0-192.168.0.1:20000',
    ],
    [
      'aeron:udp?interface=127.0.0.1|endpoint=192.168.0.1:20000',
      '127.0.0.1:0',
      '192.168.0.1:20000',
      '192.168.0.1:20000',
      'UDP-127.0.0.1:0-192.168.0.1:20000',
    ],
    ['aeron:udp?endpoint=[::1]:5', '[::]:0', '[::1]:5', '[::1]:5', 'UDP-:::0-[::1]:5'],
    ['aeron:udp?endpoint=[fe80::1%eth0]:5', '[::]:0', '[fe80::1]:5', '[fe80::1]:5', 'UDP-:::0-[fe80::1%eth0]:5'],
    ['aeron:udp?endpoint=six:5|interface=[::]', '[::]:0', '[fd00::6]:5', '[fd00::6]:5', 'UDP-:::0-six:5'],
    [
      'aeron:udp?control=localhost:40124|control-mode=dynamic',
      '127.0.0.1:40124',
      '0.0.0.0:0',
      '0.0.0.0:0',
      'UDP-localhost:40124-0.0.0.0:0',
    ],
    [
      'aeron:udp?control=[fd00::6]:40124|control-mode=dynamic',
      '[fd00::6]:40124',
      '[::]:0',
      '[::]:0',
      'UDP-[fd00::6]:40124-:::0',
    ],
    [
      'aeron:udp?endpoint=node-a:9|control=localhost:8|control-mode=manual',
      '127.0.0.1:8',
      '10.0.0.1:9',
      '10.0.0.1:9',
      'UDP-localhost:8-node-a:9',
    ],
    [
      'aeron:udp?interface=localhost|endpoint=224.10.9.9:40124',
      '127.0.0.1:0',
      '224.10.9.9:40124',
      '224.10.9.10:40124',
      'UDP-127.0.0.1:0-224.10.9.9:40124',
    ],
    [
      'aeron:udp?interface=192.168.0.0:33/24|endpoint=224.0.1.1:7',
      '192.168.0.20:33',
      '224.0.1.1:7',
      '224.0.1.2:7',
      'UDP-192.168.0.20:33-224.0.1.1:7',
    ],
    [
      'aeron:udp?interface={eth1}:44|endpoint=224.0.1.1:7',
      '192.168.7.21:44',
      '224.0.1.1:7',
      '224.0.1.2:7',
      'UDP-192.168.7.21:44-224.0.1.1:7',
    ],
    [
      'aeron:udp?interface={eth0}|endpoint=[ff02::11]:7',
      '[fd00::20]:0',
      '[ff02::11]:7',
      '[ff02::12]:7',
      'UDP-fd00::20:0-ff02::11:7',
    ],
    ['aeron:udp?control-mode=manual|tags=1001', '0.0.0.0:0', '0.0.0.0:0', '0.0.0.0:0', 'UDP-0.0.0.0:0-0.0.0.0:0#1001'],
    [
      'aeron:udp?endpoint=127.0.0.1:0|tags=1001',
      '0.0.0.0:0',
      '127.0.0.1:0',
      '127.0.0.1:0',
      'UDP-0.0.0.0:0-127.0.0.1:0#1001',
    ],
    [
      'aeron:udp?endpoint=127.0.0.1:9999|control=127.0.0.1:0|tags=1001',
      '127.0.0.1:0',
      '127.0.0.1:9999',
      '127.0.0.1:9999',
      'UDP-127.0.0.1:0-127.0.0.1:9999#1001',
    ],
  ];

  for (const [channel, localData, remoteData, remoteControl, canonicalForm] of addressed) {
    it(`resolves ${channel}`, () => {
      const udpChannel = parse(channel);
      assert.equal(udpChannel.localData.key, localData);
      assert.equal(udpChannel.localControl.key, localData);
      assert.equal(udpChannel.remoteData.key, remoteData);
      assert.equal(udpChannel.remoteControl.key, remoteControl);
      assert.equal(udpChannel.canonicalForm, canonicalForm);
      assert.equal(udpChannel.originalUriString, channel);
    });
  }

  it('gives channels that nothing distinguishes canonical forms of their own, except for destinations', () => {
    const wildcard = 'aeron:udp?endpoint=localhost:0';
    assert.notEqual(parse(wildcard).canonicalForm, parse(wildcard).canonicalForm);
    assert.match(parse('aeron:udp?control-mode=manual').canonicalForm, /^UDP-0\.0\.0\.0:0-0\.0\.0\.0:0-\d+$/);
    assert.equal(UdpChannel.parse(wildcard, environment, true).canonicalForm, 'UDP-0.0.0.0:0-localhost:0');
  });

  it('prefers an interface that is not loopback and the more specific subnet', () => {
    assert.equal(parse('aeron:udp?endpoint=224.0.1.1:7').localInterface?.name, 'eth0');
    assert.equal(parse('aeron:udp?endpoint=224.0.1.1:7|interface=192.168.0.0/16').localInterface?.name, 'eth0');
    assert.equal(parse('aeron:udp?endpoint=224.0.1.1:7|interface=192.168.7.0/24').localInterface?.name, 'eth1');
    assert.equal(parse('aeron:udp?endpoint=10.0.0.1:7').localInterface, undefined);
  });

  it('reads the parameters of transports', () => {
    const channel = parse(
      'aeron:udp?endpoint=224.0.1.1:7|ttl=4|so-sndbuf=64k|so-rcvbuf=2m|rcv-wnd=8192|gtag=-9223372036854775808' +
        '|nak-delay=34ms|channel-rcv-ts-offset=reserved|channel-snd-ts-offset=8|tags=17,4',
    );
    assert.equal(channel.isMulticast, true);
    assert.equal(channel.hasGroupSemantics, true);
    assert.equal(channel.multicastTtl, 4);
    assert.equal(channel.socketSndbufLength, 65536);
    assert.equal(channel.socketRcvbufLength, 2097152);
    assert.equal(channel.receiverWindowLength, 8192);
    assert.equal(channel.groupTag, -9223372036854775808n);
    assert.equal(channel.nakDelayNs, 34_000_000);
    assert.equal(channel.channelReceiveTimestampOffset, RESERVED_VALUE_MESSAGE_OFFSET);
    assert.equal(channel.isChannelReceiveTimestampEnabled, true);
    assert.equal(channel.channelSendTimestampOffset, 8);
    assert.equal(channel.tag, 17);
  });

  it('has defaults where a channel is silent', () => {
    const channel = parse('aeron:udp?endpoint=localhost:7');
    assert.equal(channel.socketSndbufLengthOrDefault(11), 11);
    assert.equal(channel.socketRcvbufLengthOrDefault(12), 12);
    assert.equal(channel.receiverWindowLengthOrDefault(13), 13);
    assert.equal(channel.isChannelSendTimestampEnabled, false);
    assert.equal(channel.hasTag, false);
    assert.equal(channel.hasGroupSemantics, false);
    assert.equal(channel.controlMode, 'none');
  });

  it('knows the control modes', () => {
    const modes = ['dynamic', 'manual', 'response'].map(
      (mode) => parse(`aeron:udp?control=localhost:1|control-mode=${mode}`).controlMode,
    );
    assert.deepEqual(modes, ['dynamic', 'manual', 'response']);
    assert.equal(parse('aeron:udp?control=localhost:1|control-mode=odd').controlMode, 'none');
  });

  const refused: [string, string, RegExp][] = [
    ['aeron:udp', 'INVALID_CHANNEL', /must specify an endpoint, control, tags/],
    ['aeron:ipc', 'INVALID_CHANNEL', /only supports UDP media/],
    ['aeron:udp?endpoint=localhost', 'INVALID_CHANNEL', /address:port is required.*endpoint=localhost/],
    ['aeron:udp?endpoint=localhost:', 'INVALID_CHANNEL', /endpoint=localhost:/],
    ['aeron:udp?endpoint=:40', 'INVALID_CHANNEL', /endpoint=:40/],
    ['aeron:udp?endpoint=localhost:65536', 'INVALID_CHANNEL', /0 to 65535.*endpoint=localhost:65536/],
    ['aeron:udp?endpoint=localhost:4o', 'INVALID_CHANNEL', /endpoint=localhost:4o/],
    ['aeron:udp?endpoint=[::1]', 'INVALID_CHANNEL', /\[address\]:port is required.*endpoint/],
    ['aeron:udp?endpoint=[::x]:5', 'INVALID_CHANNEL', /endpoint=\[::x\]:5/],
    ['aeron:udp?endpoint=nowhere.invalid:5', 'UNKNOWN_HOST', /endpoint=nowhere\.invalid:5/],
    ['aeron:udp?control=nowhere.invalid:5', 'UNKNOWN_HOST', /control=nowhere\.invalid:5/],
    ['aeron:udp?control-mode=dynamic', 'INVALID_CHANNEL', /explicit control expected with dynamic control mode/],
    ['aeron:udp?endpoint=224.10.9.8:5', 'INVALID_CHANNEL', /must be odd.*endpoint=224\.10\.9\.8:5/],
    ['aeron:udp?endpoint=224.0.1.1:5|interface={eth9}', 'INVALID_CHANNEL', /unknown interface eth9/],
    ['aeron:udp?endpoint=224.0.1.1:5|interface={}', 'INVALID_CHANNEL', /expected format.*interface=\{\}/],
    ['aeron:udp?endpoint=[ff02::1]:5|interface={eth1}', 'INVALID_CHANNEL', /no IPv6 addresses found on interface eth1/],
    [
      'aeron:udp?endpoint=224.0.1.1:5|interface=172.16.0.0/24',
      'INVALID_CHANNEL',
      /172\.16\.0\.0\/24[\s\S]*eth2[\s\S]*DOWN/,
    ],
    ['aeron:udp?endpoint=224.0.1.1:5|interface=9.9.9.9', 'INVALID_CHANNEL', /9\.9\.9\.9\/32/],
    ['aeron:udp?endpoint=224.0.1.1:5|interface=192.168.0.0/33', 'INVALID_CHANNEL', /at most 32 bits/],
    ['aeron:udp?endpoint=224.0.1.1:5|interface=192.168.0.0:70000/24', 'INVALID_CHANNEL', /invalid port/],
    ['aeron:udp?endpoint=10.0.0.1:5|interface=[::1]', 'INVALID_CHANNEL', /interface must both be IPv4 or both IPv6/],
    ['aeron:udp?endpoint=10.0.0.1:5|control=[::1]:6', 'INVALID_CHANNEL', /control must both be IPv4 or both IPv6/],
    ['aeron:udp?endpoint=10.0.0.1:5|so-rcvbuf=lots', 'INVALID_CHANNEL', /so-rcvbuf=lots/],
    ['aeron:udp?endpoint=10.0.0.1:5|so-sndbuf=8g', 'INVALID_CHANNEL', /so-sndbuf/],
    ['aeron:udp?endpoint=10.0.0.1:5|nak-delay=soon', 'INVALID_CHANNEL', /nak-delay=soon/],
    ['aeron:udp?endpoint=10.0.0.1:5|gtag=foo', 'INVALID_CHANNEL', /'gtag' does not contain a valid long value/],
    ['aeron:udp?endpoint=10.0.0.1:5|gtag=9223372036854775808', 'INVALID_CHANNEL', /gtag/],
    ['aeron:udp?endpoint=10.0.0.1:5|channel-snd-ts-offset=x', 'INVALID_CHANNEL', /channel-snd-ts-offset=x/],
    ['aeron:udp?endpoint=224.0.1.1:5|ttl=256', 'INVALID_CHANNEL', /ttl=256/],
    ['aeron:udp?endpoint=10.0.0.1:5|tags=one', 'INVALID_CHANNEL', /tags=one/],
  ];
  for (const [channel, code, message] of refused) {
    it(`refuses ${channel}`, () => {
      assert.throws(
        () => parse(channel),
        (error: unknown) => AeronError.is(error) && error.code === code && message.test(error.message),
      );
    });
  }

  it('refuses anything else with an error of its own, too', () => {
    const part = fc.constantFrom(
      'localhost',
      ':',
      '[',
      ']',
      '::1',
      '%',
      '/',
      '{',
      '}',
      'eth0',
      '65536',
      '224.0.1.1',
      'x',
    );
    const value = fc.array(part, { maxLength: 5 }).map((parts) => parts.join(''));
    const name = fc.constantFrom('endpoint', 'control', 'interface', 'control-mode', 'tags', 'ttl', 'gtag');
    const channel = fc
      .array(fc.tuple(name, value), { maxLength: 4 })
      .map((params) => `aeron:udp?endpoint=localhost:1|${params.map(([key, text]) => `${key}=${text}`).join('|')}`);
    fc.assert(
      fc.property(channel, (text) => {
        try {
          parse(text);
        } catch (error) {
          assert.ok(AeronError.is(error), `${text}: ${error}`);
        }
      }),
    );
  });

  it('matches another channel by tag when their modes and addresses agree', () => {
    const original = parse('aeron:udp?endpoint=localhost:7|tags=5');
    assert.equal(parse('aeron:udp?tags=5').matchesTag(original), true);
    assert.equal(parse('aeron:udp?tags=6').matchesTag(original), false);
    assert.equal(parse('aeron:udp?endpoint=localhost:7').matchesTag(original), false);
    assert.equal(parse('aeron:udp?endpoint=localhost:7|tags=5').matchesTag(original), true);
    assert.throws(() => parse('aeron:udp?endpoint=localhost:8|tags=5').matchesTag(original), /mismatched endpoint/);
    assert.throws(() => parse('aeron:udp?control-mode=manual|tags=5').matchesTag(original), /mismatched control-mode/);
    const moved = SocketAddress.of('10.9.9.9', 8);
    assert.equal(parse('aeron:udp?endpoint=10.9.9.9:8|tags=5').matchesTag(original, undefined, moved), true);
  });

  it('tells multicast destinations from others without resolving them', () => {
    const isMulticast = (channel: string) => UdpChannel.isMulticastDestinationAddress(ChannelUri.parse(channel));
    assert.equal(isMulticast('aeron:udp?endpoint=192.168.0.1:5656'), false);
    assert.equal(isMulticast('aeron:udp?endpoint=224.0.0.1:5656'), true);
    assert.equal(isMulticast('aeron:udp?endpoint=239.255.255.250:1010'), true);
    assert.equal(isMulticast('aeron:udp?endpoint=[FF01::18C]:5555'), true);
    assert.equal(isMulticast('aeron:udp?endpoint=[fe80::ce81%utun3]:8080'), false);
    assert.throws(() => isMulticast('aeron:udp?mtu=4096'), /must specify an endpoint/);
    assert.throws(() => isMulticast('aeron:udp?endpoint=test:a'), /address:port is required/);
    assert.throws(() => isMulticast('aeron:ipc'), /UDP media/);
  });
});
