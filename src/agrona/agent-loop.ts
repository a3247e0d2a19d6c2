import type { AgentInvoker } from './agent-invoker.ts';
import type { IdleStrategy } from './idle-strategy.ts';

interface Member {
  readonly invoker: AgentInvoker;
  /** It is on the call stack: it waits, and the others run meanwhile. */
  isBusy: boolean;
}

/**
 * Several components in one thread, each by its invoker: a whole node without a hop between threads.
 *
 * What makes it more than a `CompositeAgent` is waiting. A component that has to wait in its start-up or in a
 * snapshot asks `idleStrategy`, and that gives all the others a turn; an agent that is already on the call stack
 * is not entered again. Only when none of them has anything to do does the thread idle.
 *
 *     const driver = MediaDriver.launch({ threadingMode: 'INVOKER' });
 *     const loop = new AgentLoop(driver.newIdleStrategy());
 *     loop.add(driver.sharedAgentInvoker!);
 *     loop.add(Archive.launch({ threadingMode: 'INVOKER', idleStrategy: loop.idleStrategy }).invoker!);
 *     loop.run(() => isToldToStop);
 *
 * Add what others depend on first: rounds go in that order, and closing in the opposite one. Of two components
 * that wait, the one that began last must not need the other: that one is below it on the call stack.
 */
export class AgentLoop {
  /** For the components: `idle(0)` gives every other component a turn, and sleeps when none had work. */
  readonly idleStrategy: IdleStrategy;
  private readonly threadIdleStrategy: IdleStrategy;
  private readonly members: Member[] = [];
  private isClosed = false;

  /** @param threadIdleStrategy how the thread idles when nobody has work */
  constructor(threadIdleStrategy: IdleStrategy) {
    this.threadIdleStrategy = threadIdleStrategy;
    this.idleStrategy = {
      alias: 'agent-loop',
      idle: (workCount) => {
        if (workCount <= 0) {
          this.threadIdleStrategy.idle(this.doWork());
        }
      },
      reset: () => this.threadIdleStrategy.reset(),
    };
  }

  /** Starts the agent, unless it has been, while the others go on; from then on it has its turn in each round. */
  add(invoker: AgentInvoker): void {
    const member = { invoker, isBusy: true };
    this.members.push(member);
    try {
      invoker.start();
    } finally {
      member.isBusy = false;
    }
  }

  /** Whether the loop and all its agents run: none has failed to start, terminated or been closed. */
  get isRunning(): boolean {
    return !this.isClosed && this.members.every(({ invoker }) => invoker.isRunning);
  }

  /** One round: every agent that is not on the call stack. Returns how much work there was. */
  doWork(): number {
    let workCount = 0;
    for (let i = 0; i < this.members.length; i++) {
      const member = this.members[i]!;
      if (!member.isBusy) {
        member.isBusy = true;
        try {
          workCount += member.invoker.invoke();
        } finally {
          member.isBusy = false;
        }
      }
    }
    return workCount;
  }

  /** Gives the loop the current thread until an agent ends, or `shouldStop` (asked every round) says so; then closes all. */
  run(shouldStop?: () => boolean): void {
    while (this.isRunning && shouldStop?.() !== true) {
      this.threadIdleStrategy.idle(this.doWork());
    }
    this.close();
  }

  /** Closes every agent, the last one first; what a closing agent waits for goes on meanwhile. */
  close(): void {
    if (this.isClosed) {
      return;
    }
    this.isClosed = true;
    for (let member = this.members.at(-1); member !== undefined; member = this.members.at(-1)) {
      member.isBusy = true;
      member.invoker.close();
      this.members.pop();
    }
  }
}
