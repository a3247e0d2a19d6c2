/**
 * Decides how long to wait before feedback (a NAK, a retransmit) is given.
 *
 * Upstream: `io.aeron.driver.FeedbackDelayGenerator`.
 */
export interface FeedbackDelayGenerator {
  /** Nanoseconds from noticing the reason for feedback to giving it the first time. */
  generateDelayNs(): number;
  /** Nanoseconds from giving feedback to giving it again while the reason stays. */
  retryDelayNs(): number;
}
