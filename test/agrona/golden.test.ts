import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import {
  AtomicBuffer,
  BroadcastBufferDescriptor,
  BroadcastReceiver,
  BroadcastTransmitter,
  CachedEpochClock,
  CountersDescriptor,
  CountersManager,
  CountersReader,
  DistinctErrorLog,
  ErrorLogDescriptor,
  ErrorLogReader,
  ManyToOneRingBuffer,
  MarkFile,
  RingBufferDescriptor,
  SemanticVersion,
} from '../../src/agrona/mod.ts';
import { SimulatedWorld } from '../../src/platform/simulated/mod.ts';

const FIXTURES = new URL('../../../test/fixtures/agrona/', import.meta.url);

const hex = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString('hex')
    .replaceAll(/(.{64})/g, '$1\n');

const sameBytes = (ours: AtomicBuffer, theirs: AtomicBuffer) => assert.equal(hex(ours.u8), hex(theirs.u8));

/** The same pattern as in AgronaFixtures.java. */
const message = (length: number, seed: number) => Uint8Array.from({ length }, (_, i) => seed + i);

for (const version of ['aeron-1.44.1', 'aeron-1.51.0']) {
  const fixture = (name: string) => AtomicBuffer.copyOf(readFileSync(new URL(`${version}/${name}`, FIXTURES)));

  describe(`memory written by ${version}`, () => {
    it('has the ring buffer that we write', () => {
      const ring = new ManyToOneRingBuffer(AtomicBuffer.allocate(1024 + RingBufferDescriptor.TRAILER_LENGTH));
      for (let i = 1; i <= 9; i++) {
        ring.write(i, message(90 + i, i), 0, 90 + i);
      }
      ring.read(() => {}, 5);
      ring.write(100, message(100, 50), 0, 100);
      ring.commit(ring.tryClaim(101, 16));
      ring.abort(ring.tryClaim(102, 11));
      ring.write(103, message(0, 0), 0, 0);
      ring.tryClaim(104, 8);
      ring.nextCorrelationId();
      ring.nextCorrelationId();
      ring.setConsumerHeartbeatTime(1_700_000_000_123);
      sameBytes(ring.buffer, fixture('ring-buffer.bin'));
    });

    it('has a ring buffer that we read', () => {
      const ring = new ManyToOneRingBuffer(fixture('ring-buffer.bin'));
      const types: number[] = [];
      const read = () =>
        ring.read((type, buffer, index, length) => {
          types.push(type);
          if (type !== 101) {
            const seed = type === 100 ? 50 : type;
            assert.deepEqual(buffer.copyBytes(index, length), message(length, seed));
          }
        });
      read();
      read();
      assert.deepEqual(types, [6, 7, 8, 9, 100, 101, 103]);
      assert.equal(ring.unblock(), true, 'the message that was claimed and never committed');
      read();
      assert.equal(ring.size(), 0);
      assert.equal(ring.nextCorrelationId(), 2);
      assert.equal(ring.consumerHeartbeatTime(), 1_700_000_000_123);
    });

    it('has the broadcast buffer that we write, and that we receive from', () => {
      const buffer = AtomicBuffer.allocate(1024 + BroadcastBufferDescriptor.TRAILER_LENGTH);
      const transmitter = new BroadcastTransmitter(buffer);
      for (let i = 1; i <= 20; i++) {
        transmitter.transmit(i, message(60 + i, i), 0, 60 + i);
      }
      const theirs = fixture('broadcast.bin');
      sameBytes(buffer, theirs);
      const receiver = new BroadcastReceiver(theirs);
      assert.equal(receiver.receiveNext(), true);
      assert.equal(receiver.typeId(), 20);
      assert.deepEqual(theirs.copyBytes(receiver.offset(), receiver.length()), message(80, 20));
    });

    it('has the counters that we write', () => {
      const metaData = AtomicBuffer.allocate(8 * CountersDescriptor.METADATA_LENGTH);
      const values = AtomicBuffer.allocate(8 * CountersDescriptor.COUNTER_LENGTH);
      const clock = new CachedEpochClock();
      clock.update(1_000);
      const manager = new CountersManager(metaData, values, clock, 500);
      manager.newCounter('first').set(-1);
      const second = manager.newCounter('second: é', 7, (key) => key.putBigInt64(0, 0x1122334455667788n));
      second.set(2 ** 40);
      manager.setCounterRegistrationId(second.id, 42);
      manager.setCounterOwnerId(second.id, 43);
      manager.setCounterReferenceId(second.id, 44);
      const third = manager.newCounter('third', 8);
      third.set(99);
      third.close();
      clock.update(1_499);
      manager.newCounter('fourth', 9).appendToLabel(' with more');
      clock.update(1_500);
      manager.newCounter('third again', 10);
      manager.newCounter('fifth', 11).close();
      sameBytes(metaData, fixture('counters-metadata.bin'));
      sameBytes(values, fixture('counters-values.bin'));
    });

    it('has counters that we read', () => {
      const reader = new CountersReader(fixture('counters-metadata.bin'), fixture('counters-values.bin'));
      const seen: [bigint, number, string][] = [];
      reader.forEach((value, id, label) => void seen.push([value, id, label]));
      assert.deepEqual(seen, [
        [-1n, 0, 'first'],
        [2n ** 40n, 1, 'second: é'],
        [0n, 2, 'third again'],
        [0n, 3, 'fourth with more'],
      ]);
      assert.equal(reader.findByTypeIdAndRegistrationId(7, 42), 1);
      assert.equal(reader.getCounterState(4), CountersDescriptor.RECORD_RECLAIMED);
      assert.equal(reader.getFreeForReuseDeadline(4), 2_000n);
    });

    it('has an error log that we read, laid out as ours', () => {
      const theirs = fixture('error-log.bin');
      const entries: [number, number, number, string][] = [];
      ErrorLogReader.read(theirs, (count, firstMs, lastMs, text) => {
        entries.push([count, firstMs, lastMs, text.split('\n')[0]!.trim()]);
      });
      assert.deepEqual(entries, [
        [3, 1_000, 1_002, 'java.lang.IllegalStateException: seen three times'],
        [1, 2_000, 2_000, 'java.lang.RuntimeException: seen once'],
      ]);

      const buffer = AtomicBuffer.allocate(theirs.capacity);
      const clock = new CachedEpochClock();
      const log = new DistinctErrorLog(buffer, clock);
      const [first, second] = textsOf(theirs);
      for (const timeMs of [1_000, 1_001, 1_002]) {
        clock.update(timeMs);
        log.record(thrownAs(first!));
      }
      clock.update(2_000);
      log.record(thrownAs(second!));
      assert.deepEqual(recordsOf(buffer), recordsOf(theirs));
    });

    it('has a mark file that we open and that we make', () => {
      const world = new SimulatedWorld({ seed: 1 });
      const { platform } = world.host('a', { addresses: ['10.0.0.1'] }).process('p');
      const options = {
        platform,
        path: '/theirs.dat',
        totalLength: 4096,
        versionFieldOffset: 4,
        timestampFieldOffset: 16,
        timeoutMs: 1_000,
        versionCheck: (value: number) => assert.equal(value, SemanticVersion.compose(1, 2, 3)),
      };
      platform.files.writeWhole(options.path, fixture('mark.dat').u8);
      const theirs = MarkFile.openExisting(options);
      assert.equal(theirs.timestampVolatile(), 1_700_000_000_000);
      const ours = MarkFile.claim({ ...options, path: '/ours.dat' });
      ours.timestampRelease(1_700_000_000_000);
      ours.signalReady(SemanticVersion.compose(1, 2, 3));
      sameBytes(ours.buffer, theirs.buffer);
    });
  });
}

function textsOf(log: AtomicBuffer): string[] {
  const texts: string[] = [];
  ErrorLogReader.read(log, (_count, _firstMs, _lastMs, text) => void texts.push(text));
  return texts;
}

/** Something that our log writes with as many bytes as `text` has. */
function thrownAs(text: string): unknown {
  return 'x'.repeat(Buffer.byteLength(text) - 'thrown value: '.length);
}

/** Headers of the records, as they lie in memory. */
function recordsOf(log: AtomicBuffer): string[] {
  const headers: string[] = [];
  let offset = 0;
  for (let length = log.getInt32(0); length > 0; length = log.getInt32(offset)) {
    headers.push(`${offset}: ${hex(log.copyBytes(offset, ErrorLogDescriptor.ENCODED_ERROR_OFFSET))}`);
    offset += (length + 7) & ~7;
  }
  return headers;
}
