import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { AtomicBuffer } from '../../src/agrona/mod.ts';
import type { Aeron } from '../../src/client/mod.ts';
import type { AeronError } from '../../src/platform/mod.ts';
import { Prng } from '../../src/platform/simulated/mod.ts';
import { LogBufferDescriptor } from '../../src/protocol/mod.ts';
import { Place, until } from './place.ts';

const CHANNEL = 'aeron:ipc';
const { LOG_META_DATA_LENGTH } = LogBufferDescriptor;
const random = Prng.seeded(1);

interface Damage {
  readonly what: string;
  readonly inflict: (path: string) => void;
  readonly message: RegExp;
}

const overwritten = (change: (content: Buffer) => void) => (path: string) => {
  const content = readFileSync(path);
  change(content);
  writeFileSync(path, content);
};

/** Puts a copy in the place of a file, which whoever has mapped the file does not notice. */
function replaceByCopy(path: string): void {
  const content = readFileSync(path);
  rmSync(path);
  writeFileSync(path, content);
}

/** Of the metadata, which is the end of the file. */
const withInt32 = (offset: number, value: number) =>
  overwritten((content) => content.writeInt32LE(value, content.length - LOG_META_DATA_LENGTH + offset));

const DAMAGES: readonly Damage[] = [
  { what: 'has vanished', inflict: (path) => rmSync(path), message: /does not exist/ },
  { what: 'is empty', inflict: (path) => truncateSync(path, 0), message: /it has 0 bytes/ },
  { what: 'is cut off', inflict: (path) => truncateSync(path, 100_000), message: /it has 100000 bytes/ },
  {
    what: 'lacks a page',
    inflict: (path) => truncateSync(path, readFileSync(path).length - 4_096),
    message: /no usable log buffer/,
  },
  { what: 'is noise', inflict: overwritten((content) => random.fill(content)), message: /no usable log buffer/ },
  {
    what: 'has terms of an absurd length',
    inflict: withInt32(LogBufferDescriptor.LOG_TERM_LENGTH_OFFSET, 0x7fff0000),
    message: /no usable log buffer.*2147418112/,
  },
  {
    what: 'has longer terms than it has room for',
    inflict: withInt32(LogBufferDescriptor.LOG_TERM_LENGTH_OFFSET, 1024 * 1024),
    message: /no usable log buffer.*would be/,
  },
];

describe('a log buffer that', () => {
  const place = new Place();
  let directory: string;
  let aeron: Aeron;
  let errors: unknown[];

  before(async () => {
    const driver = await place.driver({ publicationLingerTimeoutNs: '100ms' });
    directory = driver.aeronDirectoryName;
    ({ aeron, errors } = await place.client(directory, { useConductorAgentInvoker: true }));
  });

  after(() => place.clear());

  /** The files of the driver's logs. */
  const logs = () => readdirSync(join(directory, 'publications')).map((name) => join(directory, 'publications', name));

  /** The path of what the driver makes next. */
  function newLog(before: readonly string[]): Promise<string> {
    return until('the driver makes the log', () =>
      logs().find((path) => {
        if (before.includes(path)) {
          return false;
        }
        const content = readFileSync(path);
        const pageSize = content.length - LOG_META_DATA_LENGTH + LogBufferDescriptor.LOG_PAGE_SIZE_OFFSET;
        return pageSize > 0 && content.readInt32LE(pageSize) !== 0;
      }),
    );
  }

  /** Damages what the driver makes next, before the client looks. */
  async function damageNext(before: readonly string[], { inflict }: Damage): Promise<void> {
    const path = await newLog(before);
    replaceByCopy(path);
    inflict(path);
  }

  for (const damage of DAMAGES) {
    it(`${damage.what} fails the publication, and the driver takes it back`, async () => {
      for (const kind of ['Publication', 'ExclusivePublication'] as const) {
        const before = logs();
        const id = aeron[`asyncAdd${kind}`](CHANNEL, 1001);
        await damageNext(before, damage);
        let failure: AeronError | undefined;
        await until('the client hears of its publication', () => {
          aeron.conductorAgentInvoker!.invoke();
          try {
            return aeron[`get${kind}`](id) !== undefined;
          } catch (error) {
            failure = error as AeronError;
            return true;
          }
        });
        assert.equal(failure?.code, 'LOG_BUFFER_UNAVAILABLE', `${failure}`);
        assert.match(failure.message, damage.message);
        assert.ok(failure.message.includes(directory) && failure.message.includes(CHANNEL), failure.message);
        await until('the driver has removed the publication', () => {
          aeron.conductorAgentInvoker!.invoke();
          return logs().every((path) => before.includes(path));
        });
        assert.deepEqual(errors, []);
      }
    });

    it(`${damage.what} is an error of its image, and others come`, async () => {
      const { aeron: publisher } = await place.client(directory);
      const images: number[] = [];
      const id = aeron.asyncAddSubscription(CHANNEL, 1002, (image) => images.push(image.sessionId));
      const subscription = await until('the subscription is there', () => aeron.getSubscription(id));
      const before = logs();
      const bad = await publisher.addExclusivePublication(CHANNEL, 1002);
      const path = logs().find((candidate) => !before.includes(candidate))!;
      replaceByCopy(path);
      damage.inflict(path);

      const good = await publisher.addExclusivePublication(CHANNEL, 1002);
      await until('the good image comes', () => {
        aeron.conductorAgentInvoker!.invoke();
        return images.includes(good.sessionId);
      });
      assert.deepEqual(images, [good.sessionId]);
      assert.equal(errors.length, 1);
      const error = errors.pop() as AeronError;
      assert.equal(error.code, 'LOG_BUFFER_UNAVAILABLE', `${error}`);
      assert.match(error.message, damage.message);

      good.offer(AtomicBuffer.ofString('hello'));
      let received = '';
      await until('a message comes', () => {
        aeron.conductorAgentInvoker!.invoke();
        subscription.poll((buffer, offset, length) => {
          received = buffer.getStringWithoutLength(offset, length);
        }, 1);
        return received !== '';
      });
      assert.equal(received, 'hello');
      bad.close();
      subscription.close();
      publisher.close();
    });
  }

  it('has nonsense in its metadata harms nobody', async () => {
    for (let round = 0; round < 50; round++) {
      const before = logs();
      const id = aeron.asyncAddExclusivePublication(CHANNEL, 1003);
      const noise = overwritten((content) => {
        const start = content.length - LOG_META_DATA_LENGTH;
        const metaData = Buffer.from(content.subarray(start));
        random.fill(content.subarray(start));
        for (const offset of [LogBufferDescriptor.LOG_TERM_LENGTH_OFFSET, LogBufferDescriptor.LOG_PAGE_SIZE_OFFSET]) {
          content.writeInt32LE(metaData.readInt32LE(offset), start + offset);
        }
      });
      const path = await newLog(before);
      replaceByCopy(path);
      noise(path);
      await until('the client hears of its publication', () => {
        try {
          const publication = aeron.getExclusivePublication(id);
          if (publication === undefined) {
            return false;
          }
          for (let i = 0; i < 10; i++) {
            publication.offer(AtomicBuffer.allocate(1_000));
          }
          publication.close();
        } catch (error) {
          assert.ok((error as AeronError).code !== undefined, `${(error as Error).stack}`);
          aeron.asyncRemovePublication(id);
        }
        return true;
      });
    }
    assert.ok(existsSync(directory) && !aeron.isClosed);
    assert.deepEqual(errors, []);
  });
});
