/**
 * A member of a cluster in a process, all in one loop: driver, archive, consensus module and the ledger service.
 * `memberId=... dir=... home=... members=... archivePort=...`. It prints what happens, and ends when its standard
 * input is closed.
 */
import { join } from 'node:path';
import { AgentLoop } from '../../src/agrona/mod.ts';
import { Archive } from '../../src/archive/server/mod.ts';
import { ConsensusModule } from '../../src/cluster/consensus/mod.ts';
import { ClusteredServiceContainer } from '../../src/cluster/service/mod.ts';
import { MediaDriver } from '../../src/driver/mod.ts';
import { nativePlatform } from '../../src/platform/native/mod.ts';
import { LedgerService } from './ledger-service.ts';

const given = new Map(process.argv.slice(2).map((word) => word.split(/=(.*)/s, 2) as [string, string]));
const argument = (name: string) => given.get(name)!;
const log = (line: string) => console.log(line);
const errorHandler = (error: unknown) => log(`ERROR ${error}`);
const platform = nativePlatform();
const home = argument('home');
const controlChannel = `aeron:udp?endpoint=localhost:${argument('archivePort')}`;

let isAskedToEnd = false;
process.stdin.on('end', () => {
  isAskedToEnd = true;
});
process.stdin.resume();

const driver = MediaDriver.launch({
  platform,
  aeronDirectoryName: argument('dir'),
  threadingMode: 'INVOKER',
  dirDeleteOnStart: true,
  termBufferSparseFile: true,
  publicationTermBufferLength: '64k',
  ipcTermBufferLength: '256k',
  lowStorageWarningThreshold: 0,
});
const loop = new AgentLoop(driver.newIdleStrategy());
loop.add(driver.sharedAgentInvoker!);
const { idleStrategy } = loop;
const common = { platform, aeronDirectoryName: driver.aeronDirectoryName, idleStrategy, errorHandler };
const archive = Archive.launch({
  ...common,
  threadingMode: 'INVOKER',
  archiveDir: join(home, 'archive'),
  controlChannel,
  replicationChannel: 'aeron:udp?endpoint=localhost:0',
  recordingEventsEnabled: false,
  segmentFileLength: '1m',
  lowStorageSpaceThreshold: 0,
});
loop.add(archive.invoker!);
const consensusModule = ConsensusModule.launch({
  ...common,
  useAgentInvoker: true,
  clusterDir: join(home, 'cluster'),
  clusterMemberId: Number(argument('memberId')),
  clusterMembers: argument('members'),
  ingressChannel: 'aeron:udp?term-length=64k',
  logChannel: 'aeron:udp?term-length=256k',
  replicationChannel: 'aeron:udp?endpoint=localhost:0',
  leaderHeartbeatTimeoutNs: '1s',
  leaderHeartbeatIntervalNs: '100ms',
  electionTimeoutNs: '500ms',
  electionStatusIntervalNs: '50ms',
  startupCanvassTimeoutNs: '5s',
  sessionTimeoutNs: '30s',
});
loop.add(consensusModule.invoker!);
const container = ClusteredServiceContainer.launch({
  ...common,
  clusterDir: join(home, 'cluster'),
  clusteredService: new LedgerService(log),
});
loop.add(container.invoker);
log('STARTED');

/** The event loop has its turn now and then: it says when to end. */
function turn(): void {
  const deadline = performance.now() + 20;
  while (loop.isRunning && performance.now() < deadline) {
    idleStrategy.idle(loop.doWork());
  }
  if (loop.isRunning && !isAskedToEnd) {
    setImmediate(turn);
    return;
  }
  loop.close();
  log('BYE');
  process.exit(0);
}
turn();
