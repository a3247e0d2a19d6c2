import { SimulatedWorld } from '../../src/platform/simulated/mod.ts';
import { platformContract } from './contract.ts';

for (const disk of ['/dev/shm', '/tmp']) {
  platformContract(`simulated, files in ${disk}`, () => {
    const world = new SimulatedWorld({ seed: 1 });
    const host = world.host('a', { addresses: ['10.0.0.1', 'fd00::1'] });
    const { platform } = host.process('contract');
    const scratchDirectory = `${disk}/scratch`;
    platform.files.makeDirectories(scratchDirectory);
    return { platform, host: '127.0.0.1', hostIpv6: '::1', scratchDirectory, cleanup: () => {} };
  });
}
