import { AeronError } from '../platform/mod.ts';
import { archiveSuite } from './archive/archive-suite.ts';
import { clusterSuite } from './cluster/cluster-suite.ts';
import type { Suite } from './suite.ts';
import { transportSuite } from './transport/transport-suite.ts';

/** All suites that there are. */
export const SUITES: readonly Suite[] = [transportSuite, clusterSuite, archiveSuite];

/** @throws AeronError UNKNOWN_SUITE naming those that there are */
export function findSuite(name: string): Suite {
  const suite = SUITES.find((candidate) => candidate.name === name);
  if (suite === undefined) {
    const known = SUITES.map((candidate) => candidate.name).join(', ');
    throw new AeronError('UNKNOWN_SUITE', `there is no suite '${name}'; known are: ${known}`);
  }
  return suite;
}
