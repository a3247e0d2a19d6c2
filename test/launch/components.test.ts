import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Archive, ArchivingMediaDriver, ClusteredServiceContainer, MediaDriver } from '../../src/launch/mod.ts';
import { MemberPlace } from './place.ts';

describe('Components in threads of their own', () => {
  let place: MemberPlace;
  beforeEach(() => {
    place = new MemberPlace();
  });
  afterEach(() => place.remove());

  it('end when they are closed, in whichever thread they are', { timeout: 60_000 }, async () => {
    const { driver, archive } = place.components;
    for (const threadingMode of ['SHARED', 'INVOKER'] as const) {
      await using alone = await MediaDriver.launch({ ...driver, threadingMode });
      assert.equal(alone.aeronDirectoryName, place.aeronDirectoryName);
      await alone.close();
      await alone.ended;
      await using both = await ArchivingMediaDriver.launch({ ...driver, threadingMode }, archive);
      assert.equal(both.archiveDir, archive.archiveDir);
      await both.close();
      await both.close();
      await both.ended;
    }
  });

  it('call functions of their options in the thread that has launched them', { timeout: 60_000 }, async () => {
    const lines: string[] = [];
    const logger = (text: string) => lines.push(text);
    await using _ = await MediaDriver.launch({ ...place.components.driver, printConfigurationOnStart: true, logger });
    assert.match(lines.join('\n'), /^MediaDriver in .* \{$/m);
  });

  it('reject their launch with what was wrong, and nothing else', { timeout: 60_000 }, async () => {
    await using _ = await MediaDriver.launch(place.components.driver);
    await assert.rejects(MediaDriver.launch(place.components.driver), { code: 'ACTIVE_DRIVER' });
    const errorHandler = () => assert.fail('it is told by the launch');
    const archive = { ...place.components.archive, segmentFileLength: 1000, errorHandler };
    await assert.rejects(Archive.launch(archive), { code: 'CONFIGURATION', message: /segmentFileLength/ });
  });

  it('say why they could not go on, by `ended` and to the error handler', { timeout: 60_000 }, async () => {
    await using driver = await MediaDriver.launch(place.components.driver);
    const errors: unknown[] = [];
    const { aeronDirectoryName } = place;
    const errorHandler = (error: unknown) => errors.push(error);
    await using archive = await Archive.launch({ ...place.components.archive, aeronDirectoryName, errorHandler });
    await driver.close();
    await assert.rejects(archive.ended, {
      code: 'COMPONENT_FAILED',
      message: 'the archive has ended: unexpected Aeron close',
    });
    await archive.close();
    assert.equal(errors.at(-1), await archive.ended.catch((error) => error));
  });

  it('end also when a service has left a timer behind', { timeout: 60_000 }, async () => {
    const path = join(place.home, 'ticker.mjs');
    writeFileSync(path, 'setInterval(() => {}, 1000); export default { onSessionMessage() {} };');
    await using _ = await MediaDriver.launch(place.components.driver);
    const { aeronDirectoryName, clusterDir } = place;
    const serviceModule = pathToFileURL(path);
    const container = await ClusteredServiceContainer.launch({ serviceModule, aeronDirectoryName, clusterDir });
    await container.close();
  });

  it('that end without a word are told of', { timeout: 60_000 }, async () => {
    const path = join(place.home, 'leaver.mjs');
    writeFileSync(path, 'process.exit();');
    const { aeronDirectoryName, clusterDir } = place;
    await assert.rejects(
      ClusteredServiceContainer.launch({ serviceModule: pathToFileURL(path), aeronDirectoryName, clusterDir }),
      { code: 'THREAD_ENDED', message: 'clustered-service-container ended before it was ready' },
    );
  });
});
