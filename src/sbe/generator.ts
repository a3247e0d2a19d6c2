import { generateBlock } from './generate-block.ts';
import { docComment, kebab, type Output, pascal, type Side } from './generate-field.ts';
import { generateType } from './generate-type.ts';
import type { Message, Schema } from './schema.ts';

export interface GeneratorOptions {
  /** Module that the generated files import this room's run-time from; 'aeron-ts/sbe' by default. */
  readonly runtimeModule?: string;
  /** Ending of imports between the generated files; '.ts' by default, '.js' for code that is not rewritten. */
  readonly importEnding?: '.ts' | '.js';
}

/**
 * TypeScript of a schema: file names and their content. One file a message, one with the types, and `mod.ts`.
 * The flyweights read and write in place; only text and bigint fields allocate.
 */
export function generateTypeScript(schema: Schema, options: GeneratorOptions = {}): Map<string, string> {
  const runtime = options.runtimeModule ?? 'aeron-ts/sbe';
  const ending = options.importEnding ?? '.ts';
  const files = new Map<string, string>();

  const types: Output = {
    lines: [],
    runtime: new Set(['type SbeBuffer']),
    types: new Set(),
    littleEndian: schema.littleEndian,
  };
  for (const type of schema.types.values()) {
    generateType(types, type);
  }
  files.set('types.ts', file(types, runtime, undefined));

  const entry = [`export * from './types${ending}';`];
  for (const message of schema.messages) {
    const output: Output = {
      lines: [],
      runtime: new Set(['type SbeBuffer']),
      types: new Set(),
      littleEndian: schema.littleEndian,
    };
    generateMessage(output, schema, message, 'Encoder');
    generateMessage(output, schema, message, 'Decoder');
    const name = kebab(message.name);
    files.set(`${name}.ts`, file(output, runtime, `./types${ending}`));
    entry.push(`export * from './${name}${ending}';`);
  }
  files.set('mod.ts', `${HEADLINE}\n${entry.join('\n')}\n`);
  return files;
}

const HEADLINE = '// Generated from its schema by `npm run generate`; changes belong there.';

function file(output: Output, runtime: string, types: string | undefined): string {
  const imports: string[] = [];
  const runtimeNames = [...output.runtime].sort((a, b) => a.replace('type ', '').localeCompare(b.replace('type ', '')));
  if (runtimeNames.every((name) => name.startsWith('type '))) {
    imports.push(`import type { ${runtimeNames.map((name) => name.slice(5)).join(', ')} } from '${runtime}';`);
  } else {
    imports.push(`import { ${runtimeNames.join(', ')} } from '${runtime}';`);
  }
  if (types !== undefined && output.types.size > 0) {
    imports.push(`import * as T from '${types}';`);
  }
  return `${[HEADLINE, ...imports, '', ...output.lines].join('\n').trimEnd()}\n`;
}

function generateMessage(output: Output, schema: Schema, message: Message, side: Side): void {
  const name = `${pascal(message.name)}${side}`;
  const nested: string[] = [];
  const { lines } = output;
  output.types.add('T');
  const header = `T.${pascal(schema.header.name)}${side}`;
  if (message.deprecated === undefined) {
    lines.push(...docComment(message.description, ''));
  } else {
    const text = [message.description, `@deprecated since version ${message.deprecated}`].filter((line) => line !== '');
    lines.push('/**', ...text.map((line) => ` * ${line.replaceAll('*/', '* /').replace(/\s+/g, ' ')}`), ' */');
  }
  lines.push(`export class ${name} {`);
  lines.push(`  static readonly BLOCK_LENGTH = ${message.blockLength};`);
  lines.push(`  static readonly TEMPLATE_ID = ${message.id};`);
  lines.push(`  static readonly SCHEMA_ID = ${schema.id};`);
  lines.push(`  static readonly SCHEMA_VERSION = ${schema.version};`);
  lines.push('  buffer!: SbeBuffer;', '  offset = 0;', '  limit = 0;');
  if (side === 'Encoder') {
    lines.push(
      '',
      `  wrap(buffer: SbeBuffer, offset: number): ${name} {`,
      '    this.buffer = buffer;',
      '    this.offset = offset;',
      `    this.limit = offset + ${message.blockLength};`,
      '    return this;',
      '  }',
      '',
      '  /** Writes the message header at `offset` and puts this behind it. */',
      `  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: ${header}): ${name} {`,
      `    header.wrap(buffer, offset).blockLength(${message.blockLength}).templateId(${message.id}).schemaId(${schema.id}).version(${schema.version});`,
      `    return this.wrap(buffer, offset + ${header}.ENCODED_LENGTH);`,
      '  }',
    );
  } else {
    lines.push('  actingBlockLength = 0;', '  actingVersion = 0;');
    lines.push(
      '',
      `  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): ${name} {`,
      '    this.buffer = buffer;',
      '    this.offset = offset;',
      '    this.actingBlockLength = actingBlockLength;',
      '    this.actingVersion = actingVersion;',
      '    this.limit = offset + actingBlockLength;',
      '    return this;',
      '  }',
      '',
      '  /** Reads the message header at `offset`, puts this behind it, and is false when it is of another template. */',
      `  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: ${header}): boolean {`,
      '    header.wrap(buffer, offset);',
      `    this.wrap(buffer, offset + ${header}.ENCODED_LENGTH, header.blockLength(), header.version());`,
      `    return header.templateId() === ${message.id} && header.schemaId() === ${schema.id};`,
      '  }',
    );
  }
  lines.push(
    '',
    '  /** Bytes from the block on to what was last written or read; the message header is not among them. */',
    '  encodedLength(): number {',
    '    return this.limit - this.offset;',
    '  }',
  );
  generateBlock(output, pascal(message.name), message, side, 'this', nested);
  lines.push('}', '', ...nested);
}
