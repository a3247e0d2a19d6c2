import { compare } from './side.ts';

const throughput = { channel: 'aeron:ipc', warmupMs: 2000, measureMs: 4000, driverIdle: 'backoff', clientIdle: 'spin' };
const roundTrip = {
  channel: 'aeron:ipc',
  replyChannel: 'aeron:ipc',
  length: 32,
  warmup: 100_000,
  count: 300_000,
  driverIdle: 'backoff',
};

compare('IPC', [
  { name: 'throughput, exclusive, 32 B', what: 'throughput', options: { ...throughput, length: 32 } },
  { name: 'throughput, exclusive, 288 B', what: 'throughput', options: { ...throughput, length: 288 } },
  {
    name: 'throughput, concurrent, 32 B',
    what: 'throughput',
    options: { ...throughput, length: 32, publication: 'concurrent' },
  },
  { name: 'round trip 32 B, busy spin', what: 'round-trip', options: { ...roundTrip, clientIdle: 'spin' } },
  { name: 'round trip 32 B, yielding', what: 'round-trip', options: { ...roundTrip, clientIdle: 'yield' } },
]);
