import type { AtomicBuffer } from '../../agrona/mod.ts';

/*
 * What every frame starts with, on the wire and in a log buffer. All fields are little-endian.
 *
 *   0        1        2        3        4        5        6        7        8
 *   +--------+--------+--------+--------+--------+--------+--------+--------+
 *   |            frame length           |version | flags  |      type       |
 *   +--------+--------+--------+--------+--------+--------+--------+--------+
 *   |  what the type asks for ...
 *
 * In a log buffer the frame length is the publication of the frame: it is written last, and negative while
 * the frame is being written.
 */
export const FRAME_LENGTH_FIELD_OFFSET = 0;
export const VERSION_FIELD_OFFSET = 4;
export const FLAGS_FIELD_OFFSET = 5;
export const TYPE_FIELD_OFFSET = 6;
export const MIN_HEADER_LENGTH = 8;

export const CURRENT_VERSION = 0;

export const HDR_TYPE_PAD = 0x00;
export const HDR_TYPE_DATA = 0x01;
export const HDR_TYPE_NAK = 0x02;
export const HDR_TYPE_SM = 0x03;
export const HDR_TYPE_ERR = 0x04;
export const HDR_TYPE_SETUP = 0x05;
export const HDR_TYPE_RTTM = 0x06;
export const HDR_TYPE_RES = 0x07;
export const HDR_TYPE_ATS_DATA = 0x08;
export const HDR_TYPE_ATS_SM = 0x09;
export const HDR_TYPE_ATS_SETUP = 0x0a;
export const HDR_TYPE_RSP_SETUP = 0x0b;
export const HDR_TYPE_EXT = 0xffff;

const TYPE_NAMES = [
  'PAD',
  'DATA',
  'NAK',
  'SM',
  'ERR',
  'SETUP',
  'RTTM',
  'RES',
  'ATS_DATA',
  'ATS_SM',
  'ATS_SETUP',
  'RSP_SETUP',
] as const;

export function frameLength(buffer: AtomicBuffer, offset: number): number {
  return buffer.getInt32(offset + FRAME_LENGTH_FIELD_OFFSET);
}

export function version(buffer: AtomicBuffer, offset: number): number {
  return buffer.getUint8(offset + VERSION_FIELD_OFFSET);
}

export function flags(buffer: AtomicBuffer, offset: number): number {
  return buffer.getUint8(offset + FLAGS_FIELD_OFFSET);
}

export function headerType(buffer: AtomicBuffer, offset: number): number {
  return buffer.getUint16(offset + TYPE_FIELD_OFFSET);
}

export function putFrameLength(buffer: AtomicBuffer, offset: number, length: number): void {
  buffer.putInt32(offset + FRAME_LENGTH_FIELD_OFFSET, length);
}

export function putFlags(buffer: AtomicBuffer, offset: number, flags: number): void {
  buffer.putInt8(offset + FLAGS_FIELD_OFFSET, flags);
}

/** Length, version, flags and type: the first 8 bytes of any frame. */
export function encodeHeader(buffer: AtomicBuffer, offset: number, length: number, flags: number, type: number): void {
  buffer.putInt32(offset + FRAME_LENGTH_FIELD_OFFSET, length);
  buffer.putInt32(offset + VERSION_FIELD_OFFSET, CURRENT_VERSION | ((flags & 0xff) << 8) | ((type & 0xffff) << 16));
}

/** 'DATA', 'SETUP', ...; 'UNKNOWN(n)' for a number that is no type of Aeron's. */
export function typeName(type: number): string {
  return type === HDR_TYPE_EXT ? 'EXT' : (TYPE_NAMES[type] ?? `UNKNOWN(${type})`);
}

/** The eight flag bits, highest first, as upstream prints them: '11000000'. */
export function flagsToString(flags: number): string {
  return (flags & 0xff).toString(2).padStart(8, '0');
}
