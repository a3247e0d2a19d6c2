/**
 * # protocol
 *
 * What the client and the driver share, and all that either knows of the other: bytes in shared memory, in
 * files and on the wire, as Aeron lays them out. Nothing here acts, waits or remembers; everything is a layout,
 * a check or arithmetic over an `AtomicBuffer`.
 *
 *     client                            shared memory                             driver        network
 *       |      commands  >   CncFile: to-driver ring buffer       >                  |
 *       |        events  <            to-clients broadcast        <                  |
 *       |      counters  <            counters, error log         <                  |
 *       |        frames  >   LogBuffers: publications/ID.logbuffer  >             sender   >  frames
 *       |        frames  <               images/ID.logbuffer        <           receiver   <  frames
 *
 * | what                      | where                                                                        |
 * |---------------------------|------------------------------------------------------------------------------|
 * | frames of the transport   | `DataHeaderFlyweight`, `SetupFlyweight`, `StatusMessageFlyweight`, `Nak...`, `Rtt...`, `Error...`, `Resolution...`; `validateFrame` first |
 * | the log                   | `LogBuffers` (the file), `LogBufferDescriptor` (layout, tails, positions), `LogParameters`, `FrameDescriptor` |
 * | algorithms over a term    | `TermScanner`, `TermBlockScanner`, `TermRebuilder`, `TermGapScanner`, `TermGapFiller`, `TermUnblocker`, `LogBufferUnblocker` |
 * | commands and events       | `ControlProtocolEvents` (ids), `ErrorCode`, `*Message`, `*Ready`, ... `Flyweight`: `encode`, `decode` |
 * | the CnC file              | `CncFile` (create, tryMap), `CncFileDescriptor`; `CommonContext` for the directory around it |
 * | channels                  | `ChannelUri`, `ChannelUriStringBuilder`, `ChannelParameters` (names)            |
 * | counters known to both    | `AeronCounters` (type ids), `SystemCounterDescriptor`, `StreamCounter`, `ChannelEndpointStatus`, `LocalSocketAddressStatus`, `HeartbeatTimestamp` |
 *
 * Namespaces hold plain functions over `(buffer, offset)`, so that nothing is allocated per frame:
 *
 *     if (validateFrame(datagram, offset, length) === FrameRefusal.NONE) {
 *       const type = HeaderFlyweight.headerType(datagram, offset);
 *       if (type === HeaderFlyweight.HDR_TYPE_NAK) {
 *         onNak(NakFlyweight.termId(datagram, offset), NakFlyweight.termOffset(datagram, offset));
 *       }
 *     }
 *
 * Tails hold a term id and an offset in one 64-bit word. They are read, or claimed from, in one access that
 * returns the offset; the term id that came with it is asked for next, before any other tail is looked at:
 *
 *     const termOffset = LogBufferDescriptor.getAndAddRawTail(metaData, partitionIndex, alignedLength);
 *     const termId = LogBufferDescriptor.rawTailTermId();
 *
 * Commands are rare and come as objects. `decode` trusts neither length nor content and throws
 * `ControlProtocolError` MALFORMED_COMMAND:
 *
 *     const command = PublicationMessageFlyweight.decode(msgTypeId, buffer, index, length);
 *     addPublication(ChannelUri.parse(command.channel), command.streamId);
 *
 * Identifiers and positions are numbers. What a peer chooses freely among 64 bits - receiver ids, group tags,
 * reserved values, registration ids of static counters - is a bigint.
 */

