import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runArchiveTool } from '../../../src/archive/tool/mod.ts';
import { nativePlatform } from '../../../src/platform/native/mod.ts';
import { FIXTURE_VERSIONS, type FixtureKind, goldenToolText, withFixture } from '../fixtures.ts';

// The goldens were made there.
process.env.TZ = 'UTC';

interface Command {
  readonly words: readonly string[];
  readonly input: string[];
  readonly output: string;
  readonly exitCode: number;
}

/** Commands on one copy of a fixture, one after the other. */
function parseScenarios(text: string): Command[][] {
  return text
    .split('# a fresh copy\n')
    .slice(1)
    .map((scenario) =>
      [...scenario.matchAll(/^\$ (.*)\n([\s\S]*?)^\[exit code (\d+)\]$/gm)].map(([, line, output, exitCode]) => {
        const [words, input] = line!.split(' < ');
        return {
          words: words!.split(' '),
          input: input?.split('|').slice(0, -1) ?? [],
          output: output!,
          exitCode: Number(exitCode),
        };
      }),
    );
}

/** What differs between runs (times, and checksums over them), between versions of the schema, and where upstream goes through files in no order. */
function normalise(text: string): string {
  return text
    .replace(/^\d\d:\d\d:\d\d \(/gm, 'HH:MM:SS (')
    .replace(/(sbeSchemaId=101\|sbeSchemaVersion)=\d+/g, '$1=N')
    .replace(/stopTimestamp=\d+/g, 'stopTimestamp=N')
    .replace(/file=archive\/\d+-\d+\.rec\) ERR: checksum failed.*/g, 'file=...) ERR: checksum failed ...')
    .replace(/(invalid Catalog checksum: expected)=-?\d+/g, '$1=N')
    .replace(/^! .*\n/gm, '');
}

/** Upstream's command has no `capacity`, in spite of its help, fails for lack of a file, and loses what it has read ahead. */
function isUpstreamsFault({ words, output }: Command): boolean {
  return (
    words[0] === 'capacity' || output.includes('NullPointerException') || output.includes('NoSuchElementException')
  );
}

function run(directory: string, command: Command): { output: string; exitCode: number } {
  const answers = [...command.input];
  let output = '';
  const previous = process.cwd();
  process.chdir(directory);
  try {
    const exitCode = runArchiveTool(nativePlatform(), ['archive', ...command.words], {
      print: (text) => {
        output += text;
      },
      err: (line) => {
        output += `! ${line}\n`;
      },
      readLine: () => answers.shift(),
    });
    return { output: output === '' || output.endsWith('\n') ? output : `${output}\n`, exitCode };
  } finally {
    process.chdir(previous);
  }
}

describe('runArchiveTool', () => {
  for (const version of FIXTURE_VERSIONS) {
    for (const kind of ['plain', 'checksum'] satisfies FixtureKind[]) {
      parseScenarios(goldenToolText(version, kind)).forEach((commands, i) => {
        it(`says what upstream's says of a ${kind} archive of ${version}: ${i + 1}`, () => {
          withFixture(version, kind, (directory) => {
            for (const command of commands) {
              const { output, exitCode } = run(directory, command);
              if (isUpstreamsFault(command)) {
                continue;
              }
              assert.equal(normalise(output), normalise(command.output), command.words.join(' '));
              assert.equal(exitCode, command.exitCode, command.words.join(' '));
            }
          });
        });
      });
    }
  }
});
