import {
  AeronError,
  type AtomicBuffer,
  type AtomicCounter,
  type ErrorHandler,
  type ManyToOneRingBuffer,
  type MessageHandler,
} from '../agrona/mod.ts';
import {
  ControlProtocolEvents as Command,
  ControlProtocolError,
  CorrelatedMessageFlyweight,
  type CounterMessage,
  CounterMessageFlyweight,
  type DestinationByIdMessage,
  DestinationByIdMessageFlyweight,
  type DestinationMessage,
  DestinationMessageFlyweight,
  ErrorCode,
  type GetNextAvailableSessionIdMessage,
  GetNextAvailableSessionIdMessageFlyweight,
  type PublicationMessage,
  PublicationMessageFlyweight,
  RejectImageFlyweight,
  type RejectImageMessage,
  type RemoveMessage,
  RemoveMessageFlyweight,
  RemovePublicationFlyweight,
  type RemovePublicationMessage,
  type StaticCounterMessage,
  StaticCounterMessageFlyweight,
  type SubscriptionMessage,
  SubscriptionMessageFlyweight,
  TerminateDriverFlyweight,
  type TerminateDriverMessage,
} from '../protocol/mod.ts';
import type { ClientProxy } from './client-proxy.ts';

/** As upstream: one command a duty cycle, so that a burst of them does not hold up the streams. */
const COMMAND_DRAIN_LIMIT = 1;
/** So that a client that sends nonsense of ever new content does not fill the error log. */
const MAX_DISTINCT_ERRORS_OF_A_CODE = 100;

/** What a driver can be asked for. What a method throws is answered to the client as an error. */
export interface ClientCommands {
  onAddPublication(command: PublicationMessage, isExclusive: boolean): void;
  onRemovePublication(command: RemovePublicationMessage): void;
  onAddSubscription(command: SubscriptionMessage): void;
  onRemoveSubscription(command: RemoveMessage): void;
  onAddSendDestination(command: DestinationMessage): void;
  onRemoveSendDestination(command: DestinationMessage): void;
  onRemoveSendDestinationById(command: DestinationByIdMessage): void;
  onAddRcvDestination(command: DestinationMessage): void;
  onRemoveRcvDestination(command: DestinationMessage): void;
  onAddCounter(command: CounterMessage): void;
  onAddStaticCounter(command: StaticCounterMessage): void;
  onRemoveCounter(command: RemoveMessage): void;
  onClientKeepalive(clientId: number): void;
  onClientClose(clientId: number): void;
  onRejectImage(command: RejectImageMessage): void;
  onNextAvailableSessionId(command: GetNextAvailableSessionIdMessage): void;
  onTerminateDriver(command: TerminateDriverMessage): void;
}

/**
 * Reads the commands of clients, and answers what is refused: with upstream's error code to the client,
 * counted and logged by the error handler.
 *
 * Upstream: `io.aeron.driver.ClientCommandAdapter`.
 */
export class ClientCommandAdapter {
  private readonly toDriverCommands: ManyToOneRingBuffer;
  private readonly clientProxy: ClientProxy;
  private readonly errorHandler: ErrorHandler;
  private readonly errorCounter: AtomicCounter;
  private readonly commands: ClientCommands;
  private readonly loggedMessages = new Map<ErrorCode, Set<string>>();
  private readonly messageHandler: MessageHandler = (msgTypeId, buffer, index, length) =>
    this.onMessage(msgTypeId, buffer, index, length);

  constructor(
    toDriverCommands: ManyToOneRingBuffer,
    clientProxy: ClientProxy,
    errorHandler: ErrorHandler,
    errorCounter: AtomicCounter,
    commands: ClientCommands,
  ) {
    this.toDriverCommands = toDriverCommands;
    this.clientProxy = clientProxy;
    this.errorHandler = errorHandler;
    this.errorCounter = errorCounter;
    this.commands = commands;
  }

  /** Each duty cycle. Returns how many commands there were. */
  receive(): number {
    return this.toDriverCommands.read(this.messageHandler, COMMAND_DRAIN_LIMIT);
  }

  private onMessage(msgTypeId: number, buffer: AtomicBuffer, index: number, length: number): void {
    try {
      this.dispatch(msgTypeId, buffer, index, length);
    } catch (error) {
      this.onError(correlationIdOf(msgTypeId, buffer, index, length), error);
    }
  }

