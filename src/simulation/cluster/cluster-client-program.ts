import { AtomicBuffer } from '../../agrona/mod.ts';
import { AeronCluster } from '../../cluster/mod.ts';
import type { SimulatedProcess } from '../../platform/simulated/mod.ts';
import type { Draw } from '../draw.ts';
import { SimulatedMediaDriver } from '../simulated-media-driver.ts';
import type { ClusterStage } from './cluster-stage.ts';
import { EMPTY, type RegisterInput, type RegisterOperation } from './register-model.ts';
import { toInput } from './register-service.ts';
import type { ClusterClientScenario } from './scenario.ts';

const MS = 1_000_000;
const SECOND = 1_000 * MS;
/** After which a question counts as unanswered, and the next one is asked. */
const ANSWER_TIMEOUT_NS = 4 * SECOND;
/** For how long a question is tried to be sent. */
const SEND_TIMEOUT_NS = 2 * SECOND;
const RETRY_NS = 200 * MS;
const KEEP_ALIVE_NS = SECOND;
const EGRESS_PORT = 9900;
/** A message may be an eighth of a term of 64 KiB. */
const MAX_PADDING_LENGTH = 7000;

interface Question {
  readonly id: string;
  readonly words: readonly string[];
  readonly invokedNs: number;
  readonly deadlineNs: number;
  isSent: boolean;
}

type Connecting = ReturnType<typeof AeronCluster.asyncConnect>;

/** A client that asks one question after the other, and remembers what it was told. It never asks the same again. */
export class ClusterClientProgram {
  readonly scenario: ClusterClientScenario;
  /** Finished questions about registers. */
  readonly history: RegisterOperation[] = [];
  /** Ids of all questions that were answered. */
  readonly acknowledged: string[] = [];
  readonly #stage: ClusterStage;
  readonly #draw: Draw;
  readonly #driver: SimulatedMediaDriver;
  #process: SimulatedProcess | undefined;
  #connecting: Connecting | undefined;
  #cluster: AeronCluster | undefined;
  #question: Question | undefined;
  #lastValue: string = EMPTY;
  #nextId = 1;
  #nextAtNs = 0;
  #nextKeepAliveNs = 0;

  constructor(stage: ClusterStage, scenario: ClusterClientScenario, draw: Draw) {
    this.#stage = stage;
    this.scenario = scenario;
    this.#draw = draw;
    const host = stage.world.host(scenario.name, { addresses: [scenario.address] });
    this.#driver = SimulatedMediaDriver.launch(host);
  }

  get isAsking(): boolean {
    return this.#question !== undefined;
  }

  start(): void {
    const client = this.#driver.host.process(this.scenario.name);
    this.#process = client;
    client.run(() => this.#dutyCycle(client));
  }

  /** It comes back at once, as another session: what it had asked stays without an answer. */
  killAndRestart(): void {
    this.#process?.kill();
    this.#giveUp();
    this.#cluster = undefined;
    this.#connecting = undefined;
    this.start();
  }

  end(): void {
    this.#giveUp();
    this.#process?.kill();
    this.#driver.close();
  }

  #dutyCycle(client: SimulatedProcess): number {
    const { now } = this.#stage.world;
    if (this.#cluster === undefined) {
      return now >= this.#nextAtNs ? this.#connect(client, now) : 0;
    }
    const cluster = this.#cluster;
    const work = cluster.pollEgress();
    if (cluster.isClosed) {
      this.#stage.story.tell(`${this.scenario.name} has lost its session ${cluster.clusterSessionId}`);
      this.#cluster = undefined;
      this.#giveUp();
      this.#nextAtNs = now + RETRY_NS;
      return 1;
    }
    if (now >= this.#nextKeepAliveNs && cluster.sendKeepAlive()) {
      this.#nextKeepAliveNs = now + KEEP_ALIVE_NS;
    }
    return work + this.#ask(cluster, now);
  }

