/**
 * The load generator of the cluster benchmark: `latency|window|fail-over key=value ...`. One thread with a media
 * driver of its own, whoever the members are. Prints one RESULT line.
 */
import { AtomicBuffer } from '../../src/agrona/mod.ts';
import { Aeron } from '../../src/client/mod.ts';
import { AeronCluster } from '../../src/cluster/client/mod.ts';
import { MediaDriver } from '../../src/driver/mod.ts';
import { nativePlatform } from '../../src/platform/native/mod.ts';

const [what = '', ...words] = process.argv.slice(2);
const options = new Map(words.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]));
const numberOf = (name: string) => Number(options.get(name));

const platform = nativePlatform();
const driver = MediaDriver.launch({
  platform,
  aeronDirectoryName: options.get('dir')!,
  threadingMode: 'INVOKER',
  termBufferSparseFile: true,
  dirDeleteOnStart: true,
  dirDeleteOnShutdown: true,
});
const driverInvoker = driver.sharedAgentInvoker!;
const idleStrategy = driver.newIdleStrategy(1);

let answered = 0;
let lastAnswered = -1;
let lastEvent = 'nothing was said of it';
const aeron = Aeron.connectBlocking({
  platform,
  aeronDirectoryName: options.get('dir')!,
  useConductorAgentInvoker: true,
  driverAgentInvoker: driverInvoker,
});
const conductor = aeron.conductorAgentInvoker!;
const cluster = connect();
const message = AtomicBuffer.allocate(numberOf('length') || 32);
let sent = 0;

switch (what) {
  case 'latency':
    measureLatency();
    break;
  case 'window':
    measureRate();
    break;
  default:
    await measureFailOver();
}
cluster.close();
driver.close();
process.exit(0);

function connect(): AeronCluster {
  return AeronCluster.connectBlocking({
    platform,
    aeron,
    ownsAeronClient: true,
    agentInvoker: driverInvoker,
    ingressChannel: 'aeron:udp?term-length=1m',
    ingressEndpoints: options.get('endpoints')!,
    egressChannel: 'aeron:udp?endpoint=localhost:0|term-length=1m',
    messageTimeoutNs: 20e9,
    egressListener: {
      onMessage: (_sessionId, _timestamp, buffer, offset) => {
        answered++;
        lastAnswered = buffer.getInt32(offset);
      },
      onSessionEvent: (_correlationId, _sessionId, _leadershipTermId, leaderMemberId, code, detail) => {
        lastEvent = `member ${leaderMemberId} said ${code} '${detail}'`;
      },
    },
  });
}

/** One round of everything; the number of things done. */
function turn(): number {
  const workCount = driverInvoker.invoke() + conductor.invoke();
  return workCount + pollEgress();
}

/** All that is there: a round of the driver for each ten answers would measure the load generator. */
function pollEgress(): number {
  let sum = 0;
  for (let polled = cluster.pollEgress(); polled > 0; polled = cluster.pollEgress()) {
    sum += polled;
  }
  return sum;
}

/** Sends the next message, or not when there is no room. */
function send(): boolean {
  message.putInt32(0, sent);
  if (cluster.offer(message, 0, message.capacity) < 0) {
    return false;
  }
  sent++;
  return true;
}

function measureLatency(): void {
  const samples: number[] = [];
  const startNs = platform.clock.nanoTime();
  const fromNs = startNs + numberOf('warmupMs') * 1e6;
  const toNs = fromNs + numberOf('measureMs') * 1e6;
  for (let sentNs = startNs; sentNs < toNs; sentNs = platform.clock.nanoTime()) {
    while (!send()) {
      idleStrategy.idle(turn());
    }
    while (lastAnswered !== sent - 1) {
      idleStrategy.idle(turn());
    }
    if (sentNs >= fromNs) {
      samples.push(platform.clock.nanoTime() - sentNs);
    }
  }
  samples.sort((x, y) => x - y);
  const at = (share: number) => Math.round(samples[Math.floor(samples.length * share)]!);
  console.log(`RESULT p50=${at(0.5)} p99=${at(0.99)} p999=${at(0.999)}`);
}

/** Keeps `window` messages without an answer; until `count` were answered, or for `warmupMs` and `measureMs`. */
function measureRate(): void {
  const window = numberOf('window');
  const sendAll = () => {
    while (sent - answered < window && send()) {
      // As many as fit.
    }
  };
  const until = (isDone: () => boolean): number => {
    while (!isDone()) {
      sendAll();
      idleStrategy.idle(turn());
    }
    return platform.clock.nanoTime();
  };
  const startNs = platform.clock.nanoTime();
  if (options.has('count')) {
    const count = numberOf('count');
    const endNs = until(() => answered >= count);
    console.log(`RESULT rate=${Math.round((answered * 1e9) / (endNs - startNs))}`);
    return;
  }
  const fromNs = until(() => platform.clock.nanoTime() - startNs > numberOf('warmupMs') * 1e6);
  const before = answered;
  const toNs = until(() => platform.clock.nanoTime() - fromNs > numberOf('measureMs') * 1e6);
  console.log(`RESULT rate=${Math.round(((answered - before) * 1e9) / (toNs - fromNs))}`);
}

/** Sends all the time; says who leads, and, once it was told that the leader was killed, when there was an answer again. */
async function measureFailOver(): Promise<void> {
  const leader = cluster.leaderMemberId;
  let killedMs: number | undefined;
  process.stdin.once('data', () => {
    killedMs = Date.now();
  });
  let nextSendNs = 0;
  let sentWhenLed = Number.POSITIVE_INFINITY;
  console.log(`LEADER ${leader}`);
  for (;;) {
    const nowNs = platform.clock.nanoTime();
    if (nowNs > nextSendNs && send()) {
      nextSendNs = nowNs + 1e6;
    }
    const { state } = cluster;
    turn();
    if (cluster.isClosed) {
      throw new Error(`the session was closed: ${lastEvent}; the client was ${state}`);
    }
    if (killedMs !== undefined && cluster.leaderMemberId !== leader) {
      sentWhenLed = Math.min(sentWhenLed, sent);
      if (lastAnswered >= sentWhenLed) {
        console.log(`RESULT failOverMs=${Date.now() - killedMs}`);
        return;
      }
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}
