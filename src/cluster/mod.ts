/**
 * # cluster
 *
 * A replicated state machine: the members of a cluster agree on one log, and a service on each of them reads it.
 *
 *     client/     sends messages to the cluster and gets what it answers
 *     consensus/  agrees with the other members on the log
 *     service/    brings the log to a service, and takes its snapshots
 *     files/      recording log, mark files, node state: what a member keeps on disk
 *     tool/       looks at a member and tells it what to do
 *
 * This entry has all of it; a program may also import a part alone.
 */
export * from './client/mod.ts';
export * from './consensus/mod.ts';
export * from './files/mod.ts';
export * from './service/mod.ts';
export * from './tool/mod.ts';
