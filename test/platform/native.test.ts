import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { type Platform, PlatformError, SocketAddress } from '../../src/platform/mod.ts';
import { libc } from '../../src/platform/native/libc.ts';
import { nativePlatform } from '../../src/platform/native/mod.ts';
import type { NativeMemory } from '../../src/platform/native/native-memory.ts';
import { NativePlatform } from '../../src/platform/native/native-platform.ts';
import type { NativeUdpSocket } from '../../src/platform/native/native-udp-socket.ts';
import { Sockets, throwsCode } from './contract/fixture.ts';
import { platformContract } from './contract.ts';

/** UDP_SEGMENT is Linux's. */
const SKIP_SEGMENTS = process.platform !== 'linux';
const SO_NO_CHECK = 11;
const ONE_SECOND_NS = 1_000_000_000;
const PLATFORM_URL = new URL('../../src/platform/native/mod.js', import.meta.url).href;

function makeScratchDirectory(platform: Platform): string {
  return mkdtempSync(join(platform.environment.sharedMemoryDirectory ?? tmpdir(), 'aeron-native-test-'));
}

for (const [name, makePlatform] of [
  ['native', nativePlatform],
  ['native without batch calls', () => new NativePlatform(false)],
] as const) {
  platformContract(name, () => {
    const platform = makePlatform();
    const scratchDirectory = makeScratchDirectory(platform);
    const hasIpv6 = platform.network.interfaces().some(({ address }) => address.host === '::1');
    return {
      platform,
      host: '127.0.0.1',
      hostIpv6: hasIpv6 ? '::1' : undefined,
      scratchDirectory,
      cleanup: () => rmSync(scratchDirectory, { recursive: true, force: true }),
    };
  });
}

