import { SbeError } from './sbe-error.ts';
import {
  type CompositeType,
  DEFAULT_NULL,
  type EnumType,
  encodedLength,
  type Field,
  type Group,
  type Message,
  type NamedType,
  PRIMITIVE_LENGTH,
  type Presence,
  type PrimitiveName,
  type PrimitiveType,
  type Schema,
  type SetType,
  type VariableData,
} from './schema.ts';
import { parseXml, placeOf, type XmlElement } from './xml.ts';

/** In `semanticType`: a 64-bit integer whose values are safe integers, read and written as `number`. */
const SAFE_INTEGER = 'safe-integer';

/**
 * Reads an SBE message schema (FIX SBE 1.0 XML). `include` returns the text of what an `<xi:include href="…"/>`
 * names; without it such an element is an error.
 * @throws SbeError SBE_XML, SBE_SCHEMA naming the line (and the included text) and what is wrong with it; and what
 * `include` throws.
 */
export function parseSchema(xml: string, include?: (href: string) => string): Schema {
  const root = resolveIncludes(parseXml(xml), include, []);
  if (root.name !== 'messageSchema') {
    throw fault(root, `a schema's root is <messageSchema>, not <${root.name}>`);
  }
  return new SchemaParser(root).parse();
}

/** The element with the roots of what it includes in place of its includes. */
function resolveIncludes(
  element: XmlElement,
  include: ((href: string) => string) | undefined,
  within: readonly string[],
): XmlElement {
  if (element.name !== 'include') {
    const children = element.children.map((child) => resolveIncludes(child, include, within));
    return { ...element, children };
  }
  const href = required(element, 'href');
  if (include === undefined) {
    throw fault(element, `'${href}' cannot be included: there is nothing to look it up with`);
  }
  if (within.includes(href)) {
    throw fault(element, `'${href}' includes itself`);
  }
  return resolveIncludes(parseXml(include(href), href), include, [...within, href]);
}

class SchemaParser {
  readonly #root: XmlElement;
  readonly #declared = new Map<string, XmlElement>();
  readonly #types = new Map<string, NamedType>();
  readonly #inProgress = new Set<string>();

  constructor(root: XmlElement) {
    this.#root = root;
  }

  parse(): Schema {
    const root = this.#root;
    for (const group of root.children.filter(({ name }) => name === 'types')) {
      for (const type of group.children) {
        const name = required(type, 'name');
        if (this.#declared.has(name)) {
          throw fault(type, `type '${name}' is declared twice`);
        }
        this.#declared.set(name, type);
      }
    }
    for (const name of this.#declared.keys()) {
      this.#resolve(name, root);
    }
    const messages = root.children.filter(({ name }) => name === 'message').map((element) => this.#message(element));
    assertUnique(root, messages, 'message');
    const byteOrder = root.attributes['byteOrder'] ?? 'littleEndian';
    return {
      packageName: root.attributes['package'] ?? '',
      id: integer(root, 'id'),
      version: integer(root, 'version', 0),
      semanticVersion: root.attributes['semanticVersion'] ?? '',
      description: root.attributes['description'] ?? '',
      littleEndian: byteOrder === 'littleEndian',
      header: this.#composite(root.attributes['headerType'] ?? 'messageHeader', root),
      types: this.#types,
      messages,
    };
  }

  #resolve(name: string, from: XmlElement): NamedType {
    const known = this.#types.get(name);
    if (known !== undefined) {
      return known;
    }
    if (name in PRIMITIVE_LENGTH) {
      return primitiveType(name, name as PrimitiveName);
    }
    const element = this.#declared.get(name);
    if (element === undefined) {
      throw fault(from, `there is no type '${name}'`);
    }
    if (this.#inProgress.has(name)) {
      throw fault(element, `type '${name}' contains itself`);
    }
    this.#inProgress.add(name);
    const type = this.#type(element);
    this.#inProgress.delete(name);
    this.#types.set(name, type);
    return type;
  }

