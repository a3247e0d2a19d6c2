import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AtomicBuffer } from '../../src/agrona/mod.ts';
import { Header } from '../../src/client/mod.ts';
import { EgressDecoder } from '../../src/cluster/client/egress-decoder.ts';
import { ClusterClient } from '../../src/cluster/client/mod.ts';
import { FakeCluster, SECOND_NS } from './fake-cluster.ts';

const SCHEMA_ID = 111;
/** Messages that a client takes. */
const TEMPLATE_IDS = [1, 2, 6, 27, 8];

/** A message of a template of the egress with any bytes, and any length, behind its header. */
const hostile = fc
  .tuple(
    fc.constantFrom(...TEMPLATE_IDS),
    fc.oneof(fc.constantFrom(0, 24, 44, 20, 65_535), fc.nat(65_535)),
    fc.nat(20),
    fc.uint8Array({ maxLength: 120 }),
    fc.boolean(),
  )
  .map(([templateId, blockLength, version, body, isForSession]) => {
    const buffer = AtomicBuffer.allocate(8 + body.length);
    buffer.view.setUint16(0, blockLength, true);
    buffer.view.setUint16(2, templateId, true);
    buffer.view.setUint16(4, SCHEMA_ID, true);
    buffer.view.setUint16(6, version, true);
    buffer.putBytes(8, body, 0, body.length);
    if (isForSession && body.length >= 16) {
      // Where the session id is, in one message or the other.
      buffer.putInt64(8, 1);
      buffer.putInt64(16, 1);
    }
    return buffer;
  });

describe('Hostile egress', () => {
  it('is passed over, or understood within its bounds', () => {
    const header = new Header(AtomicBuffer.allocate(32), 0, 16);
    fc.assert(
      fc.property(hostile, (buffer) => {
        const within = (offset: number, length: number) => {
          assert(offset >= 0 && length >= 0 && offset + length <= buffer.capacity);
        };
        const decoder = new EgressDecoder(1, {
          onMessage: (_sessionId, _timestamp, _buffer, offset, length) => within(offset, length),
          onAdminResponse: (_s, _c, _t, _r, message, _payload, offset, length) => {
            within(offset, length);
            assert(message.length <= buffer.capacity);
          },
        });
        decoder.onFragment(buffer, 0, buffer.capacity, header);
      }),
      { numRuns: 3000 },
    );
  });

  it('does not end a session', async () => {
    const cluster = new FakeCluster();
    const client = await cluster.settle(ClusterClient.connect(cluster.clientOptions()));
    const messages = fc
      .sample(hostile, { numRuns: 200, seed: 7 })
      .filter((buffer) => buffer.view.getUint16(2, true) !== 2);
    for (const buffer of messages) {
      // Not for this session: what is for it, and well-formed, is to be believed.
      if (buffer.capacity >= 24) {
        buffer.putInt64(8, 99);
        buffer.putInt64(16, 99);
      }
      cluster.members[0]!.sendRaw(1, buffer.copyBytes(0, buffer.capacity));
    }
    cluster.members[0]!.sendRaw(1, new Uint8Array([1, 2, 3]));
    cluster.members[0]!.sendRaw(1, new Uint8Array([0, 0, 1, 0, 5, 0, 0, 0]));
    await cluster.world.settleUntil(() => false, SECOND_NS);
    assert.equal(client.isClosed, false);
    assert(client.session.malformedEgressCount > 10);
    await client.send('still here');
    const { value } = await cluster.settle(client.messages().next());
    assert.equal(new TextDecoder().decode(value!.data), 'still here');
    await client.close();
  });
});
