import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { AtomicBuffer } from '../../src/agrona/mod.ts';
import { FragmentAssembler } from '../../src/client/mod.ts';
import { nativePlatform } from '../../src/platform/native/mod.ts';
import { complaintAbout, type PublisherTask, TASK_TERM_LENGTH } from './concurrent-publishers.ts';
import { COUNTERS_LENGTH, Stream } from './stream.ts';

const PUBLISHERS = 3;
const MESSAGES = 5_000;

function start(task: PublisherTask): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./concurrent-publisher-worker.js', import.meta.url), { workerData: task });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error(`publisher ${task.id} ended without a word`)));
  });
}

describe('Concurrent publications of one stream in several threads', () => {
  for (const initialTermId of [5, 0x7fefffff]) {
    it(`lose, tear and reorder nothing, from term id ${initialTermId} on`, async () => {
      const platform = nativePlatform();
      const directory = platform.environment.sharedMemoryDirectory ?? tmpdir();
      const name = join(directory, `aeron-client-test-${platform.processes.pid}-${initialTermId}`);
      const [logPath, countersPath] = [`${name}.logbuffer`, `${name}.counters`];
      const memory = platform.files.createMapped(countersPath, COUNTERS_LENGTH);
      const counters = AtomicBuffer.over(memory);
      const stream = new Stream({ platform, path: logPath, counters, initialTermId, termLength: TASK_TERM_LENGTH });
      try {
        const next = new Array<number>(PUBLISHERS).fill(0);
        const complaints: string[] = [];
        let received = 0;
        const assembler = new FragmentAssembler((buffer, offset, length) => {
          received++;
          const id = buffer.getInt32(offset);
          const sequence = buffer.getInt32(offset + 4);
          const complaint =
            sequence === next[id] ? complaintAbout(buffer, offset, length) : `${sequence} of ${id}, not ${next[id]}`;
          if (complaint !== undefined && complaints.length < 5) {
            complaints.push(complaint);
          }
          next[id] = sequence + 1;
        });
        const image = stream.image();
        const publishing = Promise.all(next.map((_, id) => start({ id, messages: MESSAGES, logPath, countersPath })));
        let isPublished = false;
        publishing.then(
          () => {
            isPublished = true;
          },
          () => {
            isPublished = true;
          },
        );
        // Idle polls count once all is published: before that the publishers may just not have had their turn.
        for (let idle = 0; idle < 10; ) {
          const isLast = isPublished;
          if (image.poll(assembler.onFragment, 100) > 0) {
            idle = 0;
            stream.advance();
          } else {
            idle += isLast ? 1 : 0;
            platform.park(1_000);
          }
          await new Promise((resolve) => setImmediate(resolve));
        }
        await publishing;
        assert.deepEqual(complaints, []);
        assert.equal(received, PUBLISHERS * MESSAGES);
        assert.equal(image.position, stream.concurrent().position);
        assert.deepEqual(stream.errors, []);
      } finally {
        stream.log.close();
        counters.release();
        memory.unmap();
        rmSync(logPath, { force: true });
        rmSync(countersPath, { force: true });
      }
    });
  }
});
