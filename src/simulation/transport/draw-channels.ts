import type { Draw } from '../draw.ts';
import {
  GROUP_TAG,
  type HostScenario,
  type PublisherScenario,
  type StreamScenario,
  type SubscriberScenario,
} from './scenario.ts';

const KIB = 1024;
/** Of the drivers, unless a channel says otherwise. */
const DEFAULT_IPC_MTU = 1408;

type PlacedPublisher = {
  readonly host: string;
  readonly program: Pick<PublisherScenario, 'channel' | 'destinations' | 'isExclusive'>;
};
type PlacedSubscriber = {
  readonly host: string;
  readonly program: Pick<
    SubscriberScenario,
    'channel' | 'destinations' | 'isSpy' | 'isReliable' | 'isTethered' | 'isCounted' | 'mayBeLeftBehind'
  >;
};

/** Who takes part in a stream, where, and by which channels. */
export interface StreamChannels {
  readonly publishers: readonly PlacedPublisher[];
  readonly subscribers: readonly PlacedSubscriber[];
}

export function drawChannels(
  draw: Draw,
  stream: StreamScenario,
  streamIndex: number,
  hosts: readonly HostScenario[],
  trafficNs: number,
): StreamChannels {
  const stage = new Stage(draw, stream, 20_000 + 100 * streamIndex, hosts, trafficNs);
  switch (stream.kind) {
    case 'ipc':
      return stage.ipc();
    case 'unicast':
      return stage.unicast();
    case 'multicast':
      return stage.multicast();
    case 'mdc-dynamic':
      return stage.dynamic();
    case 'mdc-manual':
      return stage.manual();
    case 'mds':
      return stage.multiDestinationSubscription();
  }
}

class Stage {
  readonly #draw: Draw;
  readonly #stream: StreamScenario;
  readonly #port: number;
  readonly #hosts: readonly HostScenario[];
  readonly #trafficNs: number;
  /** A stream with spies goes on without receivers. */
  readonly #doSpiesCount: boolean;
  /** Subscriptions of one channel have to agree on it. */
  readonly #isReliable: boolean;
  readonly #publishers: PlacedPublisher[] = [];
  readonly #subscribers: PlacedSubscriber[] = [];

  constructor(draw: Draw, stream: StreamScenario, port: number, hosts: readonly HostScenario[], trafficNs: number) {
    this.#draw = draw;
    this.#stream = stream;
    this.#port = port;
    this.#hosts = hosts;
    this.#trafficNs = trafficNs;
    this.#doSpiesCount = hosts[0]!.driver.spiesSimulateConnection === true;
    this.#isReliable = !draw.chance(0.08);
  }

  ipc(): StreamChannels {
    const host = this.#draw.pick(this.#hosts);
    this.#addPublishers(host, this.#publicationChannel('aeron:ipc', []));
    this.#addLocalSubscribers(host, 'aeron:ipc', this.#draw.between(1, 3));
    return this.#done();
  }

  unicast(): StreamChannels {
    const from = this.#draw.pick(this.#hosts);
    const to = this.#draw.pick(this.#hosts);
    const endpoint = `endpoint=${to.channelHost}:${this.#port}`;
    const channel = this.#publicationChannel('aeron:udp', [endpoint]);
    this.#addPublishers(from, channel);
    for (let i = this.#draw.pick([1, 1, 2]); i > 0; i--) {
      this.#addSubscriber(to, [endpoint], { isCounted: true, mayBeLeftBehind: this.#doSpiesCount });
    }
    this.#addSpies(from, channel);
    return this.#done();
  }

  multicast(): StreamChannels {
    const from = this.#draw.pick(this.#hosts);
    const isIpv6 = from.address.includes(':');
    const group = isIpv6
      ? [`endpoint=[ff05::7]:${this.#port}`, 'interface=[fd00::]/64']
      : [`endpoint=224.20.30.39:${this.#port}`, 'interface=10.0.0.0/24'];
    const channel = this.#publicationChannel('aeron:udp', [...group, ...this.#flowControlParam()]);
    this.#addPublishers(from, channel);
    this.#addGroup(this.#receivingHosts(), (_host) => group);
    this.#addSpies(from, channel);
    return this.#done();
  }

  dynamic(): StreamChannels {
    const from = this.#draw.pick(this.#hosts);
    const control = `control=${from.channelHost}:${this.#port}`;
    const mode = 'control-mode=dynamic';
    const channel = this.#publicationChannel('aeron:udp', [control, mode, ...this.#flowControlParam()]);
    this.#addPublishers(from, channel);
    this.#addGroup(this.#receivingHosts(), (host) => [`endpoint=${host.channelHost}:${this.#port + 1}`, control, mode]);
    this.#addSpies(from, channel);
    return this.#done();
  }

