import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DeleteSegmentsSession } from '../../../src/archive/server/delete-segments-session.ts';

describe('DeleteSegmentsSession', () => {
  it('takes any number of files', () => {
    const names = Array.from({ length: 200_000 }, (_, i) => `7-${i * 65536}.rec.del`);
    const session = new DeleteSegmentsSession({ recordingId: 7, names } as never);
    assert.equal(session.maxDeletePosition, 199_999 * 65536);
  });
});
