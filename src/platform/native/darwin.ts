import type { SystemInterface } from './system.ts';

/** macOS on x64 and arm64. */
export const darwin: SystemInterface = {
  errnoLocation: '__error',
  hasBatchCalls: false,
  hasFallocate: false,

  setTimerSlackOption: 0,

  mapShared: 0x1,
  syncSynchronously: 0x10,
  pageSizeName: 29,

  familyIpv6: 30,
  addressHasLength: true,
  scopeInsideAddress: true,
  socketCloseOnExec: 0,
  doNotWait: 0x80,

  udpLevel: 17,
  udpSegment: 0,

  socketLevel: 0xffff,
  reuseAddress: 0x4,
  reusePortForMulticast: 0x200,
  sendBuffer: 0x1001,
  receiveBuffer: 0x1002,
  bufferLengthFactor: 1,

  ipMulticastInterface: 9,
  ipMulticastTtl: 10,
  ipMulticastLoop: 11,
  ipAddMembership: 12,
  ipDropMembership: 13,
  ipMulticastAll: 0,
  ipv6MulticastAll: 0,
  ipv6MulticastInterface: 9,
  ipv6MulticastHops: 10,
  ipv6MulticastLoop: 11,
  ipv6JoinGroup: 12,
  ipv6LeaveGroup: 13,
  ipv6Only: 27,

  addrinfoAddressOffset: 32,
  interfaceSupportsMulticast: 0x8000,
};
