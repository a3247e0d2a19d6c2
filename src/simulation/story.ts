/** One thing that happened in a run, in words. */
export interface StoryLine {
  /** Virtual time. */
  readonly timeNs: number;
  readonly text: string;
}

/** What happened in a run that a person would want to know, in order. */
export class Story {
  readonly lines: StoryLine[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  tell(text: string): void {
    this.lines.push({ timeNs: this.#now(), text });
  }
}

/** '   1.234567 s  the link broke' */
export function formatStoryLine(line: StoryLine): string {
  return `${(line.timeNs / 1e9).toFixed(6).padStart(12)} s  ${line.text}`;
}
