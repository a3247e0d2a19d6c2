const BYTES_A_ROW = 16;
const RULE = `+--------+${'-'.repeat(49)}+${'-'.repeat(16)}+`;
const HEAD = [`         +${'-'.repeat(49)}+`, '         |  0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f |', RULE];

/** Rows of 16 bytes, in hexadecimal and as far as they can be printed. Upstream: `PrintBufferUtil.prettyHexDump`. */
export function formatHexDump(bytes: Uint8Array, offset: number, length: number): string {
  if (length === 0) {
    return '';
  }
  const rows: string[] = [];
  for (let at = 0; at < length; at += BYTES_A_ROW) {
    const row = bytes.subarray(offset + at, offset + Math.min(length, at + BYTES_A_ROW));
    const hex = Array.from(row, (byte) => ` ${byte.toString(16).padStart(2, '0')}`).join('');
    const text = Array.from(row, printable).join('');
    rows.push(`|${at.toString(16).padStart(8, '0')}|${hex.padEnd(48)} |${text.padEnd(BYTES_A_ROW)}|`);
  }
  return [...HEAD, ...rows, RULE].join('\n');
}

function printable(byte: number): string {
  return byte > 0x1f && byte < 0x7f ? String.fromCharCode(byte) : '.';
}
