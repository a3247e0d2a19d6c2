import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nativePlatform } from '../../src/platform/native/mod.ts';
import { platformContract } from './contract.ts';

platformContract('native', () => {
  const platform = nativePlatform();
  const parent = platform.environment.sharedMemoryDirectory ?? tmpdir();
  const scratchDirectory = mkdtempSync(join(parent, 'aeron-native-test-'));
  const hasIpv6 = platform.network.interfaces().some(({ address }) => address.host === '::1');
  return {
    platform,
    host: '127.0.0.1',
    hostIpv6: hasIpv6 ? '::1' : undefined,
    scratchDirectory,
    cleanup: () => rmSync(scratchDirectory, { recursive: true, force: true }),
  };
});
