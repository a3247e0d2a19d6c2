import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import * as archive from '../../src/archive/codecs/mod.ts';
import * as archiveMark from '../../src/archive/mark-codecs/mod.ts';
import * as cluster from '../../src/cluster/codecs/mod.ts';
import * as clusterMark from '../../src/cluster/mark-codecs/mod.ts';
import * as nodeState from '../../src/cluster/node-state-codecs/mod.ts';
import { type Field, type Group, type Message, parseSchema, type SbeBuffer, sbeBuffer } from '../../src/sbe/mod.ts';

const ROOT = new URL('../../../', import.meta.url);

const SCHEMAS = [
  ['archive', 'aeron-archive-codecs', archive],
  ['archive-mark', 'aeron-archive-mark-codecs', archiveMark],
  ['cluster', 'aeron-cluster-codecs', cluster],
  ['cluster-mark', 'aeron-cluster-mark-codecs', clusterMark],
  ['node-state', 'aeron-cluster-node-state-codecs', nodeState],
] as const;

/** Of each version of Aeron: the versions of its schemas, and messages that the newest has given up. */
const WRITTEN_BY = {
  '1.51.0': {
    versions: { archive: 13, 'archive-mark': 2, cluster: 16, 'cluster-mark': 2, 'node-state': 10 },
    gone: ['ConnectRequest', 'ConnectRequest'],
  },
  '1.44.1': {
    versions: { archive: 9, 'archive-mark': 1, cluster: 12, 'cluster-mark': 1, 'node-state': 10 },
    gone: ['ConnectRequest', 'ConnectRequest'],
  },
} as const;

type Value = string | number | Values[];
type Values = { [name: string]: Value };
interface Fixture {
  schema: number;
  version: number;
  records: Array<{ message: string; id: number; offset: number; length: number; values: Values }>;
}

// The flyweights are driven by the schema, hence by name.
// biome-ignore lint/suspicious/noExplicitAny: every flyweight is a class of its own
type Flyweight = any;
type Module = Record<string, Flyweight>;
type Block = Pick<Message | Group, 'fields' | 'groups' | 'data'>;

const pascal = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

/** Fields whose name a flyweight needs for itself have an underscore behind it. */
function memberOf(flyweight: Flyweight, name: string): string {
  return `${name}_` in flyweight ? `${name}_` : name;
}

const present = (of: { sinceVersion: number }, version: number) => of.sinceVersion <= version;

function readField(module: Module, flyweight: Flyweight, { name, type }: Field): Value {
  const value = flyweight[memberOf(flyweight, name)]();
  if (type.kind === 'enum') {
    return Object.entries(module[pascal(type.name)]).find(([, number]) => number === value)![0];
  }
  if (type.kind === 'primitive' && type.primitive === 'int64') {
    assert.equal(typeof value, type.isSafeInteger ? 'number' : 'bigint', name);
    return BigInt(value).toString();
  }
  return value;
}

/** All that the block says and a writer of `version` knew; in the order of the schema. */
function read(module: Module, block: Block, flyweight: Flyweight, version: number): Values {
  const values: Values = {};
  for (const field of block.fields.filter((one) => present(one, version))) {
    values[field.name] = readField(module, flyweight, field);
  }
  for (const group of block.groups) {
    const entries: Values[] = [];
    const decoder = flyweight[memberOf(flyweight, group.name)]();
    while (decoder.hasNext()) {
      entries.push(read(module, group, decoder.next(), version));
    }
    values[group.name] = entries;
  }
  for (const data of block.data.filter((one) => present(one, version))) {
    const bytes = new Uint8Array(flyweight[`${data.name}Length`]());
    flyweight[`get${pascal(data.name)}`](bytes);
    values[data.name] = new TextDecoder().decode(bytes);
  }
  return values;
}

function writeField(module: Module, flyweight: Flyweight, { name, type }: Field, value: Value): void {
  const set = (converted: unknown) => flyweight[memberOf(flyweight, name)](converted);
  if (type.kind === 'enum') {
    set(module[pascal(type.name)][value as string]);
  } else if (type.kind === 'primitive' && type.primitive === 'int64') {
    set(type.isSafeInteger ? Number(value) : BigInt(value as string));
  } else {
    set(value);
  }
}

