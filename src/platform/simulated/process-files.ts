import { type FileStat, type FileSystem, type MappedFile, type OpenFile, PlatformError } from '../mod.ts';
import { BLOCK_LENGTH, FileNode } from './file-node.ts';
import { DirectoryNode, type NameChange, type Node, type SimulatedDisk } from './simulated-disk.ts';
import type { SimulatedHost } from './simulated-host.ts';
import { SimulatedMapping } from './simulated-mapping.ts';
import { SimulatedOpenFile } from './simulated-open-file.ts';
import type { Gate } from './simulated-socket.ts';

/** What the files of a process need of the world. */
export interface FilesWorld {
  takeAddress(length: number): number;
  /** Lets virtual time pass in the middle of the process's code. */
  pass(durationNs: number): void;
}

/** A path as far as it leads: the disk, the directory of the last name, and what is there. */
interface Found {
  readonly disk: SimulatedDisk;
  /** undefined for the root of a disk. */
  readonly parent: DirectoryNode | undefined;
  readonly name: string;
  readonly node: Node | undefined;
}

/** The file system of a host as one process uses it: its errors, its open files and its mappings. */
export class ProcessFiles implements FileSystem {
  readonly #host: SimulatedHost;
  readonly #gate: Gate;
  readonly #world: FilesWorld;
  readonly #open = new Set<{ abandon(): void }>();

  constructor(host: SimulatedHost, gate: Gate, world: FilesWorld) {
    this.#host = host;
    this.#gate = gate;
    this.#world = world;
  }

