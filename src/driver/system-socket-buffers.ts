import { type Platform, SocketAddress } from '../platform/mod.ts';
import type { SystemSocketBuffers } from './configuration-checks.ts';

const MAX_BUFFER_LENGTH = 2 ** 31 - 1;
const ANY_ADDRESS = SocketAddress.of('0.0.0.0', 0);

/** Asks sockets made for it how long their buffers are by default, and at most. @throws PlatformError */
export function probeSocketBuffers({ network }: Platform): SystemSocketBuffers {
  const byDefault = network.openUdp({ bind: ANY_ADDRESS });
  const atMost = network.openUdp({
    bind: ANY_ADDRESS,
    receiveBufferLength: MAX_BUFFER_LENGTH,
    sendBufferLength: MAX_BUFFER_LENGTH,
  });
  const lengths = {
    osDefaultSocketSndbufLength: byDefault.sendBufferLength,
    osMaxSocketSndbufLength: atMost.sendBufferLength,
    osDefaultSocketRcvbufLength: byDefault.receiveBufferLength,
    osMaxSocketRcvbufLength: atMost.receiveBufferLength,
  };
  byDefault.close();
  atMost.close();
  return lengths;
}
