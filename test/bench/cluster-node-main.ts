/**
 * A whole member of a cluster in one loop of one thread, configured by upstream's properties (`name=value ...`), with a
 * service that sends every message back: what ClusterBenchNode.java is for the other side.
 */
import { AgentLoop } from '../../src/agrona/mod.ts';
import { Archive } from '../../src/archive/server/mod.ts';
import { ConsensusModule } from '../../src/cluster/consensus/mod.ts';
import {
  type Cluster,
  type ClusteredService,
  ClusteredServiceContainer,
  ClusterRole,
} from '../../src/cluster/service/mod.ts';
import { MediaDriver } from '../../src/driver/mod.ts';
import { nativePlatform } from '../../src/platform/native/mod.ts';

for (const word of process.argv.slice(2)) {
  const equals = word.indexOf('=');
  process.env[word.slice(0, equals).toUpperCase().replaceAll('.', '_')] = word.slice(equals + 1);
}
const platform = nativePlatform();
const errorHandler = (error: unknown) => console.error(error);

let cluster: Cluster;
let startedNs = 0;
let messages = 0;
const echo: ClusteredService = {
  onStart(started) {
    cluster = started;
    startedNs = platform.clock.nanoTime();
  },
  onSessionMessage(session, _timestamp, buffer, offset, length) {
    messages++;
    if (session !== undefined) {
      while (session.offer(buffer, offset, length) < 0) {
        cluster.idleStrategy.idle(0);
      }
    }
  },
  onRoleChange(role) {
    const elapsedMs = Math.round((platform.clock.nanoTime() - startedNs) / 1e6);
    const name = Object.entries(ClusterRole).find(([, value]) => value === role)?.[0];
    console.log(`ROLE ${name} replayed ${messages} in ${elapsedMs} ms`);
  },
};

const driver = MediaDriver.launch({
  platform,
  threadingMode: 'INVOKER',
  termBufferSparseFile: true,
  dirDeleteOnStart: true,
  dirDeleteOnShutdown: true,
});
const threadIdleStrategy = driver.newIdleStrategy();
const loop = new AgentLoop(threadIdleStrategy);
const { idleStrategy } = loop;
loop.add(driver.sharedAgentInvoker!);
loop.add(
  Archive.launch({ platform, threadingMode: 'INVOKER', idleStrategy, errorHandler, recordingEventsEnabled: false })
    .invoker!,
);
loop.add(ConsensusModule.launch({ platform, useAgentInvoker: true, idleStrategy, errorHandler }).invoker!);
loop.add(ClusteredServiceContainer.launch({ platform, clusteredService: echo, idleStrategy, errorHandler }).invoker);
console.log('LAUNCHED');

let isTold = false;
process.on('SIGTERM', () => {
  isTold = true;
});
let nextTurnNs = 0;
while (loop.isRunning && !isTold) {
  threadIdleStrategy.idle(loop.doWork());
  if (platform.clock.nanoTime() > nextTurnNs) {
    // For signals, which come by the event loop.
    nextTurnNs = platform.clock.nanoTime() + 50e6;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
loop.close();
process.exit(0);
