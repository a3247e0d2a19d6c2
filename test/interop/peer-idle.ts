/** Turns with nothing to do before a peer begins to sleep, so that many of them get along on a few cores. */
const EAGER_TURNS = 200;

/** Gives the event loop a turn, and the machine a rest when there was no work for a while. */
export class Idle {
  #turns = 0;

  turn(workCount: number): Promise<void> {
    this.#turns = workCount > 0 ? 0 : this.#turns + 1;
    return new Promise((resolve) => {
      if (this.#turns < EAGER_TURNS) {
        setImmediate(resolve);
      } else {
        setTimeout(resolve, 1);
      }
    });
  }
}
