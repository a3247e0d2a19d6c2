/**
 * A member of a cluster in a process, all in one loop: driver, archive, consensus module and the ledger service.
 * `memberId=... dir=... home=... members=... archivePort=...`. It prints what happens, and ends when its standard
 * input is closed.
 */
import { join } from 'node:path';
import { ClusterNode } from '../../src/launch/mod.ts';
import { LedgerService } from './ledger-service.ts';

const given = new Map(process.argv.slice(2).map((word) => word.split(/=(.*)/s, 2) as [string, string]));
const argument = (name: string) => given.get(name)!;
const log = (line: string) => console.log(line);

const node = await ClusterNode.launch(
  {
    driver: {
      aeronDirectoryName: argument('dir'),
      dirDeleteOnStart: true,
      termBufferSparseFile: true,
      publicationTermBufferLength: '64k',
      ipcTermBufferLength: '256k',
      lowStorageWarningThreshold: 0,
    },
    archive: {
      archiveDir: join(argument('home'), 'archive'),
      controlChannel: `aeron:udp?endpoint=localhost:${argument('archivePort')}`,
      replicationChannel: 'aeron:udp?endpoint=localhost:0',
      recordingEventsEnabled: false,
      segmentFileLength: '1m',
      lowStorageSpaceThreshold: 0,
    },
    consensusModule: {
      clusterDir: join(argument('home'), 'cluster'),
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
    },
    services: [{ clusteredService: new LedgerService(log) }],
  },
  { errorHandler: (component, text) => log(`ERROR ${component}: ${text.split('\n', 1)[0]}`) },
);
log('STARTED');
process.stdin.on('end', () => void node.close());
process.stdin.resume();
await node.ended;
log('BYE');
process.exit(0);
