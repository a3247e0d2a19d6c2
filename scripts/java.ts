import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './run.ts';

/** What the interop tests run against: releases of the real Aeron on Maven Central. */
export const AERON_VERSIONS = {
  /** The newest release that has a complete `aeron-all`. */
  current: '1.51.0',
  /** The line of the public tutorial. */
  tutorial: '1.44.1',
} as const;
const SAMPLES: Record<string, string> = { '1.51.0': '1.46.8', '1.44.1': '1.44.0' };

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
  return [classesOf(version), ...jarsOf(version)].join(':');
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
    for (const jar of coordinatesOf(version)) {
      fetchJar(jar);
    }
    compile(version);
  }
}

function coordinatesOf(version: AeronVersion): Array<readonly [artifact: string, version: string]> {
  return [
    ['aeron-all', version],
    ['aeron-samples', SAMPLES[version]!],
  ];
}

function jarsOf(version: AeronVersion): string[] {
  return coordinatesOf(version).map(([artifact, v]) => join(CACHE, `${artifact}-${v}.jar`));
}

function classesOf(version: AeronVersion): string {
  return join(CACHE, `classes-${version}`);
}

function fetchJar([artifact, version]: readonly [string, string]): void {
  if (existsSync(join(CACHE, `${artifact}-${version}.jar`))) {
    return;
  }
  need('mvn', ['-version'], 'Maven, to fetch the jars of Aeron the first time');
  const maven = (...args: string[]) => spawnSync('mvn', ['-B', '-q', ...args], { cwd: CACHE, encoding: 'utf8' });
  const coordinate = `-Dartifact=io.aeron:${artifact}:${version}`;
  const got = maven('dependency:get', coordinate, '-Dtransitive=false');
  const copied = got.status === 0 ? maven('dependency:copy', coordinate, `-DoutputDirectory=${CACHE}`) : got;
  if (copied.status !== 0) {
    throw new Error(`interop needs io.aeron:${artifact}:${version}, which Maven could not fetch:\n${copied.stdout}`);
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
  const result = spawnSync('javac', ['-nowarn', '-cp', jarsOf(version).join(':'), '-d', target, ...sources], {
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
