import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { runScript } from './core-script.ts';

/*
 * Each script is a story: commands, a line of dashes, and what comes of them. `UPDATE=1` writes what came instead of
 * comparing; the diff is for a person to read.
 */
const SCRIPTS = join(import.meta.dirname, '../../../test/cluster/scripts');

describe('Consensus core, told by scripts', () => {
  for (const name of readdirSync(SCRIPTS).filter((file) => file.endsWith('.txt'))) {
    it(name.replace('.txt', '').replaceAll('-', ' '), () => {
      const path = join(SCRIPTS, name);
      const expected = readFileSync(path, 'utf8');
      const actual = runScript(expected);
      if (process.env['UPDATE'] === '1') {
        writeFileSync(path, actual);
      } else {
        assert.equal(actual, expected);
      }
    });
  }
});
