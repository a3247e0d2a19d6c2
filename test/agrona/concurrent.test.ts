import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import {
  AtomicBuffer,
  AtomicCounter,
  BroadcastBufferDescriptor,
  CountersDescriptor,
  ManyToOneRingBuffer,
  RingBufferDescriptor,
} from '../../src/agrona/mod.ts';
import { nativePlatform } from '../../src/platform/native/mod.ts';
import { GATE_LENGTH, type WorkerResult, type WorkerTask } from './concurrent-task.ts';

const CAPACITY = 4096;

interface Crew {
  readonly length: number;
  readonly count: number;
  /** How many threads of each kind; the first kind are the producers. */
  readonly threads: Readonly<Partial<Record<WorkerTask['kind'], number>>>;
}

/** Lets the threads loose on `length` bytes of one mapped file, and gives their results and the memory to `check`. */
async function withCrew(crew: Crew, check: (results: WorkerResult[], memory: AtomicBuffer) => void): Promise<void> {
  const platform = nativePlatform();
  const directory = platform.environment.sharedMemoryDirectory ?? tmpdir();
  const path = join(directory, `aeron-agrona-test-${platform.processes.pid}-${platform.random.nextInt32() >>> 0}`);
  const mapping = platform.files.createMapped(path, GATE_LENGTH + crew.length);
  const memory = AtomicBuffer.over(mapping, GATE_LENGTH);
  try {
    const kinds = Object.entries(crew.threads) as [WorkerTask['kind'], number][];
    const shared = { path, count: crew.count, producers: kinds[0]![1], threads: kinds.reduce((n, [, k]) => n + k, 0) };
    const workers = kinds.flatMap(([kind, number]) =>
      Array.from({ length: number }, (_, id) => startWorker({ ...shared, kind, id })),
    );
    check(await Promise.all(workers), memory);
  } finally {
    memory.release();
    mapping.unmap();
    rmSync(path, { force: true });
  }
}

function startWorker(task: WorkerTask): Promise<WorkerResult> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./concurrent-worker.js', import.meta.url), { workerData: task });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error(`${task.kind} ${task.id} ended without a word`)));
  });
}

const ofKind = (results: readonly WorkerResult[], kind: WorkerTask['kind']) =>
  results.filter((result) => result.kind === kind);

const nothingWrong = (results: readonly WorkerResult[]) =>
  assert.deepEqual(
    results.flatMap(({ wrong }) => wrong),
    [],
  );

describe('threads over one mapping', { timeout: 300_000 }, () => {
  it('lose, tear and reorder no message of a ring buffer', async () => {
    const count = 20_000;
    const length = CAPACITY + RingBufferDescriptor.TRAILER_LENGTH;
    await withCrew({ length, count, threads: { produce: 3, consume: 1 } }, (results, memory) => {
      nothingWrong(results);
      assert.equal(ofKind(results, 'consume')[0]!.received, 3 * count);
      const ring = new ManyToOneRingBuffer(memory);
      assert.equal(
        ring.read(() => {}),
        0,
      );
      assert.equal(ring.nextCorrelationId(), 3 * count);
      assert.ok(memory.u8.subarray(0, CAPACITY).every((byte) => byte === 0));
    });
  });

  it('miss no broadcast message without noticing', async () => {
    const count = 40_000;
    const length = CAPACITY + BroadcastBufferDescriptor.TRAILER_LENGTH;
    await withCrew({ length, count, threads: { transmit: 1, receive: 2 } }, (results) => {
      nothingWrong(results);
      for (const { received, lapped } of ofKind(results, 'receive')) {
        assert.ok(received > 0 && received <= count);
        assert.ok(received === count || lapped > 0);
      }
    });
  });

  it('lose no count', async () => {
    const count = 50_000;
    await withCrew({ length: 4 * CountersDescriptor.COUNTER_LENGTH, count, threads: { count: 3 } }, (_, memory) => {
      assert.equal(new AtomicCounter(memory, 0).get(), 3 * 2 * count);
      for (const id of [1, 2, 3]) {
        assert.equal(new AtomicCounter(memory, id).get(), count);
      }
    });
  });

  it('see no half of a value', async () => {
    const count = 100_000;
    const length = CountersDescriptor.COUNTER_LENGTH;
    await withCrew({ length, count, threads: { writeValues: 1, readValues: 1 } }, (results) => {
      nothingWrong(results);
      const { received } = ofKind(results, 'readValues')[0]!;
      assert.ok(received > 0 && received <= count, `${received} different values`);
    });
  });
});
