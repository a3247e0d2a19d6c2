import { darwin } from './darwin.ts';
import { linux } from './linux.ts';

/** The numbers of one operating system's C interface, for 64-bit little-endian machines. */
export interface SystemInterface {
  /** The function that gives the address of the calling thread's errno. */
  readonly errnoLocation: string;
  /** sendmmsg, recvmmsg and ppoll are there. */
  readonly hasBatchCalls: boolean;
  /** posix_fallocate is there; otherwise fcntl(F_PREALLOCATE). */
  readonly hasFallocate: boolean;

  /** PR_SET_TIMERSLACK of prctl; 0 where there is none. */
  readonly setTimerSlackOption: number;

  readonly mapShared: number;
  readonly syncSynchronously: number;
  readonly pageSizeName: number;

  readonly familyIpv6: number;
  /** struct sockaddr starts with a length byte and a family byte instead of a 16-bit family. */
  readonly addressHasLength: boolean;
  /** getifaddrs leaves the scope of a link-local address in its third and fourth byte. */
  readonly scopeInsideAddress: boolean;
  /** Added to the type given to socket() so that no child process inherits it; 0 where only fcntl can say that. */
  readonly socketCloseOnExec: number;
  readonly doNotWait: number;

  readonly udpLevel: number;
  /** The control message that has the system cut what is sent into datagrams; 0 where there is none. */
  readonly udpSegment: number;

  readonly socketLevel: number;
  readonly reuseAddress: number;
  /** Several sockets on one multicast address need this too; 0 where SO_REUSEADDR is enough. */
  readonly reusePortForMulticast: number;
  readonly sendBuffer: number;
  readonly receiveBuffer: number;
  /** getsockopt reports a buffer this many times as long as it is. */
  readonly bufferLengthFactor: number;

  readonly ipMulticastInterface: number;
  readonly ipMulticastTtl: number;
  readonly ipMulticastLoop: number;
  readonly ipAddMembership: number;
  readonly ipDropMembership: number;
  /** IP_MULTICAST_ALL and its IPv6 twin: 0 where a socket never sees groups that others joined. */
  readonly ipMulticastAll: number;
  readonly ipv6MulticastAll: number;
  readonly ipv6MulticastInterface: number;
  readonly ipv6MulticastHops: number;
  readonly ipv6MulticastLoop: number;
  readonly ipv6JoinGroup: number;
  readonly ipv6LeaveGroup: number;
  readonly ipv6Only: number;

  /** Offset of ai_addr in struct addrinfo. */
  readonly addrinfoAddressOffset: number;
  readonly interfaceSupportsMulticast: number;
}

export const system: SystemInterface = process.platform === 'darwin' ? darwin : linux;