function write(module: Module, block: Block, flyweight: Flyweight, values: Values, version: number): void {
  for (const field of block.fields.filter((one) => present(one, version))) {
    writeField(module, flyweight, field, values[field.name]!);
  }
  for (const group of block.groups) {
    const entries = values[group.name] as Values[];
    const encoder = flyweight[`${group.name}Count`](entries.length);
    for (const entry of entries) {
      write(module, group, encoder.next(), entry, version);
    }
  }
  for (const data of block.data.filter((one) => present(one, version))) {
    if (data.characterEncoding === '') {
      flyweight[`put${pascal(data.name)}`](new TextEncoder().encode(values[data.name] as string));
    } else {
      flyweight[memberOf(flyweight, data.name)](values[data.name]);
    }
  }
}

function readMessage(module: Module, message: Message, buffer: SbeBuffer): { decoder: Flyweight; version: number } {
  const header = new module['MessageHeaderDecoder']();
  const decoder = new module[`${pascal(message.name)}Decoder`]();
  assert.ok(decoder.wrapAndApplyHeader(buffer, 0, header), message.name);
  return { decoder, version: header.version() };
}

/** The message as a writer of a newer version may send it: a longer block. */
function fromTheFuture(bytes: Uint8Array, headerLength: number, blockLength: number): Uint8Array {
  const end = headerLength + blockLength;
  const longer = new Uint8Array([...bytes.subarray(0, end), 0xaa, 0xbb, 0xcc, ...bytes.subarray(end)]);
  const view = new DataView(longer.buffer);
  view.setUint16(0, blockLength + 3, true);
  view.setUint16(6, view.getUint16(6, true) + 1000, true);
  return longer;
}

for (const [aeron, { versions, gone }] of Object.entries(WRITTEN_BY)) {
  describe(`the flyweights of schemas/ and messages written by Aeron ${aeron}`, () => {
    const missing: string[] = [];
    for (const [name, schemaFile, module] of SCHEMAS as ReadonlyArray<
      readonly [keyof typeof versions, string, Module]
    >) {
      const schema = parseSchema(readFileSync(new URL(`schemas/${schemaFile}.xml`, ROOT), 'utf8'));
      const fixtures = new URL(`test/fixtures/sbe/${aeron}/${name}`, ROOT);
      const fixture: Fixture = JSON.parse(readFileSync(`${fixtures.pathname}.json`, 'utf8'));
      const bytes = new Uint8Array(readFileSync(`${fixtures.pathname}.bin`));
      const headerLength = schema.header.length;

      const known = fixture.records.flatMap((record) => {
        const message = schema.messages.find(({ id }) => id === record.id);
        if (message === undefined) {
          missing.push(record.message);
          return [];
        }
        const written = bytes.slice(record.offset, record.offset + record.length);
        return [{ message, written, values: record.values }];
      });

      it(`${name}: are of the same schema, as old as this says`, () => {
        assert.equal(fixture.schema, schema.id);
        assert.equal(fixture.version, versions[name]);
        const older = schema.messages.filter((message) => present(message, fixture.version));
        assert.deepEqual(
          new Set(older.map((message) => message.name)),
          new Set(known.map(({ message }) => message.name)),
        );
      });

      it(`${name}: read what was written, to its end`, () => {
        for (const { message, written, values } of known) {
          const { decoder, version } = readMessage(module, message, sbeBuffer(written));
          assert.equal(version, fixture.version);
          assert.deepEqual(read(module, message, decoder, version), values, message.name);
          assert.equal(headerLength + decoder.encodedLength(), written.length, message.name);
        }
      });

      it(`${name}: read as absent what the writer did not know`, () => {
        for (const { message, written } of known) {
          const { decoder } = readMessage(module, message, sbeBuffer(written));
          for (const field of message.fields.filter((one) => !present(one, fixture.version))) {
            const { type } = field;
            assert.ok(type.kind === 'primitive' || type.kind === 'enum');
            const value = decoder[memberOf(decoder, field.name)]();
            assert.equal(Number(value), Number(type.nullValue), `${message.name}.${field.name}`);
          }
          read(module, message, decoder, fixture.version);
          for (const data of message.data.filter((one) => !present(one, fixture.version))) {
            assert.equal(decoder[`${data.name}Length`](), 0, `${message.name}.${data.name}`);
            assert.equal(decoder[`skip${pascal(data.name)}`](), 0, `${message.name}.${data.name}`);
          }
          assert.equal(headerLength + decoder.encodedLength(), written.length, message.name);
        }
      });

      it(`${name}: read what a newer writer has made longer`, () => {
        for (const { message, written, values } of known) {
          const blockLength = new DataView(written.buffer).getUint16(0, true);
          const longer = fromTheFuture(written, headerLength, blockLength);
          const { decoder } = readMessage(module, message, sbeBuffer(longer));
          if (blockLength === message.blockLength) {
            assert.deepEqual(read(module, message, decoder, fixture.version), values, message.name);
          }
        }
      });

      it(`${name}: write the same bytes`, () => {
        for (const { message, written, values } of known) {
          const buffer = sbeBuffer(new Uint8Array(1024));
          const encoder = new module[`${pascal(message.name)}Encoder`]();
          encoder.wrapAndApplyHeader(buffer, 0, new module['MessageHeaderEncoder']());
          write(module, message, encoder, values, fixture.version);
          const ours = buffer.u8.subarray(0, headerLength + encoder.encodedLength());
          const view = new DataView(ours.buffer);
          assert.equal(view.getUint16(0, true), message.blockLength, message.name);
          assert.equal(view.getUint16(6, true), schema.version, message.name);
          // What is newer than the writer stands at the end of the block and is left out of the comparison.
          const theirBlock = new DataView(written.buffer).getUint16(0, true);
          const same = new Uint8Array([
            ...written.subarray(0, 2),
            ...ours.subarray(2, 6),
            ...written.subarray(6, 8),
            ...ours.subarray(8, headerLength + theirBlock),
            ...ours.subarray(headerLength + message.blockLength),
          ]);
          assert.deepEqual(same, written, message.name);
        }
      });
    }

    it('know every message but those that are no more', () => {
      assert.deepEqual(missing, gone);
    });
  });
}

