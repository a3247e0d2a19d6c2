import { Draw } from '../draw.ts';

const MS = 1_000_000;

/** What happens to the archive while it records. */
type ArchiveFault =
  | { readonly kind: 'none' }
  /** The archive's process is killed; `operations` later than that, in the middle of its code. */
  | { readonly kind: 'kill'; readonly operations: number }
  /** The power of its machine fails. */
  | { readonly kind: 'crash'; readonly unsynced: 'torn' | 'lost' | 'kept' }
  /** No byte more fits on its disk. */
  | { readonly kind: 'full' }
  /** So many of the writes, syncs and reads fail. */
  | { readonly kind: 'errors'; readonly writeError: number; readonly syncError: number; readonly readError: number };

/** One stretch of a run: a stream is recorded, something happens, all is put right and looked at. */
export interface ArchiveRound {
  /** Goes on with a recording that there is, if there is one; otherwise begins another. */
  readonly extends: boolean;
  readonly messages: number;
  readonly maxLength: number;
  /** Messages of nothing but zeros, which look like what was never written. */
  readonly zeros: number;
  readonly fault: ArchiveFault;
  /** When, from the first message on. */
  readonly faultNs: number;
  /** Old segments are purged afterwards. */
  readonly purges: boolean;
}

export interface ArchiveScenario {
  readonly seed: number;
  /** The client is on another machine than the archive. */
  readonly isRemote: boolean;
  readonly fileSyncLevel: number;
  readonly checksum: string | undefined;
  readonly segmentFileLength: number;
  /** Of a sync of the disk, in nanoseconds. */
  readonly syncLatencyNs: number;
  readonly rounds: readonly ArchiveRound[];
}

export function drawArchiveScenario(seed: number): ArchiveScenario {
  const draw = Draw.seeded(seed, 'archive');
  const fileSyncLevel = draw.pick([0, 1, 1, 2]);
  const rounds = Array.from({ length: draw.between(2, 5) }, () => drawRound(draw, fileSyncLevel));
  return {
    seed,
    isRemote: draw.chance(0.35),
    fileSyncLevel,
    checksum: draw.chance(0.4) ? draw.pick(['CRC-32', 'CRC-32C']) : undefined,
    segmentFileLength: draw.pick([64, 128]) * 1024,
    syncLatencyNs: draw.chance(0.3) ? draw.magnitude(10_000, 2 * MS) : 0,
    rounds,
  };
}

function drawRound(draw: Draw, fileSyncLevel: number): ArchiveRound {
  return {
    extends: draw.chance(0.5),
    messages: draw.magnitude(5, 400),
    maxLength: draw.magnitude(1, 1376),
    zeros: draw.chance(0.3) ? draw.real(1) : 0,
    fault: drawFault(draw, fileSyncLevel),
    faultNs: draw.magnitude(MS / 10, 100 * MS),
    purges: draw.chance(0.2),
  };
}

function drawFault(draw: Draw, fileSyncLevel: number): ArchiveFault {
  const kinds = ['none', 'kill', 'kill', 'full', 'errors', ...(fileSyncLevel > 0 ? ['crash', 'crash', 'crash'] : [])];
  const chance = () => (draw.chance(0.5) ? draw.realMagnitude(0.01, 0.5) : 0);
  switch (draw.pick(kinds)) {
    case 'kill':
      return { kind: 'kill', operations: draw.between(0, 60) };
    case 'crash':
      return { kind: 'crash', unsynced: draw.pick(['torn', 'torn', 'lost', 'kept']) };
    case 'full':
      return { kind: 'full' };
    case 'errors':
      return { kind: 'errors', writeError: chance(), syncError: chance(), readError: chance() };
    default:
      return { kind: 'none' };
  }
}

/** The scenario in words. */
export function describeArchiveScenario(scenario: ArchiveScenario): string[] {
  const { isRemote, fileSyncLevel, checksum, segmentFileLength, syncLatencyNs, rounds } = scenario;
  return [
    `client ${isRemote ? 'on another machine' : 'on the archive machine'}, sync level ${fileSyncLevel}, ` +
      `checksum ${checksum ?? 'none'}, segments of ${segmentFileLength}, a sync takes ${syncLatencyNs} ns`,
    ...rounds.map(
      ({ messages, maxLength, zeros, fault, faultNs, purges, extends: isExtension }, i) =>
        `round ${i}: ${isExtension ? 'extends' : 'records'} ${messages} messages up to ${maxLength} bytes, ` +
        `${Math.round(zeros * 100)} % zeros; after ${(faultNs / MS).toFixed(2)} ms ${JSON.stringify(fault)}` +
        (purges ? '; purges' : ''),
    ),
  ];
}
