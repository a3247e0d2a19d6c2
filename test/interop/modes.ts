import { AERON_VERSIONS, type AeronVersion } from '../../scripts/java.ts';
import { freePort } from '../ports.ts';

/** A way for a stream to get from a publication to a subscription: channel and destinations of both ends. */
export interface Mode {
  readonly name: string;
  /** Fresh channels, with ports of their own. */
  channels(): Channels;
}

export interface Channels {
  readonly publish: string;
  readonly subscribe: string;
  /** Destinations that the publisher adds. */
  readonly publishTo?: string;
  /** Destinations that the subscriber adds. */
  readonly subscribeTo?: string;
}

/** Terms as short as they may be, so that every run rotates them many times. */
const SHORT_TERMS = 'term-length=64k';

const same = (channel: string): Channels => ({ publish: channel, subscribe: channel });

const MODES: readonly Mode[] = [
  { name: 'IPC', channels: () => same(`aeron:ipc?${SHORT_TERMS}`) },
  {
    name: 'IPC with an alias, a tag, a short MTU and window, and a sparse file',
    channels: () => same(`aeron:ipc?alias=interop|tags=${freePort()}|mtu=1k|pub-wnd=16k|sparse=true|${SHORT_TERMS}`),
  },
  { name: 'UDP unicast', channels: () => same(`aeron:udp?endpoint=localhost:${freePort()}|${SHORT_TERMS}`) },
  { name: 'UDP unicast over IPv6', channels: () => same(`aeron:udp?endpoint=[::1]:${freePort()}|${SHORT_TERMS}`) },
  {
    name: 'UDP unicast with a short MTU, windows and socket buffers',
    channels: () =>
      same(
        `aeron:udp?endpoint=localhost:${freePort()}|${SHORT_TERMS}|mtu=512|so-sndbuf=64k|so-rcvbuf=64k|rcv-wnd=16k|linger=1s`,
      ),
  },
  {
    name: 'UDP unicast with a large MTU',
    channels: () =>
      same(`aeron:udp?endpoint=localhost:${freePort()}|term-length=256k|mtu=8k|so-sndbuf=128k|so-rcvbuf=128k`),
  },
  {
    name: 'multicast',
    channels: () => same(`aeron:udp?endpoint=224.20.30.39:${freePort()}|interface=localhost|${SHORT_TERMS}`),
  },
  {
    name: 'multicast with min flow control',
    channels: () => {
      const endpoint = `endpoint=224.20.30.41:${freePort()}|interface=localhost`;
      return {
        publish: `aeron:udp?${endpoint}|${SHORT_TERMS}|fc=min,g:/1,t:5s`,
        subscribe: `aeron:udp?${endpoint}`,
      };
    },
  },
  {
    name: 'multicast with tagged flow control',
    channels: () => {
      const endpoint = `endpoint=224.20.30.43:${freePort()}|interface=localhost`;
      return {
        publish: `aeron:udp?${endpoint}|${SHORT_TERMS}|fc=tagged,g:1001/1,t:5s`,
        subscribe: `aeron:udp?${endpoint}|gtag=1001`,
      };
    },
  },
  {
    name: 'dynamic multi-destination-cast',
    channels: () => {
      const control = `control=localhost:${freePort()}|control-mode=dynamic`;
      return {
        publish: `aeron:udp?${control}|${SHORT_TERMS}|fc=min,g:/1`,
        subscribe: `aeron:udp?endpoint=localhost:${freePort()}|${control}`,
      };
    },
  },
  {
    name: 'manual multi-destination-cast',
    channels: () => {
      const endpoint = `aeron:udp?endpoint=localhost:${freePort()}`;
      return { publish: `aeron:udp?control-mode=manual|${SHORT_TERMS}`, publishTo: endpoint, subscribe: endpoint };
    },
  },
  {
    name: 'multi-destination subscription',
    channels: () => {
      const endpoint = `aeron:udp?endpoint=localhost:${freePort()}`;
      return {
        publish: `${endpoint}|${SHORT_TERMS}`,
        subscribe: 'aeron:udp?control-mode=manual',
        subscribeTo: endpoint,
      };
    },
  },
  {
    name: 'two destinations that meet in a multi-destination subscription',
    channels: () => {
      const destinations = [freePort(), freePort()].map((number) => `aeron:udp?endpoint=localhost:${number}`).join(',');
      return {
        publish: `aeron:udp?control-mode=manual|${SHORT_TERMS}`,
        publishTo: destinations,
        subscribe: 'aeron:udp?control-mode=manual',
        subscribeTo: destinations,
      };
    },
  },
  {
    name: 'spy',
    channels: () => {
      const channel = `aeron:udp?endpoint=localhost:${freePort()}|ssc=true|${SHORT_TERMS}`;
      return { publish: channel, subscribe: `aeron-spy:${channel}` };
    },
  },
  {
    name: 'session-specific subscription',
    channels: () => same(`aeron:udp?endpoint=localhost:${freePort()}|session-id=-77|${SHORT_TERMS}`),
  },
  {
    name: 'untethered subscription that may rejoin',
    channels: () => {
      const endpoint = `aeron:udp?endpoint=localhost:${freePort()}`;
      return { publish: `${endpoint}|${SHORT_TERMS}`, subscribe: `${endpoint}|tether=false|rejoin=true|group=false` };
    },
  },
  {
    name: 'UDP across position 2^32',
    channels: () =>
      same(`aeron:udp?endpoint=localhost:${freePort()}|${SHORT_TERMS}|init-term-id=-5|term-id=65525|term-offset=1024`),
  },
  {
    name: 'IPC from a position past 2^32 in a term id that wraps',
    channels: () => same(`aeron:ipc?${SHORT_TERMS}|init-term-id=2147480000|term-id=-2147413000|term-offset=64`),
  },
];
const BASIC = ['IPC', 'UDP unicast', 'multicast'];

/** All modes for the newest Aeron, the basic ones for others. */
export function modesOf(version: AeronVersion): readonly Mode[] {
  return version === AERON_VERSIONS.current ? MODES : MODES.filter(({ name }) => BASIC.includes(name));
}
