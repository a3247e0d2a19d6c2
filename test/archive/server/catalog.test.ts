import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AeronError, AtomicBuffer } from '../../../src/agrona/mod.ts';
import { RecordingState } from '../../../src/archive/codecs/mod.ts';
import { Catalog, type CatalogOptions, crc32, type RecordingSummary } from '../../../src/archive/server/mod.ts';
import type { Platform } from '../../../src/platform/mod.ts';
import { SimulatedWorld } from '../../../src/platform/simulated/mod.ts';
import { dyingPlatform, Killed } from './dying-platform.ts';
import { newRecording } from './recorded.ts';
import { throwsCode } from './throws-code.ts';

const DIR = '/archive';
const CAPACITY = 2048;

function place(seed = 1) {
  const world = new SimulatedWorld({ seed });
  const host = world.host('a', { addresses: ['10.0.0.1'] });
  const { platform } = host.process('archive');
  platform.files.makeDirectories(DIR);
  platform.files.syncDirectory('/');
  return { host, platform };
}

function openIn(platform: Platform, options: Partial<CatalogOptions> = {}): Catalog {
  return Catalog.open({
    platform,
    archiveDir: DIR,
    catalogFileSyncLevel: 1,
    catalogCapacity: CAPACITY,
    checksum: crc32(),
    errorHandler: (error) => assert.fail(String(error)),
    ...options,
  });
}

interface Entry {
  readonly summary: RecordingSummary;
  readonly originalChannel: string;
  readonly state: number;
}
/** All entries of the file, by id. */
type Model = ReadonlyMap<number, Entry>;

function contentOf(catalog: Catalog): Map<number, Entry> {
  const content = new Map<number, Entry>();
  catalog.forEach((entry) => {
    assert.equal(catalog.computeChecksum(entry), entry.header.checksum(), `checksum of ${entry.recordingId}`);
    content.set(entry.recordingId, {
      summary: entry.summary(),
      originalChannel: entry.originalChannel(),
      state: entry.header.state(),
    });
  });
  return content;
}

type Step =
  | { readonly kind: 'add'; readonly length: number }
  | { readonly kind: 'stop' | 'start' | 'purge' | 'extend'; readonly which: number; readonly position: number }
  | { readonly kind: 'replace'; readonly which: number; readonly length: number; readonly position: number };

const which = fc.nat(100);
const position = fc.nat(1000).map((n) => n * 32);
const length = fc.nat(400);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), length }),
  fc.record({ kind: fc.constantFrom('stop' as const, 'start' as const, 'extend' as const), which, position }),
  fc.record({ kind: fc.constant('purge' as const), which, position }),
  fc.record({ kind: fc.constant('replace' as const), which, length, position }),
);

/** A recording that has ended, so that opening the catalog again leaves it alone. */
const ended = (channelLength: number, stopPosition = 0) => ({
  ...newRecording(0, `aeron:udp?alias=${'x'.repeat(channelLength)}`),
  stopPosition,
  stopTimestamp: 2_000,
});

/** Does a step on both; the catalog is undefined when only the model is wanted. */
function apply(model: Model, catalog: Catalog | undefined, action: Step): Model {
  const next = new Map(model);
  if (action.kind === 'add') {
    const recording = ended(action.length);
    const id = catalog?.addNewRecording(recording) ?? model.size;
    next.set(id, entryOf(id, recording));
    return next;
  }
  const valid = [...model.keys()].filter((id) => model.get(id)!.state === RecordingState.VALID);
  const id = valid[action.which % valid.length];
  if (id === undefined) {
    return next;
  }
  const entry = model.get(id)!;
  const change = (fields: Partial<RecordingSummary>): Entry => ({ ...entry, summary: { ...entry.summary, ...fields } });
  switch (action.kind) {
    case 'stop':
      catalog?.recordingStopped(id, action.position, 3_000);
      next.set(id, change({ stopPosition: action.position, startPosition: entry.summary.startPosition }));
      break;
    case 'start':
      catalog?.setStartPosition(id, action.position);
      next.set(id, change({ startPosition: action.position }));
      break;
    case 'extend':
      // Ended at once: an open end would be computed anew when the catalog is opened.
      catalog?.extendRecording(id, 5, 6, action.position);
      catalog?.setStopPosition(id, entry.summary.stopPosition);
      next.set(id, change({ sessionId: action.position }));
      break;
    case 'purge':
      catalog?.changeState(id, RecordingState.DELETED);
      next.set(id, { ...entry, state: RecordingState.DELETED });
      break;
    case 'replace': {
      const recording = ended(action.length, action.position);
      catalog?.replaceRecording(id, recording);
      next.set(id, entryOf(id, recording));
    }
  }
  return next;
}

