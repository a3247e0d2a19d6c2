import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AtomicBuffer } from '../../src/agrona/mod.ts';
import { LossReport, readLossReport } from '../../src/driver/loss-report.ts';

const CHANNEL = 'aeron:udp?endpoint=localhost:20800';
const SOURCE = '127.0.0.1:40123';

describe('loss report', () => {
  it('keeps a record for each stream and sums up its observations', () => {
    const buffer = AtomicBuffer.allocate(4096);
    const report = new LossReport(buffer);
    const first = report.createEntry(64, 1_000, -5, 101, CHANNEL, SOURCE);
    report.createEntry(1408, 2_000, 6, 102, CHANNEL, '[::1]:9');
    first?.recordObservation(32, 3_000);

    assert.deepEqual(readLossReport(buffer), [
      {
        observationCount: 2,
        totalBytesLost: 96,
        firstObservationMs: 1_000,
        lastObservationMs: 3_000,
        sessionId: -5,
        streamId: 101,
        channel: CHANNEL,
        source: SOURCE,
      },
      {
        observationCount: 1,
        totalBytesLost: 1408,
        firstObservationMs: 2_000,
        lastObservationMs: 2_000,
        sessionId: 6,
        streamId: 102,
        channel: CHANNEL,
        source: '[::1]:9',
      },
    ]);
  });

  it('lays a record out as upstream does, each begun on a cache line', () => {
    const buffer = AtomicBuffer.allocate(4096);
    const report = new LossReport(buffer);
    report.createEntry(1, 2, 3, 4, 'abc', 'de');
    report.createEntry(9, 2, 3, 4, 'abc', 'de');
    assert.equal(buffer.getInt64(0), 1);
    assert.equal(buffer.getInt64(8), 1);
    assert.equal(buffer.getInt64(16), 2);
    assert.equal(buffer.getInt64(24), 2);
    assert.equal(buffer.getInt32(32), 3);
    assert.equal(buffer.getInt32(36), 4);
    assert.equal(buffer.getString(40), 'abc');
    assert.equal(buffer.getString(48), 'de');
    assert.equal(buffer.getInt64(64 + 8), 9);
  });

  it('takes no more records than fit, and says so', () => {
    const report = new LossReport(AtomicBuffer.allocate(160));
    assert.ok(report.createEntry(1, 2, 3, 4, CHANNEL, SOURCE) !== undefined);
    assert.equal(report.createEntry(1, 2, 3, 4, CHANNEL, SOURCE), undefined);
  });

  it('writes what is not ASCII as a question mark', () => {
    const buffer = AtomicBuffer.allocate(512);
    new LossReport(buffer).createEntry(1, 2, 3, 4, 'a\u{1F600}ü', 'b');
    const [record] = readLossReport(buffer);
    assert.equal(record?.channel, 'a??');
    assert.equal(record?.source, 'b');
  });

  it('is read up to a record whose lengths cannot be', () => {
    const buffer = AtomicBuffer.allocate(512);
    const report = new LossReport(buffer);
    report.createEntry(1, 2, 3, 4, 'abc', 'de');
    report.createEntry(1, 2, 3, 4, 'abc', 'de');
    for (const length of [-1, 0x7fffffff, 480]) {
      buffer.putInt32(64 + 40, length);
      assert.equal(readLossReport(buffer).length, 1);
    }
    assert.deepEqual(readLossReport(AtomicBuffer.allocate(0)), []);
  });
});
