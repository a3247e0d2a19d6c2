/**
 * The counters that every driver has, the first ones of its counters file: the id of a system counter is its
 * counter id, its registration id and the int32 of its key. Their type id is 0.
 *
 * Upstream: `io.aeron.driver.status.SystemCounterDescriptor`, `io.aeron.AeronCounters`.
 */
export const SystemCounterDescriptor = {
  BYTES_SENT: 0,
  BYTES_RECEIVED: 1,
  RECEIVER_PROXY_FAILS: 2,
  SENDER_PROXY_FAILS: 3,
  CONDUCTOR_PROXY_FAILS: 4,
  NAK_MESSAGES_SENT: 5,
  NAK_MESSAGES_RECEIVED: 6,
  STATUS_MESSAGES_SENT: 7,
  STATUS_MESSAGES_RECEIVED: 8,
  HEARTBEATS_SENT: 9,
  HEARTBEATS_RECEIVED: 10,
  RETRANSMITS_SENT: 11,
  FLOW_CONTROL_UNDER_RUNS: 12,
  FLOW_CONTROL_OVER_RUNS: 13,
  INVALID_PACKETS: 14,
  ERRORS: 15,
  SHORT_SENDS: 16,
  FREE_FAILS: 17,
  SENDER_FLOW_CONTROL_LIMITS: 18,
  UNBLOCKED_PUBLICATIONS: 19,
  UNBLOCKED_COMMANDS: 20,
  POSSIBLE_TTL_ASYMMETRY: 21,
  CONTROLLABLE_IDLE_STRATEGY: 22,
  LOSS_GAP_FILLS: 23,
  CLIENT_TIMEOUTS: 24,
  RESOLUTION_CHANGES: 25,
  CONDUCTOR_MAX_CYCLE_TIME: 26,
  CONDUCTOR_CYCLE_TIME_THRESHOLD_EXCEEDED: 27,
  SENDER_MAX_CYCLE_TIME: 28,
  SENDER_CYCLE_TIME_THRESHOLD_EXCEEDED: 29,
  RECEIVER_MAX_CYCLE_TIME: 30,
  RECEIVER_CYCLE_TIME_THRESHOLD_EXCEEDED: 31,
  NAME_RESOLVER_MAX_TIME: 32,
  NAME_RESOLVER_TIME_THRESHOLD_EXCEEDED: 33,
  AERON_VERSION: 34,
  BYTES_CURRENTLY_MAPPED: 35,
  RETRANSMITTED_BYTES: 36,
  RETRANSMIT_OVERFLOW: 37,
  ERROR_FRAMES_RECEIVED: 38,
  ERROR_FRAMES_SENT: 39,
  PUBLICATIONS_REVOKED: 40,
  PUBLICATION_IMAGES_REVOKED: 41,
  IMAGES_REJECTED: 42,
  CONTROL_PROTOCOL_VERSION: 43,
  STATUS_MESSAGES_REJECTED: 44,
  NATIVE_RESOURCE_AGENT_PROXY_FAILS: 45,
} as const;
export type SystemCounterDescriptor = (typeof SystemCounterDescriptor)[keyof typeof SystemCounterDescriptor];

/** By id; those that end in a colon go on with the version, see `systemCounterLabel`. */
const LABELS = [
  'Bytes sent',
  'Bytes received',
  'Failed offers to ReceiverProxy',
  'Failed offers to SenderProxy',
  'Failed offers to DriverConductorProxy',
  'NAKs sent',
  'NAKs received',
  'Status Messages sent',
  'Status Messages received',
  'Heartbeats sent',
  'Heartbeats received',
  'Retransmits sent',
  'Flow control under runs',
  'Flow control over runs',
  'Invalid packets',
  'Errors:',
  'Short sends',
  'Failed attempts to free log buffers',
  'Sender flow control limits, i.e. back-pressure events',
  'Unblocked Publications',
  'Unblocked Control Commands',
  'Possible TTL Asymmetry',
  'ControllableIdleStrategy status',
  'Loss gap fills',
  'Client liveness timeouts',
  'Resolution changes',
  'Conductor max cycle time doing its work in ns',
  'Conductor work cycle exceeded threshold count',
  'Sender max cycle time doing its work in ns',
  'Sender work cycle exceeded threshold count',
  'Receiver max cycle time doing its work in ns',
  'Receiver work cycle exceeded threshold count',
  'NameResolver max time in ns',
  'NameResolver exceeded threshold count',
  'Aeron software:',
  'Bytes currently mapped',
  'Retransmitted bytes',
  'Retransmit Pool Overflow count',
  'Error Frames received',
  'Error Frames sent',
  'Publications Revoked',
  'Publication Images Revoked',
  'Images rejected',
  'Control protocol version',
  'Status Messages rejected',
  'Failed offers to NativeResourceAgentProxy',
] as const;

/** As upstream labels it. `versionInfo` is what `formatVersionInfo` makes of the driver's version. */
export function systemCounterLabel(id: SystemCounterDescriptor, versionInfo: string): string {
  const label = LABELS[id];
  return label.endsWith(':') ? `${label} ${versionInfo}` : label;
}

/** 'version=1.2.3 commit=abcdef', as it stands in labels. */
export function formatVersionInfo(version: string, commit: string): string {
  return `version=${version} commit=${commit}`;
}
