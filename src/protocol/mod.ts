/**
 * # protocol
 *
 * What the client and the driver share, and all that either knows of the other.
 */
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
export { writePaddingFrame } from './padding-frame.ts';
export * as TermBlockScanner from './term-block-scanner.ts';
export * as TermGapFiller from './term-gap-filler.ts';
export type { GapHandler } from './term-gap-scanner.ts';
export * as TermGapScanner from './term-gap-scanner.ts';
export * as TermRebuilder from './term-rebuilder.ts';
export * as TermScanner from './term-scanner.ts';
export * as TermUnblocker from './term-unblocker.ts';
