import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { EntryType, RecordingLog } from '../../src/cluster/files/mod.ts';
import { nativePlatform } from '../../src/platform/native/mod.ts';
import { freePort } from '../ports.ts';
import {
  COMPONENTS,
  type Component,
  type ComponentHost,
  JavaHost,
  type NodePlace,
  TypeScriptHost,
} from './matrix-hosts.ts';
import { type Language, Stage } from './stage.ts';

type Combination = Readonly<Record<Component, Language>>;

const combinations: readonly Combination[] = Array.from({ length: 2 ** COMPONENTS.length }, (_, bits) => {
  const languages = COMPONENTS.map((component, i) => [component, (bits >> i) & 1 ? 'typescript' : 'java'] as const);
  return Object.fromEntries(languages) as unknown as Combination;
});

/** Waits until service and consensus module have a snapshot in the recording log; resolves with the service's recording. */
async function snapshotTaken(clusterDir: string): Promise<number> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const log = new RecordingLog(nativePlatform(), clusterDir, false);
    const snapshots = log.entries.filter(({ type, isValid }) => type === EntryType.SNAPSHOT && isValid);
    log.close();
    if (snapshots.length >= 2) {
      return snapshots.find(({ serviceId }) => serviceId === 0)!.recordingId;
    }
    assert(Date.now() < deadline, 'the snapshot is not in the recording log');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Customer and price, as they lie in the snapshot of the auction. */
function standing(customer: bigint, price: bigint): Uint8Array {
  return new Uint8Array(BigInt64Array.of(customer, price).buffer);
}

/** Of an archive that has ended: what has loaded the snapshot can be told from what has replayed all of the log. */
function changeSnapshot(archiveDir: string, recordingId: number, from: Uint8Array, to: Uint8Array): void {
  const path = join(archiveDir, `${recordingId}-0.rec`);
  const bytes = readFileSync(path);
  const offset = bytes.indexOf(from);
  assert.notEqual(offset, -1, 'the snapshot has another state');
  bytes.set(to, offset);
  writeFileSync(path, bytes);
}

describe('One node of components of both languages', () => {
  const stage = new Stage();
  const table: string[] = [];
  let hosts: Readonly<Record<Language, ComponentHost>>;
  before(() => {
    hosts = { java: new JavaHost(stage.java('ComponentHost', [])), typescript: new TypeScriptHost() };
  });
  after(async () => {
    await stage.clear();
    const header = COMPONENTS.map((component) => component.padEnd(10)).join('  ');
    console.log(['', `${header}  bids, snapshot, restart`, ...table, ''].join('\n'));
  });

  for (const combination of combinations) {
    const languages = COMPONENTS.map((component) => combination[component]);
    const row = languages.map((language) => language.padEnd(10)).join('  ');
    it(COMPONENTS.map((component) => `${component} ${combination[component]}`).join(', '), {
      timeout: 300_000,
    }, async () => {
      let result = 'failed';
      try {
        await play(combination);
        result = 'ok';
      } finally {
        table.push(`${row}  ${result}`);
      }
    });
  }

  async function play(combination: Combination): Promise<void> {
    const directory = stage.directory();
    const home = join(directory, '..', 'node');
    const [ingress, consensus, log, catchup, archive] = Array.from({ length: 5 }, () => `localhost:${freePort()}`);
    const place = (run: number): NodePlace => ({
      aeronDirectory: `${directory}-${run}`,
      home,
      members: `0,${ingress},${consensus},${log},${catchup},${archive}`,
      ingress: `0=${ingress}`,
      archive: archive!,
    });
    const client = hosts[combination.client];
    let snapshot = -1;
    try {
      await run(combination, place(1), async () => {
        assert.equal(await client.bid(7, 100), '7 100 yes');
        assert.equal(await client.bid(8, 90), '7 100 no');
        await client.snapshot();
        snapshot = await snapshotTaken(join(home, 'cluster'));
        assert.equal(await client.bid(9, 95), '7 100 no');
      });
      changeSnapshot(join(home, 'archive'), snapshot, standing(7n, 100n), standing(7n, 90n));
      await run(combination, place(2), async () => {
        assert.equal(await client.bid(7, 50), '9 95 no', 'that bid, replayed, is more than the price in the snapshot');
        assert.equal(await client.bid(7, 120), '7 120 yes');
      });
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  }

  /** Starts the node, does something with it, and stops it again. */
  async function run(combination: Combination, place: NodePlace, action: () => Promise<void>): Promise<void> {
    const stops: (() => Promise<void>)[] = [];
    const errors: unknown[] = [];
    try {
      for (const component of COMPONENTS) {
        stops.push(await hosts[combination[component]].start(component, place));
      }
      await action();
    } catch (error) {
      errors.push(error);
    }
    // One that fails to stop must not keep the others running.
    for (const stop of stops.reverse()) {
      await stop().catch((error) => errors.push(error));
    }
    if (errors.length > 0) {
      throw errors.length === 1 ? errors[0] : new AggregateError(errors, errors.join('\n'));
    }
  }
});
