import { AeronError } from '../../agrona/mod.ts';
import { ChannelUri } from '../../protocol/mod.ts';

/**
 * The endpoints of members by their ids, out of '0=host:port,1=host:port,...'.
 * @throws AeronError CONFIGURATION naming the part that cannot be read
 */
export function parseIngressEndpoints(endpoints: string): Map<number, string> {
  const byMemberId = new Map<number, string>();
  for (const part of endpoints.split(',')) {
    const match = /^\s*(\d+)\s*=\s*(\S+)\s*$/.exec(part);
    if (match === null) {
      throw new AeronError('CONFIGURATION', `'${part}' in '${endpoints}' is no 'memberId=host:port'`);
    }
    const memberId = Number(match[1]);
    if (byMemberId.has(memberId)) {
      throw new AeronError('CONFIGURATION', `member ${memberId} stands twice in '${endpoints}'`);
    }
    byMemberId.set(memberId, match[2]!);
  }
  return byMemberId;
}

/** The ingress channel of one member. */
export function memberChannel(ingressChannel: string, endpoint: string): string {
  const uri = ChannelUri.parse(ingressChannel);
  if (uri.isUdp) {
    uri.put('endpoint', endpoint);
  }
  return uri.toString();
}