  #composite(name: string, from: XmlElement): CompositeType {
    const type = this.#resolve(name, from);
    if (type.kind !== 'composite') {
      throw fault(from, `'${name}' is to be a composite`);
    }
    return type;
  }

  #type(element: XmlElement): NamedType {
    switch (element.name) {
      case 'type':
        return this.#primitive(element);
      case 'enum':
        return this.#enum(element);
      case 'set':
        return this.#set(element);
      case 'composite':
        return this.#compositeType(element);
      default:
        throw fault(element, `<${element.name}> is no type`);
    }
  }

  #primitive(element: XmlElement): PrimitiveType {
    const name = required(element, 'name');
    const primitive = required(element, 'primitiveType');
    if (!(primitive in PRIMITIVE_LENGTH)) {
      throw fault(element, `'${primitive}' is no primitive type`);
    }
    const given = primitiveType(name, primitive as PrimitiveName);
    const presence = presenceOf(element) ?? 'required';
    const constant = presence === 'constant' ? this.#constantText(element) : undefined;
    const isChar = primitive === 'char';
    return {
      ...given,
      presence,
      constant,
      length: integer(element, 'length', constant !== undefined && isChar ? constant.length : 1),
      nullValue: nullValueOf(element, given),
      maxValue: element.attributes['maxValue'],
      characterEncoding: element.attributes['characterEncoding'] ?? (isChar ? 'US-ASCII' : ''),
      isSafeInteger: element.attributes['semanticType'] === SAFE_INTEGER,
      description: element.attributes['description'] ?? '',
    };
  }

  #constantText(element: XmlElement): string {
    const reference = element.attributes['valueRef'];
    if (reference !== undefined) {
      return String(this.#enumValue(reference, element));
    }
    if (element.text === '') {
      throw fault(element, 'a constant needs a value');
    }
    return element.text;
  }

  #enumValue(reference: string, from: XmlElement): number {
    const [typeName = '', valueName] = reference.split('.');
    const type = this.#resolve(typeName, from);
    const value = type.kind === 'enum' ? type.values.find(({ name }) => name === valueName) : undefined;
    if (value === undefined) {
      throw fault(from, `valueRef '${reference}' names no value of an enum`);
    }
    return value.value;
  }

  #encoding(element: XmlElement): PrimitiveType {
    const type = this.#resolve(required(element, 'encodingType'), element);
    if (type.kind !== 'primitive') {
      throw fault(element, 'encodingType is to be a primitive');
    }
    return type;
  }

  #enum(element: XmlElement): EnumType {
    const encoding = this.#encoding(element);
    const values = element.children.map((child) => ({
      name: required(child, 'name'),
      value: encoding.primitive === 'char' ? child.text.charCodeAt(0) : numberText(child, child.text),
      description: child.attributes['description'] ?? '',
      sinceVersion: integer(child, 'sinceVersion', 0),
    }));
    assertUnique(element, values, 'value');
    return {
      kind: 'enum',
      name: required(element, 'name'),
      primitive: encoding.primitive,
      values,
      nullValue: Number(nullValueOf(element, encoding)),
      description: element.attributes['description'] ?? '',
    };
  }

  #set(element: XmlElement): SetType {
    const { primitive } = this.#encoding(element);
    const choices = element.children.map((child) => ({
      name: required(child, 'name'),
      bit: numberText(child, child.text),
      description: child.attributes['description'] ?? '',
    }));
    assertUnique(element, choices, 'choice');
    const wide = choices.find(({ bit }) => bit < 0 || bit >= PRIMITIVE_LENGTH[primitive] * 8);
    if (wide !== undefined) {
      throw fault(element, `choice '${wide.name}' is bit ${wide.bit} of a ${primitive}`);
    }
    return {
      kind: 'set',
      name: required(element, 'name'),
      primitive,
      choices,
      description: element.attributes['description'] ?? '',
    };
  }

  #compositeType(element: XmlElement): CompositeType {
    const fields: Field[] = [];
    let offset = 0;
    for (const child of element.children) {
      const type = child.name === 'ref' ? this.#resolve(required(child, 'type'), child) : this.#type(child);
      const field = fieldOf(child, type, offset, integer(child, 'offset', offset));
      offset = field.offset + encodedLength(type);
      fields.push(field);
    }
    assertUnique(element, fields, 'field');
    return {
      kind: 'composite',
      name: required(element, 'name'),
      fields,
      length: offset,
      description: element.attributes['description'] ?? '',
    };
  }

  #message(element: XmlElement): Message {
    return {
      name: required(element, 'name'),
      id: integer(element, 'id'),
      sinceVersion: integer(element, 'sinceVersion', 0),
      deprecated: element.attributes['deprecated'] === undefined ? undefined : integer(element, 'deprecated'),
      description: element.attributes['description'] ?? '',
      ...this.#block(element),
    };
  }

  #block(element: XmlElement): Pick<Message, 'blockLength' | 'fields' | 'groups' | 'data'> {
    const fields: Field[] = [];
    const groups: Group[] = [];
    const data: VariableData[] = [];
    let offset = 0;
    for (const child of element.children) {
      switch (child.name) {
        case 'field': {
          if (groups.length > 0 || data.length > 0) {
            throw fault(child, `field '${required(child, 'name')}' stands behind a group or data`);
          }
          const field = this.#field(child, offset);
          offset = field.presence === 'constant' ? offset : field.offset + encodedLength(field.type);
          fields.push(field);
          break;
        }
        case 'group':
          if (data.length > 0) {
            throw fault(child, `group '${required(child, 'name')}' stands behind data`);
          }
          groups.push(this.#group(child));
          break;
        case 'data':
          data.push(this.#data(child));
          break;
        default:
          throw fault(child, `<${child.name}> has no place in a message`);
      }
    }
    assertUnique(element, [...fields, ...groups, ...data], 'field');
    const blockLength = integer(element, 'blockLength', offset);
    if (blockLength < offset) {
      throw fault(element, `blockLength ${blockLength} is less than the ${offset} bytes of its fields`);
    }
    return { blockLength, fields, groups, data };
  }

  #field(element: XmlElement, minimum: number): Field {
    const type = this.#resolve(required(element, 'type'), element);
    const field = fieldOf(element, type, minimum, integer(element, 'offset', minimum));
    const reference = element.attributes['valueRef'];
    if (field.presence === 'constant' && type.kind === 'enum') {
      if (reference === undefined) {
        throw fault(element, 'a constant enum field needs a valueRef');
      }
      return { ...field, constantEnum: this.#enumValue(reference, element) };
    }
    return field;
  }

  #group(element: XmlElement): Group {
    const dimension = this.#composite(element.attributes['dimensionType'] ?? 'groupSizeEncoding', element);
    for (const name of ['blockLength', 'numInGroup']) {
      scalarOf(dimension, name, element);
    }
    return {
      name: required(element, 'name'),
      id: integer(element, 'id'),
      dimension,
      sinceVersion: integer(element, 'sinceVersion', 0),
      description: element.attributes['description'] ?? '',
      ...this.#block(element),
    };
  }

  #data(element: XmlElement): VariableData {
    const composite = this.#composite(required(element, 'type'), element);
    const content = composite.fields.find(({ name }) => name === 'varData')?.type;
    if (content?.kind !== 'primitive') {
      throw fault(element, `'${composite.name}' has no varData`);
    }
    const lengthType = scalarOf(composite, 'length', element);
    const { maxValue } = lengthType;
    return {
      name: required(element, 'name'),
      id: integer(element, 'id'),
      lengthType,
      // The largest of all stands for "no value".
      maxLength: maxValue === undefined ? 2 ** (8 * PRIMITIVE_LENGTH[lengthType.primitive]) - 2 : Number(maxValue),
      characterEncoding: content.characterEncoding,
      sinceVersion: integer(element, 'sinceVersion', 0),
      description: element.attributes['description'] ?? '',
    };
  }
}

