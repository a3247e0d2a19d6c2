import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  AeronError,
  defineOptions,
  findUnknownProperties,
  Option,
  type OptionSources,
  type OptionsOf,
  renderOptionTable,
  resolveOptions,
} from '../../src/agrona/mod.ts';

const TABLE = defineOptions({
  aeronDirectoryName: Option.string({
    property: 'aeron.dir',
    defaultText: 'a directory of the user in shared memory',
    description: 'Where driver and clients meet.',
  }),
  termBufferLength: Option.size({
    property: 'aeron.term.buffer.length',
    default: 16 * 1024 * 1024,
    min: 64 * 1024,
    max: 1024 ** 3,
    description: 'Bytes of a term; a stream takes three of them.',
    check: (value) => (Math.log2(value) % 1 === 0 ? undefined : 'must be a power of two'),
  }),
  timerIntervalNs: Option.duration({ property: 'aeron.timer.interval', default: 1e9, description: 'Between checks.' }),
  driverTimeoutMs: Option.duration({
    property: 'aeron.driver.timeout',
    unit: 'ms',
    default: 10_000,
    min: 1,
    description: 'Silence of a driver that is taken for its death.',
  }),
  threadingMode: Option.words(['SHARED', 'INVOKER'], {
    property: 'aeron.threading.mode',
    default: 'SHARED',
    description: 'Who runs the agents.',
  }),
  ttl: Option.int({ property: 'aeron.ttl', default: 0, min: 0, max: 255, description: 'Hops | a byte.' }),
  tag: Option.bigint({ property: 'aeron.tag', description: 'Of the receiver.' }),
  lossRate: Option.double({ property: 'aeron.loss.rate', default: 0, min: 0, max: 1, description: 'For tests.' }),
  spies: Option.boolean({ property: 'aeron.spies', variables: ['AERON_SPY'], default: false, description: 'Spies.' }),
  position: Option.long({ property: 'aeron.position', default: -1, description: 'Where to start.' }),
  errorHandler: Option.object<(error: unknown) => void>({ description: 'Gets errors.' }),
});

const from = (variables: Record<string, string>, properties: Record<string, string> = {}): OptionSources => ({
  environment: { get: (name) => variables[name] },
  properties: new Map(Object.entries(properties)),
});

const refuses = (action: () => unknown, ...patterns: RegExp[]) =>
  assert.throws(action, (error) => {
    assert.ok(AeronError.is(error) && error.code === 'CONFIGURATION', String(error));
    for (const pattern of patterns) {
      assert.match(error.message, pattern);
    }
    return true;
  });

