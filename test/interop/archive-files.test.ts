import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { AERON_VERSIONS, type AeronVersion, classPath, JAVA_OPTIONS } from '../../scripts/java.ts';
import { RecordingState } from '../../src/archive/codecs/mod.ts';
import { ArchiveMarkFile, Catalog, crc32c, type RecordingSummary } from '../../src/archive/server/mod.ts';
import { runArchiveTool } from '../../src/archive/tool/mod.ts';
import { nativePlatform } from '../../src/platform/native/mod.ts';
import { newRecording, record, Stream, writerOf } from '../archive/server/recorded.ts';
import { connect } from './archive-place.ts';
import { Stage } from './stage.ts';

process.env.TZ = 'UTC';
const JAVA = 'java';
const platform = nativePlatform();
const parent = mkdtempSync(join(tmpdir(), 'aeron-interop-files-'));
after(() => rmSync(parent, { recursive: true, force: true }));

/** Upstream's tool, in the directory that has the archive's. */
function javaTool(
  version: AeronVersion,
  directory: string,
  ...words: string[]
): { output: string; exitCode: number | null } {
  const options = [...JAVA_OPTIONS, '-Duser.timezone=UTC', '-cp', classPath(version)];
  const result = spawnSync(JAVA, [...options, 'io.aeron.archive.ArchiveTool', 'archive', ...words], {
    cwd: directory,
    encoding: 'utf8',
    input: 'y\n',
    timeout: 60_000,
  });
  return { output: `${result.stdout}${result.stderr}`, exitCode: result.status };
}

function ourTool(directory: string, ...words: string[]): { output: string; exitCode: number } {
  let output = '';
  const previous = process.cwd();
  process.chdir(directory);
  try {
    const exitCode = runArchiveTool(platform, ['archive', ...words], {
      print: (text) => {
        output += text;
      },
      err: (line) => {
        output += line;
      },
      readLine: () => 'y',
    });
    return { output, exitCode };
  } finally {
    process.chdir(previous);
  }
}

/** An archive's directory, of recordings that have ended and one that has not, and nobody had the time to close anything. */
function abandonedDirectory(name: string, fileSyncLevel: number): { directory: string; stopPositions: number[] } {
  const directory = join(parent, name);
  const archiveDir = join(directory, 'archive');
  mkdirSync(archiveDir, { recursive: true });
  const markFile = ArchiveMarkFile.claim({
    platform,
    archiveDir,
    errorBufferLength: 1024 * 1024,
    filePageSize: 4096,
    logger: assert.fail,
  });
  markFile.fill({
    controlStreamId: 10,
    localControlStreamId: 11,
    eventsStreamId: 12,
    archiveId: 42n,
    controlChannel: 'aeron:udp?endpoint=localhost:8010',
    localControlChannel: 'aeron:ipc',
    eventsChannel: '',
    aeronDirectory: '/dev/shm/nowhere',
  });
  // Upstream waits until it is old.
  markFile.signalReady(platform.clock.epochTimeMs() - 60_000);
  const catalog = Catalog.open({
    platform,
    archiveDir,
    catalogFileSyncLevel: fileSyncLevel,
    catalogCapacity: 2048,
    checksum: crc32c(),
    errorHandler: (error) => assert.fail(String(error)),
  });
  const stopPositions = [50, 400, 300].map((count, i) => {
    const recordingId = catalog.addNewRecording(newRecording(0, `aeron:udp?endpoint=localhost:3333|alias=${i}`));
    const writer = writerOf(platform, archiveDir, recordingId, { fileSyncLevel, checksum: crc32c() });
    const stream = new Stream();
    record(
      stream,
      writer,
      Array.from({ length: count }, (_, n) => (n * 37) % 1300),
    );
    if (i < 2) {
      writer.close();
      catalog.recordingStopped(recordingId, stream.position, 2_000 + i);
    }
    return stream.position;
  });
  catalog.changeState(catalog.addNewRecording(newRecording()), RecordingState.DELETED);
  return { directory, stopPositions };
}

/** Writes bytes over a file. */
function overwrite(archiveDir: string, name: string, position: number, bytes: Uint8Array): void {
  const file = platform.files.open(join(archiveDir, name), 'r+');
  file.write(bytes, 0, bytes.length, position);
  file.close();
}

const CHECKSUM = 'io.aeron.archive.checksum.Crc32c';
const normalised = (text: string) =>
  text.replace(/^\d\d:\d\d:\d\d /gm, '').replace(/(sbeSchemaId=10\d\|sbeSchemaVersion)=[\d/]+/g, '$1=N');

