import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterNodeOptions } from '../../src/launch/mod.ts';
import { freePort } from '../ports.ts';

/** A member of a cluster of one, in directories of its own that go with `remove`. */
export class MemberPlace {
  readonly home: string;
  readonly #memory: string;
  readonly #ports = Array.from({ length: 5 }, () => `localhost:${freePort()}`);

  constructor() {
    this.home = mkdtempSync(join(tmpdir(), 'aeron-launch-'));
    this.#memory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'aeron-launch-'));
  }

  get aeronDirectoryName(): string {
    return join(this.#memory, 'aeron');
  }

  get clusterDir(): string {
    return join(this.home, 'cluster');
  }

  get ingressEndpoints(): string {
    return `0=${this.#ports[0]}`;
  }

  /** Of driver, archive and consensus module. */
  get components(): Omit<ClusterNodeOptions, 'services'> {
    const [, , , , archive] = this.#ports;
    return {
      driver: {
        aeronDirectoryName: this.aeronDirectoryName,
        dirDeleteOnShutdown: true,
        termBufferSparseFile: true,
        publicationTermBufferLength: '64k',
        ipcTermBufferLength: '1m',
      },
      archive: {
        archiveDir: join(this.home, 'archive'),
        segmentFileLength: '1m',
        controlChannel: `aeron:udp?endpoint=${archive}`,
        replicationChannel: 'aeron:udp?endpoint=localhost:0',
        recordingEventsEnabled: false,
      },
      consensusModule: {
        clusterDir: this.clusterDir,
        clusterMemberId: 0,
        clusterMembers: `0,${this.#ports.join(',')}`,
        ingressChannel: 'aeron:udp?term-length=64k',
        logChannel: 'aeron:udp?term-length=256k',
        replicationChannel: 'aeron:udp?endpoint=localhost:0',
      },
    };
  }

  /** The same as properties of upstream's. */
  get properties(): Readonly<Record<string, string>> {
    const { archive, consensusModule } = this.components;
    return {
      'aeron.dir': this.aeronDirectoryName,
      'aeron.dir.delete.on.shutdown': 'true',
      'aeron.term.buffer.sparse.file': 'true',
      'aeron.term.buffer.length': '64k',
      'aeron.ipc.term.buffer.length': '1m',
      'aeron.archive.dir': archive.archiveDir!,
      'aeron.archive.segment.file.length': '1m',
      'aeron.archive.control.channel': archive.controlChannel!,
      'aeron.archive.replication.channel': archive.replicationChannel!,
      'aeron.archive.recording.events.enabled': 'false',
      'aeron.cluster.dir': this.clusterDir,
      'aeron.cluster.member.id': '0',
      'aeron.cluster.members': consensusModule.clusterMembers!,
      'aeron.cluster.ingress.channel': consensusModule.ingressChannel!,
      'aeron.cluster.log.channel': consensusModule.logChannel!,
      'aeron.cluster.replication.channel': consensusModule.replicationChannel!,
    };
  }

  remove(): void {
    for (const path of [this.home, this.#memory]) {
      rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
    }
  }
}
