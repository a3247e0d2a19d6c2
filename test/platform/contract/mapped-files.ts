import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type MakePlatform, platformFor, throwsCode } from './fixture.ts';

const PAGE_LENGTH = 16_384;

export function mappedFileContract(makePlatform: MakePlatform): void {
  describe('mapped files', () => {
    const given = platformFor(makePlatform);
    let files = 0;
    const freshPath = () => `${given.scratchDirectory}/mapped-${files++}`;

    for (const options of [undefined, { sparse: true }, { preTouch: true }, { sparse: true, preTouch: true }]) {
      it(`are created full of zeros with ${JSON.stringify(options ?? {})}`, () => {
        const path = freshPath();
        const file = given.platform.files.createMapped(path, 100_000, options);
        assert.equal(file.path, path);
        assert.equal(file.length, 100_000);
        assert.equal(file.arrayBuffer.byteLength, 100_000);
        assert(new Uint8Array(file.arrayBuffer).every((byte) => byte === 0));
        assert.equal(given.platform.files.stat(path)?.length, 100_000);
        file.unmap();
      });
    }

    it('keep what was written after they are unmapped', () => {
      const path = freshPath();
      const file = given.platform.files.createMapped(path, 5000);
      new Uint8Array(file.arrayBuffer).set([1, 2, 3], 4997);
      file.unmap();
      const again = given.platform.files.map(path);
      assert.deepEqual([...new Uint8Array(again.arrayBuffer, 4996)], [0, 1, 2, 3]);
      again.unmap();
    });

    it('show each mapping what another one wrote', () => {
      const path = freshPath();
      const one = given.platform.files.createMapped(path, 4096);
      const other = given.platform.files.map(path);
      const readOnly = given.platform.files.map(path, { readOnly: true });
      Atomics.store(new Int32Array(one.arrayBuffer), 7, 77);
      assert.equal(Atomics.load(new Int32Array(other.arrayBuffer), 7), 77);
      assert.equal(new Int32Array(readOnly.arrayBuffer)[7], 77);
      Atomics.store(new Int32Array(other.arrayBuffer), 7, 78);
      assert.equal(Atomics.load(new Int32Array(one.arrayBuffer), 7), 78);
      for (const file of [one, other, readOnly]) {
        file.unmap();
      }
    });

    it('share their bytes with positioned reads and writes', () => {
      const path = freshPath();
      const mapped = given.platform.files.createMapped(path, 4096);
      const open = given.platform.files.open(path, 'r+');
      open.write(Uint8Array.of(5, 6), 0, 2, 100);
      assert.deepEqual([...new Uint8Array(mapped.arrayBuffer, 100, 2)], [5, 6]);
      new Uint8Array(mapped.arrayBuffer)[101] = 9;
      const target = new Uint8Array(2);
      assert.equal(open.read(target, 0, 2, 100), 2);
      assert.deepEqual([...target], [5, 9]);
      open.close();
      mapped.unmap();
    });

    it('can be mapped in part', () => {
      const path = freshPath();
      const whole = given.platform.files.createMapped(path, PAGE_LENGTH * 3);
      new Uint8Array(whole.arrayBuffer)[PAGE_LENGTH + 1] = 42;
      // One after the other: a simulated file cannot be mapped in overlapping parts at a time.
      whole.unmap();
      const part = given.platform.files.map(path, { offset: PAGE_LENGTH, length: 100 });
      assert.equal(part.length, 100);
      assert.equal(new Uint8Array(part.arrayBuffer)[1], 42);
      part.unmap();
      const rest = given.platform.files.map(path, { offset: PAGE_LENGTH });
      assert.equal(rest.length, PAGE_LENGTH * 2);
      const first = given.platform.files.map(path, { offset: 0, length: PAGE_LENGTH });
      assert.equal(new Uint8Array(rest.arrayBuffer)[1], 42);
      rest.unmap();
      first.unmap();
    });

    it('outlive the removal and the renaming of their file', () => {
      const path = freshPath();
      const file = given.platform.files.createMapped(path, 4096);
      const other = given.platform.files.map(path);
      given.platform.files.rename(path, `${path}-renamed`);
      given.platform.files.remove(`${path}-renamed`);
      new Uint8Array(file.arrayBuffer)[0] = 3;
      assert.equal(new Uint8Array(other.arrayBuffer)[0], 3);
      assert.equal(given.platform.files.exists(path), false);
      file.unmap();
      other.unmap();
    });

    it('are written to the device in whole or in part', () => {
      const file = given.platform.files.createMapped(freshPath(), 100_000);
      new Uint8Array(file.arrayBuffer).fill(1);
      file.sync();
      file.sync(5000);
      file.sync(5001, 17);
      file.sync(100_000, 0);
      throwsCode('EINVAL', () => file.sync(99_999, 2));
      throwsCode('EINVAL', () => file.sync(-1, 2));
      file.unmap();
    });

    it('can be unmapped twice but not used afterwards', () => {
      const file = given.platform.files.createMapped(freshPath(), 4096);
      file.unmap();
      file.unmap();
      throwsCode('EBADF', () => file.sync());
      throwsCode('EBADF', () => file.arrayBuffer);
    });

    it('are not created over a file that is there', () => {
      const path = freshPath();
      given.platform.files.writeWhole(path, Uint8Array.of(1));
      throwsCode('EEXIST', () => given.platform.files.createMapped(path, 4096));
      assert.deepEqual([...given.platform.files.readWhole(path)], [1]);
    });

    it('are not created in a directory that is missing', () => {
      throwsCode('ENOENT', () => given.platform.files.createMapped(`${given.scratchDirectory}/nowhere/file`, 4096));
    });

    it('are not created without a length', () => {
      for (const length of [0, -1, 1.5, Number.NaN]) {
        const path = freshPath();
        throwsCode('EINVAL', () => given.platform.files.createMapped(path, length));
        assert.equal(given.platform.files.exists(path), false);
      }
    });

    it('are not mapped when there is nothing to map', () => {
      const path = freshPath();
      throwsCode('ENOENT', () => given.platform.files.map(path));
      given.platform.files.writeWhole(path, new Uint8Array(0));
      throwsCode('EINVAL', () => given.platform.files.map(path));
    });

    it('are not mapped beyond their end or off a page', () => {
      const path = freshPath();
      given.platform.files.writeWhole(path, new Uint8Array(PAGE_LENGTH * 2));
      throwsCode('EINVAL', () => given.platform.files.map(path, { length: PAGE_LENGTH * 2 + 1 }));
      throwsCode('EINVAL', () => given.platform.files.map(path, { offset: PAGE_LENGTH, length: PAGE_LENGTH + 1 }));
      throwsCode('EINVAL', () => given.platform.files.map(path, { offset: PAGE_LENGTH * 2 }));
      throwsCode('EINVAL', () => given.platform.files.map(path, { offset: PAGE_LENGTH * 4 }));
      throwsCode('EINVAL', () => given.platform.files.map(path, { offset: 100, length: 100 }));
      throwsCode('EINVAL', () => given.platform.files.map(path, { offset: -PAGE_LENGTH }));
      throwsCode('EINVAL', () => given.platform.files.map(path, { length: 0 }));
    });
  });
}
