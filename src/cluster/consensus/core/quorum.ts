import type { ClusterMember } from './cluster-member.ts';

/** So many members decide. */
export function quorumThreshold(memberCount: number): number {
  return (memberCount >> 1) + 1;
}

/** So many members have told their position within the time-out that they are a quorum. */
export function hasActiveQuorum(members: readonly ClusterMember[], nowNs: number, timeoutNs: number): boolean {
  let active = 0;
  for (const member of members) {
    active += member.isActive(nowNs, timeoutNs) ? 1 : 0;
  }
  return active >= quorumThreshold(members.length);
}

/**
 * The highest position that a quorum has reached; members that were not heard of within the time-out do not count.
 * 0 when there is none. `ranked` is scratch space of the size of a quorum.
 */
export function quorumPosition(
  members: readonly ClusterMember[],
  ranked: number[],
  positionOf: (member: ClusterMember) => number,
  nowNs: number,
  timeoutNs: number,
): number {
  ranked.fill(0);
  for (const member of members) {
    if (member.isActive(nowNs, timeoutNs)) {
      insertRanked(ranked, positionOf(member));
    }
  }
  return ranked[ranked.length - 1]!;
}

/** Keeps the highest, highest first. */
function insertRanked(ranked: number[], position: number): void {
  let carried = position;
  for (let i = 0; i < ranked.length; i++) {
    const held = ranked[i]!;
    if (carried > held) {
      ranked[i] = carried;
      carried = held;
    }
  }
}

/** A quorum has joined the term and reached the position. */
export function hasQuorumAtPosition(
  members: readonly ClusterMember[],
  leadershipTermId: number,
  position: number,
  nowNs: number,
  timeoutNs: number,
): boolean {
  let reached = 0;
  for (const member of members) {
    reached += member.hasReached(leadershipTermId, position, nowNs, timeoutNs) ? 1 : 0;
  }
  return reached >= quorumThreshold(members.length);
}

/** Everybody would vote for the candidate; whoever has left in good order is not asked. */
export function isUnanimousCandidate(
  members: readonly ClusterMember[],
  candidate: ClusterMember,
  gracefulClosedLeaderId: number,
): boolean {
  const voters = members.filter(({ id }) => id !== gracefulClosedLeaderId);
  return voters.length >= quorumThreshold(members.length) && voters.every((member) => member.willVoteFor(candidate));
}

/** A quorum would vote for the candidate. */
export function isQuorumCandidate(members: readonly ClusterMember[], candidate: ClusterMember): boolean {
  return members.filter((member) => member.willVoteFor(candidate)).length >= quorumThreshold(members.length);
}

/** Everybody has voted for the candidate; whoever has left in good order is not asked. */
export function isUnanimousLeader(
  members: readonly ClusterMember[],
  candidateTermId: number,
  gracefulClosedLeaderId: number,
): boolean {
  const voters = members.filter(({ id }) => id !== gracefulClosedLeaderId);
  return (
    voters.length >= quorumThreshold(members.length) &&
    voters.every((member) => member.candidateTermId === candidateTermId && member.vote === true)
  );
}

/** A quorum has voted for the candidate, and nobody against: who knows better must not be overruled. */
export function isQuorumLeader(members: readonly ClusterMember[], candidateTermId: number): boolean {
  const answers = members.filter((member) => member.candidateTermId === candidateTermId);
  return (
    answers.every(({ vote }) => vote !== false) &&
    answers.filter(({ vote }) => vote === true).length >= quorumThreshold(members.length)
  );
}

/** Makes the candidate vote for itself, and forgets earlier votes of the others. */
export function becomeCandidate(members: readonly ClusterMember[], candidateTermId: number, candidateId: number): void {
  for (const member of members) {
    const isCandidate = member.id === candidateId;
    member.vote = isCandidate ? true : undefined;
    member.candidateTermId = isCandidate ? candidateTermId : -1;
    member.isBallotSent = isCandidate;
  }
}
