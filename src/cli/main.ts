#!/usr/bin/env node
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

interface Command {
  readonly names: readonly string[];
  readonly summary: string;
  /** Resolves to the exit code. */
  readonly run: (line: CommandLine) => Promise<number>;
}

const COMMANDS: readonly Command[] = [
  {
    names: ['media-driver'],
    summary: 'a media driver in this process: media-driver [-Dname=value] [properties file] ...',
    run: mediaDriver,
  },
  {
    names: ['archive'],
    summary: 'an archive on a running driver: archive [-Dname=value] [properties file] ...',
    run: archive,
  },
  {
    names: ['archiving-media-driver'],
    summary: 'a media driver and an archive in this process: archiving-media-driver [-Dname=value] ...',
    run: archivingMediaDriver,
  },
  {
    names: ['aeron-stat', 'stat'],
    summary: 'the counters of a running driver: aeron-stat [watch=false] [delay=seconds] [type=regex] ...',
    run: aeronStat,
  },
  {
    names: ['cluster-tool'],
    summary: 'looks at a cluster member and tells it what to do: cluster-tool <cluster-dir> <command> [options]',
    run: clusterTool,
  },
  {
    names: ['clustered-service-container'],
    summary: 'a service of a cluster: clustered-service-container --service module.js [-Dname=value] ...',
    run: clusteredServiceContainer,
  },
  {
    names: ['consensus-module'],
    summary: 'the consensus module of a cluster member: consensus-module [-Dname=value] [properties file] ...',
    run: consensusModule,
  },
  {
    names: ['clustered-media-driver'],
    summary: 'a cluster member without its services: clustered-media-driver [-Dname=value] [properties file] ...',
    run: clusteredMediaDriver,
  },
  {
    names: ['archive-tool'],
    summary: 'describes, verifies and repairs an archive: archive-tool <archive-dir> <command> ...',
    run: archiveTool,
  },
  {
    names: ['sbe'],
    summary: 'TypeScript flyweights of a message schema: sbe <schema.xml> <folder>',
    run: sbe,
  },
];

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  const command = COMMANDS.find(({ names }) => names.includes(name ?? ''));
  if (command === undefined) {
    const isHelp = name === undefined || name === 'help' || name === '-h' || name === '--help';
    (isHelp ? console.log : console.error)(`${isHelp ? '' : `there is no command '${name}'\n\n`}${usage()}`);
    return isHelp ? 0 : 1;
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

function usage(): string {
  const rows = COMMANDS.map(({ names, summary }) => [names.join(', '), summary] as const);
  const width = Math.max(...rows.map(([names]) => names.length));
  return [
    'usage: aeron <command> ...',
    '',
    ...rows.map(([names, summary]) => `  ${names.padEnd(width)}  ${summary}`),
  ].join('\n');
}

process.exitCode = await main(process.argv.slice(2));
