import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ServiceAcks } from '../../../src/cluster/consensus/service-acks.ts';

describe('acks of services', () => {
  it('are complete when every service has sent one, whatever the order', () => {
    const acks = new ServiceAcks(2);
    acks.add(1, { ackId: 0, logPosition: 64, relevantId: 11 });
    assert.equal(acks.hasReached(64, 0), false);
    acks.add(1, { ackId: 1, logPosition: 96, relevantId: 12 });
    acks.add(0, { ackId: 0, logPosition: 64, relevantId: 10 });
    assert.equal(acks.hasReached(64, 0), true);
    assert.deepEqual(
      acks.take().map(({ relevantId }) => relevantId),
      [10, 11],
    );
    assert.equal(acks.hasReached(96, 1), false, 'service 0 is not there yet');
  });

  it('of another position or number are errors that name both', () => {
    const acks = new ServiceAcks(1);
    acks.add(0, { ackId: 3, logPosition: 64, relevantId: -1 });
    assert.throws(() => acks.hasReached(32, 3), {
      code: 'ACK_OUT_OF_SEQUENCE',
      message: /expected \[ackId=3, logPosition=32\] vs received \[ackId=3, logPosition=64/,
    });
    assert.throws(() => acks.hasReached(64, 2), { code: 'ACK_OUT_OF_SEQUENCE' });
  });

  it('of a service that there is not are refused', () => {
    assert.throws(() => new ServiceAcks(1).add(1, { ackId: 0, logPosition: 0, relevantId: 0 }), {
      code: 'UNKNOWN_SERVICE',
      message: /serviceId=1.*serviceCount=1/,
    });
  });
});
