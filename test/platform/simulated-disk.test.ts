import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { FileSystem, MappedFile } from '../../src/platform/mod.ts';
import { type CrashOptions, type HostOptions, SimulatedWorld } from '../../src/platform/simulated/mod.ts';
import { ONE_MS_NS, ONE_SECOND_NS, throwsCode } from './simulated-fixture.ts';

const SECTOR_LENGTH = 512;
const PATH = '/tmp/file';
const MAX_LENGTH = 20_000;

function oneHost(seed = 1, options: HostOptions = {}) {
  const world = new SimulatedWorld({ seed });
  const host = world.host('a', options);
  const files = (): FileSystem => host.process('p').platform.files;
  return { world, host, files };
}

/** Content and length of a file, with a name that is durable. */
function createDurable(files: FileSystem, path: string, content: Uint8Array): void {
  files.writeWhole(path, content);
  const file = files.open(path, 'r+');
  file.sync(true);
  file.close();
  files.syncDirectory('/tmp');
}

type Change =
  | { readonly kind: 'write'; readonly position: number; readonly length: number; readonly value: number }
  | { readonly kind: 'store'; readonly position: number; readonly length: number; readonly value: number }
  | { readonly kind: 'truncate'; readonly length: number }
  | { readonly kind: 'sync' };

const position = fc.integer({ min: 0, max: MAX_LENGTH });
const length = fc.integer({ min: 1, max: 6_000 });
const value = fc.integer({ min: 1, max: 255 });
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant('write' as const), position, length, value }),
  fc.record({ kind: fc.constant('store' as const), position, length, value }),
  fc.record({ kind: fc.constant('truncate' as const), length: position }),
  fc.record({ kind: fc.constant('sync' as const) }),
);

/** Makes the changes on a file and on plain arrays; returns what was synced last and what is there. */
function makeChanges(files: FileSystem, changes: readonly Change[]): { synced: Uint8Array; current: Uint8Array } {
  createDurable(files, PATH, new Uint8Array(0));
  const file = files.open(PATH, 'r+');
  let synced = new Uint8Array(0);
  let current = new Uint8Array(0);
  const resize = (newLength: number): void => {
    const resized = new Uint8Array(newLength);
    resized.set(current.subarray(0, newLength));
    current = resized;
  };
  for (const step of changes) {
    if (step.kind === 'write') {
      resize(Math.max(current.length, step.position + step.length));
      current.fill(step.value, step.position, step.position + step.length);
      file.write(new Uint8Array(step.length).fill(step.value), 0, step.length, step.position);
    } else if (step.kind === 'truncate') {
      resize(step.length);
      file.truncate(step.length);
    } else if (step.kind === 'sync') {
      synced = current.slice();
      file.sync(false);
    } else if (current.length > 0) {
      current.fill(step.value, step.position, step.position + step.length);
      const mapped = files.map(PATH);
      new Uint8Array(mapped.arrayBuffer).fill(step.value, step.position, step.position + step.length);
      mapped.unmap();
    }
  }
  file.close();
  return { synced, current };
}

function crashAfter(seed: number, changes: readonly Change[], options: CrashOptions) {
  const { host, files } = oneHost(seed);
  const before = files();
  const { synced, current } = makeChanges(before, changes);
  assert.deepEqual(before.readWhole(PATH), current);
  host.crash(options);
  return { synced, current, content: files().readWhole(PATH) };
}

/** Whether a sector is old, new, or new in front and old behind. */
function isTornFrom(sector: Uint8Array, old: Uint8Array, current: Uint8Array): boolean {
  let i = 0;
  while (i < sector.length && sector[i] === (current[i] ?? 0)) {
    i++;
  }
  while (i < sector.length && sector[i] === (old[i] ?? 0)) {
    i++;
  }
  return i === sector.length;
}

