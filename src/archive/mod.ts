/**
 * # archive
 *
 * Records streams durably and replays them. Two rooms, which know each other by messages alone:
 *
 *     client/    asks an archive, TypeScript's or the real one, for programs and agents
 *     server/    is an archive
 *
 * and `tool/`, which looks at an archive's directory and repairs it (`aeron archive-tool`). A program starts an
 * archive by 'aeron-ts/launch', which gives it a thread.
 */
export * from './client/mod.ts';
export * from './server/mod.ts';
