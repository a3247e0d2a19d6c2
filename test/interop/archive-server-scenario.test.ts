import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { AERON_VERSIONS, type AeronVersion } from '../../scripts/java.ts';
import { type Language, Stage } from './stage.ts';

const LIVE_MS = 120_000;

describe("Java's archive client cannot tell our archive from Java's", () => {
  const stage = new Stage();
  after(() => stage.clear());

  const scenario = async (language: Language, version: AeronVersion): Promise<string[]> => {
    const place = await stage.archive(language);
    const words = [
      `dir=${place.directory}`,
      `request=${place.controlChannel}`,
      'response=aeron:udp?endpoint=localhost:0',
    ];
    const client = stage.java('ArchiveScenario', words, {}, version);
    const exitCode = await client.exit(60_000);
    assert.equal(exitCode, 0, client.output);
    assert.match(client.output, /^BYE$/m);
    await place.child.kill('SIGTERM');
    return client.output.split('\n');
  };

  for (const version of Object.values(AERON_VERSIONS)) {
    it(`of ${version}`, { timeout: LIVE_MS }, async () => {
      assert.deepEqual(await scenario('typescript', version), await scenario('java', version));
    });
  }
});
