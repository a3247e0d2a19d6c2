import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ChannelUri, ChannelUriStringBuilder } from '../../src/protocol/mod.ts';

const builder = () => new ChannelUriStringBuilder();
const udp = () => builder().media('udp');

describe('The channel URI builder', () => {
  it('writes parameters in upstream’s order and units', () => {
    const channel = udp()
      .publicationWindowLength('1m')
      .streamId(1001)
      .maxResend(4)
      .untetheredRestingTimeout('10s')
      .untetheredLingerTimeout(5e9)
      .untetheredWindowLimitTimeout('5s')
      .nakDelay('100us')
      .responseCorrelationId('prototype')
      .responseEndpoint('localhost:3')
      .channelSendTimestampOffset(8)
      .channelReceiveTimestampOffset('reserved')
      .mediaReceiveTimestampOffset('16')
      .receiverWindowLength(128 * 1024)
      .socketRcvbufLength('2m')
      .socketSndbufLength(100_001)
      .spiesSimulateConnection(true)
      .rejoin(false)
      .group(true)
      .tether(false)
      .eos(true)
      .sparse(false)
      .groupTag(2n ** 63n - 1n)
      .flowControl('max')
      .congestionControl('cubic')
      .alias('orders')
      .linger(0)
      .reliable(false)
      .ttl(255)
      .sessionId(-7)
      .termOffset(64)
      .termId(4)
      .initialTermId(-3)
      .termLength('64k')
      .mtu(8192)
      .controlMode('dynamic')
      .controlEndpoint('localhost:2')
      .networkInterface('lo')
      .endpoint('localhost:1')
      .tags(1, 2)
      .validate()
      .build();
    assert.equal(
      channel,
      'aeron:udp?tags=1,2|endpoint=localhost:1|interface=lo|control=localhost:2|control-mode=dynamic|mtu=8k|' +
        'term-length=64k|init-term-id=-3|term-id=4|term-offset=64|session-id=-7|ttl=255|reliable=false|linger=0ns|' +
        'alias=orders|cc=cubic|fc=max|gtag=9223372036854775807|sparse=false|eos=true|tether=false|group=true|' +
        'rejoin=false|ssc=true|so-sndbuf=100001|so-rcvbuf=2m|rcv-wnd=128k|media-rcv-ts-offset=16|' +
        'channel-rcv-ts-offset=reserved|channel-snd-ts-offset=8|response-endpoint=localhost:3|' +
        'response-correlation-id=prototype|nak-delay=100us|untethered-window-limit-timeout=5s|' +
        'untethered-linger-timeout=5s|untethered-resting-timeout=10s|max-resend=4|stream-id=1001|pub-wnd=1m',
    );
    assert.equal(new ChannelUriStringBuilder(channel).build(), channel);
  });

  it('starts from a channel and takes parameters away', () => {
    const channel = 'aeron-spy:aeron:udp?endpoint=a:1|mtu=8192|session-id=tag:5|unknown=x';
    const text = new ChannelUriStringBuilder(ChannelUri.parse(channel)).mtu(undefined).build();
    assert.equal(text, 'aeron-spy:aeron:udp?endpoint=a:1|session-id=tag:5');
    assert.equal(new ChannelUriStringBuilder(channel).clear().media('ipc').build(), 'aeron:ipc');
  });

  it('writes flow control with its groups', () => {
    const fc = (built: ChannelUriStringBuilder) => ChannelUri.parse(built.build()).get('fc');
    assert.equal(fc(udp().minFlowControl()), 'min');
    assert.equal(fc(udp().minFlowControl(3, '5s')), 'min,g:/3,t:5s');
    assert.equal(fc(udp().taggedFlowControl()), 'tagged');
    assert.equal(fc(udp().taggedFlowControl(100)), 'tagged,g:100');
    assert.equal(fc(udp().taggedFlowControl(100n, 2, '1s')), 'tagged,g:100/2,t:1s');
    assert.equal(fc(udp().taggedFlowControl(undefined, 2)), 'tagged,g:/2');
  });

  it('places a stream at a position', () => {
    const at = (position: number) => udp().initialPosition(position, -2, 65536).build();
    assert.equal(at(3 * 65536 + 96), 'aeron:udp?term-length=64k|init-term-id=-2|term-id=1|term-offset=96');
    assert.throws(() => at(33), { code: 'INVALID_CHANNEL' });
    assert.throws(() => udp().initialPosition(0, 0, 100), { code: 'INVALID_CHANNEL' });
  });

  it('refuses values out of range, naming parameter and value', () => {
    const refused = (set: (builder: ChannelUriStringBuilder) => unknown, why: RegExp) =>
      assert.throws(() => set(udp()), { code: 'INVALID_CHANNEL', message: why });
    refused((b) => b.mtu(31), /'mtu' must be a multiple of 32 from 32 to 65504: 31/);
    refused((b) => b.mtu(1409), /'mtu'.*: 1409/);
    refused((b) => b.mtu('64k'), /'mtu'.*: 64k/);
    refused((b) => b.mtu('nine'), /'mtu': .*nine/);
    refused((b) => b.termLength(1000), /'term-length': term length must be .* not 1000/);
    refused((b) => b.termLength('2g'), /'term-length'/);
    refused((b) => b.termOffset(-32), /'term-offset'/);
    refused((b) => b.termOffset(33), /'term-offset' must be a multiple of 32: 33/);
    refused((b) => b.termId(2 ** 31), /'term-id' must be an integer from -2147483648 to 2147483647: 2147483648/);
    refused((b) => b.initialTermId(0.5), /'init-term-id'.*: 0.5/);
    refused((b) => b.sessionId('x'), /'session-id'.*: x/);
    refused((b) => b.sessionId('tag:x'), /tag/);
    refused((b) => b.ttl(256), /'ttl' must be an integer from 0 to 255: 256/);
    refused((b) => b.ttl(-1), /'ttl'/);
    refused((b) => b.linger(-1), /'linger'.*: -1/);
    refused((b) => b.linger('5 parsecs'), /'linger'/);
    refused((b) => b.socketRcvbufLength('2g'), /'so-rcvbuf'/);
    refused((b) => b.receiverWindowLength(-1), /'rcv-wnd'/);
    refused((b) => b.maxResend(-1), /'max-resend'/);
    refused((b) => b.groupTag(2n ** 63n), /'gtag' must be a 64-bit integer/);
    refused((b) => b.mediaReceiveTimestampOffset('here'), /'media-rcv-ts-offset'.*: here/);
    refused((b) => b.responseCorrelationId(-2), /'response-correlation-id'/);
    refused((b) => b.controlMode('auto' as 'manual'), /'control-mode' must be one of manual, dynamic, response: auto/);
    refused((b) => b.endpoint('a:1|mtu=5'), /'endpoint' cannot contain '\|'/);
    refused((b) => b.media('tcp'), /media must be 'udp' or 'ipc': tcp/);
    refused((b) => b.prefix('spy'), /prefix/);
  });

  it('validates that parameters go together', () => {
    const refused = (built: ChannelUriStringBuilder, why: RegExp) =>
      assert.throws(() => built.validate(), { code: 'INVALID_CHANNEL', message: why });
    refused(builder(), /media is mandatory/);
    assert.throws(() => builder().build(), { code: 'INVALID_CHANNEL' });
    refused(udp(), /'endpoint' or 'control' is mandatory/);
    refused(udp().endpoint('a:1').termId(1), /either all or none of/);
    refused(udp().endpoint('a:1').initialTermId(5).termId(4).termOffset(0), /more than 2\^31 - 1 after/);
    refused(udp().endpoint('a:1').initialPosition(0, 0, 131072).termLength(65536).termOffset(98304), /is beyond/);
    builder().media('ipc').validate();
    udp().controlEndpoint('a:1').initialTermId(2147483647).termId(-2147483648).termOffset(0).validate();
  });

  it('accepts every position that a stream can have', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31 - 1), fc.integer(), fc.integer({ min: 16, max: 20 }), (units, initialTermId, bits) => {
        const channel = udp()
          .endpoint('a:1')
          .initialPosition(units * 32, initialTermId, 2 ** bits)
          .validate()
          .build();
        const uri = ChannelUri.parse(channel);
        const terms = (Number(uri.get('term-id')) - Number(uri.get('init-term-id'))) | 0;
        assert.equal(terms * 2 ** bits + Number(uri.get('term-offset')), units * 32);
      }),
    );
  });
});
