import { Draw } from '../draw.ts';
import { drawClients } from './draw-clients.ts';
import { drawFaults } from './draw-faults.ts';
import { drawLinks } from './draw-links.ts';
import {
  type DriverScenario,
  type Fault,
  FLOW_CONTROLS,
  type HostScenario,
  STREAM_KINDS,
  type StreamKind,
  type StreamScenario,
  type TransportScenario,
} from './scenario.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const MS = 1_000_000;
const SECOND = 1_000 * MS;

/** What a seed plays. */
export function drawScenario(seed: number): TransportScenario {
  const draw = Draw.seeded(seed, 'transport scenario');
  const driver = drawDriver(draw.fork('driver'));
  const hosts = drawHosts(draw.fork('hosts'), driver);
  const streams = drawStreams(draw.fork('streams'), hosts.length);
  const trafficNs = draw.magnitude(100 * MS, 1500 * MS);
  const clients = drawClients(draw.fork('clients'), hosts, streams, trafficNs);
  const faults = drawFaults(draw.fork('faults'), hosts, clients, trafficNs);
  const lastNs = Math.max(0, ...faults.map((fault) => fault.atNs + durationNs(fault)));
  return {
    seed,
    cycleNs: draw.pick([2_000, 10_000, 10_000, 50_000]),
    idleNs: draw.pick([1 * MS, 4 * MS, 10 * MS]),
    links: drawLinks(draw.fork('links')),
    loopback: draw.chance(0.5) ? drawLinks(draw.fork('loopback')) : {},
    hosts,
    streams,
    clients,
    faults,
    faultsNs: Math.max(trafficNs, lastNs),
  };
}

/** Until a fault is over, or what it has ended is back. */
function durationNs(fault: Fault): number {
  if ('forNs' in fault) {
    return fault.forNs;
  }
  return 'restartAfterNs' in fault ? (fault.restartAfterNs ?? 0) : 0;
}

/** Upstream's time-outs, or a fifth of them, so that more happens in less time. */
function drawDriver(draw: Draw): DriverScenario {
  const isFast = draw.chance(0.75);
  const timeoutNs = isFast ? 2 * SECOND : 10 * SECOND;
  return {
    clientLivenessTimeoutNs: timeoutNs,
    driverTimeoutMs: timeoutNs / MS,
    imageLivenessTimeoutNs: timeoutNs,
    publicationUnblockTimeoutNs: 1.5 * timeoutNs,
    publicationConnectionTimeoutNs: isFast ? 2 * SECOND : 5 * SECOND,
    publicationLingerTimeoutNs: isFast ? 2 * SECOND : 5 * SECOND,
    flowControlReceiverTimeoutNs: isFast ? 2 * SECOND : 5 * SECOND,
    untetheredWindowLimitTimeoutNs: isFast ? 200 * MS : 5 * SECOND,
    untetheredRestingTimeoutNs: isFast ? 500 * MS : 10 * SECOND,
    timerIntervalNs: draw.pick([20 * MS, 100 * MS, isFast ? 150 * MS : SECOND]),
    counterFreeToReuseTimeoutNs: draw.pick([0, 100 * MS, SECOND]),
    initialWindowLength: draw.pick([32 * KIB, 128 * KIB, 128 * KIB]),
    sendToStatusMessagePollRatio: draw.pick([1, 6, 20]),
    receiverIoVectorCapacity: draw.pick([1, 4, 16]),
    networkPublicationMaxMessagesPerSend: draw.pick([1, 4, 16]),
    resourceFreeLimit: draw.pick([1, 10]),
    spiesSimulateConnection: draw.chance(0.2),
    ...(draw.chance(0.3) && { nakUnicastDelayNs: draw.magnitude(1_000, MS) }),
    ...(draw.chance(0.3) && { statusMessageTimeoutNs: draw.magnitude(20 * MS, 200 * MS) }),
    termBufferSparseFile: true,
    counterValuesBufferLength: MIB,
  };
}

function drawHosts(draw: Draw, driver: DriverScenario): HostScenario[] {
  const count = draw.pick([1, 2, 2, 2, 3, 3, 4]);
  const isIpv6 = draw.chance(0.15);
  const areNamed = draw.chance(0.15);
  return ['a', 'b', 'c', 'd'].slice(0, count).map((name, i) => ({
    name,
    address: isIpv6 ? `fd00::${i + 1}` : `10.0.0.${i + 1}`,
    channelHost: areNamed ? name : isIpv6 ? `[fd00::${i + 1}]` : `10.0.0.${i + 1}`,
    clockDriftPpm: draw.chance(0.5) ? draw.between(-300, 300) : 0,
    clockOffsetMs: draw.chance(0.3) ? draw.between(-3_600_000, 3_600_000) : 0,
    driver,
  }));
}

function drawStreams(draw: Draw, hostCount: number): StreamScenario[] {
  const count = draw.pick([1, 1, 2, 3]);
  return Array.from({ length: count }, (_, i) => drawStream(draw.fork(`stream ${i}`), 1001 + i, hostCount));
}

function drawStream(draw: Draw, streamId: number, hostCount: number): StreamScenario {
  const kind: StreamKind = draw.pick(hostCount === 1 ? ['ipc', 'ipc', 'unicast', 'mdc-dynamic'] : STREAM_KINDS);
  const termLength = draw.pick([64 * KIB, 64 * KIB, 64 * KIB, 128 * KIB, 256 * KIB]);
  const mtu = draw.pick([1408, 1408, 256, 4096, 8192]);
  const isGroup = kind === 'multicast' || kind === 'mdc-dynamic' || kind === 'mdc-manual';
  const half = termLength / 2;
  return {
    streamId,
    kind,
    flowControl: isGroup ? draw.pick(FLOW_CONTROLS) : undefined,
    termLength,
    mtu,
    publicationWindow: draw.chance(0.3) ? Math.max(mtu, draw.between(4, half / KIB) * KIB) : half,
    receiverWindow: Math.max(2 * mtu, Math.min(half, draw.pick([16 * KIB, 32 * KIB, 128 * KIB, 128 * KIB]))),
  };
}
