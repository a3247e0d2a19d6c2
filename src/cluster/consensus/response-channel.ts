import { ChannelUri } from '../../protocol/mod.ts';
import type { ConsensusModuleContext } from './context.ts';

/** The channel that a client has asked to be answered on, with what `egressChannel` puts into it. */
export function refineResponseChannel(
  responseChannel: string,
  { egressChannel, isIpcIngressAllowed }: Pick<ConsensusModuleContext, 'egressChannel' | 'isIpcIngressAllowed'>,
): string {
  if (egressChannel === undefined || egressChannel === '') {
    return responseChannel;
  }
  if (responseChannel.startsWith('aeron:ipc')) {
    return isIpcIngressAllowed ? responseChannel : egressChannel;
  }
  const uri = ChannelUri.parse(responseChannel);
  for (const [name, value] of ChannelUri.parse(egressChannel).params()) {
    uri.put(name, value);
  }
  return uri.toString();
}
