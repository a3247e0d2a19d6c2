/**
 * # protocol
 *
 * What the client and the driver share, and all that either knows of the other.
 */
export { ControlProtocolError } from './errors.ts';
export * as FrameDescriptor from './frame-descriptor.ts';
export * as DataHeaderFlyweight from './frames/data-header-flyweight.ts';
export * as HeaderFlyweight from './frames/header-flyweight.ts';
export * as LogBufferDescriptor from './log-buffer-descriptor.ts';