function fieldOf(element: XmlElement, type: NamedType, minimum: number, offset: number): Field {
  const name = required(element, 'name');
  if (offset < minimum) {
    throw fault(element, `offset ${offset} of '${name}' lies before the end of the field in front, ${minimum}`);
  }
  const ownPresence = type.kind === 'primitive' ? type.presence : 'required';
  return {
    name,
    id: integer(element, 'id', -1),
    type,
    offset,
    presence: ownPresence === 'constant' ? 'constant' : (presenceOf(element) ?? ownPresence),
    constantEnum: undefined,
    sinceVersion: integer(element, 'sinceVersion', 0),
    // What a scalar's own type says of it serves where the field says nothing.
    description: element.attributes['description'] ?? (type.kind === 'primitive' ? type.description : ''),
  };
}

function primitiveType(name: string, primitive: PrimitiveName): PrimitiveType {
  return {
    kind: 'primitive',
    name,
    primitive,
    length: 1,
    presence: 'required',
    nullValue: DEFAULT_NULL[primitive],
    constant: undefined,
    maxValue: undefined,
    characterEncoding: '',
    isSafeInteger: false,
    description: '',
  };
}

function scalarOf(composite: CompositeType, name: string, from: XmlElement): PrimitiveType {
  const type = composite.fields.find((field) => field.name === name)?.type;
  if (type?.kind !== 'primitive' || type.length !== 1 || PRIMITIVE_LENGTH[type.primitive] > 4) {
    throw fault(from, `'${composite.name}' needs a scalar '${name}' of at most 32 bits`);
  }
  return type;
}

function nullValueOf(element: XmlElement, type: PrimitiveType): bigint | number {
  const text = element.attributes['nullValue'];
  if (text === undefined) {
    return type.nullValue;
  }
  if (type.primitive === 'float' || type.primitive === 'double') {
    return Number(text);
  }
  return /^-?\d+$/.test(text) ? BigInt(text) : BigInt(text.charCodeAt(0));
}

function presenceOf(element: XmlElement): Presence | undefined {
  const text = element.attributes['presence'];
  if (text === undefined || text === 'required' || text === 'optional' || text === 'constant') {
    return text;
  }
  throw fault(element, `presence is required, optional or constant, not '${text}'`);
}

function required(element: XmlElement, attribute: string): string {
  const value = element.attributes[attribute];
  if (value === undefined) {
    throw fault(element, `<${element.name}> needs the attribute '${attribute}'`);
  }
  return value;
}

function integer(element: XmlElement, attribute: string, otherwise?: number): number {
  const text = element.attributes[attribute];
  if (text === undefined && otherwise !== undefined) {
    return otherwise;
  }
  return numberText(element, required(element, attribute));
}

function numberText(element: XmlElement, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value)) {
    throw fault(element, `'${text}' is no whole number`);
  }
  return value;
}

function assertUnique(element: XmlElement, named: ReadonlyArray<{ name: string }>, what: string): void {
  const seen = new Set<string>();
  for (const { name } of named) {
    if (seen.has(name)) {
      throw fault(element, `${what} '${name}' appears twice`);
    }
    seen.add(name);
  }
}

function fault(element: XmlElement, why: string): SbeError {
  return new SbeError('SBE_SCHEMA', `${placeOf(element.source, element.line)}: ${why}`);
}
