import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AeronError } from '../../../src/agrona/mod.ts';
import { Catalog, type Checksum, crc32c, RecordingReader, SegmentFiles } from '../../../src/archive/server/mod.ts';
import type { Platform } from '../../../src/platform/mod.ts';
import { SimulatedWorld } from '../../../src/platform/simulated/mod.ts';
import { dyingPlatform, Killed } from './dying-platform.ts';
import { newRecording, payloadOf, record, SEGMENT_LENGTH, Stream, writerOf } from './recorded.ts';

const DIR = '/archive';

function place(seed = 1) {
  const world = new SimulatedWorld({ seed });
  const host = world.host('a', { addresses: ['10.0.0.1'] });
  const { platform } = host.process('archive');
  platform.files.makeDirectories(DIR);
  platform.files.syncDirectory('/');
  const files = platform.files;
  return { host, platform, files };
}

interface Opened {
  readonly catalog: Catalog;
  readonly codes: string[];
}

function openIn(platform: Platform, checksum?: Checksum): Opened {
  const codes: string[] = [];
  const catalog = Catalog.open({
    platform,
    archiveDir: DIR,
    catalogFileSyncLevel: 1,
    checksum,
    errorHandler: (error) => codes.push(AeronError.is(error) ? error.code : String(error)),
  });
  return { catalog, codes };
}

/** Payloads up to where the recording ends. */
function readAll(platform: Platform, catalog: Catalog, recordingId: number): Uint8Array[] {
  const payloads: Uint8Array[] = [];
  const reader = new RecordingReader(platform.files, DIR, catalog.recordingSummary(recordingId));
  while (!reader.isDone) {
    reader.poll((buffer, offset, length, type) => {
      if (type === 1) {
        payloads.push(buffer.copyBytes(offset, length));
      }
    }, 50);
  }
  assert.equal(reader.replayPosition, catalog.stopPosition(recordingId));
  return payloads;
}

/** Writes bytes over a file. */
function overwrite(platform: Platform, name: string, position: number, bytes: Uint8Array): void {
  const file = platform.files.open(`${DIR}/${name}`, 'r+');
  file.write(bytes, 0, bytes.length, position);
  file.close();
}

/** A recording that nobody has ended: its archive was killed, or was upstream's when `isForeign`. */
function abandoned(
  lengths: readonly number[],
  options: { level?: number; checksum?: Checksum; isForeign?: boolean } = {},
) {
  const it = place();
  const { catalog } = openIn(it.platform, options.checksum);
  const recordingId = catalog.addNewRecording(newRecording());
  const stream = new Stream();
  const writer = writerOf(it.platform, DIR, recordingId, {
    fileSyncLevel: options.level ?? 0,
    checksum: options.checksum,
  });
  record(stream, writer, lengths);
  if (options.isForeign === true) {
    writer.close();
  }
  return { ...it, recordingId, end: stream.position };
}

const frame = fc.record({ length: fc.nat(9000), isZeros: fc.boolean() });

const messages = (...lengths: number[]) => lengths.map((length) => ({ length, isZeros: false }));
const zeros = (length: number) => ({ length, isZeros: true });

/** The archive died when the note of a block was written and the block was not: the note before it counts. */
const DIED_BEHIND_A_NOTE: [{ length: number; isZeros: boolean }[][], number, number, 0, boolean, 'process'] = [
  [
    [...messages(1089), zeros(7105), ...messages(7041, 6081, 5729)],
    [...messages(5249, 2497, 6881), zeros(7137)],
    [zeros(8833)],
    [...messages(7233), zeros(865)],
    [zeros(8097), ...messages(0)],
  ],
  18,
  1,
  0,
  false,
  'process',
];