describe('directories of our archive', () => {
  for (const version of Object.values(AERON_VERSIONS)) {
    it(`are verified and completed by the tool of ${version}`, () => {
      const { directory, stopPositions } = abandonedDirectory(`tool-${version}`, 1);
      // 1.44 does not know the mark files of 1.46 and later, which ours are.
      if (version === AERON_VERSIONS.current) {
        const described = javaTool(version, directory, 'describe-all');
        assert.equal(described.exitCode, 0, described.output);
        assert.equal(normalised(ourTool(directory, 'describe-all').output), normalised(described.output));
      }

      const verified = javaTool(version, directory, 'verify', '-a', '-checksum', CHECKSUM);
      // 1.44 has no word for a deleted recording.
      const words = ['OK', 'OK', 'OK', version === AERON_VERSIONS.current ? 'skipping: DELETED' : 'OK'];
      assert.equal(verified.output, words.map((word, id) => `(recordingId=${id}) ${word}\n`).join(''));
      assert.equal(verified.exitCode, 0);

      const summaries: RecordingSummary[] = [];
      const catalog = Catalog.openForTool({ platform, archiveDir: join(directory, 'archive') });
      catalog.forEach((entry) => {
        summaries.push(entry.summary());
      });
      catalog.close();
      assert.deepEqual(
        summaries.slice(0, 3).map(({ stopPosition }) => stopPosition),
        stopPositions,
      );
    });
  }

  it('are found damaged by both tools alike', () => {
    const damages: Readonly<Record<string, (archiveDir: string) => void>> = {
      // A length that is none would end upstream's process.
      'no header in the last segment': (archiveDir) =>
        overwrite(archiveDir, '1-262144.rec', 8, new Uint8Array(24).fill(0x55)),
      'a term id of another term': (archiveDir) => overwrite(archiveDir, '1-0.rec', 20, Uint8Array.of(99)),
      'a payload that was altered': (archiveDir) => overwrite(archiveDir, '0-0.rec', 100, Uint8Array.of(0xee)),
      'a position that is not one': (archiveDir) =>
        overwrite(archiveDir, 'archive.catalog', 32 + 32 + 40, Uint8Array.of(5)),
      'a stop before the start': (archiveDir) =>
        overwrite(archiveDir, 'archive.catalog', 32 + 32 + 40, Uint8Array.of(0, 0, 0x10)),
      'no files at all': (archiveDir) => platform.files.remove(`${archiveDir}/0-0.rec`),
    };
    for (const [name, damage] of Object.entries(damages)) {
      const [theirs, ours] = ['theirs', 'ours'].map((whose) => {
        const { directory } = abandonedDirectory(`${whose}-${name.replaceAll(' ', '-')}`, 0);
        damage(join(directory, 'archive'));
        return directory;
      }) as [string, string];
      const words = ['verify', '-a', '-checksum', CHECKSUM];
      const expected = javaTool(AERON_VERSIONS.current, theirs, ...words);
      const actual = ourTool(ours, ...words);
      assert.equal(actual.output, expected.output, name);
      assert.equal(actual.exitCode, expected.exitCode, name);
    }
  });

  it('are taken over by an archive of upstream, which finds all that was recorded', async () => {
    const { directory, stopPositions } = abandonedDirectory('taken-over', 1);
    const stage = new Stage();
    try {
      const place = await stage.archive('java', { archiveDirectory: join(directory, 'archive') });
      await using archive = await connect(place);
      for (const [recordingId, stopPosition] of stopPositions.entries()) {
        assert.equal(await archive.getStopPosition(recordingId), stopPosition);
      }
    } finally {
      await stage.clear();
    }
  });

  it('are compacted by theirs as by ours', () => {
    const [theirs, ours] = ['theirs', 'ours'].map((name) => abandonedDirectory(`compact-${name}`, 0).directory) as [
      string,
      string,
    ];
    const word = 'Compaction result: deleted 1 records';
    assert.match(javaTool(AERON_VERSIONS.current, theirs, 'compact').output, new RegExp(word));
    assert.match(ourTool(ours, 'compact').output, new RegExp(word));
    const bytes = (directory: string) => platform.files.readWhole(join(directory, 'archive', 'archive.catalog')).length;
    assert.equal(bytes(ours), bytes(theirs));
    assert.equal(ourTool(ours, 'verify').output, javaTool(AERON_VERSIONS.current, ours, 'verify').output);
  });
});
