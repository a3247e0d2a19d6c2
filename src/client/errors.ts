import { AeronError } from '../agrona/mod.ts';
import { type ErrorCode, errorCodeName } from '../protocol/mod.ts';

/** The driver has refused a command. `code` is the name of `errorCode`: 'INVALID_CHANNEL', 'STORAGE_SPACE', ... */
export class RegistrationError extends AeronError {
  /** Of the command. */
  readonly correlationId: number;
  /** As it crossed from the driver: one of `ErrorCode`, or a later version's. */
  readonly errorCode: ErrorCode | number;

  constructor(correlationId: number, errorCode: number, message: string) {
    super(errorCodeName(errorCode), `correlationId=${correlationId}, errorCodeValue=${errorCode}, ${message}`);
    this.correlationId = correlationId;
    this.errorCode = errorCode;
  }
}

/** There is no driver, it gives no sign of life, or it did not answer within `driverTimeoutMs`. */
export class DriverTimeoutError extends AeronError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('DRIVER_TIMEOUT', message, options);
  }
}

/** The driver has given this client up for dead, because its keepalives did not come, and freed what it had. */
export class ClientTimeoutError extends AeronError {
  constructor(message: string) {
    super('CLIENT_TIMEOUT', message);
  }
}

/** This client was not driven for longer than the driver's client liveness timeout, so its resources may be gone. */
export class ConductorServiceTimeoutError extends AeronError {
  constructor(message: string) {
    super('CONDUCTOR_SERVICE_TIMEOUT', message);
  }
}

/** A channel of a publication or subscription had an error after it was added. Nobody called for it: it goes to the error handler. */
export class ChannelEndpointError extends AeronError {
  /** The counter that is the channel's status. */
  readonly statusIndicatorId: number;

  constructor(statusIndicatorId: number, message: string) {
    super('CHANNEL_ENDPOINT_ERROR', message);
    this.statusIndicatorId = statusIndicatorId;
  }
}
