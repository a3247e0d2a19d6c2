/** A block of a document that shows a command and what it prints. */
export interface ConsoleBlock {
  /** Behind the word 'console'. */
  readonly label: string;
  /** undefined: output of an earlier command. */
  readonly command: string | undefined;
  readonly output: readonly string[];
}

/** The blocks of a document that are marked as `console`, in order. */
export function consoleBlocks(markdown: string): ConsoleBlock[] {
  return [...markdown.matchAll(/^```console *(.*)\n([\s\S]*?)^```$/gm)].map(([, label, body]) => {
    const lines = body!.trimEnd().split('\n');
    const command = lines[0]!.startsWith('$ ') ? lines.shift()!.slice(2) : undefined;
    return { label: label!, command, output: lines };
  });
}

/**
 * Matches lines like the one in the document: with other numbers, and other answers. A recording log may have entries of
 * terms before it, whose elections a busy machine has interrupted.
 */
export function patternOf(line: string): RegExp {
  const pattern = line
    .trim()
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replace(/\d+/g, '\\d+')
    .replace(/\btrue\b|\bfalse\b/g, '(true|false)')
    .replace('entries=\\[', 'entries=\\[(Entry\\{[^}]*\\}, )*');
  return new RegExp(pattern);
}