describe('a crash of a simulated host', () => {
  const seeds = fc.integer({ min: 0, max: 1_000_000 });
  const changes = fc.array(change, { maxLength: 12 });

  it('loses exactly what was not synced, when all of it is lost', () => {
    fc.assert(
      fc.property(seeds, changes, (seed, steps) => {
        const { synced, content } = crashAfter(seed, steps, { unsynced: 'lost' });
        assert.deepEqual(content, synced);
      }),
    );
  });

  it('loses nothing, when all of it had just been written', () => {
    fc.assert(
      fc.property(seeds, changes, (seed, steps) => {
        const { current, content } = crashAfter(seed, steps, { unsynced: 'kept' });
        assert.deepEqual(content, current);
      }),
    );
  });

  it('tears what was not synced by sectors, and nothing else', () => {
    fc.assert(
      fc.property(seeds, changes, (seed, steps) => {
        const { synced, current, content } = crashAfter(seed, steps, {});
        assert(content.length === synced.length || content.length === current.length);
        for (let at = 0; at < content.length; at += SECTOR_LENGTH) {
          const [sector, old, now] = [content, synced, current].map((bytes) => bytes.subarray(at, at + SECTOR_LENGTH));
          assert(isTornFrom(sector!, old!, now!), `the sector at ${at}`);
        }
      }),
    );
  });

  it('keeps some, loses some and cuts some', () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 50; seed++) {
      const write = { kind: 'write', position: 0, length: 8192 } as const;
      const steps = [{ ...write, value: 1 }, { kind: 'sync' }, { ...write, value: 2 }] as const;
      const { content } = crashAfter(seed, steps, {});
      for (let at = 0; at < content.length; at += SECTOR_LENGTH) {
        seen.add([...new Set(content.subarray(at, at + SECTOR_LENGTH))].join(' then '));
      }
    }
    assert.deepEqual([...seen].sort(), ['1', '2', '2 then 1']);
  });

  it('keeps what was synced through a mapping, in the range that was synced', () => {
    const { host, files } = oneHost();
    const before = files();
    const mapped = before.createMapped(PATH, 3 * 4096);
    new Uint8Array(mapped.arrayBuffer).fill(1);
    mapped.sync(4100, 10);
    before.syncDirectory('/tmp');
    host.crash({ unsynced: 'lost' });
    const content = files().readWhole(PATH);
    assert.equal(content.length, 3 * 4096);
    assert.deepEqual(
      [content[4095], content[4096], content[8191], content[8192]],
      [0, 1, 1, 0],
      'the page that was synced, and no other',
    );
  });

  it('kills the processes and empties the file systems in memory', () => {
    const { host, files } = oneHost();
    const running = host.process('p');
    running.platform.files.makeDirectories('/dev/shm/aeron');
    const mapped = running.platform.files.createMapped('/dev/shm/aeron/cnc.dat', 1 << 20);
    mapped.sync();
    host.crash({ unsynced: 'kept' });
    assert.equal(running.isAlive, false);
    const after = files();
    assert.deepEqual(after.list('/dev/shm'), []);
    assert.equal(after.usableSpace('/dev/shm'), after.totalSpace('/dev/shm'));
    assert.equal(after.usableSpace('/'), after.totalSpace('/'));
  });

  it('can be followed by another one', () => {
    const { host, files } = oneHost();
    createDurable(files(), PATH, Uint8Array.of(1, 2, 3));
    for (let i = 0; i < 3; i++) {
      host.crash();
      assert.deepEqual([...files().readWhole(PATH)], [1, 2, 3]);
    }
  });
});

describe('names on a simulated disk', () => {
  const write = (files: FileSystem, name: string): void => files.writeWhole(`/tmp/${name}`, Uint8Array.of(1));

  it('are lost in a crash unless their directory was synced', () => {
    const { host, files } = oneHost();
    const before = files();
    write(before, 'old');
    before.syncDirectory('/tmp');
    write(before, 'new');
    before.remove('/tmp/old');
    before.makeDirectories('/tmp/directory');
    host.crash({ unsynced: 'lost' });
    assert.deepEqual(files().list('/tmp'), ['old']);
  });

  it('survive in the order of their changes', () => {
    const counts = new Set<number>();
    for (let seed = 0; seed < 40; seed++) {
      const { host, files } = oneHost(seed);
      const before = files();
      const names = ['a', 'b', 'c', 'd', 'e'];
      for (const name of names) {
        write(before, name);
      }
      host.crash();
      const left = files().list('/tmp');
      assert.deepEqual(left, names.slice(0, left.length));
      counts.add(left.length);
    }
    assert.deepEqual([...counts].sort(), [0, 1, 2, 3, 4, 5]);
  });

  it('are renamed as a whole or not at all', () => {
    for (let seed = 0; seed < 20; seed++) {
      const { host, files } = oneHost(seed);
      const before = files();
      before.makeDirectories('/tmp/x');
      createDurable(before, '/tmp/from', Uint8Array.of(1));
      before.rename('/tmp/from', '/tmp/x/to');
      host.crash();
      const after = files();
      assert.notEqual(after.exists('/tmp/from'), after.exists('/tmp/x/to'));
    }
  });

  it('are durable with all that they rest on', () => {
    const { host, files } = oneHost();
    const before = files();
    before.makeDirectories('/tmp/x');
    before.syncDirectory('/tmp');
    write(before, 'from');
    before.rename('/tmp/from', '/tmp/x/to');
    write(before, 'other');
    before.syncDirectory('/tmp/x');
    host.crash({ unsynced: 'lost' });
    const after = files();
    assert.deepEqual([after.list('/tmp'), after.list('/tmp/x')], [['x'], ['to']]);
  });

  it('of a directory that is not durable itself are lost with it', () => {
    const { host, files } = oneHost();
    const before = files();
    before.makeDirectories('/tmp/x');
    write(before, 'x/file');
    before.syncDirectory('/tmp/x');
    host.crash({ unsynced: 'lost' });
    assert.deepEqual(files().list('/tmp'), []);
  });

  it('are not renamed onto another disk, nor over what they cannot replace', () => {
    const { files } = oneHost();
    const system = files();
    write(system, 'file');
    system.makeDirectories('/tmp/directory/inner');
    throwsCode('EXDEV', () => system.rename('/tmp/file', '/dev/shm/file'));
    throwsCode('EISDIR', () => system.rename('/tmp/file', '/tmp/directory'));
    throwsCode('ENOTDIR', () => system.rename('/tmp/directory', '/tmp/file'));
    system.makeDirectories('/tmp/other');
    throwsCode('ENOTEMPTY', () => system.rename('/tmp/other', '/tmp/directory'));
    throwsCode('EISDIR', () => system.remove('/tmp/directory'));
    throwsCode('EISDIR', () => system.open('/tmp/directory', 'r+'));
    throwsCode('ENOTDIR', () => system.stat('/tmp/file/below'));
    throwsCode('EBUSY', () => system.removeTree('/dev/shm'));
    assert.deepEqual(system.list('/tmp/../tmp/./directory'), ['inner']);
  });
});

