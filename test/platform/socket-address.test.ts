import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AeronError, parseIp, SocketAddress } from '../../src/platform/mod.ts';

const port = fc.integer({ min: 0, max: 65_535 });
const ipv4Bytes = fc.uint8Array({ minLength: 4, maxLength: 4 });
/** Zeros are frequent: their runs are what the text form is about. */
const ipv6Bytes = fc
  .array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff })), { minLength: 8, maxLength: 8 })
  .map((groups) => Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff])));
const anyBytes = fc.oneof(ipv4Bytes, ipv6Bytes);

/** Almost addresses: what the characters of addresses make, and addresses with one change. */
const almostAddress = fc.oneof(
  fc.stringMatching(/^[0-9a-f:.]{0,20}$/),
  fc
    .array(fc.constantFrom(':', '::', '.', '0', '1', 'ff', '10', '256', 'fffff', 'g', ' ', '%'), { maxLength: 17 })
    .map((parts) => parts.join('')),
  fc.tuple(anyBytes, fc.nat(40), fc.constantFrom('', ':', '.', '0', 'f', '::', '-')).map(([bytes, at, inserted]) => {
    const { host } = SocketAddress.fromBytes(bytes, 0);
    return host.slice(0, at) + inserted + host.slice(at + 1);
  }),
);

/** Node.js refuses leading zeros in the decimal numbers of an address, which here as in Java mean nothing. */
function withoutLeadingZeros(text: string): string {
  const start = text.lastIndexOf(':') + 1;
  const dotted = text.slice(start);
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(dotted) ? text.slice(0, start) + dotted.split('.').map(Number).join('.') : text;
}

describe('a socket address', () => {
  it('is the same when read back from its text', () => {
    fc.assert(
      fc.property(anyBytes, port, (bytes, port) => {
        const address = SocketAddress.fromBytes(bytes, port);
        const again = SocketAddress.of(address.host, port);
        assert.deepEqual(again.bytes, bytes);
        assert(again.equals(address));
        assert.equal(again.key, address.key);
      }),
    );
  });

  it('prints IPv6 in the canonical form of RFC 5952', () => {
    fc.assert(
      fc.property(ipv6Bytes, (bytes) => {
        const { host } = SocketAddress.fromBytes(bytes, 0);
        assert.equal(`[${host}]`, new URL(`http://[${host}]/`).hostname);
      }),
    );
  });

  it('has a key of host and port', () => {
    assert.equal(SocketAddress.of('127.0.0.1', 40123).key, '127.0.0.1:40123');
    assert.equal(SocketAddress.of('::1', 40123).toString(), '[::1]:40123');
    assert.equal(SocketAddress.of('2001:DB8:0:0:1:0:0:1', 1).key, '[2001:db8::1:0:0:1]:1');
    assert.equal(SocketAddress.of('::ffff:1.2.3.4', 1).host, '::ffff:102:304');
  });

  it('keeps the scope of a link-local address', () => {
    const address = SocketAddress.of('fe80::1%3', 5);
    assert.equal(address.scopeId, 3);
    assert.equal(address.host, 'fe80::1');
    assert.equal(address.withPort(6).scopeId, 3);
    assert.equal(address.equals(SocketAddress.of('fe80::1%4', 5)), false);
  });

  it('is told apart by its kind', () => {
    assert(SocketAddress.of('224.0.0.1', 0).isMulticast && SocketAddress.of('239.255.255.255', 0).isMulticast);
    assert(!SocketAddress.of('223.255.255.255', 0).isMulticast && !SocketAddress.of('240.0.0.1', 0).isMulticast);
    assert(SocketAddress.of('ff02::1', 0).isMulticast && !SocketAddress.of('fe80::1', 0).isMulticast);
    assert(
      SocketAddress.of('0.0.0.0', 0).isAny && SocketAddress.of('::', 0).isAny && !SocketAddress.of('::1', 0).isAny,
    );
    assert(SocketAddress.of('127.9.9.9', 0).isLoopback && SocketAddress.of('::1', 0).isLoopback);
    assert(!SocketAddress.of('::2', 0).isLoopback && !SocketAddress.of('128.0.0.1', 0).isLoopback);
  });

  it('does not change with the bytes that it was made of', () => {
    const bytes = Uint8Array.of(1, 2, 3, 4);
    const address = SocketAddress.fromBytes(bytes, 1);
    bytes[0] = 9;
    assert.equal(address.bytes[0], 1);
  });

  it('is parsed from exactly what is an address', () => {
    fc.assert(
      fc.property(almostAddress, (text) => {
        const plain = withoutLeadingZeros(text);
        const isAddress = isIP(plain) !== 0 && !plain.includes('%');
        assert.equal(parseIp(text) !== undefined, isAddress, text);
      }),
      { numRuns: 5000 },
    );
  });

  it('is refused of what is no address', () => {
    for (const host of [
      '',
      'localhost',
      '1.2.3',
      '1.2.3.256',
      '1.2.3.4.5',
      ':::',
      '1::2::3',
      '12345::',
      '[::1]',
      '1:2:3:4:5:6:7:8:9',
    ]) {
      assert.throws(
        () => SocketAddress.of(host, 1),
        (error) => AeronError.is(error) && error.code === 'INVALID_ADDRESS',
        host,
      );
    }
    for (const badPort of [-1, 65_536, 1.5, Number.NaN]) {
      assert.throws(() => SocketAddress.of('1.2.3.4', badPort), /port must be 0 to 65535/);
    }
    assert.throws(() => SocketAddress.fromBytes(new Uint8Array(5), 1), /4 or 16 bytes, not 5/);
  });
});
