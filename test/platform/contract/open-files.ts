import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type MakePlatform, platformFor, throwsCode } from './fixture.ts';

export function openFileContract(makePlatform: MakePlatform): void {
  describe('positioned reading and writing', () => {
    const given = platformFor(makePlatform);
    let files = 0;
    const freshPath = () => `${given.scratchDirectory}/open-${files++}`;

    it('reads back what was written where it was written', () => {
      const file = given.platform.files.open(freshPath(), 'wx+');
      file.write(Uint8Array.of(9, 1, 2, 3, 9), 1, 3, 10);
      const target = new Uint8Array(5).fill(7);
      assert.equal(file.read(target, 1, 3, 10), 3);
      assert.deepEqual([...target], [7, 1, 2, 3, 7]);
      assert.equal(file.length(), 13);
      file.close();
    });

    it('fills the gap before a write with zeros', () => {
      const path = freshPath();
      const file = given.platform.files.open(path, 'wx+');
      file.write(Uint8Array.of(1), 0, 1, 3);
      file.close();
      assert.deepEqual([...given.platform.files.readWhole(path)], [0, 0, 0, 1]);
    });

    it('reads less only at the end of the file', () => {
      const path = freshPath();
      given.platform.files.writeWhole(path, Uint8Array.of(1, 2, 3, 4));
      const file = given.platform.files.open(path, 'r');
      const target = new Uint8Array(10);
      assert.equal(file.read(target, 0, 10, 1), 3);
      assert.deepEqual([...target.subarray(0, 3)], [2, 3, 4]);
      assert.equal(file.read(target, 0, 10, 4), 0);
      assert.equal(file.read(target, 0, 10, 1000), 0);
      assert.equal(file.read(target, 0, 0, 0), 0);
      file.close();
    });

    it('shortens and lengthens', () => {
      const path = freshPath();
      given.platform.files.writeWhole(path, Uint8Array.of(1, 2, 3, 4));
      const file = given.platform.files.open(path, 'r+');
      file.truncate(2);
      file.truncate(3);
      assert.equal(file.length(), 3);
      file.close();
      assert.deepEqual([...given.platform.files.readWhole(path)], [1, 2, 0]);
    });

    it('reserves space and keeps what is there', () => {
      const path = freshPath();
      given.platform.files.writeWhole(path, Uint8Array.of(1, 2, 3, 4));
      const file = given.platform.files.open(path, 'r+');
      file.allocate(0, 10_000);
      assert.equal(file.length(), 10_000);
      file.allocate(0, 100);
      assert.equal(file.length(), 10_000);
      file.close();
      assert.deepEqual([...given.platform.files.readWhole(path).subarray(0, 5)], [1, 2, 3, 4, 0]);
    });

    it('writes to the device', () => {
      const file = given.platform.files.open(freshPath(), 'w+');
      file.write(Uint8Array.of(1), 0, 1, 0);
      file.sync(false);
      file.sync(true);
      file.close();
    });

    it('reaches positions beyond 4 GiB', () => {
      const path = freshPath();
      const position = 5 * 2 ** 30 + 1;
      const file = given.platform.files.open(path, 'wx+');
      file.write(Uint8Array.of(42), 0, 1, position);
      assert.equal(file.length(), position + 1);
      const target = new Uint8Array(3);
      assert.equal(file.read(target, 0, 3, position - 1), 2);
      assert.deepEqual([...target], [0, 42, 0]);
      file.close();
      given.platform.files.remove(path);
    });

    it('opens in the four modes', () => {
      const { files: system } = given.platform;
      const path = freshPath();
      throwsCode('ENOENT', () => system.open(path, 'r'));
      throwsCode('ENOENT', () => system.open(path, 'r+'));
      system.open(path, 'wx+').close();
      throwsCode('EEXIST', () => system.open(path, 'wx+'));
      system.writeWhole(path, Uint8Array.of(1, 2));
      const kept = system.open(path, 'r+');
      assert.equal(kept.length(), 2);
      kept.close();
      const emptied = system.open(path, 'w+');
      assert.equal(emptied.length(), 0);
      assert.equal(emptied.path, path);
      emptied.close();
    });

    it('does not write what was opened to be read', () => {
      const path = freshPath();
      given.platform.files.writeWhole(path, Uint8Array.of(1));
      const file = given.platform.files.open(path, 'r');
      throwsCode('EBADF', () => file.write(Uint8Array.of(2), 0, 1, 0));
      file.close();
      assert.deepEqual([...given.platform.files.readWhole(path)], [1]);
    });

    it('is over once closed', () => {
      const file = given.platform.files.open(freshPath(), 'w+');
      file.close();
      file.close();
      const bytes = new Uint8Array(1);
      throwsCode('EBADF', () => file.read(bytes, 0, 1, 0));
      throwsCode('EBADF', () => file.write(bytes, 0, 1, 0));
      throwsCode('EBADF', () => file.length());
      throwsCode('EBADF', () => file.truncate(0));
      throwsCode('EBADF', () => file.allocate(0, 1));
      throwsCode('EBADF', () => file.sync(true));
    });
  });

  describe('directories', () => {
    const given = platformFor(makePlatform);

    it('are made with their parents, and once more without an error', () => {
      const path = `${given.scratchDirectory}/a/b/c`;
      given.platform.files.makeDirectories(path);
      given.platform.files.makeDirectories(path);
      assert.equal(given.platform.files.stat(path)?.kind, 'directory');
      assert(given.platform.files.exists(`${given.scratchDirectory}/a/b`));
    });

    it('list the names in them, sorted', () => {
      const { files } = given.platform;
      const path = `${given.scratchDirectory}/list`;
      files.makeDirectories(`${path}/b`);
      for (const name of ['c', 'B', 'a']) {
        files.writeWhole(`${path}/${name}`, new Uint8Array(1));
      }
      files.writeWhole(`${path}/b/inner`, new Uint8Array(1));
      assert.deepEqual(files.list(path), ['B', 'a', 'b', 'c']);
      throwsCode('ENOENT', () => files.list(`${path}/none`));
      throwsCode('ENOTDIR', () => files.list(`${path}/a`));
    });

    it('are removed with all below them', () => {
      const { files } = given.platform;
      const path = `${given.scratchDirectory}/tree`;
      files.makeDirectories(`${path}/x/y`);
      files.writeWhole(`${path}/x/y/z`, new Uint8Array(1));
      files.removeTree(path);
      assert.equal(files.exists(path), false);
      files.removeTree(path);
    });

    it('are made durable', () => {
      given.platform.files.syncDirectory(given.scratchDirectory);
      throwsCode('ENOENT', () => given.platform.files.syncDirectory(`${given.scratchDirectory}/none`));
    });

    it('know the space of their file system', () => {
      const { files } = given.platform;
      const usable = files.usableSpace(given.scratchDirectory);
      const total = files.totalSpace(given.scratchDirectory);
      assert(usable > 0 && usable <= total, `${usable} of ${total} bytes`);
      throwsCode('ENOENT', () => files.usableSpace(`${given.scratchDirectory}/none`));
    });
  });

  describe('files as a whole', () => {
    const given = platformFor(makePlatform);

    it('are written, read and described', () => {
      const { files, clock } = given.platform;
      const path = `${given.scratchDirectory}/whole`;
      assert.equal(files.exists(path), false);
      assert.equal(files.stat(path), undefined);
      files.writeWhole(path, Uint8Array.of(1, 2, 3));
      assert.deepEqual([...files.readWhole(path)], [1, 2, 3]);
      files.writeWhole(path, Uint8Array.of(4));
      assert.deepEqual([...files.readWhole(path)], [4]);
      const stat = files.stat(path);
      assert.equal(stat?.kind, 'file');
      assert.equal(stat?.length, 1);
      assert(Math.abs(clock.epochTimeMs() - stat.modifiedMs) < 60_000);
    });

    it('are their own copy when read', () => {
      const { files } = given.platform;
      const path = `${given.scratchDirectory}/copy`;
      files.writeWhole(path, Uint8Array.of(1));
      files.readWhole(path)[0] = 2;
      assert.deepEqual([...files.readWhole(path)], [1]);
    });

    it('take the place of another when renamed', () => {
      const { files } = given.platform;
      const from = `${given.scratchDirectory}/from`;
      const to = `${given.scratchDirectory}/to`;
      files.writeWhole(from, Uint8Array.of(1));
      files.writeWhole(to, Uint8Array.of(2));
      files.rename(from, to);
      assert.equal(files.exists(from), false);
      assert.deepEqual([...files.readWhole(to)], [1]);
      throwsCode('ENOENT', () => files.rename(from, to));
    });

    it('are removed, and once more without an error', () => {
      const { files } = given.platform;
      const path = `${given.scratchDirectory}/removed`;
      files.writeWhole(path, new Uint8Array(1));
      files.remove(path);
      files.remove(path);
      throwsCode('ENOENT', () => files.readWhole(path));
    });

    it('are not written where there is no directory', () => {
      throwsCode('ENOENT', () =>
        given.platform.files.writeWhole(`${given.scratchDirectory}/none/file`, new Uint8Array(1)),
      );
    });
  });
}
