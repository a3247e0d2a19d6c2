import { AeronError } from '../../agrona/mod.ts';
import type { SocketAddress } from '../../platform/mod.ts';
import { isMulticastHost } from '../../protocol/mod.ts';
import type { NameResolver } from '../name-resolver.ts';

/** A host (a name or a numeric address, without brackets or scope) and a port. */
interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

const IPV4_FORM = /^([^:[\]]*):(\d+)$/;
const IPV6_FORM = /^\[([0-9a-fA-F:.]*)(?:%[A-Za-z0-9_.~-]+)?\]:(\d+)$/;
const PORT_MAX = 65535;

/**
 * Splits 'host:port' or '[ipv6%scope]:port'.
 *
 * @throws AeronError INVALID_CHANNEL naming the parameter when the port is missing or out of range.
 */
function parseHostAndPort(value: string, uriParamName: string): HostAndPort {
  const isIpv6 = value.startsWith('[');
  const match = (isIpv6 ? IPV6_FORM : IPV4_FORM).exec(value);
  if (match === null || match[1] === '') {
    const form = isIpv6 ? '[address]:port is required for ipv6' : 'address:port is required for ipv4';
    throw new AeronError('INVALID_CHANNEL', `${form}: ${uriParamName}=${value}`);
  }
  const port = Number(match[2]);
  if (port > PORT_MAX) {
    throw new AeronError('INVALID_CHANNEL', `port must be 0 to ${PORT_MAX}: ${uriParamName}=${value}`);
  }
  return { host: match[1]!, port };
}

/**
 * The address that an endpoint or control value stands for, or undefined when its host is not known (now).
 *
 * @throws AeronError INVALID_CHANNEL
 */
export function tryResolveSocketAddress(
  value: string,
  uriParamName: string,
  isReResolution: boolean,
  nameResolver: NameResolver,
): SocketAddress | undefined {
  const nameAndPort = nameResolver.lookup(value, uriParamName, isReResolution);
  const { host, port } = parseHostAndPort(nameAndPort, uriParamName);
  return nameResolver.resolve(host, uriParamName, isReResolution)?.withPort(port);
}

/** As `tryResolveSocketAddress`. @throws AeronError INVALID_CHANNEL, UNKNOWN_HOST */
export function resolveSocketAddress(value: string, uriParamName: string, nameResolver: NameResolver): SocketAddress {
  const address = tryResolveSocketAddress(value, uriParamName, false, nameResolver);
  if (address === undefined) {
    throw new AeronError(
      'UNKNOWN_HOST',
      `unresolved - ${uriParamName}=${value}, name-resolver=${nameResolver.name}: could not resolve the host to an address`,
    );
  }
  return address;
}

/**
 * Whether the host of 'host:port' is a numeric multicast address; a name is not, whatever it resolves to.
 *
 * @throws AeronError INVALID_CHANNEL
 */
export function isMulticastEndpoint(value: string, uriParamName: string): boolean {
  return isMulticastHost(parseHostAndPort(value, uriParamName).host);
}
