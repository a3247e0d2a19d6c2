import { describe } from 'node:test';
import { datagramContract } from './contract/datagrams.ts';
import type { MakePlatform } from './contract/fixture.ts';
import { mappedFileContract } from './contract/mapped-files.ts';
import { multicastContract } from './contract/multicast.ts';
import { openFileContract } from './contract/open-files.ts';
import { pollerContract } from './contract/poller.ts';
import { timeAndChanceContract } from './contract/time-and-chance.ts';

/**
 * What every implementation of `Platform` does, declared as test suites. Time passes by `park` and
 * `SocketPoller.wait` alone, so that a platform with virtual time can be held to it too.
 */
export function platformContract(name: string, makePlatform: MakePlatform): void {
  describe(`the platform contract, ${name}`, () => {
    timeAndChanceContract(makePlatform);
    mappedFileContract(makePlatform);
    openFileContract(makePlatform);
    datagramContract(makePlatform);
    multicastContract(makePlatform);
    pollerContract(makePlatform);
  });
}
