import { Draw } from '../draw.ts';
import { drawLinks } from '../transport/draw-links.ts';
import type {
  ClusterClientScenario,
  ClusterFault,
  ClusterScenario,
  ClusterTimeouts,
  MemberScenario,
} from './scenario.ts';

const MS = 1_000_000;
const SECOND = 1_000 * MS;
/** How long a mark file of a killed member keeps its successor out. */
const MARK_FILE_TIMEOUT_NS = 10 * SECOND;

/** A cluster, its clients and what goes wrong, from one seed. */
export function drawClusterScenario(seed: number): ClusterScenario {
  const draw = Draw.seeded(seed, 'cluster');
  const memberCount = draw.chance(0.75) ? 3 : 5;
  const faultsNs = draw.between(10, 25) * SECOND;
  const members = drawMembers(draw.fork('members'), memberCount);
  const clients = drawClients(draw.fork('clients'));
  const timeouts = drawTimeouts(draw.fork('timeouts'));
  const faults = drawFaults(draw.fork('faults'), memberCount, clients.length, faultsNs);
  const hasCrash = faults.some(({ kind }) => kind === 'crash');
  return {
    seed,
    cycleNs: draw.magnitude(20_000, 200_000),
    idleNs: draw.magnitude(MS, 4 * MS),
    members,
    clients,
    links: { latencyNs: draw.magnitude(20_000, 2 * MS), ...(draw.chance(0.3) && { loss: draw.real(0.01) }) },
    faultsNs,
    faults,
    timeouts,
    snapshotIntervalNs: draw.chance(0.7) ? draw.between(3, 12) * SECOND : Number.POSITIVE_INFINITY,
    fileSyncLevel: hasCrash ? draw.pick([1, 2]) : 0,
    keys: ['a', 'b', 'c'].slice(0, draw.between(1, 3)),
  };
}

function drawMembers(draw: Draw, count: number): MemberScenario[] {
  return Array.from({ length: count }, (_, id) => ({
    name: `m${id}`,
    address: `10.0.0.${id + 1}`,
    isOneLoop: draw.chance(0.7),
    clockDriftPpm: draw.chance(0.5) ? draw.between(-300, 300) : 0,
    clockOffsetMs: draw.chance(0.3) ? draw.between(-2000, 2000) : 0,
  }));
}

function drawClients(draw: Draw): ClusterClientScenario[] {
  return Array.from({ length: draw.between(1, 3) }, (_, i) => ({
    name: `c${i}`,
    address: `10.0.1.${i + 1}`,
    thinkNs: draw.magnitude(2 * MS, 200 * MS),
  }));
}

function drawTimeouts(draw: Draw): ClusterTimeouts {
  const leaderHeartbeatTimeoutNs = draw.between(600, 2500) * MS;
  return {
    leaderHeartbeatTimeoutNs,
    leaderHeartbeatIntervalNs: Math.floor(leaderHeartbeatTimeoutNs / draw.between(5, 20)),
    electionTimeoutNs: draw.between(300, 1000) * MS,
    electionStatusIntervalNs: draw.between(20, 100) * MS,
    startupCanvassTimeoutNs: leaderHeartbeatTimeoutNs * draw.between(2, 5),
    sessionTimeoutNs: draw.between(5, 10) * SECOND,
  };
}

function drawFaults(draw: Draw, members: number, clients: number, faultsNs: number): ClusterFault[] {
  const at = () => draw.between(2 * SECOND, faultsNs);
  const whom = () => (draw.chance(0.5) ? 'leader' : draw.between(0, members - 1));
  const outageNs = () => draw.magnitude(100 * MS, 8 * SECOND);
  const faults: ClusterFault[] = [];
  for (let i = draw.between(1, 4); i > 0; i--) {
    const kind = draw.pick([
      'kill',
      'kill',
      'crash',
      'pause',
      'partition',
      'partition',
      'weather',
      'kill-client',
    ] as const);
    switch (kind) {
      case 'kill':
        faults.push({
          kind,
          atNs: at(),
          member: whom(),
          afterOperations: draw.chance(0.5) ? draw.magnitude(1, 2000) : 0,
          restartAfterNs: draw.chance(0.5) ? outageNs() : MARK_FILE_TIMEOUT_NS,
        });
        break;
      case 'crash':
        faults.push({ kind, atNs: at(), member: whom(), restartAfterNs: outageNs() });
        break;
      case 'pause':
        faults.push({ kind, atNs: at(), member: whom(), forNs: outageNs() });
        break;
      case 'partition':
        faults.push({
          kind,
          atNs: at(),
          member: whom(),
          forNs: outageNs(),
          companions: draw.between(0, (members - 1) / 2),
          direction: draw.pick(['both', 'both', 'from', 'to']),
        });
        break;
      case 'weather':
        faults.push({ kind, atNs: at(), forNs: outageNs(), links: drawLinks(draw) });
        break;
      case 'kill-client':
        faults.push({ kind, atNs: at(), client: draw.between(0, clients - 1) });
    }
  }
  return faults.sort((a, b) => a.atNs - b.atNs);
}
