import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { sbeBuffer } from '../../src/sbe/mod.ts';
import {
  Flags,
  HeartbeatDecoder,
  HeartbeatEncoder,
  Kind,
  MessageHeaderDecoder,
  MessageHeaderEncoder,
  NewOrderDecoder,
  NewOrderEncoder,
  Side,
} from './generated/mod.ts';

const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record<T>(model, { noNullPrototype: true });
const ascii = (maxLength: number) =>
  fc.string({ unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)), maxLength });
const safe = fc.maxSafeInteger();
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const price = record({
  mantissa: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  exponent: fc.integer({ min: -128, max: 127 }),
  side: fc.constantFrom(Side.BUY, Side.SELL),
});
const order = record({
  orderId: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  position: safe,
  parent: fc.oneof(safe, fc.constant(NewOrderDecoder.PARENT_NULL)),
  side: fc.constantFrom(Side.BUY, Side.SELL),
  kind: fc.constantFrom(Kind.MARKET, Kind.LIMIT),
  flags: fc.integer({ min: 0, max: 255 }),
  symbol: ascii(6),
  limit: price,
  ratio: fc.double(),
  quantity: int32,
  urgency: fc.integer({ min: -32767, max: 32767 }),
  fills: fc.array(
    record({
      fillId: int32,
      price,
      parties: fc.array(record({ partyId: int32, partyName: ascii(20) }), { maxLength: 3 }),
      note: ascii(20),
    }),
    { maxLength: 4 },
  ),
  legs: fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { maxLength: 4 }),
  client: ascii(40),
  payload: fc.uint8Array({ maxLength: 50 }),
});
type Order = typeof order extends fc.Arbitrary<infer T> ? T : never;

function encode(value: Order, buffer = sbeBuffer(new Uint8Array(4096)), offset = 0) {
  const encoder = new NewOrderEncoder().wrapAndApplyHeader(buffer, offset, new MessageHeaderEncoder());
  encoder.orderId(value.orderId).position(value.position).parent(value.parent).side(value.side).kind(value.kind);
  encoder.flags(value.flags).symbol(value.symbol).ratio(value.ratio).quantity(value.quantity).urgency(value.urgency);
  encoder.limit_().mantissa(value.limit.mantissa).exponent(value.limit.exponent).side(value.limit.side);
  const fills = encoder.fillsCount(value.fills.length);
  for (const fill of value.fills) {
    fills.next().fillId(fill.fillId);
    fills.price().mantissa(fill.price.mantissa).exponent(fill.price.exponent).side(fill.price.side);
    const parties = fills.partiesCount(fill.parties.length);
    for (const party of fill.parties) {
      parties.next().partyId(party.partyId).partyName(party.partyName);
    }
    fills.note(fill.note);
  }
  const legs = encoder.legsCount(value.legs.length);
  for (const leg of value.legs) {
    legs.next().legId(leg);
  }
  encoder.client(value.client).putPayload(value.payload);
  return { buffer, length: MessageHeaderEncoder.ENCODED_LENGTH + encoder.encodedLength() };
}

function decode(decoder: NewOrderDecoder): Order {
  const limit = decoder.limit_();
  const value = {
    orderId: decoder.orderId(),
    position: decoder.position(),
    parent: decoder.parent(),
    side: decoder.side() as Order['side'],
    kind: decoder.kind() as Order['kind'],
    flags: decoder.flags(),
    symbol: decoder.symbol(),
    limit: { mantissa: limit.mantissa(), exponent: limit.exponent(), side: limit.side() as Order['side'] },
    ratio: decoder.ratio(),
    quantity: decoder.quantity(),
    urgency: decoder.urgency(),
    fills: [] as Order['fills'],
    legs: [] as Order['legs'],
  };
  const fills = decoder.fills();
  while (fills.hasNext()) {
    fills.next();
    const each = fills.price();
    const fill = {
      fillId: fills.fillId(),
      price: { mantissa: each.mantissa(), exponent: each.exponent(), side: each.side() as Order['side'] },
      parties: [] as Order['fills'][number]['parties'],
    };
    const parties = fills.parties();
    while (parties.hasNext()) {
      parties.next();
      fill.parties.push({ partyId: parties.partyId(), partyName: parties.partyName() });
    }
    value.fills.push({ ...fill, note: fills.note() });
  }
  const legs = decoder.legs();
  while (legs.hasNext()) {
    value.legs.push(legs.next().legId());
  }
  const client = decoder.client();
  const payload = new Uint8Array(decoder.payloadLength());
  decoder.getPayload(payload);
  return { ...value, client, payload };
}

const sample: Order = fc.sample(order, { numRuns: 1, seed: 7 })[0]!;

