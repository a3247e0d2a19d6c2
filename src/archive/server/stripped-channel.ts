import { ChannelUri, ChannelUriStringBuilder } from '../../protocol/mod.ts';

/**
 * What tells streams apart, and how they are received and sent; neither where in the stream one is, nor how
 * its publisher keeps it. Upstream: `ArchiveConductor.strippedChannelBuilder`.
 */
const KEPT = [
  'endpoint',
  'interface',
  'control',
  'control-mode',
  'tags',
  'rejoin',
  'group',
  'tether',
  'fc',
  'gtag',
  'cc',
  'so-rcvbuf',
  'so-sndbuf',
  'rcv-wnd',
  'channel-snd-ts-offset',
  'channel-rcv-ts-offset',
  'media-rcv-ts-offset',
  'session-id',
  'alias',
  'response-correlation-id',
  'response-endpoint',
  'ttl',
  'stream-id',
] as const;

/** What tells recording subscriptions apart. */
const KEY = ['endpoint', 'interface', 'control', 'session-id', 'tags'] as const;

/** A channel as it is subscribed to, or the beginning of one to replay to. @throws ControlProtocolError INVALID_CHANNEL */
export function stripChannel(channel: ChannelUri): ChannelUriStringBuilder {
  const stripped = ChannelUri.parse(`aeron:${channel.media}`);
  for (const name of KEPT) {
    const value = channel.get(name);
    if (value !== undefined) {
      stripped.put(name, value);
    }
  }
  return new ChannelUriStringBuilder(stripped);
}

/** Equal for two requests to record the same stream. Upstream: `ArchiveConductor.makeKey`. */
export function recordingKey(streamId: number, channel: ChannelUri): string {
  const params = KEY.filter((name) => channel.containsKey(name)).map((name) => `${name}=${channel.get(name)}`);
  return `${streamId}:${channel.media}?${params.join('|')}`;
}
