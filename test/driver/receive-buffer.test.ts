import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Aeron } from '../../src/client/mod.ts';
import { MediaDriver } from '../../src/driver/mod.ts';
import { SocketAddress } from '../../src/platform/mod.ts';
import { nativePlatform } from '../../src/platform/native/mod.ts';
import { SystemCounterDescriptor } from '../../src/protocol/mod.ts';

const MTU_LENGTH = 1408;
const DEADLINE_NS = 30e9;
/** Datagrams of a window of 128 KiB. */
const WINDOW = Math.floor((128 * 1024) / MTU_LENGTH);

describe('The socket of a receiver', () => {
  it('holds a window of datagrams, also while some are taken', () => {
    const platform = nativePlatform();
    const parent = mkdtempSync(join(platform.environment.sharedMemoryDirectory ?? tmpdir(), 'aeron-receive-buffer-'));
    try {
      const aeronDirectoryName = join(parent, 'aeron');
      const driver = MediaDriver.launch({
        platform,
        aeronDirectoryName,
        threadingMode: 'INVOKER',
        termBufferSparseFile: true,
      });
      const driverAgentInvoker = driver.sharedAgentInvoker!;
      const aeron = Aeron.connectBlocking({
        platform,
        aeronDirectoryName,
        driverAgentInvoker,
        useConductorAgentInvoker: true,
      });
      const subscriptionId = aeron.asyncAddSubscription('aeron:udp?endpoint=127.0.0.1:0', 1001);
      let channel: string | undefined;
      const deadlineNs = platform.clock.nanoTime() + DEADLINE_NS;
      while (channel === undefined) {
        assert(platform.clock.nanoTime() < deadlineNs, 'the driver answers');
        driverAgentInvoker.invoke();
        aeron.conductorAgentInvoker!.invoke();
        channel = aeron.getSubscription(subscriptionId)?.tryResolveChannelEndpointPort();
      }
      const port = Number(/:(\d+)/.exec(channel.slice(channel.indexOf('endpoint=')))![1]);
      const received = () => aeron.countersReader.getCounterValue(SystemCounterDescriptor.BYTES_RECEIVED) as number;
      const before = received();
      const memory = platform.allocate(MTU_LENGTH);
      const socket = platform.network.openUdp({ bind: SocketAddress.of('127.0.0.1', 0) });
      let sent = 0;
      for (let round = 0; round < 20; round++) {
        while (sent * MTU_LENGTH - (received() - before) <= (WINDOW - 1) * MTU_LENGTH) {
          assert(socket.send(memory, 0, MTU_LENGTH, SocketAddress.of('127.0.0.1', port)));
          sent++;
        }
        driverAgentInvoker.invoke();
      }
      socket.close();
      for (let rounds = 0; rounds < 1000; rounds++) {
        driverAgentInvoker.invoke();
      }
      assert.equal((received() - before) / MTU_LENGTH, sent);
      aeron.close();
      driver.close();
    } finally {
      rmSync(parent, { recursive: true, force: true });
    }
  });
});
