import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ACTIVATION_IN_PROGRESS_TIMESTAMP, AeronError, DistinctErrorLog } from '../../../src/agrona/mod.ts';
import { ARCHIVE_SEMANTIC_VERSION, ArchiveMarkFile, resolveMarkFileDir } from '../../../src/archive/server/mod.ts';
import { SimulatedWorld } from '../../../src/platform/simulated/mod.ts';
import { throwsCode } from './throws-code.ts';

const DIR = '/archive';
const VERSION_OFFSET = 8;
const TIMESTAMP_OFFSET = 16;
const PID_OFFSET = 32;

function place() {
  const world = new SimulatedWorld({ seed: 1 });
  const host = world.host('a', { addresses: ['10.0.0.1'] });
  const first = host.process('first');
  first.platform.files.makeDirectories(DIR);
  const words: string[] = [];
  const claim = (program = first, options = {}) =>
    ArchiveMarkFile.claim({
      platform: program.platform,
      archiveDir: DIR,
      errorBufferLength: 64 * 1024,
      filePageSize: 4096,
      logger: (text) => words.push(text),
      ...options,
    });
  const ready = (program = first) => {
    const markFile = claim(program);
    markFile.signalReady(program.platform.clock.epochTimeMs());
    return markFile;
  };
  return { host, first, claim, ready, words };
}

