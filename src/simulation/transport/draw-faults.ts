import type { Draw } from '../draw.ts';
import { drawLinks } from './draw-links.ts';
import type { ClientScenario, DriverScenario, Fault, HostScenario } from './scenario.ts';

const MS = 1_000_000;

/** What goes wrong while the traffic goes on. */
export function drawFaults(
  draw: Draw,
  hosts: readonly HostScenario[],
  clients: readonly ClientScenario[],
  trafficNs: number,
): Fault[] {
  const at = (): number => draw.between(0, trafficNs);
  const timeouts = hosts[0]!.driver;
  const faults: Fault[] = [];
  for (let i = hosts.length > 1 && draw.chance(0.4) ? draw.between(1, 2) : 0; i > 0; i--) {
    const [from, to] = draw.some(hosts, 2);
    const forNs = outageNs(draw, timeouts.imageLivenessTimeoutNs);
    faults.push({ kind: 'partition', atNs: at(), forNs, from: from!.name, to: to!.name, isOneWay: draw.chance(0.5) });
  }
  if (draw.chance(0.25)) {
    faults.push({ kind: 'weather', atNs: at(), forNs: draw.magnitude(10 * MS, trafficNs), links: drawLinks(draw) });
  }
  faults.push(...drawClientFaults(draw, clients, timeouts, at));
  if (draw.chance(0.15)) {
    const forNs = outageNs(draw, timeouts.driverTimeoutMs * MS);
    faults.push({ kind: 'pause-driver', atNs: at(), forNs, host: draw.pick(hosts).name });
  }
  if (draw.chance(0.15)) {
    const restartAfterNs = outageNs(draw, timeouts.driverTimeoutMs * MS);
    const afterOperations = draw.chance(0.5) ? draw.magnitude(1, 500) : undefined;
    faults.push({ kind: 'kill-driver', atNs: at(), afterOperations, host: draw.pick(hosts).name, restartAfterNs });
  }
  return faults.sort((a, b) => a.atNs - b.atNs);
}

function drawClientFaults(
  draw: Draw,
  clients: readonly ClientScenario[],
  timeouts: DriverScenario,
  at: () => number,
): Fault[] {
  const faults: Fault[] = [];
  if (draw.chance(0.4)) {
    const restartAfterNs = draw.chance(0.6) ? draw.magnitude(MS, timeouts.clientLivenessTimeoutNs) : undefined;
    const client = draw.pick(clients).name;
    if (draw.chance(0.4)) {
      faults.push({ kind: 'close-client', atNs: at(), client, restartAfterNs });
    } else {
      const afterOperations = draw.chance(0.4) ? draw.between(0, 5) : undefined;
      faults.push({ kind: 'kill-client', atNs: at(), afterOperations, client, restartAfterNs });
    }
  }
  if (draw.chance(0.15)) {
    const forNs = outageNs(draw, timeouts.clientLivenessTimeoutNs);
    faults.push({ kind: 'pause-client', atNs: at(), forNs, client: draw.pick(clients).name });
  }
  const publishers = clients.flatMap((client) => client.publishers);
  const subscribers = clients.flatMap((client) => client.subscribers);
  if (subscribers.length > 0 && draw.chance(0.15)) {
    faults.push({ kind: 'reject-image', atNs: at(), subscriber: draw.pick(subscribers).id });
  }
  const dropping = [
    ...publishers.map(({ id, destinations }) => ({ program: { publisher: id }, destinations })),
    ...subscribers.map(({ id, destinations }) => ({ program: { subscriber: id }, destinations })),
  ].filter(({ destinations }) => destinations.length > 0);
  if (dropping.length > 0 && draw.chance(0.4)) {
    const { program, destinations } = draw.pick(dropping);
    const forNs = outageNs(draw, timeouts.imageLivenessTimeoutNs);
    const index = draw.between(0, destinations.length - 1);
    faults.push({ kind: 'drop-destination', atNs: at(), forNs, index, program });
  }
  if (publishers.length > 0 && draw.chance(0.25)) {
    const publisher = draw.pick(publishers);
    const isRevoked = publisher.isExclusive && draw.chance(0.3);
    faults.push({ kind: 'close-publication', atNs: at(), publisher: publisher.id, isRevoked });
  }
  return faults;
}

/** Mostly shorter than any time-out, sometimes longer than all. */
function outageNs(draw: Draw, timeoutNs: number): number {
  return draw.chance(0.7) ? draw.magnitude(MS, 300 * MS) : Math.round(timeoutNs * (1.1 + draw.real(0.5)));
}
