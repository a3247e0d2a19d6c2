import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AeronError, AtomicBuffer } from '../../../src/agrona/mod.ts';
import { Catalog, crc32c, RecordingReader, SegmentFiles } from '../../../src/archive/server/mod.ts';
import { SimulatedWorld } from '../../../src/platform/simulated/mod.ts';
import { newRecording, payloadOf, record, SEGMENT_LENGTH, Stream, writerOf } from './recorded.ts';

const DIR = '/archive';

const archive = (seed = 1, fileSyncLevel = 1) => {
  const world = new SimulatedWorld({ seed });
  const host = world.host('a', { addresses: ['10.0.0.1'] });
  let { platform } = host.process('archive');
  platform.files.makeDirectories(DIR);
  platform.files.syncDirectory('/');
  const errors: unknown[] = [];
  const open = () =>
    Catalog.open({
      platform,
      archiveDir: DIR,
      catalogFileSyncLevel: fileSyncLevel,
      errorHandler: (error) => errors.push(error),
    });
  return {
    world,
    host,
    errors,
    open,
    get platform() {
      return platform;
    },
    restart: () => {
      platform = host.process('archive').platform;
    },
    writer: (recordingId: number, options = {}) => writerOf(platform, DIR, recordingId, { fileSyncLevel, ...options }),
  };
};

const readAll = (reader: RecordingReader): Uint8Array[] => {
  const payloads: Uint8Array[] = [];
  while (!reader.isDone) {
    reader.poll((buffer, offset, length, frameType) => {
      if (frameType === 1) {
        payloads.push(buffer.copyBytes(offset, length));
      }
    }, 10);
  }
  return payloads;
};

describe('RecordingWriter', () => {
  it('writes what the reader gives back, over terms and segments', () => {
    const it = archive();
    const catalog = it.open();
    const id = catalog.addNewRecording(newRecording());
    const stream = new Stream();
    const writer = it.writer(id);
    const lengths = Array.from({ length: 300 }, (_, i) => 100 + ((i * 37) % 1276));
    record(stream, writer, lengths);
    assert.equal(writer.position, stream.position);
    writer.close();
    catalog.recordingStopped(id, stream.position, 2_000);
    const payloads = readAll(new RecordingReader(it.platform.files, DIR, catalog.recordingSummary(id)));
    assert.deepEqual(
      payloads.map((payload) => payload.length),
      lengths,
    );
    const segments = SegmentFiles.listSegments(it.platform.files, DIR, id);
    assert.deepEqual(
      segments,
      [0, SEGMENT_LENGTH].filter((position) => position <= stream.position),
    );
    for (const position of segments) {
      assert.equal(it.platform.files.stat(SegmentFiles.segmentFilePath(DIR, id, position))?.length, SEGMENT_LENGTH);
    }
  });

  it('puts a checksum in place of the session id', () => {
    const it = archive();
    const stream = new Stream();
    const writer = it.writer(0, { checksum: crc32c() });
    const payload = payloadOf(100, 1);
    stream.add(payload);
    stream.writeTo(writer);
    const bytes = it.platform.files.readWhole(`${DIR}/0-0.rec`);
    const buffer = AtomicBuffer.copyOf(bytes.slice(0, 256));
    assert.equal(buffer.getInt32(12), crc32c().compute(buffer, 32, 128));
    assert.equal(stream.term.getInt32(12), -5);
  });

  it('loses nothing that was acknowledged when the power fails', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const it = archive(seed);
      const catalog = it.open();
      const id = catalog.addNewRecording(newRecording());
      const stream = new Stream();
      const writer = it.writer(id);
      record(
        stream,
        writer,
        Array.from({ length: 40 + seed * 3 }, (_, i) => 1 + ((i * 331) % 1376)),
        seed % 3 === 0,
      );
      const acknowledged = writer.position;
      it.host.crash({ unsynced: 'torn' });
      it.restart();
      const again = it.open();
      assert.equal(again.stopPosition(id), acknowledged, `seed ${seed}`);
    }
  });

  it('says that the file system is full, keeps what was written, and goes on when there is room', () => {
    const it = archive();
    const catalog = it.open();
    const id = catalog.addNewRecording(newRecording());
    const stream = new Stream();
    const writer = it.writer(id);
    record(stream, writer, [1000, 1000, 1000]);
    const end = stream.position;
    it.host.disk(DIR).setCapacity(0);
    assert.throws(
      () => record(stream, writer, [8000, 8000]),
      (error) => AeronError.is(error) && error.code === 'STORAGE_SPACE',
    );
    assert.equal(writer.position, end);
    catalog.recordingStopped(id, writer.position, 3_000);
    it.host.disk(DIR).setCapacity(1e9);
    catalog.extendRecording(id, 1, 2, 3);
    const more = new Stream(end);
    const extended = it.writer(id, { joinPosition: end });
    record(more, extended, [500]);
    extended.close();
    catalog.recordingStopped(id, more.position, 4_000);
    const payloads = readAll(new RecordingReader(it.platform.files, DIR, catalog.recordingSummary(id)));
    assert.deepEqual(
      payloads.map((payload) => payload.length),
      [1000, 1000, 1000, 500],
    );
  });
});
