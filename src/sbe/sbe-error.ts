/**
 * What is wrong with a schema, an encoded message or its use. `code` is `SBE_SCHEMA`, `SBE_XML` or `SBE_RANGE`.
 * (The room stands below `platform`, hence an error of its own.)
 */
export class SbeError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'SbeError';
    this.code = code;
  }
}
