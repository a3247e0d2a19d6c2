import { parseArgs } from 'node:util';
import { ClusterClient } from '../../../src/cluster/client/mod.ts';
import { MediaDriver } from '../../../src/launch/mod.ts';
import { bidInAuction } from '../client.ts';
import { DEFAULT_HOSTNAMES, ingressEndpoints } from '../members.ts';
import { ownAeronDirectory } from '../own-directory.ts';

/*
 * The first exercise: several customers on one auction. Each has a session of its own over one media driver, and
 * each line says whose it is.
 *
 *     node build/samples/basic-auction/exercises/competing-customers.js 10 11 12
 */
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    hostnames: { type: 'string', default: DEFAULT_HOSTNAMES.join(',') },
    'port-base': { type: 'string', default: '9000' },
    'egress-host': { type: 'string', default: 'localhost' },
    bids: { type: 'string', default: '10' },
    'interval-ms': { type: 'string', default: '1000' },
  },
});
const customerIds = positionals.length > 0 ? positionals.map(BigInt) : [10n, 11n, 12n];

await using driver = await MediaDriver.launch({
  aeronDirectoryName: ownAeronDirectory(),
  dirDeleteOnShutdown: true,
  termBufferSparseFile: true,
});
await Promise.all(
  customerIds.map(async (customerId) => {
    await using cluster = await ClusterClient.connect({
      aeronDirectoryName: driver.aeronDirectoryName,
      messageTimeoutNs: '20s',
      ingressChannel: 'aeron:udp',
      ingressEndpoints: ingressEndpoints(values.hostnames.split(','), Number(values['port-base'])),
      egressChannel: `aeron:udp?endpoint=${values['egress-host']}:0`,
      clientName: `customer-${customerId}`,
    });
    await bidInAuction(cluster, {
      customerId,
      numOfBids: Number(values.bids),
      bidIntervalMs: Number(values['interval-ms']),
      print: (line) => console.log(`customer ${customerId}: ${line}`),
    });
  }),
);
