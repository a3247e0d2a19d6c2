/**
 * # cluster/tool
 *
 * Looks at a member of a cluster from outside, by its directory, and tells it what to do: the commands of upstream's
 * `ClusterTool`, with its words and exit codes.
 *
 *     runClusterTool(platform, ['node0/cluster', 'list-members'], { out: console.log, err: console.error });
 *
 * Some commands read files and work on a member that does not run; others ask its consensus module over IPC, or set
 * a counter that it watches, and need its media driver. They block: in a simulation the world goes on meanwhile.
 */
export { CLUSTER_TOOL_OPTIONS, type ClusterToolOptions } from './options.ts';
export { runClusterTool } from './run-cluster-tool.ts';
