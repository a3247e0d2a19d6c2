import { randomUUID } from 'node:crypto';
import { nativePlatform } from '../../src/platform/native/mod.ts';
import { CommonContext } from '../../src/protocol/mod.ts';

/** An Aeron directory that no other program has, beside the one of `AERON_DIR` or the default one. */
export function ownAeronDirectory(): string {
  const base = process.env['AERON_DIR'] ?? CommonContext.defaultAeronDirectoryName(nativePlatform().environment);
  return `${base}-${randomUUID()}`;
}
