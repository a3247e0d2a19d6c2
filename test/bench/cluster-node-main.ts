/**
 * A whole member of a cluster in one loop of one thread, configured by upstream's properties (`name=value ...`), with a
 * service that sends every message back: what ClusterBenchNode.java is for the other side.
 */
import { ClusterNode } from '../../src/launch/mod.ts';

for (const word of process.argv.slice(2)) {
  const equals = word.indexOf('=');
  process.env[word.slice(0, equals).toUpperCase().replaceAll('.', '_')] = word.slice(equals + 1);
}
const node = await ClusterNode.launch({
  driver: { termBufferSparseFile: true, dirDeleteOnStart: true, dirDeleteOnShutdown: true },
  archive: { recordingEventsEnabled: false },
  consensusModule: {},
  services: [{ serviceModule: new URL('./echo-service-worker.js', import.meta.url) }],
});
console.log('LAUNCHED');
process.once('SIGTERM', () => void node.close());
await node.ended;