describe('a kill of a simulated process', () => {
  it('loses nothing that it wrote or stored', () => {
    const { host, files } = oneHost();
    const running = host.process('p');
    const mapped = running.platform.files.createMapped('/dev/shm/mapped', 100);
    new Uint8Array(mapped.arrayBuffer)[99] = 9;
    running.platform.files.writeWhole(PATH, Uint8Array.of(1, 2));
    running.kill();
    const after = files();
    assert.equal(after.readWhole('/dev/shm/mapped')[99], 9);
    assert.deepEqual([...after.readWhole(PATH)], [1, 2]);
  });

  it('leaves the mappings of others, which see the same bytes', () => {
    const { host, files } = oneHost();
    const dying = host.process('p');
    const theirs = new Uint8Array(dying.platform.files.createMapped('/dev/shm/mapped', 100).arrayBuffer);
    const ours = new Uint8Array(files().map('/dev/shm/mapped').arrayBuffer);
    theirs[5] = 5;
    dying.kill();
    assert.equal(ours[5], 5);
  });

  it('gives back the space of files that were removed', () => {
    const { host, files } = oneHost();
    const running = host.process('p');
    const system = files();
    running.platform.files.createMapped('/dev/shm/mapped', 8192);
    system.remove('/dev/shm/mapped');
    assert.equal(system.totalSpace('/dev/shm') - system.usableSpace('/dev/shm'), 8192);
    running.kill();
    assert.equal(system.usableSpace('/dev/shm'), system.totalSpace('/dev/shm'));
  });
});

describe('simulated mappings', () => {
  const bytesOf = (file: MappedFile): Uint8Array => new Uint8Array(file.arrayBuffer);

  it('show use after unmap as an empty array', () => {
    const { files } = oneHost();
    const mapped = files().createMapped(PATH, 100);
    const bytes = bytesOf(mapped);
    mapped.unmap();
    assert.equal(bytes.length, 0);
  });

  it('stay while the file grows behind them, and what grew can be mapped', () => {
    const { files } = oneHost();
    const system = files();
    const mapped = system.createMapped(PATH, 10_000);
    bytesOf(mapped).fill(1);
    const file = system.open(PATH, 'r+');
    file.write(new Uint8Array(10_000).fill(2), 0, 10_000, 10_000);
    const grown = system.map(PATH, { offset: 12_288 });
    assert.equal(bytesOf(grown)[0], 2);
    bytesOf(mapped)[9_999] = 3;
    bytesOf(grown)[1] = 4;
    const content = system.readWhole(PATH);
    assert.deepEqual([...content.subarray(9_998, 10_002)], [1, 3, 2, 2]);
    assert.deepEqual([...content.subarray(12_287, 12_290)], [2, 2, 4]);
  });

  it('may start alike, the longest first', () => {
    const { files } = oneHost();
    const system = files();
    const whole = system.createMapped(PATH, 10_000);
    const front = system.map(PATH, { length: 100 });
    bytesOf(whole)[50] = 1;
    assert.equal(bytesOf(front)[50], 1);
    assert.equal(front.length, 100);
  });

  it('do not overlap in another way, until one of them is gone', () => {
    const { files } = oneHost();
    const system = files();
    const whole = system.createMapped(PATH, 10_000);
    bytesOf(whole).fill(7);
    throwsCode('ENOTSUP', () => system.map(PATH, { offset: 4096 }));
    whole.unmap();
    const part = system.map(PATH, { offset: 4096 });
    assert(bytesOf(part).every((byte) => byte === 7));
    throwsCode('ENOTSUP', () => system.map(PATH));
    part.unmap();
    assert(bytesOf(system.map(PATH)).every((byte) => byte === 7));
  });
});

