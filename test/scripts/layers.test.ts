import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { findLayerFaults } from '../../scripts/layers.ts';

describe('the layer rule', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'layers-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, 'src', path)), { recursive: true });
    writeFileSync(join(root, 'src', path), text);
  };

  it('lets a room import the entry of a room below it', () => {
    write('client/aeron.ts', "import { AtomicBuffer } from '../agrona/mod.ts';\nimport { Image } from './image.ts';\n");
    assert.deepEqual(findLayerFaults(root), []);
  });

  it('refuses an import upwards', () => {
    write('agrona/counters.ts', "import { Aeron } from '../client/mod.ts';\n");
    assert.deepEqual(findLayerFaults(root), ['src/agrona/counters.ts: agrona may not import client']);
  });

  it('refuses that client and driver know each other', () => {
    write('driver/sender.ts', "export { Aeron } from '../client/mod.ts';\n");
    assert.equal(findLayerFaults(root).length, 1);
  });

  it('refuses a way into another room past its entry', () => {
    write('client/image.ts', "import type { X } from '../agrona/counters.ts';\n");
    assert.match(findLayerFaults(root)[0]!, /entered by its mod\.ts/);
  });

  it('refuses node modules and the FFI library outside their rooms', () => {
    write('driver/a.ts', "import { readFileSync } from 'node:fs';\n");
    write('driver/b.ts', "import koffi from 'koffi';\n");
    write('driver/c.ts', "const fs = await import('node:fs');\n");
    write('platform/native/a.ts', "import koffi from 'koffi';\nimport { readFileSync } from 'node:fs';\n");
    assert.equal(findLayerFaults(root).length, 3);
  });

  it('refuses a clock that is not the platform’s, but not in a comment', () => {
    write('driver/a.ts', 'const now = Date.now();\n');
    write('driver/b.ts', '// Date.now() would not do\n/* nor setTimeout */\n');
    assert.deepEqual(findLayerFaults(root), ["src/driver/a.ts: 'Date.now' asks the world directly; ask the Platform"]);
  });
});
