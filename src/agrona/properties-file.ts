/**
 * The entries of a Java properties file, as `java.util.Properties.load` reads them: `key=value`, `key: value`
 * or `key value`; `#` and `!` comments; a backslash at the end goes on with the next line; `\t`, `\n`, `\r`,
 * `\f`, `\uXXXX` and `\` before anything else.
 */
export function parseProperties(text: string): Map<string, string> {
  const properties = new Map<string, string>();
  for (const line of logicalLines(text)) {
    const match = /^((?:\\.|[^\\:= \t\f])*)(?:[ \t\f]*[:=][ \t\f]*|[ \t\f]+|$)(.*)$/s.exec(line);
    if (match !== null) {
      properties.set(unescaped(match[1]!), unescaped(match[2]!));
    }
  }
  return properties;
}

function logicalLines(text: string): string[] {
  const lines: string[] = [];
  let pending: string | undefined;
  for (const natural of text.split(/\r\n|\n|\r/)) {
    const line = natural.replace(/^[ \t\f]+/, '');
    if (pending === undefined && (line === '' || line.startsWith('#') || line.startsWith('!'))) {
      continue;
    }
    const joined: string = (pending ?? '') + line;
    if (endsWithOddBackslashes(line)) {
      pending = joined.slice(0, -1);
      continue;
    }
    lines.push(joined);
    pending = undefined;
  }
  if (pending !== undefined) {
    lines.push(pending);
  }
  return lines;
}

function endsWithOddBackslashes(line: string): boolean {
  return /\\*$/.exec(line)![0].length % 2 === 1;
}

const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' };

function unescaped(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(.)|$)/gs, (_, unicode?: string, character?: string) => {
    if (unicode !== undefined) {
      return String.fromCharCode(Number.parseInt(unicode, 16));
    }
    return character === undefined ? '' : (ESCAPES[character] ?? character);
  });
}
