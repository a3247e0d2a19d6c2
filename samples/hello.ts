/** A publisher and a subscriber with a driver in the same process: the README's example. */
import { Aeron, MediaDriver, messages, send } from '../src/mod.ts';

await using driver = await MediaDriver.launch({
  aeronDirectoryName: '/dev/shm/aeron-hello',
  dirDeleteOnShutdown: true,
});
await using aeron = await Aeron.connect({ aeronDirectoryName: driver.aeronDirectoryName });

const channel = 'aeron:udp?endpoint=localhost:20121';
const subscription = await aeron.addSubscription(channel, 1001);
const publication = await aeron.addPublication(channel, 1001);

await send(publication, 'hello');
for await (const message of messages(subscription)) {
  console.log(new TextDecoder().decode(message.data));
  break;
}
