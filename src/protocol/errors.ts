import { AeronError } from '../agrona/mod.ts';
import { type ErrorCode, errorCodeName } from './commands/error-code.ts';

/**
 * A request that the driver refuses, on either side of the boundary. `errorCode` is the number that crosses it
 * and `code` its name.
 */
export class ControlProtocolError extends AeronError {
  readonly errorCode: ErrorCode;

  constructor(errorCode: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(errorCodeName(errorCode), message, options);
    this.errorCode = errorCode;
  }
}
