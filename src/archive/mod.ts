/**
 * # archive
 *
 * Records streams durably and replays them: the client, which asks an archive to, for programs and agents.
 */
export * from './client/mod.ts';
