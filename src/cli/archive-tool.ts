import { readSync } from 'node:fs';
import { runArchiveTool } from '../archive/tool/mod.ts';
import { nativePlatform } from '../platform/native/mod.ts';
import type { CommandLine } from './arguments.ts';

/** `aeron archive-tool <archive-dir> <command>`: upstream's `ArchiveTool`. */
export async function archiveTool(line: CommandLine): Promise<number> {
  return runArchiveTool(nativePlatform(), line.words, {
    print: (text) => void process.stdout.write(text),
    err: console.error,
    readLine: readStandardInputLine,
  });
}

/** Blocks: the tool asks, and does nothing else meanwhile. */
function readStandardInputLine(): string | undefined {
  const bytes: number[] = [];
  const byte = new Uint8Array(1);
  while (readByte(byte)) {
    if (byte[0] === 0x0a) {
      return new TextDecoder().decode(Uint8Array.from(bytes));
    }
    bytes.push(byte[0]!);
  }
  return bytes.length === 0 ? undefined : new TextDecoder().decode(Uint8Array.from(bytes));
}

function readByte(byte: Uint8Array): boolean {
  try {
    return readSync(0, byte, 0, 1, null) === 1;
  } catch {
    return false;
  }
}
