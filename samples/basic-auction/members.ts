/*
 * Where the members of the tutorial's cluster listen: a hundred ports each, of which a handful is used.
 *
 *     node 0: 9000-9099    node 1: 9100-9199    node 2: 9200-9299
 */

const PORT_BASE = 9000;
const PORTS_PER_NODE = 100;
/** Of a node's ports, by what they are for. */
const PortOffset = { ARCHIVE_CONTROL: 1, CLIENT_FACING: 2, MEMBER_FACING: 3, LOG: 4, TRANSFER: 5 } as const;

export const DEFAULT_HOSTNAMES: readonly string[] = ['localhost', 'localhost', 'localhost'];

function endpoint(hostnames: readonly string[], nodeId: number, offset: number, portBase: number): string {
  return `${hostnames[nodeId]}:${portBase + nodeId * PORTS_PER_NODE + offset}`;
}

/** For `ConsensusModule`: 'id,ingress,consensus,log,catchup,archive|...'. */
export function clusterMembers(hostnames: readonly string[], portBase: number = PORT_BASE): string {
  return hostnames
    .map((_, nodeId) => {
      const { CLIENT_FACING, MEMBER_FACING, LOG, TRANSFER, ARCHIVE_CONTROL } = PortOffset;
      const offsets = [CLIENT_FACING, MEMBER_FACING, LOG, TRANSFER, ARCHIVE_CONTROL];
      return [nodeId, ...offsets.map((offset) => endpoint(hostnames, nodeId, offset, portBase))].join(',');
    })
    .join('|');
}

/** For `AeronCluster`: 'id=endpoint,...'. */
export function ingressEndpoints(hostnames: readonly string[], portBase: number = PORT_BASE): string {
  return hostnames
    .map((_, nodeId) => `${nodeId}=${endpoint(hostnames, nodeId, PortOffset.CLIENT_FACING, portBase)}`)
    .join(',');
}

/** For the archive of a node: where the others, and tools, reach it. */
export function archiveControlChannel(
  hostnames: readonly string[],
  nodeId: number,
  portBase: number = PORT_BASE,
): string {
  return `aeron:udp?term-length=64k|endpoint=${endpoint(hostnames, nodeId, PortOffset.ARCHIVE_CONTROL, portBase)}`;
}
