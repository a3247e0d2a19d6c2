import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ServiceAcks } from '../../../src/cluster/consensus/service-acks.ts';

const ack = (ackId: number, logPosition: number, relevantId = -1) => ({ ackId, logPosition, relevantId });

describe('acks of services', () => {
  it('are complete when every service has sent one, whatever the order', () => {
    const acks = new ServiceAcks(2);
    acks.add(1, ack(0, 64, 11));
    assert.equal(acks.hasReached(64), false);
    acks.add(1, ack(1, 96, 12));
    acks.add(0, ack(0, 64, 10));
    assert.equal(acks.hasReached(64), true);
    assert.deepEqual(
      acks.take().map(({ relevantId }) => relevantId),
      [10, 11],
    );
    assert.equal(acks.hasReached(96), false, 'service 0 is not there yet');
  });

  it('of another position or number are errors that name both', () => {
    const acks = new ServiceAcks(1);
    acks.add(0, ack(0, 64));
    assert.throws(() => acks.hasReached(32), {
      code: 'ACK_OUT_OF_SEQUENCE',
      message: /expected \[ackId=0, logPosition=32\] vs received \[ackId=0, logPosition=64/,
    });
    acks.take();
    acks.add(0, ack(3, 64));
    assert.throws(() => acks.hasReached(64), { code: 'ACK_OUT_OF_SEQUENCE', message: /expected \[ackId=1/ });
  });

  it('of a service that there is not are refused', () => {
    assert.throws(() => new ServiceAcks(1).add(1, ack(0, 0, 0)), {
      code: 'UNKNOWN_SERVICE',
      message: /serviceId=1.*serviceCount=1/,
    });
  });

  it('of what was superseded may have come, may still come, or may never come', () => {
    for (const [before, after] of [
      [[ack(0, 64)], [ack(1, 96)]],
      [[], [ack(0, 64), ack(1, 96)]],
      [[], [ack(0, 96)]],
    ]) {
      const acks = new ServiceAcks(2);
      for (const each of before!) {
        acks.add(0, each);
      }
      acks.supersede(64);
      for (const each of after!) {
        acks.add(0, each);
      }
      assert.equal(acks.hasReached(96), false);
      acks.add(1, ack(0, 96));
      assert.equal(acks.hasReached(96), true);
      acks.take();
      acks.add(0, ack(after!.at(-1)!.ackId + 1, 128));
      acks.add(1, ack(1, 128));
      assert.equal(acks.hasReached(128), true);
    }
  });
});
