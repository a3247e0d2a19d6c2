import assert from 'node:assert/strict';
import { copyFileSync, linkSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Aeron, DriverTimeoutError } from '../../src/client/mod.ts';
import { MediaDriver } from '../../src/launch/mod.ts';
import { CncFileDescriptor } from '../../src/protocol/mod.ts';
import { Place, rejection, SMALL_DRIVER, until } from './place.ts';

const { CNC_VERSION_FIELD_OFFSET, META_DATA_LENGTH } = CncFileDescriptor;

describe('a cnc.dat', { concurrency: true }, () => {
  const place = new Place();
  let source: string;

  before(async () => {
    const driver = await place.driver();
    source = join(driver.aeronDirectoryName, 'cnc.dat');
  });

  after(() => place.clear());

  /** A directory with a copy of a living driver's file, changed. */
  function changed(change: (content: Buffer) => Buffer): string {
    const directory = place.makeDirectory(place.directory());
    writeFileSync(join(directory, 'cnc.dat'), change(readFileSync(source)));
    return directory;
  }

  const withVersion = (version: number) => (content: Buffer) => {
    content.writeInt32LE(version, CNC_VERSION_FIELD_OFFSET);
    return content;
  };

  const connect = (aeronDirectoryName: string, driverTimeoutMs = 300) =>
    Aeron.connect({ aeronDirectoryName, driverTimeoutMs });

  const launch = (aeronDirectoryName: string, driverTimeoutMs = 10_000) =>
    MediaDriver.launch({ ...SMALL_DRIVER, aeronDirectoryName, driverTimeoutMs });

  it('that is missing is waited for, and then an error that names the directory', async () => {
    for (const directory of [place.directory(), place.makeDirectory(place.directory())]) {
      const error = await rejection(connect(directory));
      assert.ok(error instanceof DriverTimeoutError);
      assert.ok(error.message.includes(`${directory} within 300 ms`), error.message);
      assert.match(error.message, /driverTimeoutMs.*not created/);
    }
  });

  it('of another version is refused by clients, tools and drivers', async () => {
    for (const version of [0x01_00_00, 0x7f_00_00, -1]) {
      const directory = changed(withVersion(version));
      const error = await rejection(connect(directory, 60_000));
      assert.equal(error.code, 'CNC_VERSION', error.message);
      assert.match(error.message, /version/);

      const refusal = await rejection(launch(directory));
      assert.equal(refusal.code, 'CNC_VERSION', refusal.message);
    }
    const stat = place.aeron(['stat', 'watch=false'], { AERON_DIR: changed(withVersion(0x01_00_00)) });
    assert.equal(await stat.exit(), 1);
    assert.match(stat.output, /version/);
    assert.doesNotMatch(stat.output, /^\s+at /m);
  });

  it('that is cut off is no driver of anybody', async () => {
    const { length } = readFileSync(source);
    for (const cut of [1, 100, META_DATA_LENGTH - 1, META_DATA_LENGTH, META_DATA_LENGTH + 1, length >> 1]) {
      const directory = changed((content) => content.subarray(0, cut));
      const error = await rejection(connect(directory));
      if (cut < META_DATA_LENGTH) {
        assert.ok(error instanceof DriverTimeoutError, `${cut}: ${error}`);
        assert.match(error.message, /not populated/);
      } else {
        assert.equal(error.code, 'CNC_INVALID', `${cut}: ${error}`);
        assert.match(error.message, new RegExp(`cnc.dat is cut off: it has ${cut} of \\d+ bytes`));
      }
    }
  });

  it('of nonsense is refused', async () => {
    const noise = (content: Buffer) => {
      for (let i = CNC_VERSION_FIELD_OFFSET + 4; i < META_DATA_LENGTH; i++) {
        content[i] = (i * 157) & 0xff;
      }
      return content;
    };
    const error = await rejection(connect(changed(noise)));
    assert.equal(error.code, 'CNC_INVALID', error.message);
    const zeros = await rejection(connect(changed((content) => withVersion(0x000200)(content.fill(0)))));
    assert.ok(['CNC_INVALID', 'CNC_VERSION'].includes(zeros.code), zeros.message);
  });

  it('in the making is waited for until it is ready', async () => {
    const directory = place.makeDirectory(place.directory());
    const path = join(directory, 'cnc.dat');
    const connecting = connect(directory, 20_000);
    let isConnected = false;
    connecting.then(
      () => {
        isConnected = true;
      },
      () => {},
    );

    writeFileSync(path, '');
    await turns();
    assert.equal(isConnected, false);
    copyFileSync(source, `${path}.new`);
    writeFileSync(`${path}.new`, withVersion(0)(readFileSync(source)));
    renameSync(`${path}.new`, path);
    await turns();
    assert.equal(isConnected, false);
    linkSync(source, `${path}.ready`);
    renameSync(`${path}.ready`, path);

    const aeron = await connecting;
    const publication = await aeron.addPublication('aeron:ipc', 1);
    assert.ok(!publication.isClosed);
    aeron.close();
  });

  it('that was begun and never finished ends the patience of client and driver', async () => {
    const directory = changed(withVersion(0));
    const error = await rejection(connect(directory));
    assert.ok(error instanceof DriverTimeoutError, `${error}`);
    assert.match(error.message, /not initialised/);

    const refusal = await rejection(launch(directory, 300));
    assert.equal(refusal.code, 'DRIVER_TIMEOUT');
    assert.match(refusal.message, /not initialised: .*cnc\.dat.*aeron\.dir\.delete\.on\.start/);
  });

  it('that is damaged, or of a driver long dead, is replaced by the next driver', async () => {
    const stale = (content: Buffer) => {
      // The consumer's heartbeat, in the trailer of the to-driver buffer.
      const lengthOfToDriver = content.readInt32LE(CNC_VERSION_FIELD_OFFSET + 4);
      const heartbeat = META_DATA_LENGTH + lengthOfToDriver - 128;
      content.writeBigInt64LE(BigInt(Date.now() - 60_000), heartbeat);
      return content;
    };
    for (const change of [
      stale,
      (content: Buffer) => content.subarray(0, META_DATA_LENGTH + 5),
      () => Buffer.alloc(0),
    ]) {
      const directory = changed(change);
      const driver = await launch(directory);
      const { aeron } = await place.client(directory);
      await aeron.addPublication('aeron:ipc', 1);
      aeron.close();
      await driver.close();
    }
  });

  it('that is in use is left alone, with the words of upstream', async () => {
    const driver = await place.driver();
    const error = await rejection(launch(driver.aeronDirectoryName));
    assert.equal(error.code, 'ACTIVE_DRIVER');
    assert.match(error.message, /^Active media driver detected: /);
    assert.ok(error.message.includes(driver.aeronDirectoryName));
    const { aeron } = await place.client(driver.aeronDirectoryName);
    await aeron.addPublication('aeron:ipc', 1);
  });
});

/** Some rounds of the event loop, in which a connecting client has looked more than once. */
async function turns(): Promise<void> {
  const begin = Date.now();
  await until('the client looks again', () => Date.now() - begin > 60);
}