describe('generated flyweights', () => {
  it('read back what they wrote', () => {
    fc.assert(
      fc.property(order, fc.integer({ min: 0, max: 9 }), (value, offset) => {
        const { buffer, length } = encode(value, undefined, offset);
        const decoder = new NewOrderDecoder();
        assert.ok(decoder.wrapAndApplyHeader(buffer, offset, new MessageHeaderDecoder()));
        assert.deepEqual(decode(decoder), value);
        assert.equal(MessageHeaderDecoder.ENCODED_LENGTH + decoder.encodedLength(), length);
      }),
    );
  });

  it('lay fields out as the schema says', () => {
    const { buffer } = encode({ ...sample, orderId: 0x0807060504030201n, side: Side.SELL, symbol: 'AB', quantity: -2 });
    const block = buffer.u8.subarray(8);
    assert.deepEqual([...buffer.u8.subarray(0, 8)], [70, 0, 1, 0, 133, 3, 3, 0]);
    assert.deepEqual([...block.subarray(0, 8)], [1, 2, 3, 4, 5, 6, 7, 8]);
    assert.equal(block[24], 2);
    assert.deepEqual([...block.subarray(27, 33)], [65, 66, 0, 0, 0, 0]);
    assert.deepEqual([...block.subarray(64, 68)], [254, 255, 255, 255]);
  });

  it('know constants without a byte of them', () => {
    const { buffer } = encode(sample);
    const decoder = new NewOrderDecoder();
    decoder.wrapAndApplyHeader(buffer, 0, new MessageHeaderDecoder());
    assert.equal(decoder.venue(), 'XAER');
    assert.equal(decoder.tier(), 7);
    assert.equal(decoder.defaultSide(), Side.SELL);
    assert.equal(Flags.DAY, 8);
  });

  it('read a message of an older version: what it lacks is absent, what follows is found', () => {
    const older = { ...sample, legs: [], payload: new Uint8Array(0) };
    const { buffer } = encode(older);
    // Version 1 had a block of 68 bytes: without urgency, and what follows began two bytes earlier.
    const bytes = new Uint8Array([...buffer.u8.subarray(0, 8 + 68), ...buffer.u8.subarray(8 + 70)]);
    const groups = new NewOrderDecoder().wrap(buffer, 8, 70, 3);
    const fillsEnd = (() => {
      decode(groups);
      return groups;
    })();
    assert.ok(fillsEnd.limit > 78);
    const decoder = new NewOrderDecoder().wrap(sbeBuffer(bytes), 8, 68, 1);
    assert.equal(decoder.urgency(), NewOrderDecoder.URGENCY_NULL);
    const fills = decoder.fills();
    assert.equal(fills.count, older.fills.length);
    while (fills.hasNext()) {
      const parties = fills.next().parties();
      while (parties.hasNext()) {
        parties.next().skipPartyName();
      }
      fills.skipNote();
    }
    assert.equal(decoder.legs().count, 0);
    assert.equal(decoder.payloadLength(), 0);
  });

  it('read a message of a newer version: a longer block is passed over', () => {
    const { buffer } = encode({ ...sample, fills: [] });
    const bytes = new Uint8Array([...buffer.u8.subarray(0, 8 + 70), 9, 9, 9, ...buffer.u8.subarray(8 + 70, 4000)]);
    const decoder = new NewOrderDecoder().wrap(sbeBuffer(bytes), 8, 73, 4);
    assert.equal(decoder.fills().count, 0);
    assert.equal(decoder.legs().count, sample.legs.length);
  });

  it('tell another template by its header', () => {
    const buffer = sbeBuffer(new Uint8Array(64));
    new HeartbeatEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
    assert.equal(new NewOrderDecoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderDecoder()), false);
    assert.equal(new HeartbeatDecoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderDecoder()), true);
  });

  it('refuse what does not fit', () => {
    const buffer = sbeBuffer(new Uint8Array(128));
    const encoder = new NewOrderEncoder().wrap(buffer, 0);
    assert.throws(() => encoder.symbol('TOOLONG'), /'TOOLONG' takes 7 bytes, its field has 6/);
    assert.throws(() => encoder.position(2 ** 53), /no safe integer/);
    assert.throws(() => encoder.symbolAt(6, 1), /index of symbol must be 0 to 5, not 6/);
    assert.throws(() => encoder.fillsCount(70000), /entries of fills must be 0 to/);
    assert.throws(() => encoder.fillsCount(0).next(), /entry of fills/);
    assert.throws(() => encoder.client('x'.repeat(200)), /do not fit 128/);
    assert.throws(() => new NewOrderEncoder().wrap(buffer, 100).quantity(1), RangeError);
  });

  it('never read outside of a torn or random message', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decode(new NewOrderDecoder().wrap(sbeBuffer(bytes), 0, 70, 3));
        } catch (error) {
          assert.ok(error instanceof RangeError || (error as { code?: string }).code === 'SBE_RANGE', String(error));
        }
      }),
    );
  });
});