describe('a simulated disk', () => {
  it('runs full, naming what was wanted and what there is', () => {
    const { host, files } = oneHost(1, { disks: { '/dev/shm': { capacityLength: 1 << 20 } } });
    const system = files();
    const first = system.createMapped('/dev/shm/first', 1 << 19);
    throwsCode('ENOSPC', () => system.createMapped('/dev/shm/second', (1 << 19) + 1));
    assert.throws(() => system.createMapped('/dev/shm/second', 1 << 20), /1048576 bytes.*524288 of 1048576/);
    assert.equal(system.exists('/dev/shm/second'), false);
    assert.equal(system.usableSpace('/dev/shm'), 1 << 19);
    system.createMapped('/dev/shm/sparse', 1 << 30, { sparse: true }).unmap();
    system.createMapped('/dev/shm/second', 1 << 19).unmap();
    const file = system.open('/dev/shm/sparse', 'r+');
    throwsCode('ENOSPC', () => file.write(Uint8Array.of(1), 0, 1, 5000));
    throwsCode('ENOSPC', () => file.allocate(0, 1));
    host.disk('/dev/shm').setCapacity(1 << 21);
    file.write(Uint8Array.of(1), 0, 1, 5000);
    system.remove('/dev/shm/first');
    assert.equal(system.usableSpace('/dev/shm'), (1 << 20) - 4096, 'while it is mapped, its space is taken');
    first.unmap();
    assert.equal(system.usableSpace('/dev/shm'), (1 << 20) + (1 << 19) - 4096);
  });

  it('takes of a write what it has space for', () => {
    const { files } = oneHost(1, { disks: { '/data': { capacityLength: 8192 } } });
    const system = files();
    throwsCode('ENOSPC', () => system.writeWhole('/data/file', new Uint8Array(10_000).fill(1)));
    const content = system.readWhole('/data/file');
    assert.equal(content.length, 8192);
    assert(content.every((byte) => byte === 1));
  });

  it('fails with the chances it was given', () => {
    const { host, files } = oneHost();
    const system = files();
    const file = system.open(PATH, 'w+');
    file.write(Uint8Array.of(1, 2, 3), 0, 3, 0);
    const disk = host.disk(PATH);
    disk.set({ readError: 1 });
    throwsCode('EIO', () => file.read(new Uint8Array(3), 0, 3, 0));
    disk.set({ readError: 0, writeError: 1 });
    throwsCode('EIO', () => file.write(Uint8Array.of(4), 0, 1, 0));
    disk.set({ writeError: 0 });
    assert.deepEqual([...system.readWhole(PATH)], [1, 2, 3]);
  });

  it('that failed to sync does not write later what it lost then', () => {
    const { host, files } = oneHost();
    const system = files();
    createDurable(system, PATH, Uint8Array.of(1));
    const file = system.open(PATH, 'r+');
    file.write(Uint8Array.of(2), 0, 1, 0);
    host.disk(PATH).set({ syncError: 1 });
    throwsCode('EIO', () => file.sync(false));
    host.disk(PATH).set({ syncError: 0 });
    file.sync(false);
    host.crash({ unsynced: 'kept' });
    assert.deepEqual([...files().readWhole(PATH)], [1]);
  });

  it('keeps what is to be written when the process that syncs is killed meanwhile', () => {
    const { world, host } = oneHost();
    const victim = host.process('victim');
    const { files } = victim.platform;
    createDurable(files, PATH, Uint8Array.of(1));
    const file = files.open(PATH, 'r+');
    file.write(Uint8Array.of(2), 0, 1, 0);
    host.disk(PATH).set({ syncLatencyNs: 5 * ONE_MS_NS });
    world.after(ONE_MS_NS, () => victim.kill());
    throwsCode('PROCESS_DEAD', () => file.sync(false));
    host.crash({ unsynced: 'kept' });
    assert.deepEqual([...host.process('next').platform.files.readWhole(PATH)], [2]);
  });

  it('takes its time to sync, in which the world goes on', () => {
    const { world, host, files } = oneHost();
    host.disk(PATH).set({ syncLatencyNs: 5 * ONE_MS_NS });
    let count = 0;
    host.process('other').run(() => ++count);
    const file = files().open(PATH, 'w+');
    file.sync(false);
    assert.equal(world.now, 5 * ONE_MS_NS);
    assert.equal(count, 500);
    world.run(ONE_SECOND_NS);
  });
});
