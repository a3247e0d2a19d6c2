import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ROOT } from '../../scripts/run.ts';

const FIXTURES = join(ROOT, 'test', 'fixtures', 'archive');

/** Versions of the real Aeron that wrote directories. */
export const FIXTURE_VERSIONS: readonly string[] = readdirSync(FIXTURES).filter((name) => /^\d/.test(name));

export type FixtureKind = 'plain' | 'checksum';

/** Calls `body` with a directory that has a copy of an archive's in `archive`, and removes it. */
export function withFixture(version: string, kind: FixtureKind, body: (directory: string) => void): void {
  const directory = mkdtempSync(join(tmpdir(), 'aeron-archive-'));
  try {
    unpack(version, kind, join(directory, 'archive'));
    body(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** What upstream's tool said to commands on a fixture. */
export function goldenToolText(version: string, kind: FixtureKind): string {
  return readFileSync(join(FIXTURES, version, `tool-${kind}.txt`), 'utf8');
}

/** Files of a fixture by name. */
export function fixtureFiles(version: string, kind: FixtureKind): Map<string, Uint8Array> {
  const from = join(FIXTURES, version, kind);
  return new Map(
    readdirSync(from).map((name) => [name.replace(/\.gz$/, ''), gunzipSync(readFileSync(join(from, name)))]),
  );
}

function unpack(version: string, kind: FixtureKind, to: string): void {
  mkdirSync(to);
  for (const [name, content] of fixtureFiles(version, kind)) {
    writeFileSync(join(to, name), content);
  }
}
