import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { ROOT } from '../../scripts/run.ts';

describe('The command line of aeron', () => {
  const directory = mkdtempSync(join(tmpdir(), 'aeron-command-line-'));
  after(() => rmSync(directory, { recursive: true, force: true }));

  const aeron = (...words: string[]) => {
    const main = join(ROOT, 'build', 'src', 'cli', 'main.js');
    return spawnSync(process.execPath, [main, ...words], { cwd: directory, encoding: 'utf8', timeout: 60_000 });
  };

  it('lists its commands, each of which has a help', () => {
    const { status, stdout } = aeron();
    assert.equal(status, 0);
    const commands = [...stdout.matchAll(/^ {2}([\w-]+)/gm)].map(([, name]) => name!);
    assert.equal(commands.length, 10);
    for (const command of commands) {
      const help = aeron(command, '--help');
      assert.equal(help.status, 0, `${command}: ${help.stderr}`);
      assert.match(help.stdout, /^usage: /i);
      assert.equal(help.stderr, '');
    }
  });

  it('says of a wrong command which ones there are', () => {
    const { status, stderr } = aeron('clustertool');
    assert.equal(status, 1);
    assert.match(stderr, /^there is no command 'clustertool'\n\nusage: .*\n +cluster-tool /s);
  });

  it("takes a member's properties file for any component, and warns of what none of them knows", () => {
    const file = join(directory, 'member.properties');
    writeFileSync(file, 'aeron.cluster.dir=cluster\naeron.archive.dir=archive\naeron.archive.dri=archive\n');
    const { status, stderr } = aeron('archive', file, '-Daeron.cluster.dir=cluster');
    assert.equal(status, 1);
    assert.deepEqual(stderr.trimEnd().split('\n'), [
      'WARNING: the archive has no property aeron.cluster.dir; is it aeron.archive.dir?',
      'WARNING: no component has the property aeron.archive.dri of a properties file; is it aeron.archive.dir?',
      'aeron archive: controlChannel must be set (AERON_ARCHIVE_CONTROL_CHANNEL), or controlChannelEnabled be false',
    ]);
  });
});
