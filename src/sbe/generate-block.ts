import {
  docComment,
  generateField,
  member,
  type Output,
  pascal,
  readExpression,
  type Side,
  writeStatement,
} from './generate-field.ts';
import { type Group, type Message, PRIMITIVE_LENGTH, type PrimitiveType, type VariableData } from './schema.ts';

/**
 * Fields, groups and data of a message or group. `limit` is where the next group or data starts: it lives in
 * the message, which `message` names ('this' or 'this.message').
 */
export function generateBlock(
  output: Output,
  owner: string,
  block: Pick<Message, 'fields' | 'groups' | 'data'>,
  side: Side,
  message: 'this' | 'this.message',
  nested: string[],
): void {
  for (const field of block.fields) {
    generateField(output, owner, field, side, 'T.');
    if (field.type.kind !== 'primitive') {
      output.types.add('T');
    }
  }
  for (const group of block.groups) {
    groupAccessor(output, owner, group, side, message);
    nested.push(...groupClass(output, owner, group, side));
  }
  for (const data of block.data) {
    variableData(output, owner, data, side, message);
  }
}

/** What a group needs of the message around it. */
const LIMIT_HOLDER = '{ buffer: SbeBuffer; limit: number }';

function groupAccessor(output: Output, owner: string, group: Group, side: Side, message: string): void {
  const name = `${owner}${pascal(group.name)}${side}`;
  const { lines } = output;
  lines.push('', `  readonly #${group.name} = new ${name}();`, '', ...docComment(group.description, '  '));
  if (side === 'Encoder') {
    lines.push(
      `  ${member(group.name)}Count(count: number): ${name} {`,
      `    return this.#${group.name}.begin(${message}, count);`,
      '  }',
    );
    return;
  }
  lines.push(`  ${member(group.name)}(): ${name} {`);
  if (group.sinceVersion > 0) {
    lines.push(
      `    if (this.actingVersion < ${group.sinceVersion}) {`,
      `      return this.#${group.name}.none(${message});`,
      '    }',
    );
  }
  lines.push(`    return this.#${group.name}.begin(${message}, this.actingVersion);`, '  }');
}

function groupClass(parent: Output, owner: string, group: Group, side: Side): string[] {
  const output: Output = { ...parent, lines: [] };
  const { lines } = output;
  const nested: string[] = [];
  const groupOwner = `${owner}${pascal(group.name)}`;
  const name = `${groupOwner}${side}`;
  const dimension = (field: string) => group.dimension.fields.find((f) => f.name === field)!;
  const blockLength = dimension('blockLength');
  const numInGroup = dimension('numInGroup');
  const at = (offset: number) => (offset === 0 ? 'start' : `start + ${offset}`);
  const largest = 2 ** (8 * PRIMITIVE_LENGTH[(numInGroup.type as PrimitiveType).primitive]) - 2;

  lines.push(...docComment(group.description, ''), `export class ${name} {`);
  lines.push(
    `  message!: ${LIMIT_HOLDER};`,
    '  buffer!: SbeBuffer;',
    '  offset = 0;',
    '  /** How many entries the group has. */',
    '  count = 0;',
    '  /** Of the current entry; -1 before the first. */',
    '  index = -1;',
  );
  if (side === 'Encoder') {
    output.runtime.add('checkCount');
    lines.push(
      '',
      `  begin(message: ${LIMIT_HOLDER}, count: number): ${name} {`,
      `    checkCount('entries of ${group.name}', count, ${largest});`,
      '    const start = message.limit;',
      '    this.message = message;',
      '    this.buffer = message.buffer;',
      '    this.count = count;',
      '    this.index = -1;',
      `    ${writeStatement(output, blockLength.type as PrimitiveType, 'message.buffer', at(blockLength.offset), String(group.blockLength))}`,
      `    ${writeStatement(output, numInGroup.type as PrimitiveType, 'message.buffer', at(numInGroup.offset), 'count')}`,
      `    message.limit = start + ${group.dimension.length};`,
      '    return this;',
      '  }',
      '',
      '  /** Goes on to the next entry. */',
      `  next(): ${name} {`,
      `    checkCount('entry of ${group.name}', this.index + 1, this.count - 1);`,
      '    this.index++;',
      '    this.offset = this.message.limit;',
      `    this.message.limit = this.offset + ${group.blockLength};`,
      '    return this;',
      '  }',
    );
  } else {
    output.runtime.add('checkCount');
    lines.push(
      '  actingBlockLength = 0;',
      '  actingVersion = 0;',
      '',
      `  begin(message: ${LIMIT_HOLDER}, actingVersion: number): ${name} {`,
      '    const start = message.limit;',
      '    this.message = message;',
      '    this.buffer = message.buffer;',
      '    this.actingVersion = actingVersion;',
      '    this.index = -1;',
      `    this.actingBlockLength = ${readExpression(output, blockLength.type as PrimitiveType, 'message.buffer', at(blockLength.offset))};`,
      `    this.count = ${readExpression(output, numInGroup.type as PrimitiveType, 'message.buffer', at(numInGroup.offset))};`,
      `    message.limit = start + ${group.dimension.length};`,
      '    return this;',
      '  }',
      '',
      '  /** The group of a message that is older than it. */',
      `  none(message: ${LIMIT_HOLDER}): ${name} {`,
      '    this.message = message;',
      '    this.buffer = message.buffer;',
      '    this.index = -1;',
      '    this.count = 0;',
      '    return this;',
      '  }',
      '',
      '  hasNext(): boolean {',
      '    return this.index + 1 < this.count;',
      '  }',
      '',
      '  /** Goes on to the next entry. */',
      `  next(): ${name} {`,
      `    checkCount('entry of ${group.name}', this.index + 1, this.count - 1);`,
      '    this.index++;',
      '    this.offset = this.message.limit;',
      '    this.message.limit = this.offset + this.actingBlockLength;',
      '    return this;',
      '  }',
    );
  }
  generateBlock(output, groupOwner, group, side, 'this.message', nested);
  lines.push('}', '');
  return [...lines, ...nested];
}

