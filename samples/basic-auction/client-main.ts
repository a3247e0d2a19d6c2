import { parseArgs } from 'node:util';
import { AeronError } from '../../src/agrona/mod.ts';
import { ClusterClient } from '../../src/cluster/client/mod.ts';
import { MediaDriver } from '../../src/launch/mod.ts';
import { bidInAuction } from './client.ts';
import { DEFAULT_HOSTNAMES, ingressEndpoints } from './members.ts';
import { ownAeronDirectory } from './own-directory.ts';

const USAGE = `usage: basic-auction-client [options] <customer id> [number of bids, 10] [longest ms between bids, 1000]

  --hostnames a,b,c     hosts of the members; localhost for each by default
  --port-base port      first port of member 0; 9000 by default
  --egress-host name    host of this client, as the members reach it; localhost by default`;

/** `basic-auction-client <customer> [bids] [interval ms]`: a customer who bids in the auction of the cluster. */
async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      hostnames: { type: 'string', default: DEFAULT_HOSTNAMES.join(',') },
      'port-base': { type: 'string', default: '9000' },
      'egress-host': { type: 'string', default: 'localhost' },
    },
  });
  const [customerId, numOfBids = '10', bidIntervalMs = '1000'] = positionals;
  if (customerId === undefined || ![customerId, numOfBids, bidIntervalMs].every((word) => /^\d+$/.test(word))) {
    console.error(USAGE);
    return 1;
  }
  await using driver = await MediaDriver.launch({
    aeronDirectoryName: ownAeronDirectory(),
    dirDeleteOnShutdown: true,
    termBufferSparseFile: true,
  });
  await using cluster = await ClusterClient.connect({
    aeronDirectoryName: driver.aeronDirectoryName,
    messageTimeoutNs: '20s',
    ingressChannel: 'aeron:udp',
    ingressEndpoints: ingressEndpoints(values.hostnames.split(','), Number(values['port-base'])),
    egressChannel: `aeron:udp?endpoint=${values['egress-host']}:0`,
    clientName: `customer-${customerId}`,
  });
  await bidInAuction(cluster, {
    customerId: BigInt(customerId),
    numOfBids: Number(numOfBids),
    bidIntervalMs: Number(bidIntervalMs),
    print: (line) => console.log(line),
  });
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`${(error as Error).message}\n\n${AeronError.is(error) ? 'Does the cluster run?' : USAGE}`);
  process.exitCode = 1;
}
