import type { SystemInterface } from './system.ts';

/** Linux on x64 and arm64, glibc and musl. */
export const linux: SystemInterface = {
  errnoLocation: '__errno_location',
  hasBatchCalls: true,
  hasFallocate: true,

  setTimerSlackOption: 29,

  mapShared: 0x1,
  syncSynchronously: 0x4,
  pageSizeName: 30,

  familyIpv6: 10,
  addressHasLength: false,
  scopeInsideAddress: false,
  socketCloseOnExec: 0x80000,
  doNotWait: 0x40,

  udpLevel: 17,
  udpSegment: 103,

  socketLevel: 1,
  reuseAddress: 2,
  reusePortForMulticast: 0,
  sendBuffer: 7,
  receiveBuffer: 8,
  bufferLengthFactor: 2,

  ipMulticastInterface: 32,
  ipMulticastTtl: 33,
  ipMulticastLoop: 34,
  ipAddMembership: 35,
  ipDropMembership: 36,
  ipMulticastAll: 49,
  ipv6MulticastAll: 29,
  ipv6MulticastInterface: 17,
  ipv6MulticastHops: 18,
  ipv6MulticastLoop: 19,
  ipv6JoinGroup: 20,
  ipv6LeaveGroup: 21,
  ipv6Only: 26,

  addrinfoAddressOffset: 24,
  interfaceSupportsMulticast: 0x1000,
};
