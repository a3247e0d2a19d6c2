/**
 * A cluster of one member and a client of it, in one program: `node build/samples/counter/main.js <directory> [word ...]`.
 * Run it again with the same directory, and it goes on counting.
 */
import { join } from 'node:path';
import { ClusterClient } from '../../src/cluster/mod.ts';
import { ClusterNode } from '../../src/launch/mod.ts';
import { CounterService } from './counter-service.ts';

const [directory = 'counter-data', ...words] = process.argv.slice(2);
const portBase = Number(process.env.COUNTER_PORT_BASE ?? 9300);
const endpoints = [2, 3, 4, 5, 1].map((offset) => `localhost:${portBase + offset}`);
const ingress = endpoints[0]!;
const archive = endpoints[4]!;

await using node = await ClusterNode.launch({
  driver: { aeronDirectoryName: join(directory, 'aeron'), dirDeleteOnStart: true },
  archive: {
    archiveDir: join(directory, 'archive'),
    controlChannel: `aeron:udp?endpoint=${archive}`,
    replicationChannel: 'aeron:udp?endpoint=localhost:0',
  },
  consensusModule: {
    clusterDir: join(directory, 'cluster'),
    clusterMembers: `0,${endpoints.join(',')}`,
    ingressChannel: 'aeron:udp',
    replicationChannel: 'aeron:udp?endpoint=localhost:0',
  },
  services: [{ clusteredService: new CounterService() }],
});

await using cluster = await ClusterClient.connect({
  aeronDirectoryName: node.aeronDirectoryName!,
  ingressChannel: 'aeron:udp',
  ingressEndpoints: `0=${ingress}`,
  egressChannel: 'aeron:udp?endpoint=localhost:0',
  // The member has its log to go through first.
  messageTimeoutNs: '60s',
});
await cluster.send(words.join(' ') || 'hello');
for await (const { data } of cluster.messages()) {
  console.log(new TextDecoder().decode(data));
  break;
}
