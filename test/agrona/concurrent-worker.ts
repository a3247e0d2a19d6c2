import { parentPort, workerData } from 'node:worker_threads';
import {
  AeronError,
  AtomicBuffer,
  AtomicCounter,
  BroadcastReceiver,
  BroadcastTransmitter,
  CopyBroadcastReceiver,
  ManyToOneRingBuffer,
} from '../../src/agrona/mod.ts';
import { nativePlatform } from '../../src/platform/native/mod.ts';
import {
  complaintAbout,
  DONE_OFFSET,
  fillMessage,
  GATE_LENGTH,
  MESSAGE_TYPE,
  READY_OFFSET,
  RECEIVING_OFFSET,
  TWO_WORDS,
  type WorkerResult,
  type WorkerTask,
} from './concurrent-task.ts';

/**
 * One thread of concurrent.test.ts. It maps the file by itself, waits at the gate until all are there, does its
 * task, and posts what it saw.
 */
const DEADLINE_NS = 120e9;
/** Values are looked at for so long, at most: where threads share a core, each turn shows one. */
const LOOKING_NS = 5e9;
const MAX_COMPLAINTS = 5;

const task = workerData as WorkerTask;
const platform = nativePlatform();
const mapping = platform.files.map(task.path);
const gate = AtomicBuffer.over(mapping, 0, GATE_LENGTH);
const buffer = AtomicBuffer.over(mapping, GATE_LENGTH);
const deadlineNs = platform.clock.nanoTime() + DEADLINE_NS;
const wrong: string[] = [];

/** Gives the core away: there are fewer of them than threads. */
function giveWay(): void {
  platform.park(1_000);
  if (platform.clock.nanoTime() > deadlineNs) {
    throw new Error(`${task.kind} ${task.id} found no end`);
  }
}

function passGate(): void {
  gate.getAndAddInt32(READY_OFFSET, 1);
  while (gate.getInt32Volatile(READY_OFFSET) < task.threads) {
    giveWay();
  }
}

/** Nobody else is done before they are. */
const producersAreDone = () => gate.getInt32Volatile(DONE_OFFSET) >= task.producers;

function produce(): void {
  const ring = new ManyToOneRingBuffer(buffer);
  const scratch = AtomicBuffer.allocate(256);
  passGate();
  for (let sequence = 0; sequence < task.count; sequence++) {
    const length = fillMessage(scratch, task.id, sequence);
    if (sequence % 5 === 0) {
      abortOne(ring, length);
    }
    while (!ring.write(MESSAGE_TYPE, scratch, 0, length)) {
      giveWay();
    }
    ring.nextCorrelationId();
  }
}

/** Claims and gives up what the consumer must never see. */
function abortOne(ring: ManyToOneRingBuffer, length: number): void {
  const index = ring.tryClaim(MESSAGE_TYPE, length);
  if (index >= 0) {
    ring.buffer.setMemory(index, length, 0xff);
    ring.abort(index);
  }
}

function consume(): number {
  const ring = new ManyToOneRingBuffer(buffer);
  const next = new Array<number>(task.producers).fill(0);
  let received = 0;
  const handler = (_type: number, source: AtomicBuffer, index: number, length: number) => {
    const producerId = source.getInt32(index);
    const sequence = source.getInt32(index + 4);
    const complaint = complaintAbout(source, index, length);
    if (complaint !== undefined || sequence !== next[producerId]) {
      wrong.push(complaint ?? `message ${sequence} of ${producerId} instead of ${next[producerId]}`);
    }
    next[producerId] = sequence + 1;
    received++;
  };
  passGate();
  while (received < task.producers * task.count && wrong.length < MAX_COMPLAINTS) {
    if (ring.read(handler, 16) === 0) {
      giveWay();
    }
  }
  return received;
}

/** Few enough that none of them is overwritten while receivers are not there yet. */
const FIRST_MESSAGES = 8;

