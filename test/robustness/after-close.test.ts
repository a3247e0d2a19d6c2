import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { Place } from './place.ts';

/** What must be said of things that are gone; whatever else is tried must be harmless. */
const EXPECTED = [
  ...['offer', 'offerTwo', 'offerVector', 'tryClaim', 'position', 'positionLimit', 'availableWindow'].flatMap((use) =>
    ['ipc publication', 'udp publication', 'ipc exclusive', 'udp exclusive', 'manual'].map(
      (name) => `${name} ${use}: -4`,
    ),
  ),
  'ipc exclusive offerBlock: -4',
  'udp exclusive appendPadding: -4',
  'manual asyncAddDestination: CLOSED',
  'udp publication isConnected: false',
  'udp publication localSocketAddresses: 0 items',
  ...['poll', 'controlledPoll', 'blockPoll', 'rawPoll'].flatMap((use) =>
    ['ipc subscription', 'udp subscription', 'ipc image', 'udp other image'].map((name) => `${name} ${use}: 0`),
  ),
  'udp image boundedPoll: 0',
  'ipc image controlledPeek: -1',
  'ipc other image isEndOfStream: false',
  'udp subscription isConnected: false',
  'udp subscription resolvedEndpoint: undefined',
  'ipc subscription asyncAddDestination: CLOSED',
  'ipc claim commit: CLAIM_NOT_OPEN',
  'udp exclusive claim abort: CLAIM_NOT_OPEN',
  'ipc header sessionId: RangeError: Offset is outside the bounds of the DataView',
  'ipc term getInt32Volatile: OUT_OF_BOUNDS',
  'counter get: OUT_OF_BOUNDS',
  'counter increment: OUT_OF_BOUNDS',
  'static counter get: OUT_OF_BOUNDS',
  'countersReader getCounterValue: OUT_OF_BOUNDS',
  'key getInt32: 0',
  'aeron asyncAddPublication: CLIENT_CLOSED',
  'aeron nextCorrelationId: CLIENT_CLOSED',
  'aeron countersReader: CLIENT_CLOSED',
  'aeron getPublication: CLIENT_CLOSED',
  'aeron isCommandActive: false',
  'aeron close: undefined',
  'waiting 0: CLOSED',
  'DONE',
];

describe('what a client has given out', { concurrency: true }, () => {
  const place = new Place();
  after(() => place.clear());

  async function isHarmlessAfter(ending: string, hasDriver: boolean, errors: string): Promise<void> {
    const directory = place.directory();
    const driver = hasDriver ? await place.driverProcess(directory) : undefined;
    const child = place.node('test/robustness/after-close-main.js', [directory, ending, String(driver?.pid)]);
    assert.equal(await child.exit(60_000), 0, child.output.slice(-3_000));
    const lines = child.output.split('\n');
    assert.deepEqual(
      EXPECTED.filter((line) => !lines.includes(line)),
      [],
      child.output,
    );
    assert.ok(lines.includes(`errors: ${errors}`), child.output);
  }

  it('is harmless after it was closed', () => isHarmlessAfter('close', true, ''));

  it('is harmless after its driver has died', () => isHarmlessAfter('driver-killed', true, 'DRIVER_TIMEOUT'));

  it('is harmless after its driver was closed in the same thread', () =>
    isHarmlessAfter('driver-closed', false, 'DRIVER_TIMEOUT'));
});
