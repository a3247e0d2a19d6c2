import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SegmentAdministration } from '../../../src/archive/server/segment-administration.ts';

describe('SegmentAdministration', () => {
  it('moves no files of, or behind, a recording that is about to go on', () => {
    const SEGMENT = 131072;
    const summary = (recordingId: number) => ({
      recordingId,
      startPosition: recordingId * SEGMENT,
      stopPosition: (recordingId + 1) * SEGMENT,
      segmentFileLength: SEGMENT,
      termBufferLength: 65536,
      initialTermId: 1,
      streamId: 5,
      mtuLength: 1408,
    });
    const files = { exists: () => false };
    const context = {
      catalog: { hasRecording: () => true, recordingSummary: summary },
      platform: { files },
      options: {},
    };
    const recordings = { session: (recordingId: number) => (recordingId === 1 ? {} : undefined) };
    const administration = new SegmentAdministration(context as never, recordings as never, {} as never, {} as never);
    const migrate = (from: number, to: number) => () => administration.migrate(1, from, to, {} as never);
    assert.throws(migrate(1, 2), /recording 1 is still active/);
    assert.throws(migrate(2, 1), /recording 1 is still active/);
    assert.throws(migrate(0, 1), /missing src segment file/);
  });
});
