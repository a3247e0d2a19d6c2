#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { AeronError } from '../platform/mod.ts';
import { aeronStat } from './aeron-stat.ts';
import { archive } from './archive.ts';
import { archiveTool } from './archive-tool.ts';
import { archivingMediaDriver } from './archiving-media-driver.ts';
import type { CommandLine } from './arguments.ts';
import { parseArguments, UsageError } from './arguments.ts';
import { clusterTool } from './cluster-tool.ts';
import { clusteredMediaDriver } from './clustered-media-driver.ts';
import { clusteredServiceContainer } from './clustered-service-container.ts';
import { consensusModule } from './consensus-module.ts';
import { mediaDriver } from './media-driver.ts';
import { sbe } from './sbe.ts';

const COMPONENT_WORDS = '[-Dname=value ...] [properties file ...]';

interface Command {
  readonly names: readonly string[];
  readonly words: string;
  readonly summary: string;
  /** The words with which it prints help of its own. */
  readonly ownHelp?: readonly string[];
  /** Resolves to the exit code. */
  readonly run: (line: CommandLine) => Promise<number>;
}

const COMMANDS: readonly Command[] = [
  {
    names: ['media-driver'],
    words: COMPONENT_WORDS,
    summary: 'a media driver',
    run: mediaDriver,
  },
  {
    names: ['archive'],
    words: COMPONENT_WORDS,
    summary: 'an archive on a media driver that runs already',
    run: archive,
  },
  {
    names: ['archiving-media-driver'],
    words: COMPONENT_WORDS,
    summary: 'a media driver and an archive in one process',
    run: archivingMediaDriver,
  },
  {
    names: ['clustered-media-driver'],
    words: COMPONENT_WORDS,
    summary: 'a cluster member without its services: media driver, archive and consensus module in one process',
    run: clusteredMediaDriver,
  },
  {
    names: ['consensus-module'],
    words: COMPONENT_WORDS,
    summary: 'the consensus module of a cluster member, on a media driver and an archive that run already',
    run: consensusModule,
  },
  {
    names: ['clustered-service-container'],
    words: `--service <module.js> ${COMPONENT_WORDS}`,
    summary: 'a service of a cluster member: what the module exports as its default',
    run: clusteredServiceContainer,
  },
  {
    names: ['aeron-stat', 'stat'],
    words: '[-Daeron.dir=...] [watch=false] [delay=<seconds>] [type=<pattern>] ...',
    summary: 'prints the counters of a running media driver',
    ownHelp: ['--help'],
    run: aeronStat,
  },
  {
    names: ['archive-tool'],
    words: '<archive-dir> <command> ...',
    summary: 'describes, verifies and repairs the files of an archive',
    ownHelp: [],
    run: archiveTool,
  },
  {
    names: ['cluster-tool'],
    words: '<cluster-dir> <command> ...',
    summary: 'looks at a cluster member and tells it what to do',
    ownHelp: [],
    run: clusterTool,
  },
  {
    names: ['sbe'],
    words: '<schema.xml> <folder>',
    summary: 'writes the TypeScript flyweights of a message schema',
    run: sbe,
  },
];

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || isHelp(name)) {
    console.log(usage());
    return 0;
  }
  if (name === '--version') {
    console.log(`aeron-ts ${packageVersion()}`);
    return 0;
  }
  const command = COMMANDS.find(({ names }) => names.includes(name));
  if (command === undefined) {
    console.error(`there is no command '${name}'\n\n${usage()}`);
    return 1;
  }
  if (rest.some(isHelp)) {
    await printHelp(command);
    return 0;
  }
  try {
    return await command.run(parseArguments(rest));
  } catch (error) {
    if (error instanceof UsageError || AeronError.is(error)) {
      console.error(`aeron ${command.names[0]}: ${error.message}`);
      return 1;
    }
    throw error;
  }
}

function isHelp(word: string): boolean {
  return ['-h', '-help', '--help', '-?'].includes(word);
}

async function printHelp({ names, words, summary, ownHelp, run }: Command): Promise<void> {
  if (ownHelp !== undefined) {
    await run({ properties: new Map(), words: ownHelp });
    return;
  }
  console.log(`usage: aeron ${names[0]} ${words}\n\n${summary}`);
  if (words.includes(COMPONENT_WORDS)) {
    console.log(
      '\nA property of the command line comes before one of a file, and both before an environment variable\n' +
        '(aeron.dir, AERON_DIR). docs/configuration.md in the package has all of them. Ctrl-C ends it.',
    );
  }
}

function packageVersion(): string {
  const path = new URL('../../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(path, 'utf8')) as { readonly version: string }).version;
}

function usage(): string {
  const titles = COMMANDS.map(({ names }) => names.join(', '));
  const width = Math.max(...titles.map(({ length }) => length));
  const rows = COMMANDS.map(({ summary }, i) => `  ${titles[i]!.padEnd(width)}  ${summary}`);
  return [
    'usage: aeron <command> ...',
    '',
    ...rows,
    '',
    '`aeron <command> --help` says what a command takes, `aeron --version` which package this is.',
  ].join('\n');
}

process.exitCode = await main(process.argv.slice(2));
