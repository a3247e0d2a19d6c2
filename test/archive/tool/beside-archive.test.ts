import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runArchiveTool } from '../../../src/archive/tool/mod.ts';
import { ArchiveWorld } from '../archive-world.ts';

const COMMANDS = [
  'capacity 2097152',
  'checksum CRC-32C',
  'compact',
  'delete-orphaned-segments',
  'mark-invalid 0',
  'mark-valid 0',
  'migrate',
];

function run(world: ArchiveWorld, line: string): { output: string; exitCode: number } {
  let output = '';
  const print = (text: string) => {
    output += text;
  };
  const exitCode = runArchiveTool(world.platform, ['/archive', ...line.split(' ')], {
    print,
    err: print,
    readLine: () => 'y',
  });
  return { output, exitCode };
}

describe('runArchiveTool beside a running archive', () => {
  it('changes nothing, and says why', () => {
    const world = new ArchiveWorld();
    world.record(10);
    for (const line of COMMANDS) {
      assert.deepEqual(run(world, line), {
        output: 'ERROR - an archive is running in /archive: stop it first',
        exitCode: 1,
      });
    }
    world.archive.close();
    assert.equal(run(world, 'mark-invalid 0').exitCode, 0);
    world.driver.close();
  });

  it('looks at the recordings, and leaves their states to the archive', () => {
    const world = new ArchiveWorld();
    const { recordingId } = world.record(10);
    assert.match(run(world, 'verify').output, /\(recordingId=0\) OK/);
    const catalog = () => world.platform.files.readWhole('/archive/archive.catalog');
    const before = catalog();
    const file = world.platform.files.open('/archive/0-0.rec', 'r+');
    file.write(new Uint8Array(8).fill(0x55), 0, 8, 64 + 8);
    file.close();
    const { output, exitCode } = run(world, 'verify');
    assert.match(output, /ERR: fragment termOffset/);
    assert.equal(exitCode, 255);
    assert.deepEqual(catalog(), before);
    assert.ok(world.client.getStopPosition(recordingId).block() > 0);
    world.close();
  });
});