  manual(): StreamChannels {
    const from = this.#draw.pick(this.#hosts);
    const receivers = this.#receivingHosts();
    const endpointOf = (host: HostScenario) => `endpoint=${host.channelHost}:${this.#port}`;
    const needsControl = from.address.includes(':');
    const control = needsControl || this.#draw.chance(0.5) ? [`control=${from.channelHost}:${this.#port + 1}`] : [];
    const params = [...control, 'control-mode=manual', ...this.#flowControlParam()];
    const destinations = receivers.map((host) => ({
      channel: `aeron:udp?${endpointOf(host)}`,
      atNs: this.#draw.chance(0.7) ? 0 : this.#draw.between(0, this.#trafficNs),
    }));
    const host = from.name;
    const channel = this.#publicationChannel('aeron:udp', params);
    this.#publishers.push({ host, program: { channel, destinations, isExclusive: this.#draw.chance(0.5) } });
    this.#addGroup(receivers, (receiver) => [endpointOf(receiver)]);
    return this.#done();
  }

  multiDestinationSubscription(): StreamChannels {
    const to = this.#draw.pick(this.#hosts);
    const endpoints = [0, 1, 2].slice(0, this.#draw.between(1, 3)).map((i) => `${to.channelHost}:${this.#port + i}`);
    for (const endpoint of endpoints) {
      this.#addPublishers(
        this.#draw.pick(this.#hosts),
        this.#publicationChannel('aeron:udp', [`endpoint=${endpoint}`]),
      );
    }
    const local = this.#draw.chance(0.25) ? ['aeron:ipc'] : [];
    for (const channel of local) {
      this.#addPublishers(to, this.#publicationChannel(channel, []));
    }
    const channels = [...endpoints.map((endpoint) => `aeron:udp?endpoint=${endpoint}`), ...local];
    const destinations = channels.map((channel) => ({
      channel,
      atNs: this.#draw.chance(0.7) ? 0 : this.#draw.between(0, this.#trafficNs),
    }));
    this.#addSubscriber(
      to,
      ['control-mode=manual'],
      { isCounted: true, mayBeLeftBehind: this.#doSpiesCount },
      destinations,
    );
    return this.#done();
  }

  #done(): StreamChannels {
    return { publishers: this.#publishers, subscribers: this.#subscribers };
  }

  #receivingHosts(): HostScenario[] {
    return this.#draw.some(this.#hosts, this.#draw.between(1, Math.min(3, this.#hosts.length)));
  }

  /** One or two exclusive ones, or up to three that share a log. */
  #addPublishers(host: HostScenario, channel: string): void {
    const isExclusive = this.#draw.chance(0.5);
    const count = isExclusive ? this.#draw.pick([1, 1, 2]) : this.#draw.between(1, 3);
    const isPositioned = isExclusive && this.#draw.chance(0.25);
    for (let i = 0; i < count; i++) {
      const position = isPositioned ? this.#positionParams() : '';
      this.#publishers.push({
        host: host.name,
        program: { channel: channel + position, destinations: [], isExclusive },
      });
    }
  }

  /** A stream that does not begin at 0: often beyond what 32 bits hold. */
  #positionParams(): string {
    const initialTermId = this.#draw.between(-0x80000000, 0x7fffffff);
    const termId = (initialTermId + this.#draw.pick([0, 1, 2, 65_535, 1_000_000])) | 0;
    const termOffset = 32 * this.#draw.between(0, this.#stream.termLength / 32 - 1);
    return `|init-term-id=${initialTermId}|term-id=${termId}|term-offset=${termOffset}`;
  }

  /** At least one that the flow control waits for. */
  #addGroup(receivers: readonly HostScenario[], params: (host: HostScenario) => readonly string[]): void {
    const { flowControl } = this.#stream;
    receivers.forEach((host, i) => {
      const isTagged = flowControl === 'tagged' && (i === 0 || this.#draw.chance(0.6));
      const isCounted = flowControl === 'min' || isTagged || receivers.length === 1;
      const tag = isTagged ? [`gtag=${GROUP_TAG}`] : [];
      const mayBeLeftBehind = receivers.length > 1 || this.#doSpiesCount;
      this.#addSubscriber(host, [...params(host), ...tag], { isCounted, mayBeLeftBehind });
    });
  }

  #addSubscriber(
    host: HostScenario,
    params: readonly string[],
    group: Pick<SubscriberScenario, 'isCounted' | 'mayBeLeftBehind'>,
    destinations: SubscriberScenario['destinations'] = [],
  ): void {
    const { receiverWindow } = this.#stream;
    const isReliable = this.#isReliable;
    const isTethered = !this.#draw.chance(0.1);
    const all = [
      ...params,
      `rcv-wnd=${receiverWindow}`,
      ...(isReliable ? [] : ['reliable=false']),
      ...(isTethered ? [] : ['tether=false']),
    ];
    const channel = `aeron:udp?${all.join('|')}`;
    this.#subscribers.push({
      host: host.name,
      program: { channel, destinations, isSpy: false, isReliable, isTethered, ...group },
    });
  }

  /** Subscribers that read a publication's log itself. */
  #addLocalSubscribers(host: HostScenario, channel: string, count: number, isSpy = false): void {
    for (let i = 0; i < count; i++) {
      const isTethered = !this.#draw.chance(0.15);
      const suffix = isTethered ? '' : `${channel.includes('?') ? '|' : '?'}tether=false`;
      this.#subscribers.push({
        host: host.name,
        program: {
          channel: channel + suffix,
          destinations: [],
          isSpy,
          isReliable: true,
          isTethered,
          isCounted: true,
          mayBeLeftBehind: false,
        },
      });
    }
  }

  #addSpies(host: HostScenario, channel: string): void {
    this.#addLocalSubscribers(host, `aeron-spy:${channel}`, this.#draw.pick([0, 0, 0, 1, 2]), true);
  }

  #flowControlParam(): string[] {
    const { flowControl } = this.#stream;
    return [`fc=${flowControl}${flowControl === 'tagged' ? `,g:${GROUP_TAG}` : ''}`];
  }

  #publicationChannel(prefix: string, params: readonly string[]): string {
    const { termLength, mtu, publicationWindow } = this.#stream;
    const all = [
      ...params,
      `term-length=${termLength / KIB}k`,
      ...(mtu === DEFAULT_IPC_MTU ? [] : [`mtu=${mtu}`]),
      ...(publicationWindow === termLength / 2 ? [] : [`pub-wnd=${publicationWindow}`]),
    ];
    return `${prefix}?${all.join('|')}`;
  }
}
