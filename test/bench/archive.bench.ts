import { type Comparison, compare } from './side.ts';

const MESSAGES: Readonly<Record<number, number>> = { 32: 2_000_000, 288: 500_000 };
const program = { java: 'ArchiveBench', typescript: 'archive-main' };

const comparisons = [0, 1].flatMap((syncLevel) =>
  [32, 288].map(
    (length): Comparison => ({
      name: `sync level ${syncLevel}, ${length} B,`,
      what: 'archive',
      program,
      options: { length, syncLevel, warmup: MESSAGES[length]! / 2, count: MESSAGES[length]! },
    }),
  ),
);
compare('Archive over IPC', comparisons, Number(process.argv[2] ?? 5));
