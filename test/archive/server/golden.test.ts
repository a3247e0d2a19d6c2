import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  ArchiveMarkFile,
  Catalog,
  crc32c,
  hasValidChecksum,
  RecordingReader,
  type RecordingSummary,
} from '../../../src/archive/server/mod.ts';
import { nativePlatform } from '../../../src/platform/native/mod.ts';
import { FIXTURE_VERSIONS, type FixtureKind, fixtureFiles, withFixture } from '../fixtures.ts';
import { throwsCode } from './throws-code.ts';

const platform = nativePlatform();

const openOf = (directory: string, kind: FixtureKind, errors: unknown[] = []): Catalog =>
  Catalog.open({
    platform,
    archiveDir: join(directory, 'archive'),
    catalogFileSyncLevel: 1,
    catalogCapacity: 4096,
    checksum: kind === 'checksum' ? crc32c() : undefined,
    errorHandler: (error) => errors.push(error),
  });

/** Messages of a recording, whose payload is what the fixture's program sends. */
function readMessages(directory: string, summary: RecordingSummary): number[] {
  const lengths: number[] = [];
  let message = -1;
  let index = 0;
  const reader = new RecordingReader(platform.files, join(directory, 'archive'), summary);
  while (!reader.isDone) {
    reader.poll((buffer, offset, length, type, flags, reservedValue) => {
      if (type !== 1) {
        return;
      }
      if ((flags & 0x80) !== 0) {
        message = Number(reservedValue);
        index = 0;
        lengths.push(0);
      }
      for (let i = 0; i < length; i++, index++) {
        assert.equal(buffer.getUint8(offset + i), 1 + ((message * 31 + index * 7) % 255));
      }
      lengths[lengths.length - 1]! += length;
    }, 100);
  }
  return lengths;
}

const lengthsOf = (count: number, length: number) =>
  Array.from({ length: count }, (_, i) => (i % 10 === 9 ? 4 * length : length));

describe('archives of upstream', () => {
  for (const version of FIXTURE_VERSIONS) {
    it(`of ${version} are read, and what goes on is brought to its end`, () => {
      withFixture(version, 'plain', (directory) => {
        const errors: unknown[] = [];
        const catalog = openOf(directory, 'plain', errors);
        assert.deepEqual(errors, []);
        assert.equal(catalog.entryCount, 6);
        assert.equal(catalog.nextRecordingId, 7);
        assert.equal(catalog.hasRecording(2), false);
        assert.deepEqual(readMessages(directory, catalog.recordingSummary(0)), lengthsOf(20, 100));
        assert.deepEqual(readMessages(directory, catalog.recordingSummary(1)), lengthsOf(230, 1000));
        assert.equal(catalog.stopPosition(3), 71_744);
        assert.equal(catalog.startPosition(4), 131_072);
        assert.deepEqual(readMessages(directory, catalog.recordingSummary(6)), lengthsOf(90, 1000));
        const found = catalog.findLast(0, 4716, 1001, 'long-alias');
        assert.equal(found, 5);
        catalog.close();
      });
    });

    it(`of ${version} keep their checksums`, () => {
      withFixture(version, 'checksum', (directory) => {
        const catalog = openOf(directory, 'checksum');
        for (const recordingId of [0, 1]) {
          const reader = new RecordingReader(
            platform.files,
            join(directory, 'archive'),
            catalog.recordingSummary(recordingId),
          );
          while (!reader.isDone) {
            reader.poll((buffer, offset, length, type) => {
              const aligned = (length + 32 + 31) & -32;
              assert.ok(type !== 1 || hasValidChecksum(crc32c(), buffer, offset - 32, aligned));
            }, 1);
          }
        }
        catalog.forEach((entry) => {
          assert.equal(catalog.computeChecksum(entry), entry.header.checksum());
        });
        catalog.close();
      });
    });

    it(`of ${version} are described by ours byte for byte`, () => {
      withFixture(version, 'checksum', (directory) => {
        const theirs = fixtureFiles(version, 'checksum').get('archive.catalog')!;
        const catalog = openOf(directory, 'checksum');
        const own = mkdtempSync(join(directory, 'own-'));
        const ours = Catalog.open({
          platform,
          archiveDir: own,
          catalogFileSyncLevel: 0,
          catalogCapacity: 4096,
          checksum: crc32c(),
          errorHandler: (error) => assert.fail(String(error)),
        });
        catalog.forEach((entry) => {
          const { descriptor } = entry.rewind();
          ours.addNewRecording({
            ...entry.summary(),
            stopPosition: entry.recordingId === 1 ? -1 : descriptor.stopPosition(),
            startTimestamp: descriptor.startTimestamp(),
            stopTimestamp: entry.recordingId === 1 ? -1 : descriptor.stopTimestamp(),
            strippedChannel: entry.strippedChannel(),
            originalChannel: entry.originalChannel(),
            sourceIdentity: entry.sourceIdentity(),
          });
        });
        ours.close();
        catalog.close();
        assert.deepEqual(Buffer.from(platform.files.readWhole(join(own, 'archive.catalog'))), Buffer.from(theirs));
      });
    });

    it(`of ${version} are taken over by whoever comes after them`, () => {
      withFixture(version, 'plain', (directory) => {
        const archiveDir = join(directory, 'archive');
        const seen = ArchiveMarkFile.openExisting(platform, archiveDir, 0);
        assert.equal(seen.header().controlChannel, 'aeron:udp?endpoint=localhost:28010');
        assert.equal(seen.header().archiveId, version === '1.44.1' ? -1n : 42n);
        seen.close();
        const options = {
          platform,
          archiveDir,
          errorBufferLength: 1024 * 1024,
          filePageSize: 4096,
          logger: assert.fail,
        };
        const mark = ArchiveMarkFile.claim(options);
        mark.fill({
          controlStreamId: 10,
          localControlStreamId: 11,
          eventsStreamId: 12,
          archiveId: 7n,
          controlChannel: 'aeron:udp?endpoint=localhost:1',
          localControlChannel: 'aeron:ipc',
          eventsChannel: '',
          aeronDirectory: '/dev/shm/a',
        });
        mark.signalReady(platform.clock.epochTimeMs());
        throwsCode(() => ArchiveMarkFile.claim(options), 'MARK_FILE_ACTIVE');
        mark.signalTerminated();
        mark.close();
        ArchiveMarkFile.claim(options).close();
      });
    });
  }
});