  #connect(client: SimulatedProcess, now: number): number {
    try {
      this.#connecting ??= AeronCluster.asyncConnect({
        platform: client.platform,
        aeronDirectoryName: this.#driver.aeronDirectoryName,
        clientName: this.scenario.name,
        ingressChannel: 'aeron:udp?term-length=64k',
        ingressEndpoints: this.#stage.ingressEndpoints,
        egressChannel: `aeron:udp?endpoint=${this.scenario.address}:${EGRESS_PORT}|term-length=64k`,
        egressListener: {
          onMessage: (_sessionId, _timestamp, buffer, offset, length) =>
            this.#onAnswer(buffer.getStringWithoutLength(offset, length)),
        },
        errorHandler: (error) => this.#stage.story.tell(`${this.scenario.name}: ${error}`),
      });
      this.#cluster = this.#connecting.poll();
    } catch (error) {
      this.#stage.story.tell(`${this.scenario.name} does not connect: ${(error as Error).message.slice(0, 120)}`);
      this.#connecting?.close();
      this.#connecting = undefined;
      this.#nextAtNs = now + RETRY_NS;
      return 1;
    }
    if (this.#cluster === undefined) {
      return 0;
    }
    this.#connecting = undefined;
    this.#nextAtNs = now;
    this.#stage.story.tell(
      `${this.scenario.name} has session ${this.#cluster.clusterSessionId} with leader ${this.#cluster.leaderMemberId}`,
    );
    return 1;
  }

  #ask(cluster: AeronCluster, now: number): number {
    if (this.#question === undefined) {
      if (now < this.#nextAtNs || this.#stage.isEnding) {
        return 0;
      }
      this.#question = this.#newQuestion(now);
    }
    const question = this.#question;
    if (!question.isSent) {
      question.isSent = cluster.offer(AtomicBuffer.ofString(`${question.id} ${question.words.join(' ')}`)) > 0;
      if (!question.isSent && now > question.invokedNs + SEND_TIMEOUT_NS) {
        this.#question = undefined;
      }
      return question.isSent ? 1 : 0;
    }
    if (now > question.deadlineNs) {
      this.#giveUp();
    }
    return 0;
  }

  #newQuestion(now: number): Question {
    const id = `${this.scenario.name}#${this.#nextId++}`;
    const words = this.#drawWords(id);
    const isLong = this.#draw.chance(this.#stage.scenario.longQuestions);
    const padding = isLong ? ['x'.repeat(this.#draw.between(1000, MAX_PADDING_LENGTH))] : [];
    const deadlineNs = now + ANSWER_TIMEOUT_NS;
    return { id, words: [...words, ...padding], invokedNs: now, deadlineNs, isSent: false };
  }

  #drawWords(id: string): readonly string[] {
    const draw = this.#draw;
    const key = draw.pick(this.#stage.keys);
    const value = id.replace('#', '_');
    if (draw.chance(0.08)) {
      return draw.chance(0.5) ? ['later', String(draw.between(1, 3000))] : ['tell'];
    }
    if (draw.chance(0.4)) {
      return ['get', key];
    }
    return draw.chance(0.5) ? ['put', key, value] : ['swap', key, this.#lastValue, value];
  }

  #onAnswer(text: string): void {
    const [id, output] = text.split(' ') as [string, string];
    const question = this.#question;
    if (question?.id !== id) {
      return;
    }
    this.#question = undefined;
    this.#nextAtNs = this.#stage.world.now + this.scenario.thinkNs;
    this.acknowledged.push(id);
    this.#stage.onAnswered();
    if (output !== 'ok') {
      this.#lastValue = output;
      this.#remember(question, output);
    }
  }

  /** Nobody will know what has become of the question at hand. */
  #giveUp(): void {
    const question = this.#question;
    this.#question = undefined;
    if (question?.isSent) {
      this.#remember(question, undefined);
    }
  }

  #remember({ words, invokedNs }: Question, output: string | undefined): void {
    const [kind, ...rest] = words as [string, ...string[]];
    if (kind === 'later' || kind === 'tell') {
      return;
    }
    const input: RegisterInput = toInput(kind, rest);
    const returnedNs = output === undefined ? Infinity : this.#stage.world.now;
    this.history.push({ client: this.scenario.name, input, output, invokedNs, returnedNs });
  }
}
