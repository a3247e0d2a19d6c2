import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AeronError } from '../../src/agrona/mod.ts';
import { ChannelUri } from '../../src/protocol/mod.ts';

const key = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => !/[=|]/.test(text));
const value = fc.string({ maxLength: 20 }).filter((text) => !text.includes('|'));

describe('A channel URI', () => {
  it('is taken apart', () => {
    const uri = ChannelUri.parse('aeron:udp?endpoint=localhost:20121|interface=[::1]/64|alias=a=b|session-id=-7');
    assert.equal(uri.media, 'udp');
    assert.equal(uri.prefix, '');
    assert.equal(uri.isUdp, true);
    assert.equal(uri.isIpc, false);
    assert.equal(uri.isSpy, false);
    assert.equal(uri.get('endpoint'), 'localhost:20121');
    assert.equal(uri.get('interface'), '[::1]/64');
    assert.equal(uri.get('alias'), 'a=b');
    assert.equal(uri.get('session-id'), '-7');
    assert.equal(uri.get('mtu'), undefined);
    assert.equal(uri.containsKey('mtu'), false);
  });

  it('can be IPC, without parameters, or a spy', () => {
    assert.equal(ChannelUri.parse('aeron:ipc').isIpc, true);
    const spy = ChannelUri.parse('aeron-spy:aeron:udp?endpoint=224.0.1.1:40456');
    assert.equal(spy.isSpy, true);
    assert.equal(spy.prefix, ChannelUri.SPY_QUALIFIER);
    assert.equal(spy.toString(), 'aeron-spy:aeron:udp?endpoint=224.0.1.1:40456');
  });

  it('comes back as it was printed, in its order', () => {
    const params = fc.uniqueArray(fc.tuple(key, value), { selector: ([name]) => name, maxLength: 8 });
    fc.assert(
      fc.property(fc.boolean(), fc.constantFrom('udp', 'ipc'), params, (isSpy, media, params) => {
        const query = params.map(([name, text]) => `${name}=${text}`).join('|');
        const text = `${isSpy ? 'aeron-spy:' : ''}aeron:${media}${query === '' ? '' : `?${query}`}`;
        const uri = ChannelUri.parse(text);
        assert.equal(uri.toString(), text);
        assert.deepEqual([...uri.params()], params);
      }),
    );
  });

  it('takes the last of equal parameters', () => {
    assert.equal(ChannelUri.parse('aeron:ipc?a=1|b=2|a=3').get('a'), '3');
  });

  it('can be changed', () => {
    const uri = ChannelUri.parse('aeron:udp?endpoint=a:1|mtu=1408');
    assert.equal(uri.put('mtu', '8k'), '1408');
    assert.equal(uri.put('ttl', '4'), undefined);
    assert.equal(uri.remove('endpoint'), 'a:1');
    uri.prefix = ChannelUri.SPY_QUALIFIER;
    assert.equal(uri.toString(), 'aeron-spy:aeron:udp?mtu=8k|ttl=4');
  });

  it('is parsed or refused, whatever the text', () => {
    const parts = fc.constantFrom('aeron', ':', 'udp', 'ipc', '?', '=', '|', 'aeron-spy:', 'endpoint', 'x', 'é', ' ');
    const text = fc.oneof(
      fc.string(),
      fc.array(parts, { maxLength: 12 }).map((all) => all.join('')),
      fc.array(parts, { maxLength: 8 }).map((all) => `aeron:udp?${all.join('')}`),
    );
    fc.assert(
      fc.property(text, (text) => {
        try {
          const uri = ChannelUri.parse(text);
          assert.equal(ChannelUri.parse(uri.toString()).toString(), uri.toString());
        } catch (error) {
          assert.ok(AeronError.is(error) && error.code === 'INVALID_CHANNEL', String(error));
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('A malformed channel URI', () => {
  const pointsAt = (uri: string, index: number, problem: RegExp) => {
    assert.throws(
      () => ChannelUri.parse(uri),
      (error: unknown) => {
        assert.ok(AeronError.is(error));
        assert.equal(error.code, 'INVALID_CHANNEL');
        assert.match(error.message, problem);
        const [first, shown, caret] = error.message.split('\n');
        assert.match(first!, new RegExp(`at index ${index}$`));
        assert.equal(shown, `  ${uri}`);
        assert.equal(caret, `${' '.repeat(index + 2)}^`);
        return true;
      },
    );
  };

  it('is pointed at where it goes wrong', () => {
    pointsAt('', 0, /expected 'aeron:'/);
    pointsAt('udp://localhost:40123', 0, /expected 'aeron:'/);
    pointsAt('aeron-spy:udp', 10, /expected 'aeron:'/);
    pointsAt('aeron:', 6, /unknown media ''/);
    pointsAt('aeron:tcp?endpoint=a:1', 6, /unknown media 'tcp', expected 'udp' or 'ipc'/);
    pointsAt('aeron:udp:endpoint=a:1', 6, /unknown media/);
    pointsAt('aeron:udp?', 10, /expected '=' after ''/);
    pointsAt('aeron:udp?endpoint', 18, /expected '=' after 'endpoint'/);
    pointsAt('aeron:udp?endpoint|mtu=1', 18, /expected '=' after 'endpoint'/);
    pointsAt('aeron:udp?=a:1', 10, /empty parameter name/);
    pointsAt('aeron:udp?mtu=1|=4', 16, /empty parameter name/);
    pointsAt('aeron:udp?mtu=1|', 16, /expected '='/);
    pointsAt('aeron:udp?mtu=1||ttl=1', 16, /expected '='/);
  });

  it('is one that is longer than 4095 characters', () => {
    const longest = `aeron:ipc?alias=${'x'.repeat(4095 - 16)}`;
    assert.equal(ChannelUri.parse(longest).toString(), longest);
    assert.throws(() => ChannelUri.parse(`${longest}x`), {
      code: 'INVALID_CHANNEL',
      message: /channel of 4096 characters; at most 4095 are allowed: aeron:ipc\?alias=x{84}\.\.\.$/,
    });
  });
});

describe('Tags of a channel', () => {
  it('are the channel’s and the entity’s', () => {
    const uri = ChannelUri.parse('aeron:udp?tags=1001,2002');
    assert.equal(uri.channelTag(), '1001');
    assert.equal(uri.entityTag(), '2002');
    assert.equal(ChannelUri.parse('aeron:udp?tags=5').entityTag(), undefined);
    assert.equal(ChannelUri.parse('aeron:udp?mtu=32').channelTag(), undefined);
  });

  it('can be named by other parameters', () => {
    assert.equal(ChannelUri.isTagged('tag:7'), true);
    assert.equal(ChannelUri.isTagged('7'), false);
    assert.equal(ChannelUri.getTag('tag:-7'), -7);
    assert.equal(ChannelUri.getTag('7'), undefined);
    for (const text of ['tag:', 'tag:x', 'tag:1.5', `tag:${2n ** 63n}`]) {
      assert.throws(() => ChannelUri.getTag(text), { code: 'INVALID_CHANNEL' });
    }
  });
});

describe('Channels made of channels', () => {
  it('get a session id or an alias', () => {
    assert.equal(ChannelUri.addSessionId('aeron:ipc', -5), 'aeron:ipc?session-id=-5');
    assert.equal(ChannelUri.addAliasIfAbsent('aeron:ipc', 'log'), 'aeron:ipc?alias=log');
    assert.equal(ChannelUri.addAliasIfAbsent('aeron:ipc?alias=a', 'log'), 'aeron:ipc?alias=a');
    assert.equal(ChannelUri.addAliasIfAbsent('aeron:ipc', ''), 'aeron:ipc');
  });

  it('are destinations on the same interface', () => {
    const channel = 'aeron:udp?control-mode=manual|interface=10.0.0.0/24';
    assert.equal(ChannelUri.createDestinationUri(channel, 'b:2'), 'aeron:udp?endpoint=b:2|interface=10.0.0.0/24');
    assert.equal(ChannelUri.createDestinationUri('aeron:udp?control-mode=manual', 'b:2'), 'aeron:udp?endpoint=b:2');
  });

  it('start at a position', () => {
    const uri = ChannelUri.parse('aeron:ipc');
    uri.initialPosition(2 ** 33 + 64, -1, 65536);
    assert.equal(uri.toString(), 'aeron:ipc?init-term-id=-1|term-id=131071|term-offset=64|term-length=65536');
    assert.throws(() => uri.initialPosition(33, 0, 65536), { code: 'INVALID_CHANNEL' });
    assert.throws(() => uri.initialPosition(-32, 0, 65536), { code: 'INVALID_CHANNEL' });
    assert.throws(() => uri.initialPosition(32, 0, 1000), { code: 'INVALID_TERM_LENGTH' });
  });
});

describe('A wildcard port', () => {
  const resolve = (channel: string, endpoint: string) => {
    const uri = ChannelUri.parse(channel);
    uri.replaceEndpointWildcardPort(endpoint);
    return uri.get('endpoint');
  };

  it('is replaced by the one that was chosen', () => {
    assert.equal(resolve('aeron:udp?endpoint=localhost:0', '127.0.0.1:4711'), 'localhost:4711');
    assert.equal(resolve('aeron:udp?control=a:1', '127.0.0.1:4711'), '127.0.0.1:4711');
    assert.equal(resolve('aeron:udp?endpoint=localhost:5', '127.0.0.1:4711'), 'localhost:5');
    assert.throws(() => resolve('aeron:udp?endpoint=a:0', 'b'), { code: 'INVALID_CHANNEL' });
    assert.throws(() => resolve('aeron:udp?endpoint=a:0', 'b:0'), { code: 'INVALID_CHANNEL' });
  });

  it('can stand in for a port', () => {
    assert.equal(ChannelUri.replacePortWithWildcard('[::1]:4711'), '[::1]:0');
    assert.equal(ChannelUri.replacePortWithWildcard('localhost'), undefined);
  });
});
