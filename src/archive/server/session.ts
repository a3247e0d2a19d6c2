/** Something that goes on over many duty cycles and then ends. Upstream: `io.aeron.archive.Session`. */
export interface Session {
  readonly sessionId: number;
  /** It has nothing more to do and is to be closed. */
  readonly isDone: boolean;
  /** Its share of a duty cycle; returns how much there was to do. */
  doWork(): number;
  /** Asks it to end early. */
  abort(reason: string): void;
  /** Gives back what it has. Called once, by the worker. */
  close(): void;
}
