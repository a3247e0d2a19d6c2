import { docComment, generateField, isLong, type Output, pascal } from './generate-field.ts';
import type { CompositeType, EnumType, NamedType, SetType } from './schema.ts';

/** Enums, sets and composites, for the types' file. */
export function generateType(output: Output, type: NamedType): void {
  switch (type.kind) {
    case 'enum':
      generateEnum(output, type);
      break;
    case 'set':
      generateSet(output, type);
      break;
    case 'composite':
      generateComposite(output, type);
      break;
  }
}

function generateEnum(output: Output, type: EnumType): void {
  const name = pascal(type.name);
  output.lines.push(...docComment(type.description, ''), `export const ${name} = {`);
  for (const value of type.values) {
    output.lines.push(...docComment(value.description, '  '), `  ${value.name}: ${value.value},`);
  }
  if (!type.values.some((value) => value.name === 'NULL_VAL')) {
    output.lines.push('  /** Stands for an absent value. */', `  NULL_VAL: ${type.nullValue},`);
  }
  output.lines.push('} as const;', `export type ${name} = (typeof ${name})[keyof typeof ${name}];`, '');
}

function generateSet(output: Output, type: SetType): void {
  const name = pascal(type.name);
  const suffix = isLong(type.primitive) ? 'n' : '';
  output.lines.push(...docComment(type.description, ''), `export const ${name} = {`);
  for (const choice of type.choices) {
    const mask = `${1n << BigInt(choice.bit)}${suffix}`;
    output.lines.push(...docComment(choice.description, '  '), `  ${choice.name}: ${mask},`);
  }
  output.lines.push('} as const;', '');
}

function generateComposite(output: Output, type: CompositeType): void {
  // The variable part of a data or group encoding is reached through its message, never as a flyweight.
  if (type.fields.some((field) => field.type.kind === 'primitive' && field.type.length === 0)) {
    return;
  }
  for (const side of ['Encoder', 'Decoder'] as const) {
    const name = `${pascal(type.name)}${side}`;
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
}
