import { type Field, PRIMITIVE_LENGTH, type PrimitiveName, type PrimitiveType } from './schema.ts';

export type Side = 'Encoder' | 'Decoder';

/** One file in the making. */
export interface Output {
  readonly lines: string[];
  /** Names to import from the run-time. */
  readonly runtime: Set<string>;
  /** Non-empty when the file uses the types' file. */
  readonly types: Set<string>;
  readonly littleEndian: boolean;
}

const ACCESSOR: Readonly<Record<PrimitiveName, string>> = {
  char: 'Uint8',
  int8: 'Int8',
  uint8: 'Uint8',
  int16: 'Int16',
  uint16: 'Uint16',
  int32: 'Int32',
  uint32: 'Uint32',
  int64: 'BigInt64',
  uint64: 'BigUint64',
  float: 'Float32',
  double: 'Float64',
};

export const isLong = (primitive: PrimitiveName) => primitive === 'int64' || primitive === 'uint64';

/** The TypeScript type of one element of a primitive. */
function valueType(type: PrimitiveType): 'bigint' | 'number' {
  return isLong(type.primitive) && !type.isSafeInteger ? 'bigint' : 'number';
}

/** An expression that reads one element at an offset expression. */
export function readExpression(
  output: Output,
  type: Pick<PrimitiveType, 'primitive' | 'isSafeInteger'>,
  buffer: string,
  offset: string,
): string {
  if (isLong(type.primitive) && type.isSafeInteger) {
    output.runtime.add('getSafeInteger');
    return `getSafeInteger(${buffer}.view, ${offset}, ${output.littleEndian})`;
  }
  const order = PRIMITIVE_LENGTH[type.primitive] === 1 ? '' : `, ${output.littleEndian}`;
  return `${buffer}.view.get${ACCESSOR[type.primitive]}(${offset}${order})`;
}

/** A statement that writes one element at an offset expression. */
export function writeStatement(
  output: Output,
  type: Pick<PrimitiveType, 'primitive' | 'isSafeInteger'>,
  buffer: string,
  offset: string,
  value: string,
): string {
  if (isLong(type.primitive) && type.isSafeInteger) {
    output.runtime.add('putSafeInteger');
    return `putSafeInteger(${buffer}.view, ${offset}, ${value}, ${output.littleEndian});`;
  }
  const order = PRIMITIVE_LENGTH[type.primitive] === 1 ? '' : `, ${output.littleEndian}`;
  return `${buffer}.view.set${ACCESSOR[type.primitive]}(${offset}, ${value}${order});`;
}

function literal(type: PrimitiveType, value: bigint | number): string {
  if (typeof value === 'number') {
    return Number.isNaN(value) ? 'Number.NaN' : String(value);
  }
  if (valueType(type) === 'bigint') {
    return `${value}n`;
  }
  // The least int64 is no safe integer, yet exact as a double: it is what an absent value reads as.
  return isLong(type.primitive) && !Number.isSafeInteger(Number(value)) ? `Number('${value}')` : String(value);
}

/**
 * Accessors of one field of a message, group or composite. `prefix` goes before the names of types of this
 * schema ('T.' outside the types' file).
 */
