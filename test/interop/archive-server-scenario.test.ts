import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { AERON_VERSIONS, type AeronVersion } from '../../scripts/java.ts';
import { freePort } from '../ports.ts';
import { type ArchivePlace, type Language, Stage } from './stage.ts';

const LIVE_MS = 300_000;

/** How requests and answers travel. */
type Way = (place: ArchivePlace) => { readonly request: string; readonly response: string };

const overUdp: Way = ({ controlChannel }) => ({
  request: controlChannel,
  response: 'aeron:udp?endpoint=localhost:0',
});
const overResponseChannel: Way = ({ controlChannel }) => ({
  request: controlChannel,
  response: `aeron:udp?control-mode=response|control=localhost:${freePort()}`,
});
const overIpc: Way = () => ({ request: 'aeron:ipc', response: 'aeron:ipc' });

describe("Java's archive client cannot tell our archive from Java's", () => {
  const stage = new Stage();
  after(() => stage.clear());

  const scenario = async (language: Language, version: AeronVersion, way: Way): Promise<string[]> => {
    const place = await stage.archive(language);
    const { request, response } = way(place);
    const words = [`dir=${place.directory}`, `request=${request}`, `response=${response}`];
    const client = stage.java('ArchiveScenario', words, {}, version);
    const exitCode = await client.exit(120_000);
    assert.equal(exitCode, 0, client.output);
    assert.match(client.output, /^BYE$/m);
    await place.child.kill('SIGTERM');
    return client.output.split('\n');
  };

  it(`of ${AERON_VERSIONS.current} over UDP, with a port or a channel for the answers`, {
    timeout: LIVE_MS,
  }, async () => {
    const expected = await scenario('java', AERON_VERSIONS.current, overUdp);
    assert.deepEqual(await scenario('typescript', AERON_VERSIONS.current, overUdp), expected);
    assert.deepEqual(await scenario('typescript', AERON_VERSIONS.current, overResponseChannel), expected);
  });

  it(`of ${AERON_VERSIONS.tutorial} over IPC`, { timeout: LIVE_MS }, async () => {
    const expected = await scenario('java', AERON_VERSIONS.tutorial, overIpc);
    assert.deepEqual(await scenario('typescript', AERON_VERSIONS.tutorial, overIpc), expected);
  });
});
