import { parentPort, workerData } from 'node:worker_threads';
import { AtomicBuffer, createIdleStrategy } from '../../src/agrona/mod.ts';
import { Aeron, type ExclusivePublication, type Subscription } from '../../src/client/mod.ts';
import { nativePlatform } from '../../src/platform/native/mod.ts';

interface Options {
  readonly dir: string;
  readonly channel: string;
  readonly replyChannel: string;
  readonly length: string;
  readonly clientIdle: string;
  readonly publication?: string;
  readonly warmupMs: string;
  readonly measureMs: string;
  readonly warmup: string;
  readonly count: string;
}

const { role, options, control } = workerData as { role: string; options: Options; control: SharedArrayBuffer };
/** Word 0: not zero when all is over. */
const stop = new Int32Array(control);
const platform = nativePlatform();
const aeron = Aeron.connectBlocking({
  platform,
  aeronDirectoryName: options.dir,
  useConductorAgentInvoker: true,
  errorHandler: (error) => parentPort!.postMessage(`ERROR ${error}`),
});
const conductor = aeron.conductorAgentInvoker!;
const idle = createIdleStrategy(options.clientIdle, platform);
const length = Number(options.length);

switch (role) {
  case 'publisher':
    publish();
    break;
  case 'subscriber':
    subscribe();
    break;
  case 'echo':
    echo();
    break;
  default:
    ping();
}
aeron.close();

function publish(): void {
  if (options.publication === 'concurrent') {
    const publication = added(
      () => aeron.asyncAddPublication(options.channel, 1001),
      (id) => aeron.getPublication(id),
    );
    const buffer = AtomicBuffer.allocate(length);
    while (Atomics.load(stop, 0) === 0) {
      conductor.invoke();
      for (let i = 0; i < 1000; i++) {
        idle.idle(publication.offer(buffer, 0, length) < 0 ? 0 : 1);
      }
    }
    return;
  }
  const publication = exclusive(options.channel, 1001);
  const buffer = AtomicBuffer.allocate(length);
  while (Atomics.load(stop, 0) === 0) {
    conductor.invoke();
    for (let i = 0; i < 1000; i++) {
      if (publication.offer(buffer, 0, length) < 0) {
        idle.idle(0);
      } else {
        idle.reset();
      }
    }
  }
}

function subscribe(): void {
  const subscription = subscriptionTo(options.channel, 1001);
  let received = 0;
  const handler = () => {
    received++;
  };
  while (subscription.imageCount === 0) {
    idle.idle(conductor.invoke());
  }
  const pollUntil = (deadlineNs: number): number => {
    for (;;) {
      conductor.invoke();
      for (let i = 0; i < 100; i++) {
        idle.idle(subscription.poll(handler, 256));
      }
      const nowNs = platform.clock.nanoTime();
      if (nowNs >= deadlineNs) {
        return nowNs;
      }
    }
  };
  const from = pollUntil(platform.clock.nanoTime() + Number(options.warmupMs) * 1e6);
  const before = received;
  const to = pollUntil(from + Number(options.measureMs) * 1e6);
  const rate = ((received - before) * 1e9) / (to - from);
  parentPort!.postMessage(`RESULT rate=${Math.round(rate)}`);
  Atomics.store(stop, 0, 1);
}

function echo(): void {
  const pings = subscriptionTo(options.channel, 1001);
  const pong = exclusive(options.replyChannel, 1002);
  const handler = (buffer: AtomicBuffer, offset: number, size: number) => {
    while (pong.offer(buffer, offset, size) < 0 && Atomics.load(stop, 0) === 0) {
      // The round trip is what is measured: no idling here.
    }
  };
  while (Atomics.load(stop, 0) === 0) {
    conductor.invoke();
    for (let i = 0; i < 100; i++) {
      idle.idle(pings.poll(handler, 10));
    }
  }
}

function ping(): void {
  const pongs = subscriptionTo(options.replyChannel, 1002);
  const publication = exclusive(options.channel, 1001);
  while (!publication.isConnected || pongs.imageCount === 0) {
    idle.idle(conductor.invoke());
  }
  const buffer = AtomicBuffer.allocate(length);
  let answered = 0;
  const handler = () => {
    answered++;
  };
  const count = Number(options.count);
  const samples = new Float64Array(count);
  for (let i = -Number(options.warmup); i < count; i++) {
    const sentNs = platform.clock.nanoTime();
    while (publication.offer(buffer, 0, length) < 0) {
      // As in the echo.
    }
    const expected = answered + 1;
    while (answered < expected) {
      idle.idle(pongs.poll(handler, 10));
    }
    if (i >= 0) {
      samples[i] = platform.clock.nanoTime() - sentNs;
    }
    if ((i & 1023) === 0) {
      conductor.invoke();
    }
  }
  Atomics.store(stop, 0, 1);
  samples.sort();
  const at = (share: number) => Math.round(samples[Math.floor(count * share)]!);
  parentPort!.postMessage(`RESULT p50=${at(0.5)} p90=${at(0.9)} p99=${at(0.99)} p999=${at(0.999)}`);
}

function exclusive(channel: string, streamId: number): ExclusivePublication {
  return added(
    () => aeron.asyncAddExclusivePublication(channel, streamId),
    (id) => aeron.getExclusivePublication(id),
  );
}

function subscriptionTo(channel: string, streamId: number): Subscription {
  return added(
    () => aeron.asyncAddSubscription(channel, streamId),
    (id) => aeron.getSubscription(id),
  );
}

function added<T>(add: () => number, get: (id: number) => T | undefined): T {
  const id = add();
  for (;;) {
    idle.idle(conductor.invoke());
    const resource = get(id);
    if (resource !== undefined) {
      return resource;
    }
  }
}
