import { Draw } from '../draw.ts';
import type { ClusterClientProgram } from './cluster-client-program.ts';
import type { ClusterMember } from './cluster-member.ts';
import type { ClusterStage } from './cluster-stage.ts';
import { describeClusterFault } from './describe-cluster-scenario.ts';
import type { ClusterFault, Whom } from './scenario.ts';

/** Lets the faults of a scenario happen. */
export class ClusterFaultScript {
  readonly #stage: ClusterStage;
  readonly #members: readonly ClusterMember[];
  readonly #clients: readonly ClusterClientProgram[];
  readonly #draw: Draw;
  #underWay = 0;

  constructor(stage: ClusterStage, members: readonly ClusterMember[], clients: readonly ClusterClientProgram[]) {
    this.#stage = stage;
    this.#members = members;
    this.#clients = clients;
    this.#draw = Draw.seeded(stage.scenario.seed, 'fault script');
  }

  /** Whether everything that was broken for a time is whole again. */
  get isOver(): boolean {
    return this.#underWay === 0;
  }

  begin(): void {
    for (const fault of this.#stage.scenario.faults) {
      this.#for(fault.atNs, () => {
        this.#stage.story.tell(describeClusterFault(fault));
        this.#apply(fault);
      });
    }
  }

  #apply(fault: ClusterFault): void {
    const { world } = this.#stage;
    switch (fault.kind) {
      case 'kill': {
        const member = this.#member(fault.member);
        if (fault.afterOperations === 0) {
          member.kill(fault.restartAfterNs);
        } else {
          member.killAfter(fault.afterOperations, fault.restartAfterNs);
        }
        break;
      }
      case 'kill-component':
        this.#member(fault.member).killComponent(fault.component, fault.noticedAfterNs);
        break;
      case 'crash':
        this.#member(fault.member).crash(fault.restartAfterNs);
        break;
      case 'kill-all':
        for (const member of this.#members) {
          this.#for(this.#draw.real(fault.spreadNs), () =>
            fault.isCrash ? member.crash(fault.restartAfterNs) : member.kill(fault.restartAfterNs),
          );
        }
        break;
      case 'wipe':
        this.#member(fault.member).wipe(fault.restartAfterNs);
        break;
      case 'disk': {
        const member = this.#member(fault.member);
        member.disk.set(fault.faults);
        this.#for(fault.forNs, () => {
          member.disk.set({ readError: 0, writeError: 0, syncError: 0, syncLatencyNs: 0 });
          member.kill();
        });
        break;
      }
      case 'pause': {
        const member = this.#member(fault.member);
        member.pause();
        this.#for(fault.forNs, () => member.resume());
        break;
      }
      case 'slow':
        this.#slowDown(this.#member(fault.member), fault, world.now + fault.forNs);
        break;
      case 'partition':
        this.#cut(fault);
        break;
      case 'weather':
        world.setLinks(fault.links);
        this.#for(fault.forNs, () =>
          world.setLinks({ loss: 0, duplicate: 0, reorder: 0, refuse: 0, ...this.#stage.scenario.links }),
        );
        break;
      case 'kill-client':
        this.#clients[fault.client]!.killAndRestart();
    }
  }

  #slowDown(member: ClusterMember, fault: Extract<ClusterFault, { kind: 'slow' }>, untilNs: number): void {
    if (this.#stage.world.now < untilNs) {
      member.pause();
      this.#for(fault.standsNs, () => {
        member.resume();
        this.#for(fault.runsNs, () => this.#slowDown(member, fault, untilNs));
      });
    }
  }

  #cut({ member, companions, direction, forNs }: Extract<ClusterFault, { kind: 'partition' }>): void {
    const { world } = this.#stage;
    const victim = this.#member(member);
    const others = this.#draw.some(
      this.#members.filter((candidate) => candidate !== victim),
      companions,
    );
    const inside = [victim, ...others].map(({ scenario }) => scenario.name);
    const outside = this.#members.map(({ scenario }) => scenario.name).filter((name) => !inside.includes(name));
    const links = inside.flatMap((a) =>
      outside.flatMap((b) => [
        ...(direction === 'to' ? [] : [world.link(a, b)]),
        ...(direction === 'from' ? [] : [world.link(b, a)]),
      ]),
    );
    for (const link of links) {
      link.set({ isDown: true });
    }
    this.#for(forNs, () => {
      for (const link of links) {
        link.set({ isDown: false });
      }
    });
  }

  #member(whom: Whom): ClusterMember {
    const leader = this.#members.find(({ isLeader }) => isLeader);
    return whom === 'leader' ? (leader ?? this.#draw.pick(this.#members)) : this.#members[whom]!;
  }

  #for(delayNs: number, action: () => void): void {
    this.#underWay++;
    this.#stage.world.after(delayNs, () => {
      this.#underWay--;
      action();
    });
  }
}
