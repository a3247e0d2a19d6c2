/** Why the driver refused a command, as it crosses to the client. Values and names are upstream's. */
export const ErrorCode = {
  UNUSED: 0,
  INVALID_CHANNEL: 1,
  UNKNOWN_SUBSCRIPTION: 2,
  UNKNOWN_PUBLICATION: 3,
  CHANNEL_ENDPOINT_ERROR: 4,
  UNKNOWN_COUNTER: 5,
  UNKNOWN_COMMAND_TYPE_ID: 6,
  MALFORMED_COMMAND: 7,
  NOT_SUPPORTED: 8,
  UNKNOWN_HOST: 9,
  RESOURCE_TEMPORARILY_UNAVAILABLE: 10,
  GENERIC_ERROR: 11,
  STORAGE_SPACE: 12,
  IMAGE_REJECTED: 13,
  PUBLICATION_REVOKED: 14,
  /** A number that this version has no name for. */
  UNKNOWN_CODE_VALUE: -1,
} as const;
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

const NAMES = new Map<number, keyof typeof ErrorCode>(
  Object.entries(ErrorCode).map(([name, value]) => [value, name as keyof typeof ErrorCode]),
);

/** 'INVALID_CHANNEL', ...; 'UNKNOWN_CODE_VALUE' for a number without a name. */
export function errorCodeName(value: number): keyof typeof ErrorCode {
  return NAMES.get(value) ?? 'UNKNOWN_CODE_VALUE';
}
