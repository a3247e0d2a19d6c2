import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, describe, it } from 'node:test';
import { AERON_VERSIONS, type AeronVersion } from '../../scripts/java.ts';
import { SourceLocation } from '../../src/archive/mod.ts';
import { ChannelUri } from '../../src/protocol/mod.ts';
import {
  connect,
  expectMessages,
  publish,
  record,
  recorded,
  SEGMENT_LENGTH,
  stopped,
  streamId,
  TERM_LENGTH,
} from './archive-place.ts';
import { type Language, Stage } from './stage.ts';

const LIVE_MS = 300_000;
const CURRENT = AERON_VERSIONS.current;
const LARGE = 1000;
const CHECKSUM = 'io.aeron.archive.checksum.Crc32c';
const WITH_CHECKSUMS = {
  'aeron.archive.record.checksum': CHECKSUM,
  'aeron.archive.replay.checksum': CHECKSUM,
};

/** What an archive is given to do in a directory, and what it must find there. */
interface Made {
  /** With 200 large messages, cut to 150. */
  truncated: number;
  /** With its first segment gone. */
  purged: number;
  /** With 20 messages more for every archive that had it. */
  extended: number;
  extendedCount: number;
  stream: number;
}

describe('An archive’s directory goes from one language to the other', () => {
  const stage = new Stage();
  after(() => stage.clear());

  /** Starts an archive in the directory, has something done with it, and ends it. */
  const visit = async (
    language: Language,
    archiveDirectory: string | undefined,
    version: AeronVersion,
    action: (archive: Awaited<ReturnType<typeof connect>>) => Promise<void>,
  ): Promise<string> => {
    const place = await stage.archive(language, {
      properties: WITH_CHECKSUMS,
      version,
      ...(archiveDirectory === undefined ? {} : { archiveDirectory }),
    });
    {
      await using archive = await connect(place);
      await action(archive);
    }
    await place.child.kill('SIGTERM');
    return place.archiveDirectory;
  };

  const make = async (archive: Awaited<ReturnType<typeof connect>>): Promise<Made> => {
    const truncated = await record(archive, streamId(), 200, LARGE);
    const [, second] = await framesOf(archive, truncated.recordingId);
    assert.equal(await archive.truncateRecording(truncated.recordingId, second), 0);
    const purged = await record(archive, streamId(), 450, LARGE);
    assert.equal(await archive.purgeSegments(purged.recordingId, SEGMENT_LENGTH), 1);
    const stream = streamId();
    const extended = await record(archive, stream, 20);
    return {
      truncated: truncated.recordingId,
      purged: purged.recordingId,
      extended: extended.recordingId,
      extendedCount: 20,
      stream,
    };
  };

  const check = async (archive: Awaited<ReturnType<typeof connect>>, made: Made): Promise<void> => {
    const replayed = (recordingId: number) => archive.replay(recordingId, 'aeron:ipc', streamId());
    await expectMessages(await replayed(made.truncated), 0, 150, LARGE);
    const purged = await replayed(made.purged);
    // Where the second segment begins: so many messages fit before it.
    const perTerm = Math.floor(TERM_LENGTH / frameLength(LARGE));
    await expectMessages(purged, 2 * perTerm, 450 - 2 * perTerm, LARGE);
    await expectMessages(await replayed(made.extended), 0, made.extendedCount);
    assert.equal(await archive.getStartPosition(made.purged), SEGMENT_LENGTH);
    assert.equal(await archive.listRecordings(0, 100, () => {}), 3);
  };

  const extend = async (archive: Awaited<ReturnType<typeof connect>>, made: Made): Promise<void> => {
    const { extended, extendedCount, stream } = made;
    const uri = ChannelUri.parse('aeron:ipc');
    await archive.listRecording(extended, ({ initialTermId, stopPosition, termBufferLength }) =>
      uri.initialPosition(stopPosition, initialTermId, termBufferLength),
    );
    const publication = await archive.context.aeron.addExclusivePublication(uri.toString(), stream);
    await archive.extendRecording(extended, 'aeron:ipc', stream, SourceLocation.LOCAL);
    await publish(publication, extendedCount, 20, 100);
    await recorded(archive, extended, publication.position);
    await archive.stopRecording('aeron:ipc', stream);
    await stopped(archive, extended, publication.position);
    made.extendedCount += 20;
  };

  /** Runs both tools; they must say the same. */
  const compareTools = async (directory: string): Promise<void> => {
    const segment = readdirSync(directory).find((name) => name.endsWith('.rec'));
    assert.ok(segment !== undefined);
    for (const words of [['describe-all'], ['verify', '-a', '-checksum', CHECKSUM]]) {
      // One after the other: both may write to the catalog.
      const theirs = stage.java('io.aeron.archive.ArchiveTool', [directory, ...words]);
      const theirCode = await theirs.exit();
      const ours = stage.aeron(['archive-tool', directory, ...words]);
      const codes = [theirCode, await ours.exit()];
      assert.deepEqual(codes, [0, 0], `${words}:\n${theirs.output}\n${ours.output}`);
      assert.deepEqual(linesOf(ours.output), linesOf(theirs.output), words.join(' '));
    }
  };

  for (const [first, second] of [
    ['java', 'typescript'],
    ['typescript', 'java'],
  ] as const) {
    it(`from ${first} to ${second} and back`, { timeout: LIVE_MS }, async () => {
      let made!: Made;
      const directory = await visit(first, undefined, CURRENT, async (archive) => {
        made = await make(archive);
        await check(archive, made);
      });
      for (const language of [second, first]) {
        await visit(language, directory, CURRENT, async (archive) => {
          await check(archive, made);
          await extend(archive, made);
          await check(archive, made);
        });
      }
      await compareTools(directory);
    });
  }

  // Not back: the mark file has another layout since, which no archive of that line reads.
  it(`from Java of ${AERON_VERSIONS.tutorial} to ours`, { timeout: LIVE_MS }, async () => {
    let made!: Made;
    const directory = await visit('java', undefined, AERON_VERSIONS.tutorial, async (archive) => {
      made = await make(archive);
    });
    await visit('typescript', directory, CURRENT, async (archive) => {
      await check(archive, made);
      await extend(archive, made);
      await check(archive, made);
    });
    await compareTools(directory);
  });

  /** Where the 150th large message of a recording ends. */
  async function framesOf(
    archive: Awaited<ReturnType<typeof connect>>,
    recordingId: number,
  ): Promise<[start: number, end: number]> {
    const start = await archive.getStartPosition(recordingId);
    const perTerm = Math.floor(TERM_LENGTH / frameLength(LARGE));
    const terms = Math.floor(150 / perTerm);
    return [start, start + terms * TERM_LENGTH + (150 - terms * perTerm) * frameLength(LARGE)];
  }
});

function frameLength(length: number): number {
  return Math.ceil((length + 32) / 32) * 32;
}

/** Without what differs from run to run, and without the JVM's own words. */
function linesOf(output: string): string[] {
  return output
    .replaceAll(/^\d\d:\d\d:\d\d /gm, '')
    .replaceAll(/sbeSchemaVersion=\d+/g, 'sbeSchemaVersion=...')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('WARNING'));
}