describe('the flyweights of schemas/', () => {
  const buffer = () => sbeBuffer(new Uint8Array(256));

  it('carry any 64 bits where a peer may choose them', () => {
    const bytes = buffer();
    const largest = 2n ** 63n - 1n;
    new archive.ReplayRequestEncoder().wrap(bytes, 0).length(largest).replayToken(-largest);
    const replay = new archive.ReplayRequestDecoder().wrap(bytes, 0, archive.ReplayRequestDecoder.BLOCK_LENGTH, 14);
    assert.equal(replay.length(), largest);
    assert.equal(replay.replayToken(), -largest);
    // A message of a service: its session id lies at the negative end.
    new cluster.SessionMessageHeaderEncoder().wrap(bytes, 0).clusterSessionId(-largest).timestamp(largest);
    const message = new cluster.SessionMessageHeaderDecoder().wrap(bytes, 0, 24, 17);
    assert.equal(message.clusterSessionId(), -largest);
    assert.equal(message.timestamp(), largest);
  });

  it('refuse to read a position that is none', () => {
    const bytes = buffer();
    bytes.view.setBigInt64(8, 2n ** 60n, true);
    const decoder = new cluster.CommitPositionDecoder().wrap(bytes, 0, 20, 17);
    assert.throws(() => decoder.logPosition(), { code: 'SBE_RANGE' });
  });

  it('pass on an absent value that came with the message', () => {
    const bytes = buffer();
    const { COMMIT_POSITION_NULL } = cluster.NewLeadershipTermDecoder;
    new cluster.NewLeadershipTermEncoder().wrap(bytes, 0).commitPosition(COMMIT_POSITION_NULL);
    const { BLOCK_LENGTH } = cluster.NewLeadershipTermDecoder;
    const decoder = new cluster.NewLeadershipTermDecoder().wrap(bytes, 0, BLOCK_LENGTH, 17);
    assert.equal(decoder.commitPosition(), COMMIT_POSITION_NULL);
    assert.equal(bytes.view.getBigInt64(BLOCK_LENGTH - 8, true), -(2n ** 63n));
  });
});
