import { AeronError } from '../../agrona/mod.ts';
import type { RandomSource } from '../../platform/mod.ts';
import type { LossGenerator } from './loss-generator.ts';
import { RandomLossGenerator, seededDoubles } from './random-loss-generator.ts';
import { FixedLossGenerator, MultiGapLossGenerator } from './stream-loss-generator.ts';

/** The driver's options about one kind of frame that is to be lost. */
export interface LossOptions {
  /** Share of frames to drop, 0 to 1. */
  readonly rate: number;
  /** -1 for another sequence each time. */
  readonly seed: number;
  /** 'term-id=7|term-offset=0|length=4096', or ''. Upstream: `..._FIXED_LOSS_ARGS` of the C driver. */
  readonly fixedLossArgs?: string;
  /** 'term-id=7|gap-radix=4096|gap-length=64|total-gaps=10', or ''. Upstream: `..._MULTI_GAP_LOSS_ARGS`. */
  readonly multiGapLossArgs?: string;
}

const INT32_MIN = -0x80000000;
const INT32_MAX = 0x7fffffff;

/** undefined where nothing is to be lost. @throws AeronError CONFIGURATION */
export function createLossGenerator(options: LossOptions, random: RandomSource): LossGenerator | undefined {
  const generators: LossGenerator[] = [];
  if (!(options.rate >= 0 && options.rate <= 1)) {
    throw new AeronError('CONFIGURATION', `a loss rate is a share of 0 to 1, not ${options.rate}`);
  }
  if (options.rate > 0) {
    const nextDouble = options.seed === -1 ? () => random.nextDouble() : seededDoubles(options.seed);
    generators.push(new RandomLossGenerator(options.rate, nextDouble));
  }
  if (options.fixedLossArgs) {
    generators.push(parseFixedLoss(options.fixedLossArgs));
  }
  if (options.multiGapLossArgs) {
    generators.push(parseMultiGapLoss(options.multiGapLossArgs));
  }
  return generators.length <= 1 ? generators[0] : anyOf(generators);
}

function anyOf(generators: readonly LossGenerator[]): LossGenerator {
  return {
    shouldDropFrame: (address, buffer, offset, length) =>
      generators.some((generator) => generator.shouldDropFrame(address, buffer, offset, length)),
  };
}

function parseFixedLoss(args: string): LossGenerator {
  const parse = parseArgs('fixed-loss', args, ['term-id', 'term-offset', 'length']);
  return new FixedLossGenerator(parse('term-id', INT32_MIN), parse('term-offset', 0), parse('length', 0));
}

function parseMultiGapLoss(args: string): LossGenerator {
  const parse = parseArgs('multi-gap-loss', args, ['term-id', 'gap-radix', 'gap-length', 'total-gaps']);
  const gapRadix = 2 ** Math.ceil(Math.log2(parse('gap-radix', 1)));
  const gapLength = parse('gap-length', 0);
  if (gapLength >= gapRadix) {
    throw new AeronError('CONFIGURATION', `multi-gap-loss: gap-length must be smaller than gap-radix: ${args}`);
  }
  return new MultiGapLossGenerator(parse('term-id', INT32_MIN), gapRadix, gapLength, parse('total-gaps', 0));
}

/** A reader of the integers of 'name=value|name=value', all of which have to be there. */
function parseArgs(kind: string, args: string, names: readonly string[]): (name: string, min: number) => number {
  const values = new Map<string, string>();
  for (const arg of args.split('|')) {
    const [name = '', value = ''] = arg.split('=', 2);
    if (!names.includes(name)) {
      throw new AeronError('CONFIGURATION', `${kind} takes ${names.join(', ')}, not '${name}': ${args}`);
    }
    values.set(name, value);
  }
  return (name, min) => {
    const text = values.get(name) ?? '';
    const value = Number(text);
    if (!/^-?\d+$/.test(text) || value < min || value > INT32_MAX) {
      throw new AeronError('CONFIGURATION', `${kind}: ${name} must be an integer of ${min} to ${INT32_MAX}: ${args}`);
    }
    return value;
  };
}
