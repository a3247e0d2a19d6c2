/** What the URI of a publication asks for, with the driver's defaults where it is silent. */
export interface PublicationParams {
  readonly lingerTimeoutNs: number;
  /** `tags=,<entity tag>`; undefined without one. */
  readonly entityTag: number;
  readonly untetheredWindowLimitTimeoutNs: number;
  readonly untetheredLingerTimeoutNs: number;
  readonly untetheredRestingTimeoutNs: number;
  readonly termLength: number;
  readonly mtuLength: number;
  /** Bytes that the publisher may be ahead of its consumers. */
  readonly publicationWindowLength: number;
  readonly initialTermId: number;
  readonly termId: number;
  readonly termOffset: number;
  /** Term and offset were given: the stream does not start at position 0. */
  readonly hasPosition: boolean;
  readonly sessionId: number;
  readonly isSessionIdTagged: boolean;
  readonly maxResend: number;
  readonly signalEos: boolean;
  readonly isSparse: boolean;
  readonly spiesSimulateConnection: boolean;
  readonly isResponse: boolean;
  /** -1 without one. */
  readonly responseCorrelationId: number;
}