describe('the native platform', () => {
  const platform = nativePlatform();
  const scratchDirectory = makeScratchDirectory(platform);
  after(() => rmSync(scratchDirectory, { recursive: true, force: true }));

  it('is one for each thread', () => {
    assert.equal(nativePlatform(), platform);
    assert.equal(platform.name, `${process.platform}-${process.arch}`);
  });

  it('sends datagrams one by one where the system cannot cut them out of a message', { skip: SKIP_SEGMENTS }, () => {
    using sockets = new Sockets(platform);
    const from = sockets.open('127.0.0.1') as NativeUdpSocket;
    const to = sockets.open('127.0.0.1');
    // A socket that computes no checksums.
    new Int32Array(sockets.memory.arrayBuffer)[0] = 1;
    const address = (sockets.memory as NativeMemory).address;
    assert.equal(libc().setsockopt(from.fd, 1, SO_NO_CHECK, address, 4), 0);
    for (let round = 0; round < 2; round++) {
      const sent = from.sendBatch(sockets.memory, Float64Array.of(0, 8), Int32Array.of(8, 8), 2, to.localAddress);
      assert.equal(sent, 2);
      assert.deepEqual(
        sockets.receive(to, 2).map(({ content }) => content.length),
        [8, 8],
      );
    }
  });

  it('loads the FFI library at its first use, not when imported', () => {
    const program = `
      const { nativePlatform } = await import(${JSON.stringify(PLATFORM_URL)});
      const loaded = () => process.report.getReport().sharedObjects.some((path) => path.includes('koffi'));
      nativePlatform().clock.nanoTime();
      const before = loaded();
      nativePlatform().allocate(1);
      console.log(before, loaded());`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
    });
    assert.equal(stdout.trim(), 'false true', stderr);
  });

  it('says what is needed and what there is when a file system is full, and leaves nothing behind', () => {
    const path = `${scratchDirectory}/too-long`;
    const length = platform.files.totalSpace(scratchDirectory) + 2 ** 20;
    const available = (error: unknown) => {
      assert(error instanceof PlatformError);
      assert.match(error.message, new RegExp(`${length} bytes for ${path}: only \\d+ bytes are free`));
      return error.code === 'ENOSPC';
    };
    assert.throws(() => platform.files.createMapped(path, length), available);
    assert.equal(platform.files.exists(path), false);
    const file = platform.files.open(path, 'wx+');
    assert.throws(() => file.allocate(0, length), available);
    file.close();
  });

  it('refuses to map more than there are addresses, and leaves nothing behind', () => {
    const path = `${scratchDirectory}/enormous`;
    assert.throws(() => platform.files.createMapped(path, 2 ** 47, { sparse: true }), /cannot (map|create)/);
    assert.equal(platform.files.exists(path), false);
  });

  it('maps files of more than 2 GiB', () => {
    const path = `${scratchDirectory}/large`;
    const length = 2 ** 31 + 2 ** 20;
    const file = platform.files.createMapped(path, length, { sparse: true });
    new Uint8Array(file.arrayBuffer)[length - 1] = 7;
    file.sync(length - 1, 1);
    const open = platform.files.open(path, 'r');
    const target = new Uint8Array(1);
    open.read(target, 0, 1, length - 1);
    assert.equal(target[0], 7);
    open.close();
    file.unmap();
    platform.files.remove(path);
  });

  it('sends nothing from a file that was unmapped', () => {
    using sockets = new Sockets(platform);
    const socket = sockets.open('127.0.0.1');
    const file = platform.files.createMapped(`${scratchDirectory}/unmapped`, 4096);
    file.unmap();
    throwsCode('EFAULT', () => socket.send(file, 0, 100, socket.localAddress));
  });

  it('talks to IPv4 peers with a socket of IPv6, by their IPv4 addresses', (test) => {
    if (!platform.network.interfaces().some(({ address }) => address.host === '::1')) {
      test.skip('this machine has no IPv6');
      return;
    }
    using sockets = new Sockets(platform);
    const both = sockets.open('::');
    const ipv4 = sockets.open('127.0.0.1');
    sockets.send(ipv4, SocketAddress.of('127.0.0.1', both.localAddress.port), [1]);
    const [received] = sockets.receive(both, 1);
    assert.equal(received!.source.key, ipv4.localAddress.key);
    sockets.send(both, received!.source, [2]);
    assert.deepEqual(sockets.receive(ipv4, 1)[0]!.content, [2]);
  });

  it('finds the addresses of localhost', () => {
    const found = platform.network.resolve('localhost');
    assert(found.length > 0 && found.every(({ isLoopback }) => isLoopback), found.join());
    assert(platform.network.resolve('localhost', 4).every(({ family }) => family === 4));
  });

  it('has the addresses that node:os knows', () => {
    const [loopback] = platform.network.interfaces().filter(({ address }) => address.host === '127.0.0.1');
    assert.equal(loopback?.prefixLength, 8);
    assert(loopback?.isLoopback);
  });

  it('words errors so that they say what to do', () => {
    using sockets = new Sockets(platform);
    const { localAddress: bind } = sockets.open('127.0.0.1');
    assert.throws(() => sockets.open('127.0.0.1', { bind }), {
      code: 'EADDRINUSE',
      operation: 'bind',
      message:
        `cannot bind ${bind.key}: address already in use (EADDRINUSE); ` +
        'another socket has this port; choose another one, or port 0 to let the system choose',
    });
    assert.throws(() => platform.files.map(`${scratchDirectory}/none`), {
      message: `cannot map ${scratchDirectory}/none: no such file or directory (ENOENT)`,
    });
  });

  it('knows the death of a process', () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    assert.equal(platform.processes.isAlive(pid), false);
    assert(platform.processes.isAlive(1), "another user's process is alive too");
  });

  it('calls back soon and in order, and not at all when cancelled', async () => {
    const calls: string[] = [];
    const { scheduler } = platform;
    scheduler.soon(() => calls.push('never')).cancel();
    scheduler.soon(() => calls.push('soon'));
    calls.push('now');
    await new Promise<void>((resolve) => scheduler.soon(resolve));
    assert.deepEqual(calls, ['now', 'soon']);
  });

  it('calls back after a delay, and not at all when cancelled', async () => {
    const { clock, scheduler } = platform;
    const keepAlive = setTimeout(() => {}, 10_000);
    const startNs = clock.nanoTime();
    let wasCalled = false;
    scheduler
      .after(1, () => {
        wasCalled = true;
      })
      .cancel();
    await new Promise<void>((resolve) => scheduler.after(5, resolve));
    clearTimeout(keepAlive);
    // The event loop counts in whole milliseconds.
    assert(clock.nanoTime() - startNs >= 4_000_000);
    assert.equal(wasCalled, false);
  });

  it('lets a process end that waits for nothing but a delayed call', () => {
    const program = `
      const { nativePlatform } = await import(${JSON.stringify(PLATFORM_URL)});
      nativePlatform().scheduler.after(60_000, () => {});`;
    const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { timeout: 50_000 });
    assert.equal(status, 0);
  });

  it('serves several threads at once, whose clocks agree', { timeout: 60_000 }, async () => {
    const path = `${scratchDirectory}/shared`;
    const file = platform.files.createMapped(path, 4096);
    const words = new Int32Array(file.arrayBuffer);
    const startNs = platform.clock.nanoTime();
    const readings = await Promise.all([1, 2, 3].map((index) => runCounter(path, index)));
    const endNs = platform.clock.nanoTime();
    assert.equal(words[0], 3 * 10_000, 'each of three threads added 10000 times');
    for (const [index, nanoTime] of readings.entries()) {
      assert.equal(words[index + 1], index + 1);
      assert(nanoTime > startNs && nanoTime < endNs, `${startNs} < ${nanoTime} < ${endNs}`);
    }
    file.unmap();
  });

  async function runCounter(path: string, index: number): Promise<number> {
    const program = `
      import(${JSON.stringify(PLATFORM_URL)}).then(({ nativePlatform }) => {
        const { parentPort, workerData } = require('node:worker_threads');
        const platform = nativePlatform();
        const file = platform.files.map(workerData.path);
        const words = new Int32Array(file.arrayBuffer);
        for (let i = 0; i < 10_000; i++) {
          Atomics.add(words, 0, 1);
        }
        words[workerData.index] = workerData.index;
        const { address } = platform.network.interfaces().find(({ isLoopback }) => isLoopback);
        const socket = platform.network.openUdp({ bind: address });
        socket.send(file, 0, 100, socket.localAddress);
        const poller = platform.network.createPoller();
        poller.add(socket);
        if (poller.wait(${ONE_SECOND_NS}) !== 1) throw new Error('the datagram did not come');
        socket.close();
        poller.close();
        parentPort.postMessage(platform.clock.nanoTime());
      });`;
    const worker = new Worker(program, { eval: true, workerData: { path, index } });
    return new Promise<number>((resolve, reject) => {
      let nanoTime = Number.NaN;
      worker.once('message', (message: number) => {
        nanoTime = message;
      });
      worker.once('error', reject);
      worker.once('exit', () => resolve(nanoTime));
    });
  }
});
