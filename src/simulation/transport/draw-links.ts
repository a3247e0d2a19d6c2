import type { LinkFaults } from '../../platform/simulated/mod.ts';
import type { Draw } from '../draw.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const US = 1_000;
const MS = 1_000_000;

/** What a network is like, from a good day to a bad one. */
export function drawLinks(draw: Draw): Partial<LinkFaults> {
  const links: Partial<LinkFaults> = {
    latencyNs: draw.magnitude(5 * US, 4 * MS),
    ...(draw.chance(0.5) && { jitterNs: draw.magnitude(10 * US, 2 * MS) }),
    ...(draw.chance(0.8) && { loss: draw.realMagnitude(0.002, 0.2) }),
    ...(draw.chance(0.3) && { duplicate: draw.real(0.1) }),
    ...(draw.chance(0.4) && { reorder: draw.real(0.2), reorderDelayNs: draw.magnitude(10 * US, 3 * MS) }),
    ...(draw.chance(0.2) && { refuse: draw.real(0.1) }),
  };
  if (!draw.chance(0.15)) {
    return links;
  }
  return { ...links, bandwidth: draw.magnitude(2 * MIB, 200 * MIB), queueLength: draw.magnitude(64 * KIB, MIB) };
}
