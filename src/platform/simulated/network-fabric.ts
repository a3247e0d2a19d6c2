import { AeronError, type NetworkInterface, type SocketAddress } from '../mod.ts';
import type { HostNetwork } from './host-network.ts';
import { CLEAN_LINK, Link, type LinkFaults } from './link.ts';
import { PayloadSlab } from './payload-slab.ts';
import type { Prng } from './prng.ts';
import type { RunLoop } from './run-loop.ts';
import type { Trace } from './trace.ts';

/** A datagram under way. */
export interface Datagram {
  readonly bytes: Uint8Array;
  readonly source: SocketAddress;
  readonly to: SocketAddress;
}

/** What has happened to datagrams since the world began; a copy that arrives twice is delivered twice. */
export interface NetworkCounts {
  sent: number;
  delivered: number;
  /** By chance, by a full queue in front of a slow link, or by a link that is down. */
  lost: number;
  /** The receive buffer was full. */
  overflowed: number;
  /** No host has the address, or no socket the port. */
  unheard: number;
}

/** What connects the hosts: addresses, names, links between every two, and multicast within a segment. */
export class NetworkFabric {
  readonly counts: NetworkCounts = { sent: 0, delivered: 0, lost: 0, overflowed: 0, unheard: 0 };
  readonly payloads = new PayloadSlab();
  readonly names = new Map<string, readonly SocketAddress[]>();
  readonly #loop: RunLoop;
  readonly #trace: Trace;
  readonly #random: Prng;
  readonly #linkDefaults: LinkFaults;
  readonly #hosts: HostNetwork[] = [];
  readonly #hostByAddress = new Map<string, HostNetwork>();
  readonly #links = new Map<string, Link>();

  constructor(loop: RunLoop, trace: Trace, random: Prng, linkDefaults: Partial<LinkFaults>) {
    this.#loop = loop;
    this.#trace = trace;
    this.#random = random;
    this.#linkDefaults = { ...CLEAN_LINK, ...linkDefaults };
  }

  /** @throws AeronError ADDRESS_TAKEN when another host has one of its addresses. */
  attach(host: HostNetwork): void {
    for (const { address, isLoopback } of host.interfaces) {
      if (isLoopback) {
        continue;
      }
      const owner = this.#hostByAddress.get(address.host);
      if (owner !== undefined) {
        throw new AeronError('ADDRESS_TAKEN', `${address.host} of host ${host.name} belongs to host ${owner.name}`);
      }
      this.#hostByAddress.set(address.host, host);
    }
    this.#hosts.push(host);
  }

  /** The direction from one host to another, or to itself: its loopback, which is clean and without latency. */
  link(from: string, to: string): Link {
    const key = `${from} > ${to}`;
    let link = this.#links.get(key);
    if (link === undefined) {
      const faults = from === to ? { ...CLEAN_LINK, latencyNs: 0 } : this.#linkDefaults;
      link = new Link(this.#random.fork(key), faults);
      this.#links.set(key, link);
    }
    return link;
  }

  /** False when the sender's system refuses the datagram for now. */
  sendUnicast(from: HostNetwork, datagram: Datagram): boolean {
    const { to } = datagram;
    const target = this.#hostByAddress.get(to.host) ?? (to.isLoopback || to.isAny ? from : undefined);
    if (target !== undefined && this.link(from.name, target.name).refuses()) {
      return false;
    }
    this.#countSent(from, datagram);
    if (target === undefined) {
      this.#drop('unheard', from, datagram);
    } else {
      this.#transmit(from, target, datagram, undefined);
    }
    return true;
  }

  /** To every host that has a member on the segment of the interface. */
  sendMulticast(from: HostNetwork, via: NetworkInterface, toSelf: boolean, datagram: Datagram): boolean {
    this.#countSent(from, datagram);
    for (const target of this.#hosts) {
      if (target === from ? !toSelf : via.isLoopback) {
        continue;
      }
      const arrivesOn = target === from ? via : target.interfaceOnSegmentOf(from, via);
      if (arrivesOn !== undefined && target.hasMember(datagram.to, arrivesOn.index)) {
        this.#transmit(from, target, datagram, arrivesOn);
      }
    }
    return true;
  }

  #transmit(from: HostNetwork, target: HostNetwork, datagram: Datagram, on: NetworkInterface | undefined): void {
    const link = this.link(from.name, target.name);
    const fate = link.transmit(this.#loop.now, datagram.bytes.length);
    if (fate.lostTo !== undefined) {
      this.counts.lost++;
      this.#record(`lose by ${fate.lostTo}`, from, datagram);
    }
    for (const timeNs of fate.arrivalsNs) {
      if (timeNs <= this.#loop.now && link.inFlight === 0) {
        this.#deliver(target, datagram, on);
        continue;
      }
      link.inFlight++;
      this.#loop.schedule({
        timeNs,
        run: () => {
          link.inFlight--;
          this.#deliver(target, datagram, on);
        },
      });
    }
  }

  #deliver(target: HostNetwork, datagram: Datagram, on: NetworkInterface | undefined): void {
    const sockets = target.socketsFor(datagram.to, on);
    if (sockets.length === 0) {
      this.#drop('unheard', target, datagram);
    }
    for (const socket of sockets) {
      if (socket.enqueue(datagram)) {
        this.counts.delivered++;
        this.#record('deliver', target, datagram);
      } else {
        this.#drop('overflowed', target, datagram);
      }
    }
  }

  #countSent(from: HostNetwork, datagram: Datagram): void {
    this.counts.sent++;
    this.#record('send', from, datagram, datagram.bytes);
  }

  #drop(why: 'unheard' | 'overflowed', at: HostNetwork, datagram: Datagram): void {
    this.counts[why]++;
    this.#record(why, at, datagram);
  }

  #record(kind: string, at: HostNetwork, datagram: Datagram, bytes?: Uint8Array): void {
    const { source, to } = datagram;
    this.#trace.record(
      this.#loop.now,
      kind,
      at.name,
      `${source.key} > ${to.key} length ${datagram.bytes.length}`,
      bytes,
    );
  }
}
