import { parseArgs } from 'node:util';
import { DEFAULT_HOSTNAMES } from './members.ts';

export const CLUSTER_USAGE = `usage: basic-auction-cluster [options] [0|1|2]

  All nodes, their output in logs/cluster-<node>.log and followed here, or the one of the number, whose output
  appears here. A node keeps its data in node<number>.

  --hostnames a,b,c     hosts of the nodes; localhost for each by default
  --port-base port      first port of node 0; 9000 by default
  --service module.js   module with another service than the auction's`;

/** What the command line of the cluster says. */
export interface ClusterOptions {
  /** undefined: all of them. */
  readonly nodeId: number | undefined;
  readonly hostnames: readonly string[];
  readonly portBase: number;
  /** Path of a module; undefined: the auction. */
  readonly service: string | undefined;
  /** As given, to be passed on. */
  readonly words: readonly string[];
}

/** undefined when it makes no sense. */
export function parseClusterOptions(words: readonly string[]): ClusterOptions | undefined {
  try {
    const { positionals, values } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        hostnames: { type: 'string', default: DEFAULT_HOSTNAMES.join(',') },
        'port-base': { type: 'string', default: '9000' },
        service: { type: 'string' },
      },
    });
    const hostnames = values.hostnames.split(',');
    const nodeId = positionals[0] === undefined ? undefined : Number(positionals[0]);
    const portBase = Number(values['port-base']);
    const isNode = nodeId === undefined || (Number.isInteger(nodeId) && nodeId >= 0 && nodeId < hostnames.length);
    const isPort = Number.isInteger(portBase) && portBase > 0 && portBase < 65_000;
    return isNode && isPort && positionals.length <= 1
      ? { nodeId, hostnames, portBase, service: values.service, words }
      : undefined;
  } catch {
    return undefined;
  }
}
