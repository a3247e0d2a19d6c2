import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ControlTransportPoller } from '../../src/driver/media/control-transport-poller.ts';
import { ReadableSockets } from '../../src/driver/media/readable-sockets.ts';
import type { SendChannelEndpoint } from '../../src/driver/media/send-channel-endpoint.ts';
import type { SendSideConductor } from '../../src/driver/send-side-conductor.ts';
import { type ReceiveBatch, SocketAddress } from '../../src/platform/mod.ts';
import { SimulatedWorld } from '../../src/platform/simulated/mod.ts';

const MS = 1_000_000;
const HOST = '10.0.0.1';
const addressOf = (index: number) => SocketAddress.of(HOST, 20730 + index);

/** A poller over as many endpoints as asked for, which keep what they are given; the system says which of them are readable, or each is asked. */
function stage(endpointCount: number, asksSystem: boolean) {
  const world = new SimulatedWorld({ seed: 1 });
  const { platform } = world.host('sender', { addresses: [HOST] }).process('driver');
  const errors: unknown[] = [];
  const received: string[] = [];
  const socketPoller = platform.network.createPoller();
  const readableSockets = new ReadableSockets(socketPoller);
  const poller = new ControlTransportPoller(
    platform,
    readableSockets,
    (error) => errors.push(error),
    {} as SendSideConductor,
  );
  const endpoints = Array.from({ length: endpointCount }, (_, index) => {
    const receiveSocket = platform.network.openUdp({ bind: addressOf(index) });
    const endpoint = {
      receiveSocket,
      receive: (batch: ReceiveBatch) => receiveSocket.receive(batch),
      onDatagram: (_buffer: unknown, _offset: number, length: number) => {
        if (length === 13) {
          throw new Error('unlucky');
        }
        received.push(`${index}:${length}`);
      },
      close: () => receiveSocket.close(),
    } as unknown as SendChannelEndpoint;
    poller.registerForRead(endpoint);
    return endpoint;
  });
  const memory = platform.allocate(64);
  const socket = platform.network.openUdp({ bind: SocketAddress.of(HOST, 0) });
  const send = (index: number, length: number) => socket.send(memory, 0, length, addressOf(index));
  const pollFor = (durationNs: number) => {
    const end = world.now + durationNs;
    world.runUntil(() => world.now >= end, durationNs);
    if (asksSystem) {
      readableSockets.refresh();
    }
    return poller.pollTransports();
  };
  return { poller, endpoints, socketPoller, errors, received, send, pollFor };
}

for (const asksSystem of [false, true]) {
  describe(`control transport poller ${asksSystem ? 'that asks the system' : 'that asks each endpoint'}`, () => {
    const endpointCount = 4;

    it('gives each endpoint what came for it', () => {
      const { send, pollFor, received } = stage(endpointCount, asksSystem);
      send(0, 10);
      send(2, 11);
      send(2, 12);
      send(endpointCount - 1, 20);
      assert.equal(pollFor(MS), 53);
      assert.deepEqual(received.sort(), ['0:10', '2:11', '2:12', `${endpointCount - 1}:20`].sort());
      assert.equal(pollFor(MS), 0);
    });

    it('hands on an error and reads the others', () => {
      const { send, pollFor, received, errors } = stage(endpointCount, asksSystem);
      send(0, 13);
      send(1, 14);
      pollFor(MS);
      assert.equal(errors.length, 1);
      assert.deepEqual(received, ['1:14']);
    });

    it('no longer reads an endpoint that was cancelled, and closes the rest', () => {
      const { poller, endpoints, send, pollFor, received, socketPoller } = stage(endpointCount, asksSystem);
      poller.cancelRead(endpoints[0]!);
      poller.cancelRead(endpoints[0]!);
      send(0, 10);
      send(1, 10);
      pollFor(MS);
      assert.deepEqual(received, ['1:10']);
      poller.close();
      assert.equal(poller.pollTransports(), 0);
      assert.equal(socketPoller.wait(0), 0);
    });
  });
}
