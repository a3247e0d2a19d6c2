import { parseArgs } from 'node:util';
import { AtomicBuffer } from '../../../src/agrona/mod.ts';
import { ClusterClient } from '../../../src/cluster/client/mod.ts';
import { MediaDriver } from '../../../src/launch/mod.ts';
import { decodeBidResult } from '../auction-messages.ts';
import { DEFAULT_HOSTNAMES, ingressEndpoints } from '../members.ts';
import { ownAeronDirectory } from '../own-directory.ts';
import { QUERY_LENGTH } from './query-service.ts';

/*
 * Asks a cluster with the query service of the third exercise how the auction stands.
 *
 *     node build/samples/basic-auction/exercises/query-client.js
 */
const { values } = parseArgs({
  options: {
    hostnames: { type: 'string', default: DEFAULT_HOSTNAMES.join(',') },
    'port-base': { type: 'string', default: '9000' },
    'egress-host': { type: 'string', default: 'localhost' },
  },
});

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
});
await cluster.send(new Uint8Array(QUERY_LENGTH));
for await (const { data } of cluster.messages()) {
  const { price, customerId } = decodeBidResult(AtomicBuffer.copyOf(data), 0);
  console.log(`best price ${price} of customer ${customerId}`);
  break;
}
