/**
 * What a message schema says, resolved: every type is looked up, every offset and length computed.
 * Offsets are in bytes from the start of the block (or composite) they stand in.
 */
export interface Schema {
  readonly packageName: string;
  readonly id: number;
  readonly version: number;
  readonly semanticVersion: string;
  readonly description: string;
  readonly littleEndian: boolean;
  readonly header: CompositeType;
  readonly types: ReadonlyMap<string, NamedType>;
  readonly messages: readonly Message[];
}

export type PrimitiveName =
  | 'char'
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'float'
  | 'double';

export type Presence = 'required' | 'optional' | 'constant';

export interface PrimitiveType {
  readonly kind: 'primitive';
  readonly name: string;
  readonly primitive: PrimitiveName;
  /** Elements; 1 is a scalar, 0 is the variable part of a data composite. */
  readonly length: number;
  readonly presence: Presence;
  /** Text of the schema or the default of the primitive; a bigint for all integers. */
  readonly nullValue: bigint | number;
  readonly constant: string | undefined;
  /** Text of the schema. */
  readonly maxValue: string | undefined;
  readonly characterEncoding: string;
  /** A 64-bit integer that is promised to be a safe integer: `number` instead of `bigint`. */
  readonly isSafeInteger: boolean;
  readonly description: string;
}

export interface EnumType {
  readonly kind: 'enum';
  readonly name: string;
  readonly primitive: PrimitiveName;
  readonly values: ReadonlyArray<{ name: string; value: number; description: string; sinceVersion: number }>;
  readonly nullValue: number;
  readonly description: string;
}

export interface SetType {
  readonly kind: 'set';
  readonly name: string;
  readonly primitive: PrimitiveName;
  readonly choices: ReadonlyArray<{ name: string; bit: number; description: string }>;
  readonly description: string;
}

export interface CompositeType {
  readonly kind: 'composite';
  readonly name: string;
  readonly fields: readonly Field[];
  readonly length: number;
  readonly description: string;
}

export type NamedType = PrimitiveType | EnumType | SetType | CompositeType;

export interface Field {
  readonly name: string;
  readonly id: number;
  readonly type: NamedType;
  readonly offset: number;
  readonly presence: Presence;
  /** Of a constant enum field: the value's number. */
  readonly constantEnum: number | undefined;
  readonly sinceVersion: number;
  readonly description: string;
}

export interface Group {
  readonly name: string;
  readonly id: number;
  readonly blockLength: number;
  readonly dimension: CompositeType;
  readonly sinceVersion: number;
  readonly description: string;
  readonly fields: readonly Field[];
  readonly groups: readonly Group[];
  readonly data: readonly VariableData[];
}

export interface VariableData {
  readonly name: string;
  readonly id: number;
  readonly lengthType: PrimitiveType;
  /** Most bytes that the data may have. */
  readonly maxLength: number;
  readonly characterEncoding: string;
  readonly sinceVersion: number;
  readonly description: string;
}

export interface Message {
  readonly name: string;
  readonly id: number;
  readonly blockLength: number;
  readonly sinceVersion: number;
  /** The version that gave it up. */
  readonly deprecated: number | undefined;
  readonly description: string;
  readonly fields: readonly Field[];
  readonly groups: readonly Group[];
  readonly data: readonly VariableData[];
}

export const PRIMITIVE_LENGTH: Readonly<Record<PrimitiveName, number>> = {
  char: 1,
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
  float: 4,
  double: 8,
};

/** What stands for "no value" when the schema does not say. */
export const DEFAULT_NULL: Readonly<Record<PrimitiveName, bigint | number>> = {
  char: 0n,
  int8: -128n,
  uint8: 255n,
  int16: -32768n,
  uint16: 65535n,
  int32: -2147483648n,
  uint32: 4294967295n,
  int64: -9223372036854775808n,
  uint64: 18446744073709551615n,
  float: Number.NaN,
  double: Number.NaN,
};

/** Bytes that a value of the type takes in a block; constants take none. */
export function encodedLength(type: NamedType): number {
  switch (type.kind) {
    case 'composite':
      return type.length;
    case 'primitive':
      return type.presence === 'constant' ? 0 : PRIMITIVE_LENGTH[type.primitive] * type.length;
    default:
      return PRIMITIVE_LENGTH[type.primitive];
  }
}
