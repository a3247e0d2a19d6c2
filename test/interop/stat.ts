import assert from 'node:assert/strict';
import { it } from 'node:test';
import { freePort } from '../ports.ts';
import { describeOnDriver, type Place } from './on-driver.ts';
import type { Language } from './stage.ts';
import { finish, startPublisher, startSubscriber } from './streams.ts';

/** 'id: value - label', with the columns as they were printed. */
const COUNTER = /^( *\d+: ) *(-?[\d,]+)( - .*)$/;

/** Among them the eight of a stream over UDP and of its channels. */
const FILTERS = ['type=^(1|2|3|4|5|6|7|9|12)$', 'session=.*', 'stream=^1001$', 'channel=localhost'];

/** `aeron stat` beside upstream's AeronStat, both looking at a driver of the language. */
export function describeStat(language: Language): void {
  describeOnDriver(`the counters of the ${language} driver`, { language }, (place) => {
    it('aeron stat and AeronStat show the same', { timeout: 300_000 }, async () => {
      const peers = (['java', 'typescript'] as const).flatMap((from, index) => {
        const to = from === 'java' ? 'typescript' : 'java';
        const channel = index === 0 ? `aeron:udp?endpoint=localhost:${freePort()}` : 'aeron:ipc';
        const run = { channels: { publish: channel, subscribe: channel }, count: 100, length: 'mixed' };
        return [
          startSubscriber(place, run, { language: to }, { count: 100 }),
          startPublisher(place, { ...run, exclusive: index === 0 }, { language: from }),
        ];
      });
      await Promise.all(peers.map((peer) => peer.line(/^(RECEIVED|SENT)/)));
      await untilClientsHaveNames(place);

      for (const words of [[], FILTERS]) {
        const ours = await outputOfOurs(place, words);
        const theirs = await outputOfTheirs(place, words);
        assert.ok(labelsOf(ours).length >= 8, ours);
        assert.deepEqual(labelsOf(ours), labelsOf(theirs));
        assert.deepEqual(headOf(ours), headOf(theirs));
      }
      await Promise.all(peers.map(finish));
    });
  });
}

/** Clients write their names and versions into the labels of their heartbeats with the first sign of life. */
async function untilClientsHaveNames(place: Place): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const clients = labelsOf(await outputOfOurs(place, [])).filter((label) => label.includes('client-heartbeat'));
    if (clients.every((label) => label.includes(' version='))) {
      return;
    }
    assert.ok(Date.now() < deadline, clients.join('\n'));
  }
}

async function outputOfOurs(place: Place, words: readonly string[]): Promise<string> {
  const stat = place.stage.aeron(['stat', 'watch=false', ...words, `-Daeron.dir=${place.directory}`]);
  assert.equal(await stat.exit(), 0, stat.output);
  return stat.output;
}

async function outputOfTheirs(place: Place, words: readonly string[]): Promise<string> {
  const properties = { 'aeron.dir': place.directory };
  const stat = place.stage.java('io.aeron.samples.AeronStat', ['watch=false', ...words], properties);
  assert.equal(await stat.exit(), 0, stat.output);
  return stat.output;
}

/** Lines of counters without their values, which move. */
function labelsOf(output: string): string[] {
  return output.split('\n').flatMap((line) => {
    const found = COUNTER.exec(line);
    return found === null ? [] : [`${found[1]}${found[3]}`];
  });
}

/** The lines around the counters, without time and age. */
function headOf(output: string): string[] {
  return output
    .split('\n')
    .filter((line) => line !== '' && !COUNTER.test(line))
    .map((line) => line.replace(/^\d\d:\d\d:\d\d/, 'TIME').replace(/-?\d+ms$/, 'AGE'));
}
