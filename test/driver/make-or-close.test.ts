import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makeOrClose } from '../../src/driver/make-or-close.ts';

describe('What is made of several resources', () => {
  const closed: string[] = [];
  const resource = (name: string) => ({ name, close: () => closed.push(name) });

  it('closes those that it has so far when it cannot be made, the last one first', () => {
    assert.throws(
      () =>
        makeOrClose((own) => {
          own(resource('first'));
          own(resource('second'));
          throw new Error('no third');
        }),
      /no third/,
    );
    assert.deepEqual(closed.splice(0), ['second', 'first']);
  });

  it('keeps them otherwise', () => {
    assert.equal(makeOrClose((own) => own(resource('first'))).name, 'first');
    assert.deepEqual(closed, []);
  });
});