function entryOf(id: number, recording: ReturnType<typeof ended>): Entry {
  return {
    summary: {
      recordingId: id,
      startPosition: recording.startPosition,
      stopPosition: recording.stopPosition,
      initialTermId: recording.initialTermId,
      segmentFileLength: recording.segmentFileLength,
      termBufferLength: recording.termBufferLength,
      mtuLength: recording.mtuLength,
      streamId: recording.streamId,
      sessionId: recording.sessionId,
    },
    originalChannel: recording.originalChannel,
    state: RecordingState.VALID,
  };
}

/** Positions may be in any order here, which a real archive would not write: nothing is refused that is only listed. */
function listed(platform: Platform): Map<number, Entry> {
  const catalog = Catalog.openForTool({ platform, archiveDir: DIR, isWritable: true, checksum: crc32() });
  const content = contentOf(catalog);
  catalog.close();
  return content;
}

describe('Catalog', () => {
  it('has what was done to it, and so has whoever opens it next', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const { platform } = place();
        let catalog = openIn(platform, { errorHandler: () => undefined });
        let model: Model = new Map();
        for (const action of steps) {
          model = apply(model, catalog, action);
          assert.deepEqual(contentOf(catalog), model);
          assert.equal(catalog.entryCount, [...model.values()].filter(({ state }) => state === 1).length);
        }
        const { nextRecordingId } = catalog;
        catalog.close();
        catalog = openIn(platform, { errorHandler: () => undefined });
        assert.deepEqual(contentOf(catalog), model);
        assert.equal(catalog.nextRecordingId, nextRecordingId);
        catalog.close();
      }),
      { numRuns: 60 },
    );
  });

  it('has a change as a whole or not at all, wherever the process is killed and the power fails', () => {
    const whatFails = fc.constantFrom('process' as const, 'power' as const);
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 12 }),
        fc.nat(80),
        fc.nat(1000),
        whatFails,
        (steps, changes, seed, failure) => {
          const { platform, host } = place(seed);
          openIn(platform).close();
          let model: Model = new Map();
          let next: Model = model;
          let isKilled = false;
          try {
            const catalog = openIn(dyingPlatform(platform, changes));
            for (const action of steps) {
              next = apply(model, undefined, action);
              apply(model, catalog, action);
              model = next;
            }
          } catch (error) {
            if (!(error instanceof Killed)) {
              throw error;
            }
            isKilled = true;
          }
          let after = platform;
          if (failure === 'power') {
            host.crash({ unsynced: 'torn' });
            after = host.process('again').platform;
          }
          openIn(after, { errorHandler: () => undefined }).close();
          const content = listed(after);
          const isWhole = [model, next, ...(isKilled ? halfExtended(model, next) : [])].some((state) =>
            isSame(content, state),
          );
          assert.ok(isWhole, `neither before nor after: ${JSON.stringify([...content])}`);
        },
      ),
      { numRuns: 250 },
    );
  });

  it('grows by half when it is full, and says when it cannot', () => {
    const { platform } = place();
    const catalog = openIn(platform);
    const first = catalog.capacity;
    while (catalog.capacity === first) {
      catalog.addNewRecording(ended(10));
    }
    assert.equal(catalog.capacity, first + first / 2);
    assert.equal(platform.files.stat(`${DIR}/archive.catalog`)?.length, catalog.capacity);
  });

  it('finds the last recording of a stream', () => {
    const { platform } = place();
    const catalog = openIn(platform);
    const ids = ['one', 'two', 'one'].map((alias) =>
      catalog.addNewRecording({ ...newRecording(0, `aeron:udp?alias=${alias}`), stopPosition: 0 }),
    );
    const { sessionId, streamId } = newRecording();
    assert.equal(catalog.findLast(0, sessionId, streamId, 'alias=one'), ids[2]);
    assert.equal(catalog.findLast(0, sessionId, streamId, 'alias=two'), ids[1]);
    assert.equal(catalog.findLast(2, sessionId, streamId, 'alias=two'), -1);
    assert.equal(catalog.findLast(0, sessionId, streamId, ''), ids[2]);
    assert.equal(catalog.findLast(0, sessionId, streamId + 1, ''), -1);
    assert.equal(catalog.findLast(-1, sessionId, streamId, ''), -1);
    catalog.changeState(ids[2]!, RecordingState.INVALID);
    assert.equal(catalog.findLast(0, sessionId, streamId, 'alias=one'), ids[0]);
  });

  it('refuses files of another version, too short ones and lengths that cannot be, with advice', () => {
    const { platform } = place();
    const write = (edit: (header: AtomicBuffer) => void): void => {
      platform.files.remove(`${DIR}/archive.catalog`);
      openIn(platform).close();
      const bytes = AtomicBuffer.copyOf(platform.files.readWhole(`${DIR}/archive.catalog`));
      edit(bytes);
      platform.files.writeWhole(`${DIR}/archive.catalog`, bytes.u8);
    };
    write((bytes) => bytes.putInt32(0, 0x0002_0000));
    throwsCode(() => openIn(platform), 'CATALOG_VERSION');
    write((bytes) => bytes.putInt32(32, 0x7fff_0000));
    throwsCode(() => openIn(platform), 'CATALOG_CORRUPT');
    platform.files.writeWhole(`${DIR}/archive.catalog`, new Uint8Array(20));
    throwsCode(() => openIn(platform), 'CATALOG_CORRUPT');
    throwsCode(() => openIn(platform, { catalogCapacity: 31 }), 'CONFIGURATION');
    throwsCode(() => openIn(place().platform).recordingSummary(3), 'UNKNOWN_RECORDING');
  });

  it('refuses a recording whose descriptor is damaged, and has the others', () => {
    const { platform } = place();
    const catalog = openIn(platform);
    const ids = [0, 1, 2].map(() => catalog.addNewRecording(ended(10)));
    let offset = 0;
    catalog.forEach((entry) => {
      offset = entry.recordingId === ids[1] ? entry.offset : offset;
    });
    catalog.close();
    const bytes = AtomicBuffer.copyOf(platform.files.readWhole(`${DIR}/archive.catalog`));
    bytes.putInt32(offset + 32 + 64, 12_345);
    platform.files.writeWhole(`${DIR}/archive.catalog`, bytes.u8);
    const errors: unknown[] = [];
    const again = openIn(platform, { errorHandler: (error) => errors.push(error) });
    assert.equal(errors.length, 1);
    assert.ok(AeronError.is(errors[0]) && errors[0].code === 'RECORDING_DAMAGED');
    assert.equal(again.hasRecording(ids[1]!), false);
    assert.match(again.refusalOf(ids[1]!)!, /mark the recording invalid/);
    assert.equal(again.hasRecording(ids[0]!) && again.hasRecording(ids[2]!), true);
    assert.equal(again.addNewRecording(ended(1)), 3);
  });

  it('has what a sync could not write with the next change, also when the power fails in that', () => {
    for (let seed = 1; seed <= 100; seed++) {
      const { platform, host } = place(seed);
      const catalog = openIn(platform);
      const first = catalog.addNewRecording(ended(10));
      host.disk(DIR).set({ syncError: 1 });
      throwsCode(() => catalog.recordingStopped(first, 64, 9_000), 'EIO');
      throwsCode(() => catalog.recordingStopped(first, 96, 9_000), 'EIO');
      host.disk(DIR).set({ syncError: 0 });
      const second = catalog.addNewRecording(ended(20));
      host.crash({ unsynced: 'torn' });
      const again = openIn(host.process('again').platform);
      assert.equal(again.stopPosition(first), 96);
      assert.equal(again.stopPosition(second), 0);
      again.close();
    }
  });

  it('adds nothing to a full disk, but can say there that a recording has ended', () => {
    const { platform, host } = place();
    const catalog = openIn(platform);
    const id = catalog.addNewRecording(newRecording());
    host.disk(DIR).setCapacity(0);
    throwsCode(() => {
      for (let i = 0; i < 100; i++) {
        catalog.addNewRecording(ended(300));
      }
    }, 'ENOSPC');
    const { nextRecordingId, entryCount } = catalog;
    catalog.recordingStopped(id, 64, 9_000);
    host.disk(DIR).setCapacity(1e8);
    assert.equal(catalog.addNewRecording(ended(300)), nextRecordingId);
    catalog.close();
    const again = openIn(platform);
    assert.equal(again.stopPosition(id), 64);
    assert.equal(again.entryCount, entryCount + 1);
  });
});

/** An extension is two changes here. */
function halfExtended(model: Model, next: Model): Model[] {
  const states: Model[] = [];
  for (const [id, entry] of next) {
    if (model.get(id)?.summary.sessionId !== entry.summary.sessionId) {
      // The open end was computed: there are no files.
      states.push(
        new Map(next).set(id, { ...entry, summary: { ...entry.summary, stopPosition: entry.summary.startPosition } }),
      );
    }
  }
  return states;
}

function isSame(a: Model, b: Model): boolean {
  try {
    assert.deepEqual(a, b);
    return true;
  } catch {
    return false;
  }
}
