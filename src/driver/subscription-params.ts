/** 'infer' leaves it to what is seen: a multicast address, or the group flag of a setup frame. */
export type InferableBoolean = 'true' | 'false' | 'infer';

/** What the URI of a subscription asks for, with the driver's defaults where it is silent. */
export interface SubscriptionParams {
  readonly hasSessionId: boolean;
  readonly sessionId: number;
  readonly isReliable: boolean;
  readonly isRejoin: boolean;
  readonly isSparse: boolean;
  readonly isTether: boolean;
  readonly isResponse: boolean;
  readonly group: InferableBoolean;
  /** Bytes. */
  readonly receiverWindowLength: number;
  readonly untetheredWindowLimitTimeoutNs: number;
  readonly untetheredLingerTimeoutNs: number;
  readonly untetheredRestingTimeoutNs: number;
}
