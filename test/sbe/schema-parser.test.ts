import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseSchema } from '../../src/sbe/mod.ts';

const HEADER = `<composite name="messageHeader"><type name="blockLength" primitiveType="uint16"/>
  <type name="templateId" primitiveType="uint16"/><type name="schemaId" primitiveType="uint16"/>
  <type name="version" primitiveType="uint16"/></composite>`;
const schema = (types: string, messages = '') =>
  `<messageSchema id="1" version="0"><types>${HEADER}${types}</types>\n${messages}</messageSchema>`;

describe('the schema parser', () => {
  it('computes offsets and block length', () => {
    const { messages } = parseSchema(
      schema(
        '<type name="t" primitiveType="int32" length="3"/>',
        '<message name="M" id="9"><field name="a" id="1" type="int8"/><field name="b" id="2" type="t"/></message>',
      ),
    );
    assert.equal(messages[0]!.blockLength, 13);
    assert.deepEqual(
      messages[0]!.fields.map(({ name, offset }) => [name, offset]),
      [
        ['a', 0],
        ['b', 1],
      ],
    );
  });

  it('puts included types in their place', () => {
    const texts: Record<string, string> = {
      'header.xml': `<types><include href="small.xml"/>${HEADER}</types>`,
      'small.xml': '<type name="small" primitiveType="int8" description="A small number"/>',
    };
    const { messages } = parseSchema(
      `<messageSchema id="1" xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="header.xml"/>
        <message name="M" id="9"><field name="a" id="1" type="small"/></message></messageSchema>`,
      (href) => texts[href]!,
    );
    assert.equal(messages[0]!.blockLength, 1);
    assert.equal(messages[0]!.fields[0]!.description, 'A small number');
  });

  it('names the included text that is wrong', () => {
    const xml = '<messageSchema id="1"><include href="a.xml"/></messageSchema>';
    assert.throws(() => parseSchema(xml, () => '<types>\n<type/></types>'), /^SbeError: a\.xml, line 2: .*'name'/);
    assert.throws(() => parseSchema(xml, () => '<types>'), /a\.xml, line 1/);
    assert.throws(() => parseSchema(xml, () => '<include href="a.xml"/>'), /a\.xml, line 1: 'a\.xml' includes itself/);
    assert.throws(() => parseSchema(xml), /line 1: 'a\.xml' cannot be included/);
  });

  it('knows the length that data may have, and what is deprecated', () => {
    const { messages } = parseSchema(
      schema(
        `<composite name="d"><type name="length" primitiveType="uint16" maxValue="99"/>
         <type name="varData" primitiveType="uint8" length="0"/></composite>`,
        '<message name="M" id="1" deprecated="4"><data name="d" id="2" type="d"/></message>',
      ),
    );
    assert.equal(messages[0]!.data[0]!.maxLength, 99);
    assert.equal(messages[0]!.deprecated, 4);
  });

  for (const [what, text, message] of [
    [
      'an unknown type',
      schema('', '<message name="M" id="1"><field name="a" id="1" type="x"/></message>'),
      /no type 'x'/,
    ],
    [
      'a field behind data',
      schema(
        '<composite name="d"><type name="length" primitiveType="uint16"/><type name="varData" primitiveType="uint8" length="0"/></composite>',
        '<message name="M" id="1"><data name="d" id="2" type="d"/>\n<field name="a" id="1" type="int8"/></message>',
      ),
      /'a' stands behind/,
    ],
    [
      'overlapping offsets',
      schema(
        '',
        '<message name="M" id="1"><field name="a" id="1" type="int64"/><field name="b" id="2" type="int8" offset="4"/></message>',
      ),
      /offset 4 of 'b'/,
    ],
    [
      'a block length that is too short',
      schema('', '<message name="M" id="1" blockLength="4"><field name="a" id="1" type="int64"/></message>'),
      /blockLength 4 is less than the 8/,
    ],
    ['a type inside itself', schema('<composite name="c"><ref name="x" type="c"/></composite>'), /contains itself/],
    [
      'a name used twice',
      schema(
        '',
        '<message name="M" id="1"><field name="a" id="1" type="int8"/><field name="a" id="2" type="int8"/></message>',
      ),
      /'a' appears twice/,
    ],
    [
      'a bit that the set has not',
      schema('<set name="s" encodingType="uint8"><choice name="x">8</choice></set>'),
      /choice 'x' is bit 8/,
    ],
    ['no message header', '<messageSchema id="1"/>', /no type 'messageHeader'/],
    ['another root', '<schema/>', /<messageSchema>, not <schema>/],
    ['a missing name', schema('<type primitiveType="int8"/>'), /needs the attribute 'name'/],
    ['a number that is none', schema('', '<message name="M" id="x"/>'), /'x' is no whole number/],
  ] as const) {
    it(`refuses ${what}, naming the line`, () => {
      assert.throws(
        () => parseSchema(text),
        (error: Error) => {
          assert.match(error.message, message);
          assert.match(error.message, /^line \d+/);
          return true;
        },
      );
    });
  }
});
