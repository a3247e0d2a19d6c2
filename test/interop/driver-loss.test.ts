import assert from 'node:assert/strict';
import { it } from 'node:test';
import { freePort } from '../ports.ts';
import { describeOnDrivers, type Place } from './on-driver.ts';

import { crowd, type Party } from './streams.ts';

const LIVE_MS = 180_000;

/** One datagram of twenty is lost on its way in. */
const LOSSY = {
  'aeron.ReceiveChannelEndpoint.supplier': 'io.aeron.driver.ext.DebugReceiveChannelEndpointSupplier',
  'aeron.debug.receive.data.loss.rate': 0.05,
};
const CASES = [
  { name: 'unicast', channel: () => `aeron:udp?endpoint=localhost:${freePort()}|term-length=64k` },
  {
    name: 'multicast',
    channel: () => `aeron:udp?endpoint=224.20.30.45:${freePort()}|interface=localhost|term-length=64k`,
  },
];

describeOnDrivers(
  'our driver and a Java driver over a network that loses datagrams',
  [
    { language: 'typescript', properties: LOSSY },
    { language: 'java', properties: LOSSY },
  ],
  (place, [ours, theirs]) => {
    const onOurs: Party = { language: 'typescript', directory: ours! };
    const onTheirs: Party = { language: 'java', directory: theirs! };

    for (const { name, channel } of CASES) {
      for (const [title, from, to] of [
        ['ours to Java', onOurs, onTheirs],
        ['Java to ours', onTheirs, onOurs],
      ] as const) {
        it(`${name}, ${title}: everything arrives in order`, { timeout: LIVE_MS }, async () => {
          const uri = channel();
          await crowd(place, {
            publishers: [from],
            subscribers: [to],
            channels: { publish: uri, subscribe: uri },
            count: 3000,
            length: 'mixed',
            exclusive: name === 'multicast',
          });
          await expectLossReport(place, to.directory!, uri);
        });
      }
    }
  },
);

/** Upstream's LossStat has an entry: observations, bytes, first and last time, session, stream, channel, source. */
async function expectLossReport(place: Place, directory: string, channel: string): Promise<void> {
  const stat = place.stage.java('io.aeron.samples.LossStat', [], { 'aeron.dir': directory });
  assert.equal(await stat.exit(), 0, stat.output);
  const entry = stat.output.split('\n').find((line) => line.includes(channel));
  assert.ok(entry !== undefined, `no entry of ${channel} in\n${stat.output}`);
  const [observations, bytes] = entry.split(',').map(Number);
  assert.ok(observations! > 20 && bytes! > 20 * 32, entry);
  assert.match(entry, /,1001,"?aeron:udp\?.*127\.0\.0\.1:\d+/);
}
