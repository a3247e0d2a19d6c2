import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Platform, SocketAddress } from '../../src/platform/mod.ts';
import { nativePlatform } from '../../src/platform/native/mod.ts';

const WARM_UP = 20_000;
const ROUNDS = 50_000;
const MAX_STRETCHES = 5;
/** A number object alone would be 16 bytes; what is below is the runtime's own, spread over many rounds. */
const MAX_BYTES_PER_ROUND = 8;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/**
 * Of the young generation all stays until it is full, so that what is allocated shows as growth. Code that
 * allocates does so in every stretch; code that the runtime has not compiled yet stops doing so in a later one.
 */
function assertAllocatesNothing(round: (i: number) => void): void {
  const run = (count: number) => {
    for (let i = 0; i < count; i++) {
      round(i);
    }
  };
  run(WARM_UP);
  const bytesPerRound: number[] = [];
  for (let stretch = 0; stretch < MAX_STRETCHES; stretch++) {
    run(WARM_UP);
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    run(ROUNDS);
    bytesPerRound.push((process.memoryUsage().heapUsed - before) / ROUNDS);
    if (bytesPerRound.at(-1)! < MAX_BYTES_PER_ROUND) {
      return;
    }
  }
  assert.fail(`bytes of heap a round, in stretches: ${bytesPerRound.join(', ')}`);
}

describe('the native platform allocates nothing', () => {
  const platform: Platform = nativePlatform();
  const memory = platform.allocate(65_536);
  const batch = platform.network.createReceiveBatch(4, 2048);

  for (const host of ['127.0.0.1', '::1']) {
    if (!platform.network.interfaces().some(({ address }) => address.host === host)) {
      continue;
    }

    it(`to send one datagram and receive it on ${host}`, () => {
      const socket = platform.network.openUdp({ bind: SocketAddress.of(host, 0) });
      let received = 0;
      assertAllocatesNothing((i) => {
        socket.send(memory, i & 1023, 100, socket.localAddress);
        const count = socket.receive(batch);
        for (let j = 0; j < count; j++) {
          assert(batch.source(j).port === socket.localAddress.port);
          received++;
        }
      });
      assert(received >= WARM_UP + ROUNDS);
      socket.close();
    });

    it(`to send a batch and receive it on ${host}`, () => {
      const socket = platform.network.openUdp({ bind: SocketAddress.of(host, 0) });
      const offsets = Float64Array.of(64, 1472, 2880);
      const lengths = Int32Array.of(100, 200, 300);
      assertAllocatesNothing(() => {
        socket.sendBatch(memory, offsets, lengths, 3, socket.localAddress);
        socket.receive(batch);
      });
      socket.close();
    });
  }

  it('to find that there is nothing to receive', () => {
    const socket = platform.network.openUdp({ bind: SocketAddress.of('127.0.0.1', 0) });
    const poller = platform.network.createPoller();
    poller.add(socket);
    assertAllocatesNothing(() => {
      assert(socket.receive(batch) === 0 && poller.wait(0) === 0 && !poller.isReadable(socket));
    });
    poller.close();
    socket.close();
  });
});
