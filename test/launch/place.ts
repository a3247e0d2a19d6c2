import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterNodeOptions } from '../../src/launch/mod.ts';

let nextPort = 30_000 + (process.pid % 100) * 25;

/** A member of a cluster of one, in directories of its own that go with `remove`. */
export class MemberPlace {
  readonly home: string;
  readonly #memory: string;
  readonly #ports = Array.from({ length: 5 }, () => `localhost:${nextPort++}`);

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

  remove(): void {
    for (const path of [this.home, this.#memory]) {
      rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
    }
  }
}
