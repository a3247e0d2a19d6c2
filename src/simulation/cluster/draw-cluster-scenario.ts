import type { DiskFaults } from '../../platform/simulated/mod.ts';
import { Draw } from '../draw.ts';
import { drawLinks } from '../transport/draw-links.ts';
import {
  type ClusterClientScenario,
  type ClusterFault,
  type ClusterScenario,
  type ClusterTimeouts,
  COMPONENTS,
  type MemberScenario,
  type Whom,
} from './scenario.ts';

const MS = 1_000_000;
const SECOND = 1_000 * MS;
/** How long a mark file of a killed member keeps its successor out. */
const MARK_FILE_TIMEOUT_NS = 10 * SECOND;

const KINDS = [
  'kill',
  'kill',
  'kill-component',
  'crash',
  'crash',
  'pause',
  'partition',
  'partition',
  'disk',
  'weather',
  'kill-client',
] as const;

/** A cluster, its clients and what goes wrong, from one seed. */
export function drawClusterScenario(seed: number): ClusterScenario {
  const draw = Draw.seeded(seed, 'cluster');
  const memberCount = draw.chance(0.75) ? 3 : 5;
  const faultsNs = draw.between(10, 25) * SECOND;
  const members = drawMembers(draw.fork('members'), memberCount);
  const clients = drawClients(draw.fork('clients'));
  const timeouts = drawTimeouts(draw.fork('timeouts'));
  const faults = [
    ...drawFaults(draw.fork('faults'), memberCount, clients.length, faultsNs),
    ...drawSlowMember(draw.fork('slow'), memberCount, faultsNs),
  ].sort((a, b) => a.atNs - b.atNs);
  const hasCrash = faults.some((fault) => fault.kind === 'crash' || (fault.kind === 'kill-all' && fault.isCrash));
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
    serviceCount: draw.chance(0.25) ? 2 : 1,
    longQuestions: draw.chance(0.4) ? draw.real(0.3) : 0,
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
  if (draw.chance(0.06)) {
    // By itself: it takes from the cluster what a quorum had promised to keep.
    return [{ kind: 'wipe', atNs: at(), member: whom(draw, members), restartAfterNs: outageNs(draw) }];
  }
  const faults = Array.from({ length: draw.between(1, 7) }, () => drawFault(draw, members, clients, at()));
  if (draw.chance(0.15)) {
    faults.push({
      kind: 'kill-all',
      atNs: at(),
      isCrash: draw.chance(0.5),
      spreadNs: draw.magnitude(MS, 500 * MS),
      restartAfterNs: outageNs(draw),
    });
  }
  return faults;
}

function drawFault(draw: Draw, members: number, clients: number, atNs: number): ClusterFault {
  const member = whom(draw, members);
  const kind = draw.pick(KINDS);
  switch (kind) {
    case 'kill':
      return {
        kind,
        atNs,
        member,
        afterOperations: draw.chance(0.5) ? draw.magnitude(1, 2000) : 0,
        restartAfterNs: draw.chance(0.5) ? outageNs(draw) : MARK_FILE_TIMEOUT_NS,
      };
    case 'kill-component': {
      const noticedAfterNs = draw.magnitude(100 * MS, 15 * SECOND);
      return { kind, atNs, member, component: draw.pick(COMPONENTS), noticedAfterNs };
    }
    case 'crash':
      return { kind, atNs, member, restartAfterNs: outageNs(draw) };
    case 'pause':
      return { kind, atNs, member, forNs: outageNs(draw) };
    case 'partition':
      return {
        kind,
        atNs,
        member,
        forNs: outageNs(draw),
        companions: draw.between(0, (members - 1) / 2),
        direction: draw.pick(['both', 'both', 'from', 'to']),
      };
    case 'disk':
      return { kind, atNs, member, forNs: outageNs(draw), faults: drawDiskFaults(draw) };
    case 'weather':
      return { kind, atNs, forNs: outageNs(draw), links: drawLinks(draw) };
    case 'kill-client':
      return { kind, atNs, client: draw.between(0, clients - 1) };
  }
}

function drawSlowMember(draw: Draw, members: number, faultsNs: number): ClusterFault[] {
  return draw.chance(0.3)
    ? [
        {
          kind: 'slow',
          atNs: draw.between(2 * SECOND, faultsNs),
          member: whom(draw, members),
          forNs: outageNs(draw),
          runsNs: draw.magnitude(200_000, 5 * MS),
          standsNs: draw.magnitude(MS, 50 * MS),
        },
      ]
    : [];
}

function drawDiskFaults(draw: Draw): Partial<DiskFaults> {
  switch (draw.pick(['slow', 'failing', 'dead'] as const)) {
    case 'slow':
      return { syncLatencyNs: draw.magnitude(MS, 200 * MS) };
    case 'failing':
      return { writeError: draw.real(0.2), syncError: draw.real(0.2) };
    case 'dead':
      return { writeError: 1, syncError: 1, readError: 1 };
  }
}

function whom(draw: Draw, members: number): Whom {
  return draw.chance(0.5) ? 'leader' : draw.between(0, members - 1);
}

function outageNs(draw: Draw): number {
  return draw.magnitude(100 * MS, 8 * SECOND);
}
