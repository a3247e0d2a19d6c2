/** What a member is to its cluster; the value of the role counter. Upstream: `io.aeron.cluster.service.Cluster.Role`. */
export const ClusterRole = {
  FOLLOWER: 0,
  CANDIDATE: 1,
  LEADER: 2,
} as const;
export type ClusterRole = (typeof ClusterRole)[keyof typeof ClusterRole];

/** 'LEADER', ... */
export function clusterRoleName(role: ClusterRole): string {
  return Object.keys(ClusterRole)[role] ?? String(role);
}
