export { SystemCounterDescriptor } from '../protocol/mod.ts';