function transmit(): void {
  const transmitter = new BroadcastTransmitter(buffer);
  const scratch = AtomicBuffer.allocate(256);
  passGate();
  for (let sequence = 0; sequence < task.count; sequence++) {
    const length = fillMessage(scratch, 0, sequence);
    transmitter.transmit(MESSAGE_TYPE, scratch, 0, length);
    if (sequence === FIRST_MESSAGES) {
      awaitReceivers();
    }
    // In the second half faster than anybody can receive.
    if (sequence % 8 === 0 && sequence < task.count / 2) {
      giveWay();
    }
  }
}

/** A receiver that the system has not yet let run would be lapped from the first message to the last. */
function awaitReceivers(): void {
  while (gate.getInt32Volatile(RECEIVING_OFFSET) < task.threads - task.producers) {
    giveWay();
  }
}

function receive(): { received: number; lapped: number } {
  const receiver = new CopyBroadcastReceiver(new BroadcastReceiver(buffer));
  let received = 0;
  let lapped = 0;
  let last = -1;
  let mayHaveGap = false;
  const handler = (_type: number, source: AtomicBuffer, index: number, length: number) => {
    const sequence = source.getInt32(index + 4);
    const complaint = complaintAbout(source, index, length);
    if (complaint !== undefined || sequence <= last || (sequence !== last + 1 && !mayHaveGap)) {
      wrong.push(complaint ?? `message ${sequence} after ${last}`);
    }
    mayHaveGap = false;
    last = sequence;
    if (++received === 1) {
      gate.getAndAddInt32(RECEIVING_OFFSET, 1);
    }
  };
  const receiveOne = (): number => {
    try {
      return receiver.receive(handler);
    } catch (error) {
      if (!AeronError.is(error) || error.code !== 'BROADCAST_LAPPED') {
        throw error;
      }
      mayHaveGap = true;
      lapped++;
      return 1;
    }
  };
  passGate();
  while (wrong.length < MAX_COMPLAINTS) {
    const isLast = producersAreDone();
    if (receiveOne() > 0) {
      continue;
    }
    if (isLast) {
      break;
    }
    giveWay();
  }
  return { received, lapped };
}

function count(): void {
  const shared = new AtomicCounter(buffer, 0);
  const own = new AtomicCounter(buffer, task.id + 1);
  passGate();
  for (let i = 0; i < task.count; i++) {
    shared.getAndAdd(i % 2 === 0 ? TWO_WORDS : -TWO_WORDS);
    shared.increment();
    own.incrementRelease();
    let value = shared.get();
    while (!shared.compareAndSet(value, value + 1)) {
      value = shared.get();
    }
  }
}

/** Until the reader has seen enough. */
function writeValues(): void {
  const counter = new AtomicCounter(buffer, 0);
  passGate();
  for (let i = 1; gate.getInt32Volatile(DONE_OFFSET) === 0; i++) {
    const value = (i % 2 ** 20) * TWO_WORDS;
    counter.setRelease(i % 64 < 32 ? value : -value);
    if (i % 4096 === 0) {
      giveWay();
    }
  }
}

function readValues(): number {
  const counter = new AtomicCounter(buffer, 0);
  let different = 0;
  let last = 0;
  passGate();
  const endNs = platform.clock.nanoTime() + LOOKING_NS;
  for (let i = 1; different < task.count && wrong.length < MAX_COMPLAINTS; i++) {
    const value = counter.get();
    if (value % TWO_WORDS !== 0) {
      wrong.push(`${value} was never written`);
    }
    different += value === last ? 0 : 1;
    last = value;
    if (i % 4096 === 0) {
      if (platform.clock.nanoTime() > endNs) {
        break;
      }
      giveWay();
    }
  }
  return different;
}

function perform(): { received?: number; lapped?: number } {
  switch (task.kind) {
    case 'produce':
      produce();
      return {};
    case 'consume':
      return { received: consume() };
    case 'transmit':
      transmit();
      return {};
    case 'receive':
      return receive();
    case 'count':
      count();
      return {};
    case 'writeValues':
      writeValues();
      return {};
    case 'readValues':
      return { received: readValues() };
  }
}

const { received = 0, lapped = 0 } = perform();
gate.getAndAddInt32(DONE_OFFSET, 1);
const result: WorkerResult = { kind: task.kind, received, lapped, wrong };
parentPort!.postMessage(result);