describe('resolveOptions', () => {
  it('takes what was given before the environment, that before properties, and those before defaults', () => {
    const variables = { AERON_TTL: '3', AERON_DIR: '/environment' };
    const properties = { 'aeron.ttl': '4', 'aeron.dir': '/properties', 'aeron.spies': 'true' };
    const options: OptionsOf<typeof TABLE> = resolveOptions(TABLE, { ttl: 2 }, from(variables, properties));
    assert.equal(options.ttl, 2);
    assert.equal(options.aeronDirectoryName, '/environment');
    assert.equal(options.spies, true);
    assert.equal(options.termBufferLength, 16 * 1024 * 1024);
    assert.equal(options.tag, undefined);
    assert.equal(Object.isFrozen(options), true);
  });

  it('reads every kind of value from text', () => {
    const options = resolveOptions(
      TABLE,
      {},
      from({
        AERON_TERM_BUFFER_LENGTH: '64k',
        AERON_TIMER_INTERVAL: '10ms',
        AERON_DRIVER_TIMEOUT: '5000',
        AERON_THREADING_MODE: 'invoker',
        AERON_TTL: ' 8 ',
        AERON_TAG: '-9223372036854775808',
        AERON_LOSS_RATE: '0.25',
        AERON_SPY: 'on',
        AERON_POSITION: '9007199254740991',
      }),
    );
    assert.deepEqual(
      { ...options },
      {
        aeronDirectoryName: undefined,
        termBufferLength: 65_536,
        timerIntervalNs: 10_000_000,
        driverTimeoutMs: 5_000,
        threadingMode: 'INVOKER',
        ttl: 8,
        tag: -(2n ** 63n),
        lossRate: 0.25,
        spies: true,
        position: Number.MAX_SAFE_INTEGER,
        errorHandler: undefined,
      },
    );
    assert.equal(resolveOptions(TABLE, {}, from({ AERON_DRIVER_TIMEOUT: '5s' })).driverTimeoutMs, 5_000);
    assert.equal(resolveOptions(TABLE, {}, from({ AERON_TIMER_INTERVAL: '5000' })).timerIntervalNs, 5_000);
  });

  it('takes values given in code, sizes and durations also as text', () => {
    const errorHandler = () => {};
    const options = resolveOptions(TABLE, {
      termBufferLength: '1m',
      driverTimeoutMs: '2s',
      timerIntervalNs: 5,
      tag: 7,
      errorHandler,
      ttl: undefined,
    });
    assert.equal(options.termBufferLength, 1024 * 1024);
    assert.equal(options.driverTimeoutMs, 2_000);
    assert.equal(options.timerIntervalNs, 5);
    assert.equal(options.tag, 7n);
    assert.equal(options.errorHandler, errorHandler);
    assert.equal(options.ttl, 0);
  });

  it('takes an empty variable for one that is not set', () => {
    assert.equal(resolveOptions(TABLE, {}, from({ AERON_TTL: '', AERON_DIR: '' })).ttl, 0);
  });

  it('names the value, where it came from, the limit and the knobs', () => {
    refuses(
      () => resolveOptions(TABLE, {}, from({ AERON_TERM_BUFFER_LENGTH: '1k' })),
      /termBufferLength = '1k' \(from AERON_TERM_BUFFER_LENGTH\)/,
      /must be at least 64k/,
      /aeron\.term\.buffer\.length, AERON_TERM_BUFFER_LENGTH/,
    );
    refuses(
      () => resolveOptions(TABLE, {}, from({}, { 'aeron.term.buffer.length': '65537' })),
      /from aeron\.term\.buffer\.length/,
      /must be a power of two/,
    );
    refuses(() => resolveOptions(TABLE, { ttl: 256 }), /ttl = 256: must be at most 255/);
  });

  it('refuses what is not of its kind', () => {
    const wrong: Record<string, unknown>[] = [
      { ttl: 1.5 },
      { ttl: '1' },
      { ttl: Number.NaN },
      { ttl: null },
      { termBufferLength: '64q' },
      { termBufferLength: {} },
      { timerIntervalNs: -1 },
      { timerIntervalNs: '5 parsecs' },
      { threadingMode: 'TURBO' },
      { spies: 'yes' },
      { aeronDirectoryName: 5 },
      { lossRate: Number.POSITIVE_INFINITY },
      { tag: 2n ** 63n },
      { tag: 0.5 },
      { position: 2 ** 53 },
    ];
    for (const given of wrong) {
      refuses(() => resolveOptions(TABLE, given as object), new RegExp(Object.keys(given)[0]!));
    }
    const wrongTexts = {
      AERON_TTL: 'one',
      AERON_SPIES: 'maybe',
      AERON_TAG: '1.5',
      AERON_LOSS_RATE: 'much',
      AERON_POSITION: '9007199254740992',
      AERON_THREADING_MODE: 'TURBO',
    };
    for (const [variable, text] of Object.entries(wrongTexts)) {
      refuses(() => resolveOptions(TABLE, {}, from({ [variable]: text })), new RegExp(`from ${variable}`));
    }
  });

  it('tells the name that was meant', () => {
    const misspelt = { termBuferLength: 65_536 } as object;
    refuses(() => resolveOptions(TABLE, misspelt), /no option 'termBuferLength'; did you mean 'termBufferLength'\?/);
    refuses(() => resolveOptions(TABLE, { toString: 1 } as object), /no option 'toString'/);
  });
});

describe('findUnknownProperties', () => {
  it('reports properties of Aeron that no table has, with the nearest name', () => {
    const properties = new Map([
      ['aeron.term.bufer.length', '64k'],
      ['aeron.dir', '/x'],
      ['java.home', '/y'],
    ]);
    assert.deepEqual(findUnknownProperties(properties, [TABLE]), [
      { name: 'aeron.term.bufer.length', nearest: 'aeron.term.buffer.length' },
    ]);
  });
});

describe('renderOptionTable', () => {
  it('shows name, knobs, type, limits, default and consequence of each option', () => {
    const lines = renderOptionTable(TABLE).split('\n');
    assert.equal(
      lines[3],
      '| `termBufferLength` | `aeron.term.buffer.length`<br>`AERON_TERM_BUFFER_LENGTH` | size (bytes), from 64k to 1g | `16m` | Bytes of a term; a stream takes three of them. |',
    );
    assert.match(lines[2]!, /\| a directory of the user in shared memory \|/);
    assert.match(lines[5]!, /\| `10s` \|/);
    assert.match(lines.find((line) => line.includes('`ttl`'))!, /Hops \\\| a byte/);
    assert.equal(lines.length, 2 + Object.keys(TABLE).length + 1);
  });
});