export * as ChannelParameters from './channel-parameters.ts';
export { ChannelUri } from './channel-uri.ts';
export { ChannelUriStringBuilder } from './channel-uri-string-builder.ts';
export { CncFile, CncNotReady } from './cnc-file.ts';
export type { CncMetaData } from './cnc-file-descriptor.ts';
export * as CncFileDescriptor from './cnc-file-descriptor.ts';
export type { ClientTimeout } from './commands/client-timeout-flyweight.ts';
export * as ClientTimeoutFlyweight from './commands/client-timeout-flyweight.ts';
export * as ControlProtocolEvents from './commands/control-protocol-events.ts';
export type { CorrelatedMessage } from './commands/correlated-message-flyweight.ts';
export * as CorrelatedMessageFlyweight from './commands/correlated-message-flyweight.ts';
export type { CounterMessage } from './commands/counter-message-flyweight.ts';
export * as CounterMessageFlyweight from './commands/counter-message-flyweight.ts';
export type { CounterUpdate } from './commands/counter-update-flyweight.ts';
export * as CounterUpdateFlyweight from './commands/counter-update-flyweight.ts';
export type { DestinationByIdMessage } from './commands/destination-by-id-message-flyweight.ts';
export * as DestinationByIdMessageFlyweight from './commands/destination-by-id-message-flyweight.ts';
export type { DestinationMessage } from './commands/destination-message-flyweight.ts';
export * as DestinationMessageFlyweight from './commands/destination-message-flyweight.ts';
export { ErrorCode, errorCodeName } from './commands/error-code.ts';
export type { ErrorResponse } from './commands/error-response-flyweight.ts';
export * as ErrorResponseFlyweight from './commands/error-response-flyweight.ts';
export type { GetNextAvailableSessionIdMessage } from './commands/get-next-available-session-id-message-flyweight.ts';
export * as GetNextAvailableSessionIdMessageFlyweight from './commands/get-next-available-session-id-message-flyweight.ts';
export type { ImageBuffersReady } from './commands/image-buffers-ready-flyweight.ts';
export * as ImageBuffersReadyFlyweight from './commands/image-buffers-ready-flyweight.ts';
export type { ImageMessage } from './commands/image-message-flyweight.ts';
export * as ImageMessageFlyweight from './commands/image-message-flyweight.ts';
export type { NextAvailableSessionId } from './commands/next-available-session-id-flyweight.ts';
export * as NextAvailableSessionIdFlyweight from './commands/next-available-session-id-flyweight.ts';
export type { OperationSucceeded } from './commands/operation-succeeded-flyweight.ts';
export * as OperationSucceededFlyweight from './commands/operation-succeeded-flyweight.ts';
export type { PublicationBuffersReady } from './commands/publication-buffers-ready-flyweight.ts';
export * as PublicationBuffersReadyFlyweight from './commands/publication-buffers-ready-flyweight.ts';
export type { PublicationErrorFrame } from './commands/publication-error-frame-flyweight.ts';
export * as PublicationErrorFrameFlyweight from './commands/publication-error-frame-flyweight.ts';
export type { PublicationMessage } from './commands/publication-message-flyweight.ts';
export * as PublicationMessageFlyweight from './commands/publication-message-flyweight.ts';
export type { RejectImageMessage } from './commands/reject-image-flyweight.ts';
export * as RejectImageFlyweight from './commands/reject-image-flyweight.ts';
export type { RemoveMessage } from './commands/remove-message-flyweight.ts';
export * as RemoveMessageFlyweight from './commands/remove-message-flyweight.ts';
export type { RemovePublicationMessage } from './commands/remove-publication-flyweight.ts';
export * as RemovePublicationFlyweight from './commands/remove-publication-flyweight.ts';
export type { StaticCounter } from './commands/static-counter-flyweight.ts';
export * as StaticCounterFlyweight from './commands/static-counter-flyweight.ts';
export type { StaticCounterMessage } from './commands/static-counter-message-flyweight.ts';
export * as StaticCounterMessageFlyweight from './commands/static-counter-message-flyweight.ts';
export type { SubscriptionMessage } from './commands/subscription-message-flyweight.ts';
export * as SubscriptionMessageFlyweight from './commands/subscription-message-flyweight.ts';
export type { SubscriptionReady } from './commands/subscription-ready-flyweight.ts';
export * as SubscriptionReadyFlyweight from './commands/subscription-ready-flyweight.ts';
export type { TerminateDriverMessage } from './commands/terminate-driver-flyweight.ts';
export * as TerminateDriverFlyweight from './commands/terminate-driver-flyweight.ts';
export * as CommonContext from './common-context.ts';
export { ControlProtocolError } from './errors.ts';
export * as FrameDescriptor from './frame-descriptor.ts';
export * as DataHeaderFlyweight from './frames/data-header-flyweight.ts';
export * as ErrorFlyweight from './frames/error-flyweight.ts';
export { describeRefusal, FrameRefusal, validateFrame } from './frames/frame-validation.ts';
export * as HeaderFlyweight from './frames/header-flyweight.ts';
export * as NakFlyweight from './frames/nak-flyweight.ts';
export * as ResolutionEntryFlyweight from './frames/resolution-entry-flyweight.ts';
export * as ResponseSetupFlyweight from './frames/response-setup-flyweight.ts';
export * as RttMeasurementFlyweight from './frames/rtt-measurement-flyweight.ts';
export * as SetupFlyweight from './frames/setup-flyweight.ts';
export * as StatusMessageFlyweight from './frames/status-message-flyweight.ts';
export * as LogBufferDescriptor from './log-buffer-descriptor.ts';
export * as LogBufferUnblocker from './log-buffer-unblocker.ts';
export { LogBuffers } from './log-buffers.ts';
export { type LogParameters, readLogParameters, writeLogParameters } from './log-parameters.ts';
export { isMulticastEndpoint, isMulticastHost } from './multicast-address.ts';
export { writePaddingFrame } from './padding-frame.ts';
export * as AeronCounters from './status/aeron-counters.ts';
export * as ChannelEndpointStatus from './status/channel-endpoint-status.ts';
export * as HeartbeatTimestamp from './status/heartbeat-timestamp.ts';
export * as LocalSocketAddressStatus from './status/local-socket-address-status.ts';
export * as StreamCounter from './status/stream-counter.ts';
export { formatVersionInfo, SystemCounterDescriptor, systemCounterLabel } from './status/system-counter-descriptor.ts';
export * as TermBlockScanner from './term-block-scanner.ts';
export * as TermGapFiller from './term-gap-filler.ts';
export type { GapHandler } from './term-gap-scanner.ts';
export * as TermGapScanner from './term-gap-scanner.ts';
export * as TermRebuilder from './term-rebuilder.ts';
export * as TermScanner from './term-scanner.ts';
export * as TermUnblocker from './term-unblocker.ts';
