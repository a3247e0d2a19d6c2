import { compare } from './side.ts';

const throughput = {
  channel: 'aeron:udp?endpoint=127.0.0.1:24310',
  warmupMs: 2000,
  measureMs: 4000,
  driverIdle: 'backoff',
  clientIdle: 'yield',
};
const roundTrip = {
  channel: 'aeron:udp?endpoint=127.0.0.1:24312',
  replyChannel: 'aeron:udp?endpoint=127.0.0.1:24314',
  length: 32,
  warmup: 10_000,
  count: 50_000,
};

compare('UDP on loopback', [
  { name: 'throughput 32 B', what: 'throughput', options: { ...throughput, length: 32 } },
  { name: 'throughput 288 B', what: 'throughput', options: { ...throughput, length: 288 } },
  { name: 'throughput 1344 B', what: 'throughput', options: { ...throughput, length: 1344 } },
  {
    name: 'round trip 32 B, yielding',
    what: 'round-trip',
    options: { ...roundTrip, driverIdle: 'yield', clientIdle: 'yield' },
  },
  {
    name: 'round trip 32 B, backoff',
    what: 'round-trip',
    options: { ...roundTrip, driverIdle: 'backoff', clientIdle: 'backoff' },
  },
]);
