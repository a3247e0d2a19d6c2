import { AeronError } from '../agrona/mod.ts';

/**
 * A request that the other side of the client-driver boundary refuses. `errorCode` is the number that crosses
 * the wire (`ErrorCode`); `code` is its name.
 */
export class ControlProtocolError extends AeronError {
  readonly errorCode: number;

  constructor(code: string, errorCode: number, message: string, options?: { cause?: unknown }) {
    super(code, message, options);
    this.errorCode = errorCode;
  }
}
