import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { freePort } from '../ports.ts';
import type { Child } from './child.ts';
import { SHORT_LIVES } from './lives.ts';
import { type Options, Stage } from './stage.ts';

const LIVE_MS = 180_000;
/** Where the samples would spin for a better latency, they shall leave the few cores of a test to others. */
const PATIENT = { 'aeron.sample.idleStrategy': 'org.agrona.concurrent.BackoffIdleStrategy' };

describe("upstream's samples on our driver", () => {
  let stage = new Stage();
  let directory = '';
  let driver: Child;
  let channel = '';
  let folder = '';

  beforeEach(async () => {
    stage = new Stage();
    directory = stage.directory();
    channel = `aeron:udp?endpoint=localhost:${freePort()}`;
    folder = join(stage.directory(), '..');
    driver = await stage.driver('typescript', directory, {
      properties: {
        ...SHORT_LIVES,
        'aeron.driver.termination.validator': 'io.aeron.driver.DefaultAllowTerminationValidator',
      },
    });
  });
  afterEach(() => stage.clear());

  const sample = (name: string, properties: Options = {}, args: readonly string[] = []) =>
    stage.java(`io.aeron.samples.${name}`, args, {
      'aeron.dir': directory,
      'aeron.sample.channel': channel,
      ...PATIENT,
      ...properties,
    });
  /** Runs a program that ends by itself and returns what it printed. */
  const outputOf = async (name: string, properties: Options = {}, args: readonly string[] = []) => {
    const child = sample(name, properties, args);
    assert.equal(await child.exit(), 0, child.output);
    return child.output;
  };

  it('BasicPublisher and BasicSubscriber, as AeronStat, StreamStat, BacklogStat and ErrorStat see them', {
    timeout: LIVE_MS,
  }, async () => {
    const subscriber = sample('BasicSubscriber');
    const publisher = sample('BasicPublisher', { 'aeron.sample.messages': 1000 });
    await subscriber.line(
      /^Available image on .* streamId=1001 sessionId=-?\d+ mtu=1408 term-length=16777216 from 127/,
    );
    await subscriber.line(/<<Hello World! 1>>$/);

    const counters = await outputOf('AeronStat', {}, ['watch=false']);
    assert.match(counters, new RegExp(`Aeron Stat \\(CnC v0\\.2\\.0\\), pid ${driver.pid}, heartbeat age -?\\d+ms`));
    for (const name of [
      'pub-lmt',
      'pub-pos (concurrent)',
      'snd-pos',
      'snd-lmt',
      'rcv-hwm',
      'rcv-pos',
      'sub-pos',
      'snd-channel',
      'rcv-channel',
    ]) {
      assert.ok(counters.includes(` - ${name}: `), `no ${name} in\n${counters}`);
    }
    assert.match(counters, /\d+: +\d+ - Bytes sent/);

    const streams = await outputOf('StreamStat');
    const stream = streams.split('\n').find((line) => line.includes(`streamId=1001 channel=${channel} :`));
    for (const name of ['pub-lmt', 'snd-pos', 'rcv-pos', 'sub-pos']) {
      assert.match(stream ?? '', new RegExp(` ${name}:\\d+:\\d+`), streams);
    }

    const backlogs = await outputOf('BacklogStat');
    assert.match(backlogs, /for publisher \d+ the last sampled position is \d+/);
    assert.match(backlogs, /receiver \d+ is at position \d+/);

    assert.match(await outputOf('ErrorStat'), /^0 distinct errors observed\.$/m);

    await publisher.kill('SIGTERM');
    await subscriber.line(/^Unavailable image on /);
    await subscriber.kill('SIGTERM');
    assert.match(subscriber.output, /^Shutting down\.\.\.$/m);
  });

  it('ErrorStat shows what went wrong', { timeout: LIVE_MS }, async () => {
    const publisher = sample('BasicPublisher', { 'aeron.sample.channel': 'aeron:udp?endpoint=localhost:0' });
    assert.notEqual(await publisher.exit(), 0);
    assert.match(publisher.output, /RegistrationException: ERROR - .*port=0.*errorCodeValue=1$/m);
    const errors = await outputOf('ErrorStat');
    assert.match(errors, /^1 observations from /m);
    assert.match(errors, /^1 distinct errors observed\.$/m);
  });

  it('Ping and Pong', { timeout: LIVE_MS }, async () => {
    const properties = {
      'aeron.sample.ping.channel': channel,
      'aeron.sample.pong.channel': `aeron:udp?endpoint=localhost:${freePort()}`,
      'aeron.sample.messages': 200,
      'aeron.sample.warmup.messages': 10,
      'aeron.sample.warmup.iterations': 2,
    };
    const pong = sample('Pong', properties);
    const ping = sample('Ping', properties);
    await ping.line(/^Histogram of RTT latencies in microseconds\.$/);
    await ping.line(/Total count {4}= +200\]/);
    ping.type('n\n');
    assert.equal(await ping.exit(), 0, ping.output);
    await pong.line(/^Unavailable image on /);
  });

  it('StreamingPublisher and RateSubscriber', { timeout: LIVE_MS }, async () => {
    const subscriber = sample('RateSubscriber');
    await subscriber.line(/^Subscribing to /);
    const publisher = sample('StreamingPublisher', {
      'aeron.sample.messages': 500_000,
      'aeron.sample.messageLength': 288,
    });
    await publisher.line(/^Done streaming\. Back pressure ratio /);
    // 500,000 messages of 288 bytes, counted when the rate is reported next.
    await subscriber.line(/ totals 500000 messages 137 MB$/);
    publisher.type('n\n');
    assert.equal(await publisher.exit(), 0, publisher.output);
    await subscriber.kill('SIGTERM');
  });

  it('FileSender on our driver and FileReceiver, which brings a Java driver along', { timeout: LIVE_MS }, async () => {
    const content = Uint8Array.from({ length: 3_000_017 }, (_, i) => (i * 2654435761) >>> 24);
    writeFileSync(join(folder, 'original.bin'), content);
    const received = join(stage.directory(), '..');
    const receiver = sample('FileReceiver', { 'aeron.dir': stage.directory(), 'java.io.tmpdir': received });
    await receiver.line(/^Receiving from /);
    await outputOf('FileSender', {}, [join(folder, 'original.bin')]);
    const copy = join(received, 'original.bin');
    const deadline = Date.now() + 60_000;
    const isEqual = () => existsSync(copy) && readFileSync(copy).equals(content);
    while (!isEqual()) {
      assert.ok(Date.now() < deadline, `the file did not arrive:\n${receiver.output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await receiver.kill('SIGTERM');
  });

  it('DriverTool finds the driver and ends it', { timeout: LIVE_MS }, async () => {
    assert.equal((await outputOf('DriverTool', {}, ['pid'])).trim(), String(driver.pid));
    assert.match(await outputOf('DriverTool'), new RegExp(`^Version: 512, PID: ${driver.pid}$`, 'm'));
    await outputOf('DriverTool', {}, ['terminate']);
    assert.equal(await driver.exit(), 0, driver.output);
    assert.equal(existsSync(directory), false);
  });
});
