import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

const BASE = ['sbe', 'platform', 'agrona', 'protocol', 'events'];
const ARCHIVE_CLIENT = [...BASE, 'client', 'archive/codecs'];
const CLUSTER_FILES = [...BASE, 'cluster/codecs', 'cluster/mark-codecs', 'cluster/node-state-codecs'];
const CLUSTER = [...CLUSTER_FILES, 'cluster/files', 'client', 'archive/client', 'archive/codecs'];

/** Rooms a room may import, by their entry alone (docs/design.md, "The rooms"). */
const ALLOWED: Record<string, readonly string[]> = {
  sbe: [],
  platform: [],
  'platform/native': ['platform'],
  'platform/simulated': ['platform'],
  agrona: ['sbe', 'platform'],
  protocol: ['sbe', 'platform', 'agrona'],
  events: ['sbe', 'platform', 'agrona', 'protocol'],
  client: BASE,
  driver: BASE,
  'archive/codecs': ['sbe'],
  'archive/mark-codecs': ['sbe'],
  'archive/client': ARCHIVE_CLIENT,
  'archive/server': [...ARCHIVE_CLIENT, 'archive/mark-codecs', 'archive/client'],
  'archive/tool': [...BASE, 'archive/codecs', 'archive/mark-codecs', 'archive/server'],
  archive: ['archive/client', 'archive/server'],
  'cluster/codecs': ['sbe'],
  'cluster/mark-codecs': ['sbe'],
  'cluster/node-state-codecs': ['sbe'],
  'cluster/files': CLUSTER_FILES,
  'cluster/client': [...BASE, 'client', 'cluster/codecs'],
  'cluster/service': CLUSTER,
  'cluster/consensus': CLUSTER,
  'cluster/tool': CLUSTER,
  cluster: ['cluster/client', 'cluster/service', 'cluster/consensus', 'cluster/files', 'cluster/tool'],
};

/** Rooms with rooms in them. */
const HOUSES = ['platform', 'archive', 'cluster'];

/** These see every room below them. */
const TOP = ['launch', 'simulation', 'cli', ''];
const MAY_IMPORT_NODE = ['platform/native', 'launch', 'cli', ''];

/** What only a `Platform` may ask of the world. */
const WORLD =
  /(?<![\w-])(Date\.now|new Date\(\)|Math\.random|performance\.now|setTimeout|setInterval|setImmediate|queueMicrotask|process\.(?!arch)|Buffer\.|console\.|crypto\.)/;

/** Imports that go against the rooms of the design, and questions to the world that bypass `Platform`. */
export function findLayerFaults(root: string): string[] {
  const source = join(root, 'src');
  const faults: string[] = [];
  for (const file of typescriptFiles(source)) {
    const path = relative(source, file);
    const room = roomOf(path);
    const text = readFileSync(file, 'utf8');
    for (const specifier of importsOf(text)) {
      const fault = importFault(room, path, specifier);
      if (fault !== undefined) {
        faults.push(`src/${path}: ${fault}`);
      }
    }
    if (!MAY_IMPORT_NODE.includes(room)) {
      const match = WORLD.exec(withoutComments(text));
      if (match !== null) {
        faults.push(`src/${path}: '${match[0]}' asks the world directly; ask the Platform`);
      }
    }
  }
  return faults;
}

function importFault(room: string, path: string, specifier: string): string | undefined {
  if (specifier.startsWith('node:')) {
    return MAY_IMPORT_NODE.includes(room) ? undefined : `only platform/native, launch and cli may import ${specifier}`;
  }
  if (!specifier.startsWith('.')) {
    return specifier === 'koffi' && room === 'platform/native' ? undefined : `${room} may not import '${specifier}'`;
  }
  const target = join(dirname(path), specifier).split(sep).join('/');
  const targetRoom = roomOf(target);
  if (targetRoom === room) {
    return undefined;
  }
  if (!target.endsWith('/mod.ts')) {
    return `imports ${target}; another room is entered by its mod.ts`;
  }
  if (TOP.includes(room)) {
    return undefined;
  }
  return (ALLOWED[room] ?? []).includes(targetRoom)
    ? undefined
    : `${room} may not import ${targetRoom || 'the package entry'}`;
}

function roomOf(path: string): string {
  const parts = path.split(/[\\/]/);
  if (parts.length === 1) {
    return '';
  }
  return HOUSES.includes(parts[0]!) && parts.length > 2 ? `${parts[0]}/${parts[1]}` : parts[0]!;
}

function importsOf(text: string): string[] {
  const statements = withoutComments(text).matchAll(
    /^(?:import|export)\b[^'"`;]*?\bfrom\s+'([^']+)'|^import\s+'([^']+)'|\bimport\(\s*'([^']+)'/gm,
  );
  return [...statements].map(([, from, bare, dynamic]) => (from ?? bare ?? dynamic)!);
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
}

function typescriptFiles(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    return entry.isDirectory() ? typescriptFiles(path) : entry.name.endsWith('.ts') ? [path] : [];
  });
}