function variableData(output: Output, owner: string, data: VariableData, side: Side, message: string): void {
  const { lines, runtime } = output;
  const name = pascal(data.name);
  const headerLength = PRIMITIVE_LENGTH[data.lengthType.primitive];
  const largest = data.maxLength;
  const isText = data.characterEncoding !== '';
  const className = `${owner}${side}`;
  const doc = docComment(data.description, '  ');
  if (side === 'Encoder') {
    runtime.add('checkCount').add('putBytes');
    lines.push(
      '',
      ...doc,
      `  put${name}(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): ${className} {`,
      `    checkCount('length of ${data.name}', length, ${largest});`,
      `    const start = ${message}.limit;`,
      `    ${writeStatement(output, data.lengthType, 'this.buffer', 'start', 'length')}`,
      `    putBytes(this.buffer, start + ${headerLength}, source, sourceOffset, length);`,
      `    ${message}.limit = start + ${headerLength} + length;`,
      '    return this;',
      '  }',
    );
    if (isText) {
      runtime.add('putText');
      lines.push(
        '',
        ...doc,
        `  ${member(data.name)}(text: string): ${className} {`,
        `    const start = ${message}.limit;`,
        `    const length = putText(this.buffer, start + ${headerLength}, text);`,
        `    checkCount('length of ${data.name}', length, ${largest});`,
        `    ${writeStatement(output, data.lengthType, 'this.buffer', 'start', 'length')}`,
        `    ${message}.limit = start + ${headerLength} + length;`,
        '    return this;',
        '  }',
      );
    }
    return;
  }
  const absent = (statement: string) =>
    data.sinceVersion > 0
      ? [`    if (this.actingVersion < ${data.sinceVersion}) {`, `      ${statement}`, '    }']
      : [];
  const readLength = readExpression(output, data.lengthType, 'this.buffer', `${message}.limit`);
  runtime.add('getBytes');
  lines.push(
    '',
    '  /** Bytes of the data that comes next; does not move on. */',
    `  ${member(data.name)}Length(): number {`,
    ...absent('return 0;'),
    `    return ${readLength};`,
    '  }',
    '',
    '  /** Copies what fits, moves on behind the data, and returns the bytes copied. */',
    `  get${name}(target: Uint8Array, targetOffset = 0): number {`,
    ...absent('return 0;'),
    `    const start = ${message}.limit + ${headerLength};`,
    `    const length = ${readLength};`,
    `    ${message}.limit = start + length;`,
    '    return getBytes(this.buffer, start, target, targetOffset, length);',
    '  }',
    '',
    '  /** Moves on behind the data and returns its length. */',
    `  skip${name}(): number {`,
    ...absent('return 0;'),
    `    const length = ${readLength};`,
    `    ${message}.limit += ${headerLength} + length;`,
    '    return length;',
    '  }',
  );
  if (isText) {
    runtime.add('getText');
    lines.push(
      '',
      ...doc,
      `  ${member(data.name)}(): string {`,
      ...absent("return '';"),
      `    const start = ${message}.limit + ${headerLength};`,
      `    const length = ${readLength};`,
      `    ${message}.limit = start + length;`,
      '    return getText(this.buffer, start, length, false);',
      '  }',
    );
  }
}
