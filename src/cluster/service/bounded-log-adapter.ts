import type { AtomicBuffer } from '../../agrona/mod.ts';
import {
  ControlledFragmentAction,
  type Header,
  type Image,
  ImageControlledFragmentAssembler,
} from '../../client/mod.ts';
import {
  ClusterActionRequestDecoder,
  MessageHeaderDecoder,
  NewLeadershipTermEventDecoder,
  SessionCloseEventDecoder,
  SessionMessageHeaderDecoder,
  SessionOpenEventDecoder,
  TimerEventDecoder,
} from '../codecs/mod.ts';
import { SESSION_HEADER_LENGTH } from './client-session.ts';
import { checkSchema } from './service-adapter.ts';
import type { ServiceLogHandler } from './service-log-handler.ts';

const { CONTINUE } = ControlledFragmentAction;
/** Template and schema as they stand side by side in front of a message: what nearly all of a log is. */
const SESSION_MESSAGE_KIND = SessionMessageHeaderDecoder.TEMPLATE_ID | (SessionMessageHeaderDecoder.SCHEMA_ID << 16);
const KIND_OFFSET = 2;
const SESSION_ID_OFFSET = MessageHeaderDecoder.ENCODED_LENGTH + 8;
const TIMESTAMP_OFFSET = SESSION_ID_OFFSET + 8;
const TWO_32 = 2 ** 32;

/**
 * Reads the log as far as it is committed, and no further than the consensus module has said. Whether the log is
 * replayed or live, it is the same.
 *
 * Upstream: `io.aeron.cluster.service.BoundedLogAdapter`.
 */
export class BoundedLogAdapter {
  /** undefined between two logs. */
  image: Image | undefined;
  maxLogPosition = 0;
  private readonly handler: ServiceLogHandler;
  private readonly fragmentLimit: number;
  private readonly messageHeader = new MessageHeaderDecoder();
  private readonly timerEvent = new TimerEventDecoder();
  private readonly openEvent = new SessionOpenEventDecoder();
  private readonly closeEvent = new SessionCloseEventDecoder();
  private readonly actionRequest = new ClusterActionRequestDecoder();
  private readonly newLeadershipTermEvent = new NewLeadershipTermEventDecoder();
  /** One for all logs: a message may begin in a replay and end in the log of the leader. */
  private readonly assembler = new ImageControlledFragmentAssembler((buffer, offset, length, header) =>
    this.onMessage(buffer, offset, length, header),
  );

  constructor(handler: ServiceLogHandler, fragmentLimit: number) {
    this.handler = handler;
    this.fragmentLimit = fragmentLimit;
  }

  /** Reads from an image whose position is where the last log ended. */
  join(image: Image, maxLogPosition: number): void {
    this.image = image;
    this.maxLogPosition = maxLogPosition;
  }

  /** Fragments read; only those that begin before `limit`. */
  poll(limit: number): number {
    return this.image!.boundedControlledPoll(this.assembler.onFragment, limit, this.fragmentLimit);
  }

  get isDone(): boolean {
    const image = this.image!;
    return image.position >= this.maxLogPosition || image.isEndOfStream || image.isClosed;
  }

  close(): void {
    this.image?.subscription.close();
    this.image = undefined;
  }

  private onMessage(buffer: AtomicBuffer, offset: number, length: number, header: Header): ControlledFragmentAction {
    const { view } = buffer;
    if (view.getInt32(offset + KIND_OFFSET, true) === SESSION_MESSAGE_KIND) {
      // As words: a bigint for the id of a session is not for free.
      const idOffset = offset + SESSION_ID_OFFSET;
      this.handler.onSessionMessage(
        header.position,
        view.getInt32(idOffset + 4, true) * TWO_32 + view.getUint32(idOffset, true),
        view.getBigInt64(offset + TIMESTAMP_OFFSET, true),
        buffer,
        offset + SESSION_HEADER_LENGTH,
        length - SESSION_HEADER_LENGTH,
        header,
      );
      return CONTINUE;
    }
    return this.onOtherMessage(buffer, offset, header);
  }

  private onOtherMessage(buffer: AtomicBuffer, offset: number, header: Header): ControlledFragmentAction {
    const messageHeader = this.messageHeader.wrap(buffer, offset);
    checkSchema(messageHeader.schemaId());
    const bodyOffset = offset + MessageHeaderDecoder.ENCODED_LENGTH;
    const blockLength = messageHeader.blockLength();
    const version = messageHeader.version();
    const { handler } = this;
    switch (messageHeader.templateId()) {
      case TimerEventDecoder.TEMPLATE_ID: {
        const event = this.timerEvent.wrap(buffer, bodyOffset, blockLength, version);
        handler.onTimerEvent(header.position, event.correlationId(), event.timestamp());
        return CONTINUE;
      }
      case SessionOpenEventDecoder.TEMPLATE_ID:
        return handler.onSessionOpen(header.position, this.openEvent.wrap(buffer, bodyOffset, blockLength, version));
      case SessionCloseEventDecoder.TEMPLATE_ID:
        handler.onSessionClose(header.position, this.closeEvent.wrap(buffer, bodyOffset, blockLength, version));
        return CONTINUE;
      case ClusterActionRequestDecoder.TEMPLATE_ID:
        handler.onServiceAction(this.actionRequest.wrap(buffer, bodyOffset, blockLength, version));
        return CONTINUE;
      case NewLeadershipTermEventDecoder.TEMPLATE_ID:
        handler.onNewLeadershipTermEvent(this.newLeadershipTermEvent.wrap(buffer, bodyOffset, blockLength, version));
        return CONTINUE;
      default:
        return CONTINUE;
    }
  }
}
