import type { NetworkInterface, SocketAddress } from '../mod.ts';
import { libc } from './libc.ts';
import { NativeMemory } from './native-memory.ts';
import { system } from './system.ts';
import { systemError } from './system-error.ts';

const LEVEL_IPV4 = 0;
const LEVEL_IPV6 = 41;
const ENOBUFS_CODE = 'ENOBUFS';

/** setsockopt and getsockopt on one socket, which errors name by `subject`. */
export class SocketOptions {
  private readonly fd: number;
  private readonly family: 4 | 6;
  private readonly subject: string;
  private readonly memory = new NativeMemory(32);
  private readonly words = new Int32Array(this.memory.arrayBuffer);
  private readonly bytes = new Uint8Array(this.memory.arrayBuffer);

  constructor(fd: number, family: 4 | 6, subject: string) {
    this.fd = fd;
    this.family = family;
    this.subject = subject;
  }

  reuseAddress(multicast: boolean): void {
    this.#setInt('reuse the address of', system.socketLevel, system.reuseAddress, 1);
    if (multicast && system.reusePortForMulticast !== 0) {
      this.#setInt('reuse the port of', system.socketLevel, system.reusePortForMulticast, 1);
    }
  }

  /** An IPv6 socket also serves IPv4 peers, as Java's do. */
  acceptBothFamilies(): void {
    this.#setInt('accept IPv4 on', LEVEL_IPV6, system.ipv6Only, 0);
  }

  /** Datagrams to a group reach only the sockets that joined it. */
  receiveJoinedGroupsOnly(): void {
    const [level, name] =
      this.family === 4 ? [LEVEL_IPV4, system.ipMulticastAll] : [LEVEL_IPV6, system.ipv6MulticastAll];
    if (name !== 0) {
      this.words[0] = 0;
      libc().setsockopt(this.fd, level, name, this.memory.address, 4);
    }
  }

  /** The system may give less than `length`: `bufferLength` tells. */
  setBufferLength(direction: 'receive' | 'send', length: number): void {
    const name = direction === 'receive' ? system.receiveBuffer : system.sendBuffer;
    try {
      this.#setInt(`set the ${direction} buffer length of`, system.socketLevel, name, length);
    } catch (error) {
      if ((error as { code?: string }).code !== ENOBUFS_CODE) {
        throw error;
      }
    }
  }

  bufferLength(direction: 'receive' | 'send'): number {
    const name = direction === 'receive' ? system.receiveBuffer : system.sendBuffer;
    const { address } = this.memory;
    this.words[4] = 4;
    if (libc().getsockopt(this.fd, system.socketLevel, name, address, address + 16) !== 0) {
      throw systemError('ask for the buffer length of', this.subject);
    }
    return this.words[0]! / system.bufferLengthFactor;
  }

  setMulticastInterface(on: NetworkInterface): void {
    if (this.family === 4) {
      this.#setGroupRequest(undefined, on);
      this.#set('send multicast from', `${on.name} on ${this.subject}`, LEVEL_IPV4, system.ipMulticastInterface, 12);
    } else {
      this.#setInt('send multicast from', LEVEL_IPV6, system.ipv6MulticastInterface, on.index);
    }
  }

  setMulticastTtl(ttl: number): void {
    if (this.family === 4) {
      this.#setInt(`set the multicast TTL ${ttl} of`, LEVEL_IPV4, system.ipMulticastTtl, ttl);
    } else {
      this.#setInt(`set the multicast hops ${ttl} of`, LEVEL_IPV6, system.ipv6MulticastHops, ttl);
    }
  }

  setMulticastLoopback(enabled: boolean): void {
    if (this.family === 4) {
      this.#setInt('set multicast loopback of', LEVEL_IPV4, system.ipMulticastLoop, enabled ? 1 : 0);
    } else {
      this.#setInt('set multicast loopback of', LEVEL_IPV6, system.ipv6MulticastLoop, enabled ? 1 : 0);
    }
  }

  joinGroup(group: SocketAddress, on: NetworkInterface | undefined): void {
    this.#changeMembership('join', group, on, system.ipAddMembership, system.ipv6JoinGroup);
  }

  leaveGroup(group: SocketAddress, on: NetworkInterface | undefined): void {
    this.#changeMembership('leave', group, on, system.ipDropMembership, system.ipv6LeaveGroup);
  }

  #changeMembership(
    verb: string,
    group: SocketAddress,
    on: NetworkInterface | undefined,
    ipv4Name: number,
    ipv6Name: number,
  ): void {
    const subject = `${group.host}${on === undefined ? '' : ` on ${on.name}`} with ${this.subject}`;
    if (group.family === 4) {
      this.#setGroupRequest(group, on);
      this.#set(verb, subject, LEVEL_IPV4, ipv4Name, 12);
    } else {
      // struct ipv6_mreq { u8 group[16]; u32 interface }
      this.bytes.set(group.bytes, 0);
      this.words[4] = on?.index ?? group.scopeId;
      this.#set(verb, subject, LEVEL_IPV6, ipv6Name, 20);
    }
  }

  /** struct ip_mreqn { u8 group[4]; u8 address[4]; i32 interface } */
  #setGroupRequest(group: SocketAddress | undefined, on: NetworkInterface | undefined): void {
    this.words.fill(0, 0, 3);
    if (group !== undefined) {
      this.bytes.set(group.bytes, 0);
    }
    if (on !== undefined) {
      if (on.address.family === 4) {
        this.bytes.set(on.address.bytes, 4);
      }
      this.words[2] = on.index;
    }
  }

  #setInt(operation: string, level: number, name: number, value: number): void {
    this.words[0] = value;
    this.#set(operation, this.subject, level, name, 4);
  }

  #set(operation: string, subject: string, level: number, name: number, length: number): void {
    if (libc().setsockopt(this.fd, level, name, this.memory.address, length) !== 0) {
      throw systemError(operation, subject);
    }
  }
}
