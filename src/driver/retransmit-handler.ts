import type { AtomicCounter } from '../agrona/mod.ts';
import type { FeedbackDelayGenerator } from './feedback-delay-generator.ts';
import type { FlowControl } from './flow-control/flow-control.ts';

/** Who can send again what was sent before: a network publication. */
export interface RetransmitSender {
  /** `length` bytes from `termOffset` in the term; refused when they are not (any more) within reach. */
  resend(termId: number, termOffset: number, length: number): void;
}

const State = { INACTIVE: 0, DELAYED: 1, LINGERING: 2 } as const;
type State = (typeof State)[keyof typeof State];

interface RetransmitAction {
  state: State;
  expiryNs: number;
  termId: number;
  termOffset: number;
  length: number;
}

/**
 * Answers NAKs of one publication: each at once or after a delay, and after that deaf for a while (linger) to
 * those who lost the same, so that a group of receivers is served once.
 *
 * With one receiver there is one action, taken over by whatever else the receiver asks for; with a group there
 * are up to `maxResend`, and when they are used up a NAK is counted and forgotten.
 *
 * Upstream: `io.aeron.driver.RetransmitHandler`.
 */
export class RetransmitHandler {
  private readonly delayGenerator: FeedbackDelayGenerator;
  private readonly lingerTimeoutGenerator: FeedbackDelayGenerator;
  private readonly hasGroupSemantics: boolean;
  private readonly retransmitOverflow: AtomicCounter;
  private readonly actions: RetransmitAction[];
  private activeCount = 0;

  constructor(
    delayGenerator: FeedbackDelayGenerator,
    lingerTimeoutGenerator: FeedbackDelayGenerator,
    hasGroupSemantics: boolean,
    maxResend: number,
    retransmitOverflow: AtomicCounter,
  ) {
    this.delayGenerator = delayGenerator;
    this.lingerTimeoutGenerator = lingerTimeoutGenerator;
    this.hasGroupSemantics = hasGroupSemantics;
    this.retransmitOverflow = retransmitOverflow;
    this.actions = Array.from({ length: hasGroupSemantics ? maxResend : 1 }, () => ({
      state: State.INACTIVE,
      expiryNs: 0,
      termId: 0,
      termOffset: 0,
      length: 0,
    }));
  }

  /** A validated NAK of `length` bytes at `termOffset`, both within the term. */
  onNak(
    termId: number,
    termOffset: number,
    length: number,
    termLength: number,
    mtuLength: number,
    flowControl: FlowControl,
    sender: RetransmitSender,
    nowNs: number,
  ): void {
    if (length === 0) {
      return;
    }
    const action = this.claimAction(termId, termOffset);
    if (action === undefined) {
      return;
    }
    action.termId = termId;
    action.termOffset = termOffset;
    action.length = flowControl.maxRetransmissionLength(termOffset, length, termLength, mtuLength);
    const delayNs = this.delayGenerator.generateDelayNs();
    if (delayNs === 0) {
      this.resend(action, sender, nowNs);
    } else {
      action.state = State.DELAYED;
      action.expiryNs = nowNs + delayNs;
    }
  }

  /** By the sender, each duty cycle. */
  processTimeouts(nowNs: number, sender: RetransmitSender): void {
    if (this.activeCount === 0) {
      return;
    }
    for (let i = 0; i < this.actions.length; i++) {
      const action = this.actions[i]!;
      if (action.state === State.INACTIVE || action.expiryNs >= nowNs) {
        continue;
      }
      if (action.state === State.DELAYED) {
        this.resend(action, sender, nowNs);
      } else {
        action.state = State.INACTIVE;
        this.activeCount--;
      }
    }
  }

  private resend(action: RetransmitAction, sender: RetransmitSender, nowNs: number): void {
    action.state = State.LINGERING;
    action.expiryNs = nowNs + this.lingerTimeoutGenerator.generateDelayNs();
    sender.resend(action.termId, action.termOffset, action.length);
  }

  /** An action for a loss that starts at `termOffset`; undefined when it is being served or none is left. */
  private claimAction(termId: number, termOffset: number): RetransmitAction | undefined {
    let available: RetransmitAction | undefined;
    for (let i = 0; i < this.actions.length; i++) {
      const action = this.actions[i]!;
      if (action.state === State.INACTIVE) {
        available ??= action;
      } else if (isCovered(action, termId, termOffset)) {
        return undefined;
      } else if (!this.hasGroupSemantics) {
        return action;
      }
    }
    if (available === undefined) {
      this.retransmitOverflow.increment();
    } else {
      this.activeCount++;
    }
    return available;
  }
}

function isCovered(action: RetransmitAction, termId: number, termOffset: number): boolean {
  return action.termId === termId && action.termOffset <= termOffset && termOffset < action.termOffset + action.length;
}
