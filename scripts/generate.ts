import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type OptionTable, renderOptionTable } from '../src/agrona/mod.ts';
import { AERON_ARCHIVE_OPTIONS } from '../src/archive/mod.ts';
import { ARCHIVE_OPTIONS } from '../src/archive/server/mod.ts';
import { AERON_OPTIONS } from '../src/client/mod.ts';
import { AERON_CLUSTER_OPTIONS } from '../src/cluster/client/mod.ts';
import { CONSENSUS_MODULE_OPTIONS } from '../src/cluster/consensus/mod.ts';
import { SERVICE_OPTIONS } from '../src/cluster/service/mod.ts';
import { CLUSTER_TOOL_OPTIONS } from '../src/cluster/tool/mod.ts';
import { DRIVER_OPTIONS } from '../src/driver/mod.ts';
import { EVENT_OPTIONS } from '../src/events/mod.ts';
import { generateTypeScript, parseSchema } from '../src/sbe/mod.ts';
import { ROOT } from './run.ts';

/** Schemas and the folders their flyweights are committed in. */
const CODECS: ReadonlyArray<readonly [schema: string, folder: string, runtimeModule: string]> = [
  ['test/sbe/orders.xml', 'test/sbe/generated', '../../../src/sbe/mod.ts'],
  ['schemas/aeron-archive-codecs.xml', 'src/archive/codecs', '../../sbe/mod.ts'],
  ['schemas/aeron-archive-mark-codecs.xml', 'src/archive/mark-codecs', '../../sbe/mod.ts'],
  ['schemas/aeron-cluster-codecs.xml', 'src/cluster/codecs', '../../sbe/mod.ts'],
  ['schemas/aeron-cluster-mark-codecs.xml', 'src/cluster/mark-codecs', '../../sbe/mod.ts'],
  ['schemas/aeron-cluster-node-state-codecs.xml', 'src/cluster/node-state-codecs', '../../sbe/mod.ts'],
];

/** Components in the order of the document: where their options are given, and the table. */
const COMPONENTS: ReadonlyArray<readonly [title: string, table: OptionTable]> = [
  ['Media driver: `MediaDriver.launch`, `aeron media-driver`', DRIVER_OPTIONS],
  ['Client: `Aeron.connect`', AERON_OPTIONS],
  ['Archive client: `AeronArchive.connect`', AERON_ARCHIVE_OPTIONS],
  ['Archive: `Archive.launch`, `aeron archive`', ARCHIVE_OPTIONS],
  ['Cluster client: `AeronCluster.connect`, `ClusterClient.connect`', AERON_CLUSTER_OPTIONS],
  ['Consensus module: `ConsensusModule.launch`', CONSENSUS_MODULE_OPTIONS],
  ['Clustered service container: `ClusteredServiceContainer.launch`', SERVICE_OPTIONS],
  ['Cluster tool: `aeron cluster-tool`', CLUSTER_TOOL_OPTIONS],
  ['Event log', EVENT_OPTIONS],
];

/** Every file that is committed but made from others: path and what it has to contain. */
function generatedFiles(): Map<string, string> {
  const files = new Map<string, string>();
  for (const [schema, folder, runtimeModule] of CODECS) {
    const xml = readFileSync(join(ROOT, schema), 'utf8');
    for (const [name, content] of generateTypeScript(parseSchema(xml), { runtimeModule })) {
      files.set(`${folder}/${name}`, content);
    }
  }
  files.set('docs/configuration.md', configuration());
  return files;
}

function configuration(): string {
  return `# Configuration

Generated from the option tables by \`npm run generate\`.

Every component takes one options object. A field that is not given comes from its environment variable, then from
the default. \`aeron media-driver\` takes properties as well, from files and as \`-Dname=value\`; they come before
the environment, as in upstream's programs. Lengths take k, m and g, durations
ns, us, ms and s. A name that is misspelt is an error that says which one may be meant.

${COMPONENTS.map(([title, table]) => `## ${title}\n\n${renderOptionTable(table)}`).join('\n')}`;
}

/** Generated files that are not what their sources say, or that no source makes any more. */
export function staleFiles(): string[] {
  const files = generatedFiles();
  const stale = [...files].filter(([path, content]) => read(path) !== content).map(([path]) => path);
  for (const [, folder] of CODECS) {
    stale.push(...existing(folder).filter((path) => !files.has(path)));
  }
  return stale;
}

/** `npm run generate`: writes them. */
export function generate(): void {
  const files = generatedFiles();
  for (const path of staleFiles()) {
    const content = files.get(path);
    if (content === undefined) {
      rmSync(join(ROOT, path));
    } else {
      mkdirSync(dirname(join(ROOT, path)), { recursive: true });
      writeFileSync(join(ROOT, path), content);
    }
    console.log(`${content === undefined ? 'removed' : 'wrote'} ${path}`);
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(join(ROOT, path), 'utf8');
  } catch {
    return undefined;
  }
}

function existing(folder: string): string[] {
  try {
    return readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}`);
  } catch {
    return [];
  }
}
