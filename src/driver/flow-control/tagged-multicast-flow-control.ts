import type { AtomicBuffer } from '../../agrona/mod.ts';
import { ErrorFlyweight, StatusMessageFlyweight } from '../../protocol/mod.ts';
import type { FlowControlParameters, FlowControlParams } from './flow-control.ts';
import { MinMulticastFlowControl } from './min-multicast-flow-control.ts';

/** Receivers from before there were tags mark themselves with feedback that starts with these bytes. */
const PREFERRED_FEEDBACK = -1;
const PREFERRED_FEEDBACK_LENGTH = 4;

/**
 * The slowest receiver that carries the group tag says how far to go; those without it take what they get.
 *
 * Upstream: `io.aeron.driver.TaggedMulticastFlowControl`.
 */
export class TaggedMulticastFlowControl extends MinMulticastFlowControl {
  private readonly groupTag: bigint;

  constructor(params: FlowControlParams, parameters: FlowControlParameters) {
    super(params, parameters);
    this.groupTag = parameters.groupTag ?? params.defaults.flowControlGroupTag;
  }

  protected override isStatusMessageOfGroup(buffer: AtomicBuffer, offset: number): boolean {
    if (StatusMessageFlyweight.hasGroupTag(buffer, offset)) {
      return StatusMessageFlyweight.groupTag(buffer, offset) === this.groupTag;
    }
    return (
      StatusMessageFlyweight.asfLength(buffer, offset) >= PREFERRED_FEEDBACK_LENGTH &&
      buffer.getInt32(offset + StatusMessageFlyweight.HEADER_LENGTH) === PREFERRED_FEEDBACK
    );
  }

  protected override isErrorOfGroup(buffer: AtomicBuffer, offset: number): boolean {
    return ErrorFlyweight.hasGroupTag(buffer, offset) && ErrorFlyweight.groupTag(buffer, offset) === this.groupTag;
  }
}
