import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './run.ts';

/** What the interop tests run against: releases of the real Aeron on Maven Central, with upstream's samples in them. */
export const AERON_VERSIONS = {
  /** The newest release that has a complete `aeron-all`. */
  current: '1.51.0',
  /** The line of the public tutorial. */
  tutorial: '1.44.1',
} as const;

export type AeronVersion = (typeof AERON_VERSIONS)[keyof typeof AERON_VERSIONS];

const CACHE = join(ROOT, '.cache', 'java');
const SOURCES = [join(ROOT, 'test', 'interop', 'java'), join(ROOT, 'test', 'bench', 'java')];

/** What `java` needs in front of a main class of Aeron. */
export const JAVA_OPTIONS: readonly string[] = [
  '--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED',
  '--add-opens=java.base/sun.nio.ch=ALL-UNNAMED',
  '--add-opens=java.base/java.util.zip=ALL-UNNAMED',
  '-XX:+UseParallelGC',
  '-XX:TieredStopAtLevel=4',
  '-Xshare:auto',
];

/** Class path with the jars of a version and our own classes compiled against them. */
export function classPath(version: AeronVersion): string {
  return [classesOf(version), jarOf(version)].join(':');
}

/**
 * Fetches the jars (once) and compiles our Java sources (when they changed).
 * @throws Error with one sentence that says what is missing.
 */
export function prepareJava(): void {
  need('java', ['-version'], 'a JDK, 17 or newer');
  need('javac', ['-version'], 'a JDK, 17 or newer');
  mkdirSync(CACHE, { recursive: true });
  for (const version of Object.values(AERON_VERSIONS)) {
    fetchJar(version);
    compile(version);
  }
}

function jarOf(version: AeronVersion): string {
  return join(CACHE, `aeron-all-${version}.jar`);
}

function classesOf(version: AeronVersion): string {
  return join(CACHE, `classes-${version}`);
}

function fetchJar(version: AeronVersion): void {
  if (existsSync(jarOf(version))) {
    return;
  }
  need('mvn', ['-version'], 'Maven, to fetch the jars of Aeron the first time');
  const maven = (...args: string[]) => spawnSync('mvn', ['-B', '-q', ...args], { cwd: CACHE, encoding: 'utf8' });
  const coordinate = `io.aeron:aeron-all:${version}`;
  const got = maven('dependency:get', `-Dartifact=${coordinate}`, '-Dtransitive=false');
  const copied =
    got.status === 0 ? maven('dependency:copy', `-Dartifact=${coordinate}`, `-DoutputDirectory=${CACHE}`) : got;
  if (copied.status !== 0) {
    throw new Error(`interop needs ${coordinate}, which Maven could not fetch:\n${copied.stdout}`);
  }
}

function compile(version: AeronVersion): void {
  const target = classesOf(version);
  const sources = SOURCES.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.java'))
      .map((name) => join(folder, name)),
  );
  const newest = Math.max(...sources.map((source) => statSync(source).mtimeMs));
  const stamp = join(target, 'compiled');
  if (existsSync(stamp) && statSync(stamp).mtimeMs > newest) {
    return;
  }
  mkdirSync(target, { recursive: true });
  const result = spawnSync('javac', ['-nowarn', '-cp', jarOf(version), '-d', target, ...sources], {
    encoding: 'utf8',
  });
  if (result.status !== 0) {
    throw new Error(`javac refused the interop sources against ${version}:\n${result.stderr}`);
  }
  writeFileSync(stamp, '');
}

function need(command: string, args: readonly string[], what: string): void {
  const result = spawnSync(command, args, { stdio: 'ignore' });
  if (result.error !== undefined || result.status !== 0) {
    throw new Error(`interop needs ${what}: '${command}' does not run here; install it and put it on the PATH`);
  }
}
