import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refineResponseChannel } from '../../../src/cluster/consensus/response-channel.ts';

describe('the response channel of a client', () => {
  it('is what it asks for, with what egressChannel puts into it', () => {
    const asked = 'aeron:udp?endpoint=client:1';
    assert.equal(refineResponseChannel(asked, { egressChannel: undefined, isIpcIngressAllowed: false }), asked);
    const refined = refineResponseChannel(asked, {
      egressChannel: 'aeron:udp?interface=10.0.0.0/8',
      isIpcIngressAllowed: false,
    });
    assert.match(refined, /endpoint=client:1/);
    assert.match(refined, /interface=10\.0\.0\.0\/8/);
  });

  it('is not IPC where that is not allowed', () => {
    const egressChannel = 'aeron:udp?endpoint=here:1';
    assert.equal(refineResponseChannel('aeron:ipc', { egressChannel, isIpcIngressAllowed: false }), egressChannel);
    assert.equal(refineResponseChannel('aeron:ipc', { egressChannel, isIpcIngressAllowed: true }), 'aeron:ipc');
  });
});