export function generateField(output: Output, owner: string, field: Field, side: Side, prefix: string): void {
  const { type } = field;
  const doc = docComment(field.description, '  ');
  if (field.presence === 'constant') {
    if (side === 'Decoder') {
      output.lines.push('', ...doc, ...constantGetter(field));
    }
    return;
  }
  switch (type.kind) {
    case 'primitive':
      if (type.length === 1) {
        scalar(output, owner, field, type, side, doc);
      } else {
        array(output, owner, field, type, side, doc);
      }
      break;
    case 'enum': {
      const name = `${prefix}${pascal(type.name)}`;
      const absent = guard(field, side, `return ${type.nullValue} as ${name};`);
      accessor(output, owner, field, side, doc, name, absent, {
        read: `return ${readExpression(output, { ...type, isSafeInteger: true }, 'this.buffer', at(field))} as ${name};`,
        write: writeStatement(output, { ...type, isSafeInteger: true }, 'this.buffer', at(field), 'value'),
      });
      break;
    }
    case 'set': {
      const scalarType = { ...type, isSafeInteger: false };
      const ts = isLong(type.primitive) ? 'bigint' : 'number';
      const absent = guard(field, side, `return 0${ts === 'bigint' ? 'n' : ''};`);
      accessor(output, owner, field, side, doc, ts, absent, {
        read: `return ${readExpression(output, scalarType, 'this.buffer', at(field))};`,
        write: writeStatement(output, scalarType, 'this.buffer', at(field), 'value'),
      });
      break;
    }
    case 'composite': {
      const name = `${prefix}${pascal(type.name)}${side}`;
      output.lines.push(
        '',
        `  readonly #${field.name} = new ${name}();`,
        '',
        ...(doc.length > 0 ? doc : []),
        ...(side === 'Decoder' && field.sinceVersion > 0
          ? [`  /** Since version ${field.sinceVersion}: check \`actingVersion\` first. */`]
          : []),
        `  ${member(field.name)}(): ${name} {`,
        `    return this.#${field.name}.wrap(this.buffer, ${at(field)});`,
        '  }',
      );
    }
  }
}

function scalar(output: Output, owner: string, field: Field, type: PrimitiveType, side: Side, doc: string[]): void {
  const ts = valueType(type);
  const nullName = `${constantCase(field.name)}_NULL`;
  const className = `${owner}${side}`;
  if (field.presence === 'optional' || field.sinceVersion > 0) {
    output.lines.push(
      '',
      '  /** Stands for an absent value. */',
      `  static readonly ${nullName} = ${literal(type, type.nullValue)};`,
    );
  }
  const offset = at(field);
  let read = `return ${readExpression(output, type, 'this.buffer', offset)};`;
  let write = writeStatement(output, type, 'this.buffer', offset, 'value');
  if (
    isLong(type.primitive) &&
    type.isSafeInteger &&
    (field.presence === 'optional' || field.sinceVersion > 0) &&
    !Number.isSafeInteger(Number(type.nullValue))
  ) {
    const raw = { primitive: type.primitive, isSafeInteger: false };
    const low = output.littleEndian ? 0 : 4;
    read = `return this.buffer.view.getInt32(${offset} + ${4 - low}, ${output.littleEndian}) === ${Number(BigInt.asIntN(32, BigInt(type.nullValue) >> 32n))} && this.buffer.view.getInt32(${offset} + ${low}, ${output.littleEndian}) === ${Number(BigInt.asIntN(32, BigInt(type.nullValue)))} ? ${className}.${nullName} : ${readExpression(output, type, 'this.buffer', offset)};`;
    write = `if (value === ${className}.${nullName}) {\n      ${writeStatement(output, raw, 'this.buffer', offset, `${type.nullValue}n`)}\n    } else {\n      ${write}\n    }`;
  }
  accessor(output, owner, field, side, doc, ts, guard(field, side, `return ${className}.${nullName};`), {
    read,
    write,
  });
}

function accessor(
  output: Output,
  owner: string,
  field: Field,
  side: Side,
  doc: string[],
  type: string,
  absent: string[],
  code: { read: string; write: string },
): void {
  const name = member(field.name);
  if (side === 'Decoder') {
    output.lines.push('', ...doc, `  ${name}(): ${type} {`, ...absent, `    ${code.read}`, '  }');
  } else {
    output.lines.push(
      '',
      ...doc,
      `  ${name}(value: ${type}): ${owner}Encoder {`,
      `    ${code.write}`,
      '    return this;',
      '  }',
    );
  }
}

