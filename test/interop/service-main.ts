/**
 * A service of the interop tests in a process of its own: `auction|text key=value ...`. It prints what happens, a line
 * each, and ends when its standard input is closed or the cluster terminates it.
 */
import { ClusteredServiceContainer } from '../../src/cluster/service/mod.ts';
import { nativePlatform } from '../../src/platform/native/mod.ts';
import { AuctionService } from '../cluster/auction-service.ts';
import { TextService } from '../cluster/text-service.ts';
import { Idle } from './peer-idle.ts';

const [kind, ...words] = process.argv.slice(2);
const options = new Map(words.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]));
const log = (line: string) => console.log(line);

let isAskedToEnd = false;
process.stdin.on('end', () => {
  isAskedToEnd = true;
});
process.stdin.resume();

const container = ClusteredServiceContainer.launch({
  platform: nativePlatform(),
  clusteredService: kind === 'auction' ? new AuctionService(log) : new TextService(log),
  aeronDirectoryName: options.get('dir')!,
  clusterDir: options.get('clusterDir')!,
  serviceId: Number(options.get('serviceId') ?? 0),
  terminationHook: () => log('TERMINATION'),
  errorHandler: (error) => log(`ERROR ${error}`),
});
log('LAUNCHED');
container.invoker.start();
const idle = new Idle();
while (container.invoker.isRunning && !isAskedToEnd) {
  await idle.turn(container.invoker.invoke());
}
container.close();
log('BYE');
process.exit(0);
