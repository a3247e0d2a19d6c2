import { formatDuration } from '../../agrona/mod.ts';
import type { DiskFaults, LinkFaults } from '../../platform/simulated/mod.ts';
import type { ClusterFault, ClusterScenario, MemberScenario, Whom } from './scenario.ts';

/** A scenario in words, for whoever has to understand a failure. */
export function describeClusterScenario(scenario: ClusterScenario): string[] {
  const { timeouts, snapshotIntervalNs } = scenario;
  const snapshots = Number.isFinite(snapshotIntervalNs)
    ? `a snapshot every ${time(snapshotIntervalNs)}`
    : 'no snapshots';
  return [
    `${scenario.members.length} members with ${scenario.serviceCount} service(s) each, ${Math.round(100 * scenario.longQuestions)} % long questions, faults for ${time(scenario.faultsNs)}, ${snapshots}, file sync level ${scenario.fileSyncLevel}`,
    `a busy round takes ${time(scenario.cycleNs)}, an idle one up to ${time(scenario.idleNs)}; links ${links(scenario.links)}`,
    `heartbeats every ${time(timeouts.leaderHeartbeatIntervalNs)}, missed after ${time(timeouts.leaderHeartbeatTimeoutNs)}; ` +
      `election timeout ${time(timeouts.electionTimeoutNs)}, canvass ${time(timeouts.startupCanvassTimeoutNs)}`,
    ...scenario.members.map(member),
    ...scenario.clients.map(({ name, thinkNs }) => `client ${name} thinks for ${time(thinkNs)}`),
    ...scenario.faults.map((fault) => `at ${time(fault.atNs)}: ${describeClusterFault(fault)}`),
  ];
}

export function describeClusterFault(fault: ClusterFault): string {
  switch (fault.kind) {
    case 'kill':
      return `${whom(fault.member)} is killed${fault.afterOperations === 0 ? '' : ` ${fault.afterOperations} operations later`}, back after ${time(fault.restartAfterNs)}`;
    case 'kill-component':
      return `the ${fault.component} of ${whom(fault.member)} is killed, which is noticed after ${time(fault.noticedAfterNs)}`;
    case 'crash':
      return `the machine of ${whom(fault.member)} crashes, back after ${time(fault.restartAfterNs)}`;
    case 'kill-all':
      return `all ${fault.isCrash ? 'machines crash' : 'members are killed'} within ${time(fault.spreadNs)}, back after ${time(fault.restartAfterNs)}`;
    case 'wipe':
      return `${whom(fault.member)} loses all it has, back after ${time(fault.restartAfterNs)}`;
    case 'disk':
      return `the disk of ${whom(fault.member)} has ${links(fault.faults)} for ${time(fault.forNs)}`;
    case 'pause':
      return `${whom(fault.member)} stands still for ${time(fault.forNs)}`;
    case 'slow':
      return `${whom(fault.member)} is slow for ${time(fault.forNs)}: it runs for ${time(fault.runsNs)}, then stands still for ${time(fault.standsNs)}`;
    case 'partition':
      return `${whom(fault.member)} and ${fault.companions} others are cut off (${fault.direction}) for ${time(fault.forNs)}`;
    case 'weather':
      return `links ${links(fault.links)} for ${time(fault.forNs)}`;
    case 'kill-client':
      return `client ${fault.client} is killed`;
  }
}

function member({ name, isOneLoop, clockDriftPpm, clockOffsetMs }: MemberScenario): string {
  return `member ${name}: ${isOneLoop ? 'one loop' : 'four processes'}, clock ${clockDriftPpm} ppm and ${clockOffsetMs} ms off`;
}

function whom(member: Whom): string {
  return member === 'leader' ? 'the leader' : `member ${member}`;
}

function links(faults: Partial<LinkFaults> | Partial<DiskFaults>): string {
  return Object.entries(faults)
    .map(([name, value]) => `${name} ${typeof value === 'number' ? Number(value.toPrecision(3)) : value}`)
    .join(', ');
}

function time(ns: number): string {
  return formatDuration(Math.round(ns / 1000) * 1000);
}