  private dispatch(msgTypeId: number, buffer: AtomicBuffer, index: number, length: number): void {
    const commands = this.commands;
    switch (msgTypeId) {
      case Command.ADD_PUBLICATION:
        commands.onAddPublication(PublicationMessageFlyweight.decode(msgTypeId, buffer, index, length), false);
        break;
      case Command.ADD_EXCLUSIVE_PUBLICATION:
        commands.onAddPublication(PublicationMessageFlyweight.decode(msgTypeId, buffer, index, length), true);
        break;
      case Command.REMOVE_PUBLICATION:
        commands.onRemovePublication(RemovePublicationFlyweight.decode(msgTypeId, buffer, index, length));
        break;
      case Command.ADD_SUBSCRIPTION:
        commands.onAddSubscription(SubscriptionMessageFlyweight.decode(msgTypeId, buffer, index, length));
        break;
      case Command.REMOVE_SUBSCRIPTION:
        commands.onRemoveSubscription(RemoveMessageFlyweight.decode(msgTypeId, buffer, index, length));
        break;
      case Command.ADD_DESTINATION:
        commands.onAddSendDestination(DestinationMessageFlyweight.decode(msgTypeId, buffer, index, length));
        break;
      case Command.REMOVE_DESTINATION:
        commands.onRemoveSendDestination(DestinationMessageFlyweight.decode(msgTypeId, buffer, index, length));
        break;
      case Command.REMOVE_DESTINATION_BY_ID:
        commands.onRemoveSendDestinationById(DestinationByIdMessageFlyweight.decode(msgTypeId, buffer, index, length));
        break;
      case Command.ADD_RCV_DESTINATION:
        commands.onAddRcvDestination(DestinationMessageFlyweight.decode(msgTypeId, buffer, index, length));
        break;
      case Command.REMOVE_RCV_DESTINATION:
        commands.onRemoveRcvDestination(DestinationMessageFlyweight.decode(msgTypeId, buffer, index, length));
        break;
      case Command.ADD_COUNTER:
        commands.onAddCounter(CounterMessageFlyweight.decode(msgTypeId, buffer, index, length));
        break;
      case Command.ADD_STATIC_COUNTER:
        commands.onAddStaticCounter(StaticCounterMessageFlyweight.decode(msgTypeId, buffer, index, length));
        break;
      case Command.REMOVE_COUNTER:
        commands.onRemoveCounter(RemoveMessageFlyweight.decode(msgTypeId, buffer, index, length));
        break;
      case Command.CLIENT_KEEPALIVE:
        commands.onClientKeepalive(CorrelatedMessageFlyweight.decode(msgTypeId, buffer, index, length).clientId);
        break;
      case Command.CLIENT_CLOSE:
        commands.onClientClose(CorrelatedMessageFlyweight.decode(msgTypeId, buffer, index, length).clientId);
        break;
      case Command.REJECT_IMAGE:
        commands.onRejectImage(RejectImageFlyweight.decode(msgTypeId, buffer, index, length));
        break;
      case Command.GET_NEXT_AVAILABLE_SESSION_ID:
        commands.onNextAvailableSessionId(
          GetNextAvailableSessionIdMessageFlyweight.decode(msgTypeId, buffer, index, length),
        );
        break;
      case Command.TERMINATE_DRIVER:
        commands.onTerminateDriver(TerminateDriverFlyweight.decode(msgTypeId, buffer, index, length));
        break;
      default:
        throw new ControlProtocolError(ErrorCode.UNKNOWN_COMMAND_TYPE_ID, `command typeId=${msgTypeId}`);
    }
  }

  private onError(correlationId: number, error: unknown): void {
    const errorCode = errorCodeOf(error);
    const message = messageOf(error, errorCode);
    if (errorCode !== ErrorCode.RESOURCE_TEMPORARILY_UNAVAILABLE) {
      this.report(errorCode, message, error);
    }
    this.clientProxy.onError(correlationId, errorCode, message);
  }

  /** Counts every error, and logs it unless a client keeps inventing new ones of its kind. */
  private report(errorCode: ErrorCode, message: string, error: unknown): void {
    let logged = this.loggedMessages.get(errorCode);
    if (logged === undefined) {
      logged = new Set();
      this.loggedMessages.set(errorCode, logged);
    }
    if (logged.size < MAX_DISTINCT_ERRORS_OF_A_CODE) {
      logged.add(message);
    }
    if (logged.has(message)) {
      this.errorHandler(error);
    } else {
      this.errorCounter.increment();
    }
  }
}

/** All commands start with a client and a correlation id; 0 when this one is not long enough to have them. */
function correlationIdOf(msgTypeId: number, buffer: AtomicBuffer, index: number, length: number): number {
  if (length < CorrelatedMessageFlyweight.LENGTH) {
    return 0;
  }
  try {
    return CorrelatedMessageFlyweight.decode(msgTypeId, buffer, index, length).correlationId;
  } catch {
    return 0;
  }
}

/**
 * An AeronError named like one of the protocol's error codes is answered with it. Not CHANNEL_ENDPOINT_ERROR:
 * clients take the id beside it for that of a channel's status counter, and go on waiting for an answer.
 */
function errorCodeOf(error: unknown): ErrorCode {
  if (error instanceof ControlProtocolError) {
    return error.errorCode;
  }
  const code = AeronError.is(error) ? error.code : '';
  if (code === 'CHANNEL_ENDPOINT_ERROR') {
    return ErrorCode.GENERIC_ERROR;
  }
  return Object.hasOwn(ErrorCode, code) ? ErrorCode[code as keyof typeof ErrorCode] : ErrorCode.GENERIC_ERROR;
}

function messageOf(error: unknown, errorCode: ErrorCode): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  return errorCode === ErrorCode.GENERIC_ERROR ? `${error.name} : ${error.message}` : error.message;
}