describe('recovery', () => {
  it('ends a recording at its last whole frame, with all that was acknowledged, wherever the archive is killed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(frame, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 20 }),
        fc.nat(120),
        fc.integer({ min: 1, max: 1000 }),
        fc.constantFrom(0, 1, 2),
        fc.boolean(),
        fc.constantFrom('process' as const, 'power' as const),
        (blocks, changes, seed, level, hasChecksum, failure) => {
          fc.pre(level > 0 || failure === 'process');
          const it = place(seed);
          const checksum = hasChecksum ? crc32c() : undefined;
          const { catalog } = openIn(it.platform, checksum);
          const recordingId = catalog.addNewRecording(newRecording());
          const sent: Uint8Array[] = [];
          let acknowledged = 0;
          let acknowledgedCount = 0;
          const stream = new Stream();
          try {
            const platform = dyingPlatform(it.platform, changes);
            const writer = writerOf(platform, DIR, recordingId, { fileSyncLevel: level, checksum });
            const flush = (): void => {
              stream.writeTo(writer);
              acknowledged = writer.position;
              acknowledgedCount = sent.length;
            };
            for (const block of blocks) {
              for (const { length, isZeros } of block) {
                const payload = payloadOf(length, sent.length, isZeros);
                if (!stream.add(payload)) {
                  flush();
                  stream.pad();
                  flush();
                  stream.add(payload);
                }
                sent.push(payload);
                if (stream.isTermFull) {
                  flush();
                }
              }
              flush();
            }
          } catch (error) {
            if (!(error instanceof Killed)) {
              throw error;
            }
          }
          let { platform } = it;
          if (failure === 'power') {
            it.host.crash({ unsynced: 'torn' });
            ({ platform } = it.host.process('again'));
          }
          const again = openIn(platform, checksum).catalog;
          assert.equal(again.refusalOf(recordingId), undefined);
          assert.ok(again.stopPosition(recordingId) >= acknowledged);
          assert.ok(again.stopPosition(recordingId) <= stream.position);
          const payloads = readAll(platform, again, recordingId);
          assert.ok(payloads.length >= acknowledgedCount);
          assert.deepEqual(payloads, sent.slice(0, payloads.length));
          // What goes on from here is not mixed with what was cut off.
          const from = again.stopPosition(recordingId);
          again.extendRecording(recordingId, 1, 2, 3);
          const more = new Stream(from);
          const writer = writerOf(platform, DIR, recordingId, { fileSyncLevel: level, checksum, joinPosition: from });
          record(more, writer, [100]);
          const last = openIn(platform, checksum).catalog;
          assert.equal(last.stopPosition(recordingId), more.position);
        },
      ),
      { numRuns: 150, examples: [DIED_BEHIND_A_NOTE] },
    );
  });

  it('keeps a last message of zeros when the archive is killed just where it was to go on', () => {
    const { platform } = place();
    const { catalog } = openIn(platform);
    const recordingId = catalog.addNewRecording(newRecording());
    const stream = new Stream();
    stream.add(payloadOf(6000, 0, true));
    stream.writeTo(writerOf(platform, DIR, recordingId, { fileSyncLevel: 0 }));
    for (let life = 0; life < 3; life++) {
      const { catalog: again, codes } = openIn(platform);
      assert.equal(again.stopPosition(recordingId), stream.position);
      assert.deepEqual(codes, []);
      again.extendRecording(recordingId, 1, 2, 3);
      writerOf(platform, DIR, recordingId, { fileSyncLevel: 0, joinPosition: stream.position });
    }
  });

  it('cuts a frame that lacks its second page off a recording of ours', () => {
    for (const level of [0, 1]) {
      const { platform, recordingId, end } = abandoned([1000, 1000, 1000, 3000], { level });
      overwrite(platform, '0-0.rec', 4096, new Uint8Array(end - 4096));
      const { catalog, codes } = openIn(platform);
      assert.equal(catalog.stopPosition(recordingId), 3 * 1056, `level ${level}`);
      assert.deepEqual(codes, ['RECORDING_TORN']);
      assert.equal(platform.files.stat(`${DIR}/0-0.rec`)?.length, SEGMENT_LENGTH);
    }
  });

  it("refuses such a recording of upstream's, which may be whole, and has the others", () => {
    const it = abandoned([1000, 1000, 1000, 3000], { isForeign: true });
    overwrite(it.platform, '0-0.rec', 4096, new Uint8Array(it.end - 4096));
    const { catalog, codes } = openIn(it.platform);
    assert.deepEqual(codes, ['RECORDING_DAMAGED']);
    assert.equal(catalog.hasRecording(it.recordingId), false);
    assert.match(catalog.refusalOf(it.recordingId)!, /verify 0' for corrective action/);
    assert.equal(catalog.addNewRecording(newRecording()), 1);
  });

  it("takes the checksum's word for it instead", () => {
    const isForeign = true;
    const whole = abandoned([1000, 1000, 1000], { isForeign, checksum: crc32c() });
    const stream = new Stream(whole.end);
    const writer = writerOf(whole.platform, DIR, 0, { joinPosition: whole.end, checksum: crc32c() });
    record(stream, writer, [3000], true);
    writer.close();
    const first = openIn(whole.platform, crc32c());
    assert.equal(first.catalog.stopPosition(0), stream.position);
    assert.deepEqual(first.codes, []);

    const torn = abandoned([1000, 1000, 1000], { isForeign, checksum: crc32c() });
    overwrite(torn.platform, '0-0.rec', 1056 + 500, Uint8Array.of(1, 2, 3));
    const second = openIn(torn.platform, crc32c());
    assert.equal(second.catalog.stopPosition(0), 1056);
    assert.deepEqual(second.codes, ['RECORDING_TORN']);
  });

  it('refuses a recording with a frame in its middle that is none', () => {
    const it = abandoned([1000, 1000, 1000], { level: 1 });
    overwrite(it.platform, '0-0.rec', 1056, new Uint8Array(32).fill(0x55));
    const { catalog, codes } = openIn(it.platform);
    assert.deepEqual(codes, ['RECORDING_DAMAGED']);
    assert.equal(catalog.hasRecording(0), false);
  });

  it('ends a recording whose last file is short where the file does', () => {
    const it = abandoned([1000, 1000, 1000]);
    const file = it.platform.files.open(`${DIR}/0-0.rec`, 'r+');
    file.truncate(2 * 1056 + 100);
    file.close();
    const { catalog, codes } = openIn(it.platform);
    assert.equal(catalog.stopPosition(0), 2 * 1056);
    assert.deepEqual(codes, ['RECORDING_TORN']);
    assert.equal(it.platform.files.stat(`${DIR}/0-0.rec`)?.length, SEGMENT_LENGTH);
  });

  it('says which file is missing, and reads what is there', () => {
    const it = abandoned(Array.from({ length: 300 }, () => 1000));
    const segments = SegmentFiles.listSegments(it.platform.files, DIR, 0);
    assert.equal(segments.length, 3);
    it.platform.files.remove(`${DIR}/0-${SEGMENT_LENGTH}.rec`);
    const { catalog, codes } = openIn(it.platform);
    assert.deepEqual(codes, ['SEGMENT_MISSING']);
    assert.equal(catalog.stopPosition(0), it.end);
    const behind = new RecordingReader(it.platform.files, DIR, catalog.recordingSummary(0), 2 * SEGMENT_LENGTH);
    assert.equal(
      behind.poll(() => undefined, 1),
      1,
    );
    assert.throws(
      () => new RecordingReader(it.platform.files, DIR, catalog.recordingSummary(0), SEGMENT_LENGTH),
      /failed to open/,
    );
  });

  it('ends a recording without files where it starts', () => {
    const it = abandoned([]);
    it.platform.files.remove(`${DIR}/0-0.rec`);
    const { catalog, codes } = openIn(it.platform);
    assert.equal(catalog.stopPosition(0), 0);
    assert.deepEqual(codes, []);
  });

  it('makes the file to go on in, when the archive was killed between the end of one and the beginning of the next', () => {
    const it = abandoned(Array.from({ length: SEGMENT_LENGTH / 1024 }, () => 1024 - 32));
    assert.equal(it.end, SEGMENT_LENGTH);
    it.platform.files.remove(`${DIR}/0-${SEGMENT_LENGTH}.rec`);
    const { catalog, codes } = openIn(it.platform);
    assert.equal(catalog.stopPosition(0), SEGMENT_LENGTH);
    assert.deepEqual(SegmentFiles.listSegments(it.platform.files, DIR, 0), [0, SEGMENT_LENGTH]);
    assert.equal(it.platform.files.stat(`${DIR}/0-${SEGMENT_LENGTH}.rec`)?.length, SEGMENT_LENGTH);
    assert.deepEqual(codes, []);
  });

  it('leaves no file longer than a segment, wherever the archive is killed between one and the next', () => {
    let isKilled = true;
    for (let changes = 0; isKilled; changes++) {
      const it = place();
      const recordingId = openIn(it.platform).catalog.addNewRecording(newRecording());
      try {
        const writer = writerOf(dyingPlatform(it.platform, changes), DIR, recordingId);
        const stream = new Stream();
        for (let term = 0; term < 3; term++) {
          for (let n = 0; n < 64; n++) {
            stream.add(payloadOf(1024 - 32, n));
          }
          stream.writeTo(writer);
        }
        writer.close();
        isKilled = false;
      } catch (error) {
        assert.ok(error instanceof Killed, String(error));
      }
      openIn(it.platform).catalog.close();
      for (const name of it.files.list(DIR).filter((each) => each.endsWith('.rec'))) {
        assert.equal(it.files.stat(`${DIR}/${name}`)?.length, SEGMENT_LENGTH, `${name} after ${changes} changes`);
      }
    }
  });

  it('refuses a recording that cannot be read, and finds it again when it can', () => {
    const it = abandoned([1000]);
    it.host.disk(DIR).set({ readError: 1 });
    assert.throws(() => openIn(it.platform), /failed to read/);
    it.host.disk(DIR).set({ readError: 0 });
    assert.equal(openIn(it.platform).catalog.stopPosition(0), it.end);
  });

  it('does not take what an earlier recording left for a part of a new one', () => {
    const it = abandoned(Array.from({ length: 200 }, () => 1000));
    it.platform.files.remove(`${DIR}/archive.catalog`);
    it.platform.files.remove(`${DIR}/archive.catalog.journal`);
    const { catalog } = openIn(it.platform);
    const recordingId = catalog.addNewRecording(newRecording());
    assert.equal(recordingId, 0);
    const stream = new Stream();
    record(stream, writerOf(it.platform, DIR, recordingId), [50]);
    assert.equal(openIn(it.platform).catalog.stopPosition(recordingId), stream.position);
    assert.deepEqual(SegmentFiles.listSegments(it.platform.files, DIR, recordingId), [0]);
  });

  it('reads a segment whose note is damaged as if it had none', () => {
    const it = abandoned([1000, 1000], { level: 1 });
    overwrite(it.platform, '0-0.rec', SEGMENT_LENGTH, new Uint8Array(128).fill(0xee));
    assert.equal(openIn(it.platform).catalog.stopPosition(0), it.end);
  });
});