describe('ArchiveMarkFile', () => {
  it('is refused to a second archive while the first lives', () => {
    const { host, ready, claim, first } = place();
    const markFile = ready();
    throwsCode(() => claim(host.process('second')), 'MARK_FILE_ACTIVE');
    throwsCode(() => claim(), 'MARK_FILE_ACTIVE');
    markFile.updateActivityTimestamp(first.platform.clock.epochTimeMs());
    assert.equal(markFile.header().version, ARCHIVE_SEMANTIC_VERSION);
    assert.equal(markFile.header().pid, first.platform.processes.pid);
  });

  it('is given at once to the next one when the first has ended, or was killed at any moment of its start', () => {
    const ended = place();
    const markFile = ended.ready();
    markFile.signalTerminated();
    markFile.close();
    ended.claim(ended.host.process('second'));

    const killed = place();
    killed.ready();
    killed.first.kill();
    killed.claim(killed.host.process('second'));

    const unready = place();
    unready.claim();
    throwsCode(() => unready.claim(unready.host.process('second')), 'MARK_FILE_ACTIVE');
    unready.first.kill();
    unready.claim(unready.host.process('third'));
  });

  it('is given to the next one when somebody died in taking it over, or in making it', () => {
    const { host, ready, first, claim } = place();
    ready();
    first.kill();
    const { files } = host.process('crash').platform;
    const mapping = files.map(`${DIR}/${ArchiveMarkFile.FILENAME}`);
    new DataView(mapping.arrayBuffer).setBigInt64(TIMESTAMP_OFFSET, ACTIVATION_IN_PROGRESS_TIMESTAMP, true);
    mapping.unmap();
    const markFile = claim(host.process('second'));
    markFile.signalTerminated();
    markFile.close();

    files.writeWhole(`${DIR}/${ArchiveMarkFile.FILENAME}`, new Uint8Array(0));
    claim(host.process('third')).close();
    files.writeWhole(`${DIR}/${ArchiveMarkFile.FILENAME}`, new Uint8Array(9000));
    claim(host.process('fourth')).close();
  });

  it('is refused while its owner shows life, though the process of that one cannot be seen', () => {
    const { host, ready, claim, first } = place();
    const second = host.process('second');
    const { clock } = second.platform;
    const markFile = ready();
    const { files } = host.process('container').platform;
    const mapping = files.map(`${DIR}/${ArchiveMarkFile.FILENAME}`);
    new DataView(mapping.arrayBuffer).setBigInt64(PID_OFFSET, 99_999n, true);
    first.run(() => {
      const nowMs = clock.epochTimeMs();
      const isDue = nowMs >= markFile.activityTimestampVolatile() + 1000;
      if (isDue) {
        markFile.updateActivityTimestamp(nowMs);
      }
      return isDue ? 1 : 0;
    });
    throwsCode(() => claim(second), 'MARK_FILE_ACTIVE');
    const seen = ArchiveMarkFile.openExisting(second.platform, DIR, 0);
    assert.equal(seen.isOwnerAlive(second.platform), true);
    first.kill();
    const beforeMs = clock.epochTimeMs();
    assert.equal(seen.isOwnerAlive(second.platform), false);
    assert.ok(clock.epochTimeMs() - beforeMs < 2200);
    claim(second).close();
    assert.ok(clock.epochTimeMs() - beforeMs < 2200, 'what was silent for so long already is not waited for');
  });

  it('is not taken from one who gets it ready where he cannot be seen', () => {
    const { host, claim, first } = place();
    const second = host.process('second');
    const markFile = claim();
    const { files } = host.process('container').platform;
    const mapping = files.map(`${DIR}/${ArchiveMarkFile.FILENAME}`);
    new DataView(mapping.arrayBuffer).setBigInt64(PID_OFFSET, 99_999n, true);
    const readyNs = second.platform.clock.nanoTime() + 1e9;
    let nextMs = 0;
    first.run(() => {
      const nowMs = second.platform.clock.epochTimeMs();
      if (second.platform.clock.nanoTime() < readyNs || nowMs < nextMs) {
        return 0;
      }
      nextMs = nowMs + 1000;
      markFile.signalReady(nowMs);
      return 1;
    });
    throwsCode(() => claim(second), 'MARK_FILE_ACTIVE');
  });

  it('of another version is refused', () => {
    const { host, ready, claim } = place();
    ready();
    const { files } = host.process('other').platform;
    const mapping = files.map(`${DIR}/${ArchiveMarkFile.FILENAME}`);
    const view = new DataView(mapping.arrayBuffer);
    assert.equal(view.getInt32(VERSION_OFFSET, true), ARCHIVE_SEMANTIC_VERSION);
    assert.ok(view.getBigInt64(PID_OFFSET, true) > 0n);
    view.setInt32(VERSION_OFFSET, 0x0002_0000, true);
    mapping.unmap();
    throwsCode(() => claim(host.process('second')), 'MARK_FILE_VERSION');
  });

  it('keeps the errors of a predecessor', () => {
    const { host, first, ready, claim, words } = place();
    const markFile = ready();
    new DistinctErrorLog(markFile.errorBuffer, first.platform.clock).record(new AeronError('TEST', 'it went wrong'));
    first.kill();
    const second = host.process('second');
    const next = claim(second);
    assert.equal(words.length, 1);
    const [, path] = /WARNING: existing errors saved to: (.*)$/.exec(words[0]!)!;
    assert.match(new TextDecoder().decode(second.platform.files.readWhole(path!)), /it went wrong/);
    assert.equal(next.errorBuffer.getInt32(0), 0);
  });

  it('is found in another directory by a link, which goes when it comes back', () => {
    const { host, claim, first } = place();
    const { platform } = first;
    platform.files.makeDirectories('/marks');
    const markFile = claim(first, { markFileDir: '/marks' });
    assert.equal(markFile.path, '/marks/archive-mark.dat');
    assert.equal(resolveMarkFileDir(platform, DIR), '/marks');
    markFile.signalReady(platform.clock.epochTimeMs());
    const seen = ArchiveMarkFile.openExisting(host.process('seer').platform, DIR, 0);
    assert.equal(seen.path, '/marks/archive-mark.dat');
    seen.close();
    markFile.close();
    claim(host.process('again')).close();
    assert.equal(resolveMarkFileDir(platform, DIR), DIR);
  });

  it('is free for the next one when there can be no link to it', () => {
    const { claim, first } = place();
    const { files } = first.platform;
    files.makeDirectories('/marks');
    const link = `${DIR}/${ArchiveMarkFile.LINK_FILENAME}`;
    files.makeDirectories(link);
    throwsCode(() => claim(first, { markFileDir: '/marks' }), 'EISDIR');
    files.removeTree(link);
    claim(first, { markFileDir: '/marks' });
  });

  it('refuses texts that it has no room for', () => {
    const markFile = place().claim();
    throwsCode(
      () =>
        markFile.fill({
          controlStreamId: 1,
          localControlStreamId: 2,
          eventsStreamId: 3,
          archiveId: 4n,
          controlChannel: `aeron:udp?alias=${'x'.repeat(8192)}`,
          localControlChannel: 'aeron:ipc',
          eventsChannel: '',
          aeronDirectory: '/dev/shm/aeron',
        }),
      'MARK_FILE_HEADER_LENGTH',
    );
  });
});
