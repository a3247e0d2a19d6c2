import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { AtomicBuffer } from '../../../src/agrona/mod.ts';
import { Aeron, FragmentAssembler } from '../../../src/client/mod.ts';
import { ClusterClient } from '../../../src/cluster/client/mod.ts';
import { MessageHeaderDecoder, SessionMessageHeaderDecoder } from '../../../src/cluster/codecs/mod.ts';
import { MediaDriver } from '../../../src/launch/mod.ts';
import { BID_LENGTH, type BidResult, decodeBidResult, encodeBid } from '../auction-messages.ts';
import { DEFAULT_HOSTNAMES, ingressEndpoints } from '../members.ts';
import { ownAeronDirectory } from '../own-directory.ts';

/*
 * The second exercise: an egress that all customers share, on a multicast address, so that each sees what the others
 * are told. A session takes its own messages and passes over those of others; a subscription beside it reads them all.
 *
 *     node build/samples/basic-auction/exercises/shared-prices.js 10      in several terminals, with other numbers
 */
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    hostnames: { type: 'string', default: DEFAULT_HOSTNAMES.join(',') },
    'port-base': { type: 'string', default: '9000' },
    egress: { type: 'string', default: 'aeron:udp?endpoint=224.20.30.39:24326|interface=localhost' },
    bids: { type: 'string', default: '10' },
    'interval-ms': { type: 'string', default: '1000' },
  },
});
const customerId = BigInt(positionals[0] ?? 10);
const EGRESS_STREAM_ID = 102;
const MESSAGE_OFFSET = MessageHeaderDecoder.ENCODED_LENGTH + SessionMessageHeaderDecoder.BLOCK_LENGTH;

await using driver = await MediaDriver.launch({
  aeronDirectoryName: ownAeronDirectory(),
  dirDeleteOnShutdown: true,
  termBufferSparseFile: true,
});
using aeron = await Aeron.connect({ aeronDirectoryName: driver.aeronDirectoryName });
await using cluster = await ClusterClient.connect({
  aeron,
  messageTimeoutNs: '20s',
  ingressChannel: 'aeron:udp',
  ingressEndpoints: ingressEndpoints(values.hostnames.split(','), Number(values['port-base'])),
  egressChannel: values.egress,
  egressStreamId: EGRESS_STREAM_ID,
});

/** Every answer of the auction to anybody. */
const answers = await aeron.addSubscription(cluster.session.context.egressChannel, EGRESS_STREAM_ID);
const header = new MessageHeaderDecoder();
const session = new SessionMessageHeaderDecoder();
let best: BidResult | undefined;
const assembler = new FragmentAssembler((buffer, offset) => {
  header.wrap(buffer, offset);
  if (header.templateId() === SessionMessageHeaderDecoder.TEMPLATE_ID) {
    session.wrap(buffer, offset + MessageHeaderDecoder.ENCODED_LENGTH, header.blockLength(), header.version());
    best = decodeBidResult(buffer, offset + MESSAGE_OFFSET);
    const whose = session.clusterSessionId() === BigInt(cluster.clusterSessionId) ? 'mine' : 'of another';
    console.log(`${whose}: best price ${best.price} of customer ${best.customerId}`);
  }
});
const polling = setInterval(() => {
  while (answers.poll(assembler.onFragment, 10) > 0);
}, 5);
/** The session's own messages are among those above. */
const taking = (async () => {
  for await (const _ of cluster.messages());
})();

const bid = AtomicBuffer.allocate(BID_LENGTH);
for (let i = 0; i < Number(values.bids); i++) {
  // An informed bid: none while this customer is winning.
  if (best?.customerId !== customerId) {
    const price = (best?.price ?? 100n) + 1n;
    encodeBid(bid, { correlationId: BigInt(i), customerId, price });
    await cluster.send(bid.copyBytes(0, BID_LENGTH));
    console.log(`bid ${price}`);
  }
  await sleep(Math.random() * Number(values['interval-ms']));
}
await sleep(500);
clearInterval(polling);
await cluster.close();
await taking;