function array(output: Output, owner: string, field: Field, type: PrimitiveType, side: Side, doc: string[]): void {
  const name = pascal(field.name);
  const size = PRIMITIVE_LENGTH[type.primitive];
  const { lines, runtime } = output;
  const element = `${at(field)} + index * ${size}`;
  const className = `${owner}${side}`;
  lines.push('', `  static readonly ${constantCase(field.name)}_LENGTH = ${type.length};`);
  runtime.add('checkCount');
  const check = `    checkCount('index of ${field.name}', index, ${type.length - 1});`;
  if (side === 'Decoder') {
    const absent = guard(field, side, `return ${literal(type, type.nullValue)};`);
    lines.push(
      '',
      ...doc,
      `  ${member(field.name)}At(index: number): ${valueType(type)} {`,
      ...absent,
      check,
      `    return ${readExpression(output, type, 'this.buffer', element)};`,
      '  }',
    );
  } else {
    lines.push(
      '',
      ...doc,
      `  ${member(field.name)}At(index: number, value: ${valueType(type)}): ${className} {`,
      check,
      `    ${writeStatement(output, type, 'this.buffer', element, 'value')}`,
      '    return this;',
      '  }',
    );
  }
  if (size !== 1) {
    return;
  }
  if (side === 'Decoder') {
    runtime.add('getBytes');
    lines.push(
      '',
      '  /** Copies the bytes and returns how many. */',
      `  get${name}(target: Uint8Array, targetOffset = 0): number {`,
      ...guard(field, side, 'return 0;'),
      `    return getBytes(this.buffer, ${at(field)}, target, targetOffset, ${type.length});`,
      '  }',
    );
  } else {
    runtime.add('putBytes').add('checkCount');
    lines.push(
      '',
      `  put${name}(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): ${className} {`,
      `    checkCount('length of ${field.name}', length, ${type.length});`,
      `    putBytes(this.buffer, ${at(field)}, source, sourceOffset, length);`,
      '    return this;',
      '  }',
    );
  }
  if (type.primitive !== 'char') {
    return;
  }
  if (side === 'Decoder') {
    runtime.add('getText');
    lines.push(
      '',
      ...doc,
      `  ${member(field.name)}(): string {`,
      ...guard(field, side, "return '';"),
      `    return getText(this.buffer, ${at(field)}, ${type.length}, true);`,
      '  }',
    );
  } else {
    runtime.add('putFixedText');
    lines.push(
      '',
      ...doc,
      `  ${member(field.name)}(text: string): ${className} {`,
      `    putFixedText(this.buffer, ${at(field)}, ${type.length}, text);`,
      '    return this;',
      '  }',
    );
  }
}

function constantGetter(field: Field): string[] {
  const name = member(field.name);
  if (field.constantEnum !== undefined) {
    return [`  ${name}(): number {`, `    return ${field.constantEnum};`, '  }'];
  }
  const type = field.type as PrimitiveType;
  const text = type.constant!;
  if (type.primitive === 'char' && type.length > 1) {
    return [`  ${name}(): string {`, `    return ${JSON.stringify(text)};`, '  }'];
  }
  const isCharacter = type.primitive === 'char' && !/^\d+$/.test(text);
  const isReal = type.primitive === 'float' || type.primitive === 'double';
  const value = isReal ? text : literal(type, isCharacter ? BigInt(text.charCodeAt(0)) : BigInt(text));
  return [`  ${name}(): ${valueType(type)} {`, `    return ${value};`, '  }'];
}

/** What a decoder does first when the message is older than the field. */
function guard(field: Field, side: Side, statement: string): string[] {
  return side === 'Decoder' && field.sinceVersion > 0
    ? [`    if (this.actingVersion < ${field.sinceVersion}) {`, `      ${statement}`, '    }']
    : [];
}

function at(field: Field): string {
  return field.offset === 0 ? 'this.offset' : `this.offset + ${field.offset}`;
}

export function docComment(text: string, indent: string): string[] {
  return text === '' ? [] : [`${indent}/** ${text.replaceAll('*/', '* /').replace(/\s+/g, ' ')} */`];
}

export const pascal = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

const RESERVED = new Set([
  'buffer',
  'offset',
  'limit',
  'wrap',
  'constructor',
  'encodedLength',
  'actingVersion',
  'actingBlockLength',
  'count',
  'index',
  'next',
  'hasNext',
]);

/** A field whose name a flyweight uses itself gets an underscore behind it. */
export function member(name: string): string {
  const camel = name.charAt(0).toLowerCase() + name.slice(1);
  return RESERVED.has(camel) ? `${camel}_` : camel;
}

export const kebab = (name: string) =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .toLowerCase();

const constantCase = (name: string) => kebab(name).replaceAll('-', '_').toUpperCase();
