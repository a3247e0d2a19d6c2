/** A term of the recording log. */
export interface TermEntry {
  readonly leadershipTermId: number;
  readonly termBaseLogPosition: number;
  /** Where it ends; -1 while it is open. */
  readonly logPosition: number;
}
