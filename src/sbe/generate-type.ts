import { constantCase, docComment, generateField, isLong, type Output, pascal } from './generate-field.ts';
import type { CompositeType, EnumType, NamedType, SetType } from './schema.ts';

/** Enums, sets and composites of the types' file; the names it exports. */
export function generateType(output: Output, type: NamedType): string[] {
  switch (type.kind) {
    case 'enum':
      return generateEnum(output, type);
    case 'set':
      return generateSet(output, type);
    case 'composite':
      return generateComposite(output, type);
    default:
      return [];
  }
}

function generateEnum(output: Output, type: EnumType): string[] {
  const name = pascal(type.name);
  output.lines.push(...docComment(type.description, ''), `export const ${name} = {`);
  for (const value of type.values) {
    output.lines.push(...docComment(value.description, '  '), `  ${value.name}: ${value.value},`);
  }
  if (!type.values.some((value) => value.name === 'NULL_VAL')) {
    output.lines.push('  /** Stands for an absent value. */', `  NULL_VAL: ${type.nullValue},`);
  }
  output.lines.push('} as const;', `export type ${name} = (typeof ${name})[keyof typeof ${name}];`, '');
  return [name];
}

function generateSet(output: Output, type: SetType): string[] {
  const name = pascal(type.name);
  const suffix = isLong(type.primitive) ? 'n' : '';
  output.lines.push(...docComment(type.description, ''), `export const ${name} = {`);
  for (const choice of type.choices) {
    const mask = `${1n << BigInt(choice.bit)}${suffix}`;
    output.lines.push(...docComment(choice.description, '  '), `  ${choice.name}: ${mask},`);
  }
  output.lines.push('} as const;', '');
  return [name];
}

function generateComposite(output: Output, type: CompositeType): string[] {
  // The variable part of a data or group encoding is reached through its message, never as a flyweight.
  if (type.fields.some((field) => field.type.kind === 'primitive' && field.type.length === 0)) {
    return [];
  }
  const names: string[] = [];
  for (const field of type.fields) {
    if (
      (field.type.kind === 'enum' || field.type.kind === 'set' || field.type.kind === 'composite') &&
      !output.types.has(field.type.name)
    ) {
      output.types.add(field.type.name);
    }
  }
  for (const side of ['Encoder', 'Decoder'] as const) {
    const name = `${pascal(type.name)}${side}`;
    names.push(name);
    output.lines.push(
      ...docComment(type.description, ''),
      `export class ${name} {`,
      `  static readonly ENCODED_LENGTH = ${type.length};`,
      '  buffer!: SbeBuffer;',
      '  offset = 0;',
      '',
      `  wrap(buffer: SbeBuffer, offset: number): ${name} {`,
      '    this.buffer = buffer;',
      '    this.offset = offset;',
      '    return this;',
      '  }',
    );
    for (const field of type.fields) {
      generateField(output, pascal(type.name), { ...field, sinceVersion: 0 }, side, '');
    }
    output.lines.push('}', '');
  }
  return [...names, constantCase(type.name)];
}