  /** What the system does when the process ends. */
  releaseAll(): void {
    for (const handle of [...this.#open]) {
      handle.abandon();
    }
  }

  map(path: string, options: { readOnly?: boolean; offset?: number; length?: number } = {}): MappedFile {
    this.#gate('map');
    const { disk, node } = this.#existingFile('map', path);
    const offset = options.offset ?? 0;
    const length = options.length ?? node.length - offset;
    if (!(offset >= 0 && offset % BLOCK_LENGTH === 0 && length > 0 && offset + length <= node.length)) {
      const range = `${length} bytes at ${offset} of ${path}, which has ${node.length}`;
      throw new PlatformError('EINVAL', 'map', `cannot map ${range}; an offset is a multiple of ${BLOCK_LENGTH}`);
    }
    return this.#map(disk, node, path, offset, length, options.readOnly !== true);
  }

  createMapped(path: string, length: number, options: { sparse?: boolean; preTouch?: boolean } = {}): MappedFile {
    this.#gate('createMapped');
    if (!Number.isSafeInteger(length) || length <= 0) {
      throw new PlatformError('EINVAL', 'createMapped', `a mapped file has at least one byte, not ${length}: ${path}`);
    }
    const found = this.#find('createMapped', path);
    if (found.node !== undefined) {
      throw new PlatformError('EEXIST', 'createMapped', `${path} exists`);
    }
    const { disk } = found;
    const node = this.#create('createMapped', path, found);
    if (options.sparse !== true && disk.reserve(node, 0, length) < length) {
      this.#change('remove', path, disk, { directory: found.parent!, name: found.name, node: undefined });
      disk.throwNoSpace('createMapped', path, length);
    }
    disk.truncate(node, length);
    return this.#map(disk, node, path, 0, length, true);
  }

  open(path: string, mode: 'r' | 'r+' | 'w+' | 'wx+'): OpenFile {
    this.#gate('open');
    return this.#openFile(path, mode);
  }

  exists(path: string): boolean {
    return this.stat(path) !== undefined;
  }

  stat(path: string): FileStat | undefined {
    this.#gate('stat');
    const node = this.#lookUp('stat', path)?.node;
    if (node === undefined) {
      return undefined;
    }
    const length = node.kind === 'file' ? node.length : BLOCK_LENGTH;
    return { kind: node.kind, length, modifiedMs: node.modifiedMs };
  }

  list(directory: string): string[] {
    this.#gate('list');
    return [...this.#existingDirectory('list', directory).node.entries.keys()].sort();
  }

  makeDirectories(path: string): void {
    this.#gate('makeDirectories');
    let made = '';
    for (const part of this.#host.absolute(path)) {
      made = `${made}/${part}`;
      const found = this.#find('makeDirectories', made);
      if (found.node?.kind === 'file') {
        throw new PlatformError('EEXIST', 'makeDirectories', `${made} is a file`);
      }
      if (found.node === undefined) {
        const node = new DirectoryNode(this.#nowMs());
        this.#change('make', made, found.disk, { directory: found.parent!, name: found.name, node });
      }
    }
  }

  remove(path: string): void {
    this.#gate('remove');
    const found = this.#lookUp('remove', path);
    if (found?.node?.kind === 'directory') {
      throw new PlatformError('EISDIR', 'remove', `${path} is a directory`);
    }
    if (found?.node !== undefined) {
      this.#unlink(path, found);
    }
  }

  removeTree(path: string): void {
    this.#gate('removeTree');
    const found = this.#lookUp('removeTree', path);
    if (found?.node !== undefined) {
      this.#removeTree(path, found);
    }
  }

  rename(from: string, to: string): void {
    this.#gate('rename');
    const source = this.#existing('rename', from);
    const target = this.#find('rename', to);
    if (source.parent === undefined || target.parent === undefined) {
      throw new PlatformError('EBUSY', 'rename', `${from} or ${to} is the root of a disk`);
    }
    if (source.disk !== target.disk) {
      throw new PlatformError('EXDEV', 'rename', `${from} and ${to} are on different disks`);
    }
    if (source.node === target.node) {
      return;
    }
    refuseReplacement(source.node, target.node, `${from} to ${to}`);
    this.#change(
      'rename',
      `${from} to ${to}`,
      source.disk,
      { directory: source.parent, name: source.name, node: undefined },
      { directory: target.parent, name: target.name, node: source.node },
    );
  }

  readWhole(path: string): Uint8Array {
    this.#gate('readWhole');
    const file = this.#openFile(path, 'r');
    try {
      const content = new Uint8Array(file.length());
      file.read(content, 0, content.length, 0);
      return content;
    } finally {
      file.close();
    }
  }

  writeWhole(path: string, content: Uint8Array): void {
    this.#gate('writeWhole');
    const file = this.#openFile(path, 'w+');
    try {
      file.write(content, 0, content.length, 0);
    } finally {
      file.close();
    }
  }

  syncDirectory(path: string): void {
    this.#gate('syncDirectory');
    const { disk, node } = this.#existingDirectory('syncDirectory', path);
    this.#startSync(disk, path);
    disk.syncDirectory(node);
    this.#host.record('sync directory', path);
  }

  usableSpace(path: string): number {
    this.#gate('usableSpace');
    return this.#existing('usableSpace', path).disk.usableLength;
  }

  totalSpace(path: string): number {
    this.#gate('totalSpace');
    return this.#existing('totalSpace', path).disk.totalLength;
  }

  #map(
    disk: SimulatedDisk,
    node: FileNode,
    path: string,
    offset: number,
    length: number,
    isWritable: boolean,
  ): MappedFile {
    const region = node.map(path, offset, length, isWritable);
    disk.retain(node);
    const close = (): void => {
      this.#open.delete(mapping);
      node.unmap(region);
      disk.release(node);
    };
    const sync = (from: number, to: number): void => {
      this.#gate('msync');
      this.#syncFile(disk, node, path, offset + from, offset + to);
    };
    const mapping = new SimulatedMapping(region, path, length, this.#world.takeAddress(length), sync, close);
    this.#open.add(mapping);
    return mapping;
  }

  #openFile(path: string, mode: 'r' | 'r+' | 'w+' | 'wx+'): SimulatedOpenFile {
    const found = this.#find('open', path);
    if (found.node?.kind === 'directory') {
      throw new PlatformError('EISDIR', 'open', `${path} is a directory`);
    }
    if (found.node !== undefined && mode === 'wx+') {
      throw new PlatformError('EEXIST', 'open', `${path} exists`);
    }
    if (found.node === undefined && (mode === 'r' || mode === 'r+')) {
      throw new PlatformError('ENOENT', 'open', `there is no ${path}`);
    }
    const node = found.node ?? this.#create('open', path, found);
    const { disk } = found;
    if (mode === 'w+') {
      disk.truncate(node, 0);
    }
    disk.retain(node);
    const system = {
      gate: this.#gate,
      nowMs: () => this.#nowMs(),
      record: (kind: string, detail: string, bytes?: Uint8Array) => this.#host.record(kind, detail, bytes),
      sync: () => this.#syncFile(disk, node, path, 0, Number.POSITIVE_INFINITY),
      forget: () => {
        this.#open.delete(file);
      },
    };
    const file = new SimulatedOpenFile(system, disk, node, path, mode !== 'r');
    this.#open.add(file);
    return file;
  }

  #syncFile(disk: SimulatedDisk, node: FileNode, path: string, from: number, to: number): void {
    this.#startSync(disk, path, node);
    node.sync(from, to);
    this.#host.record('sync', `${path} length ${node.length}`);
  }

