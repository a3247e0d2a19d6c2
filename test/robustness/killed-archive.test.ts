import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, describe, it } from 'node:test';
import { ROOT } from '../../scripts/run.ts';
import { AeronError } from '../../src/agrona/mod.ts';
import { Catalog, RecordingReader, type RecordingSummary } from '../../src/archive/server/mod.ts';
import { runArchiveTool } from '../../src/archive/tool/mod.ts';
import { nativePlatform } from '../../src/platform/native/mod.ts';
import { Place } from './place.ts';

/** Of each of two archives. */
const KILLS = 25;
const platform = nativePlatform();

/** What was promised of recordings: by id, where each must at least end. */
type Promises = Map<number, number>;

/** Runs an archive until it has acknowledged something and a moment has passed, and kills it. */
async function runAndKill(args: readonly string[], promises: Promises, momentMs: number): Promise<void> {
  const main = join(ROOT, 'build', 'test', 'robustness', 'killed-archive-main.js');
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  try {
    const lines = createInterface({ input: child.stdout });
    const ended = once(lines, 'close');
    let isFirst = true;
    lines.on('line', (line) => {
      const [, recordingId, position] = /^ACK (\d+) (\d+)$/.exec(line)!;
      promises.set(Number(recordingId), Number(position));
      if (isFirst) {
        isFirst = false;
        setTimeout(() => child.kill('SIGKILL'), momentMs);
      }
    });
    const overdue = setTimeout(() => child.kill('SIGKILL'), 60_000);
    await Promise.all([exited, ended]);
    clearTimeout(overdue);
    assert.equal(isFirst, false, 'nothing was acknowledged within a minute');
  } finally {
    child.kill('SIGKILL');
  }
}

/** Recovers the directory, as the next archive would, and holds it to the promises. Returns the recordings. */
function check(archiveDir: string, promises: Promises, fileSyncLevel: number): RecordingSummary[] {
  const errors: unknown[] = [];
  const catalog = Catalog.open({
    platform,
    archiveDir,
    catalogFileSyncLevel: fileSyncLevel,
    catalogCapacity: 4096,
    errorHandler: (error) => errors.push(error),
  });
  try {
    assert.deepEqual(
      errors.filter((error) => !AeronError.is(error) || error.code !== 'RECORDING_TORN'),
      [],
    );
    const recordings: RecordingSummary[] = [];
    catalog.forEach((entry) => {
      recordings.push(entry.summary());
    });
    for (const [recordingId, position] of promises) {
      const recording = recordings.find((candidate) => candidate.recordingId === recordingId);
      assert.ok(recording !== undefined, `recording ${recordingId} is gone`);
      assert.ok(
        recording.stopPosition >= position,
        `${recordingId} ends at ${recording.stopPosition}, not ${position}`,
      );
    }
    for (const recording of recordings.slice(-2)) {
      checkContent(archiveDir, recording);
    }
    return recordings;
  } finally {
    catalog.close();
  }
}

/** In each cycle messages count from 0, each as it was sent; the last one counts as any other. */
function checkContent(archiveDir: string, recording: RecordingSummary): void {
  const reader = new RecordingReader(platform.files, archiveDir, recording);
  let cycle = -1;
  let next = 0;
  while (!reader.isDone) {
    reader.poll((buffer, offset, length, type) => {
      if (type !== 1) {
        return;
      }
      if (buffer.getInt32(offset) !== cycle) {
        assert.ok(buffer.getInt32(offset) > cycle);
        cycle = buffer.getInt32(offset);
        next = 0;
      }
      const n = buffer.getInt32(offset + 4);
      assert.equal(n, next++, `recording ${recording.recordingId}, cycle ${cycle}`);
      assert.equal(length, 8 + ((n * 37) % 1300));
      const value = n % 3 === 0 ? 0 : 1 + (n % 200);
      assert.ok(buffer.u8.subarray(offset + 8, offset + length).every((byte) => byte === value));
    }, 100);
  }
  assert.equal(reader.replayPosition, recording.stopPosition);
}

describe('an archive that is killed', { concurrency: true }, () => {
  const place = new Place();
  const parent = mkdtempSync(join(tmpdir(), 'aeron-killed-'));
  after(async () => {
    await place.clear();
    rmSync(parent, { recursive: true, force: true });
  });

  for (const fileSyncLevel of [0, 1]) {
    it(`twenty-five times under load keeps every promise of sync level ${fileSyncLevel}`, async () => {
      const archiveDir = join(parent, `archive-${fileSyncLevel}`);
      mkdirSync(archiveDir);
      const aeronDir = place.directory();
      const promises: Promises = new Map();
      let recordings: RecordingSummary[] = [];
      for (let cycle = 0; cycle < KILLS; cycle++) {
        const last = cycle % 3 === 0 ? undefined : recordings.at(-1);
        const args = [archiveDir, aeronDir, cycle, fileSyncLevel, last?.recordingId ?? -1, last?.stopPosition ?? 0];
        await runAndKill(args.map(String), promises, (cycle * 7) % 40);
        recordings = check(archiveDir, promises, fileSyncLevel);
      }
      assert.ok(promises.size > KILLS / 4);
      let output = '';
      const exitCode = runArchiveTool(platform, [archiveDir, 'verify', '-a'], {
        print: (text) => {
          output += text;
        },
        err: assert.fail,
        readLine: () => 'n',
      });
      assert.equal(exitCode, 0, output);
    });
  }
});
