import assert from 'node:assert/strict';
import { AeronError } from '../../../src/agrona/mod.ts';

/** The action throws an AeronError of this code. */
export function throwsCode(action: () => unknown, code: string): void {
  assert.throws(action, (error) => {
    assert.ok(AeronError.is(error), String(error));
    assert.equal(error.code, code, error.message);
    return true;
  });
}