  /** @throws PlatformError EIO, PROCESS_DEAD when the process is killed while the device works. */
  #startSync(disk: SimulatedDisk, path: string, file?: FileNode): void {
    if (disk.faults.syncLatencyNs > 0) {
      this.#world.pass(disk.faults.syncLatencyNs);
    }
    if (disk.failsToSync()) {
      file?.forgetDirty();
      throw new PlatformError('EIO', 'sync', `the device failed to write ${path}`);
    }
  }

  #create(operation: string, path: string, found: Found): FileNode {
    if (found.parent === undefined) {
      throw new PlatformError('EISDIR', operation, `${path} is a directory`);
    }
    const node = new FileNode(found.disk.isDurable, this.#nowMs());
    this.#change('create', path, found.disk, { directory: found.parent, name: found.name, node });
    return node;
  }

  #removeTree(path: string, found: Found): void {
    const { node } = found;
    if (node?.kind === 'directory') {
      for (const name of [...node.entries.keys()].sort()) {
        const below = `${path}/${name}`;
        this.#removeTree(below, this.#find('removeTree', below));
      }
    }
    this.#unlink(path, found);
  }

  #unlink(path: string, { disk, parent, name }: Found): void {
    if (parent === undefined) {
      throw new PlatformError('EBUSY', 'remove', `${path} is the root of a disk`);
    }
    this.#change('remove', path, disk, { directory: parent, name, node: undefined });
  }

  #change(kind: string, detail: string, disk: SimulatedDisk, ...changes: NameChange[]): void {
    disk.change(this.#nowMs(), ...changes);
    this.#host.record(kind, detail);
  }

  #existing(operation: string, path: string): Found & { readonly node: Node } {
    const found = this.#lookUp(operation, path);
    if (found?.node === undefined) {
      throw new PlatformError('ENOENT', operation, `there is no ${path}`);
    }
    return { ...found, node: found.node };
  }

  #existingFile(operation: string, path: string): Found & { readonly node: FileNode } {
    const found = this.#existing(operation, path);
    const { node } = found;
    if (node.kind === 'directory') {
      throw new PlatformError('EISDIR', operation, `${path} is a directory`);
    }
    return { ...found, node };
  }

  #existingDirectory(operation: string, path: string): Found & { readonly node: DirectoryNode } {
    const found = this.#existing(operation, path);
    const { node } = found;
    if (node.kind === 'file') {
      throw new PlatformError('ENOTDIR', operation, `${path} is a file`);
    }
    return { ...found, node };
  }

  /** Like `#lookUp`, but the directory of the last name has to be there. */
  #find(operation: string, path: string): Found {
    const found = this.#lookUp(operation, path);
    if (found === undefined) {
      throw new PlatformError('ENOENT', operation, `there is no directory for ${path}`);
    }
    return found;
  }

  /** undefined when a directory on the way is missing. @throws PlatformError ENOTDIR when one is a file. */
  #lookUp(operation: string, path: string): Found | undefined {
    const { disk, names } = this.#host.locate(path);
    let parent: DirectoryNode | undefined;
    let node: Node | undefined = disk.root;
    for (const name of names) {
      if (node === undefined) {
        return undefined;
      }
      if (node.kind === 'file') {
        throw new PlatformError('ENOTDIR', operation, `a directory of ${path} is a file`);
      }
      parent = node;
      node = parent.entries.get(name);
    }
    return { disk, parent, name: names.at(-1) ?? '', node };
  }

  #nowMs(): number {
    return this.#host.nowMs();
  }
}

/** @throws PlatformError EISDIR, ENOTDIR, ENOTEMPTY */
function refuseReplacement(source: Node, target: Node | undefined, what: string): void {
  if (target === undefined) {
    return;
  }
  if (target.kind === 'directory' && source.kind === 'file') {
    throw new PlatformError('EISDIR', 'rename', `cannot rename ${what}: a directory is there`);
  }
  if (target.kind === 'file' && source.kind === 'directory') {
    throw new PlatformError('ENOTDIR', 'rename', `cannot rename ${what}: a file is there`);
  }
  if (target.kind === 'directory' && target.entries.size > 0) {
    throw new PlatformError('ENOTEMPTY', 'rename', `cannot rename ${what}: the directory there is not empty`);
  }
}
