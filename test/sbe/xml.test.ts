import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseXml } from '../../src/sbe/xml.ts';

describe('the XML of schemas', () => {
  it('has elements, attributes, text and entities', () => {
    const root = parseXml(
      `<?xml version="1.0"?><!-- c --><a:r x='1' n:y="&lt;&#65;&#x42;"><b/><c>t &amp; <![CDATA[<u>]]></c></a:r>\n`,
    );
    assert.equal(root.name, 'r');
    assert.deepEqual(root.attributes, { x: '1', y: '<AB' });
    assert.deepEqual(
      root.children.map(({ name, text }) => [name, text]),
      [
        ['b', ''],
        ['c', 't & <u>'],
      ],
    );
  });

  for (const [text, message] of [
    ['<a>\n<b></a>', /line 2: <\/a> closes <b>/],
    ['<a>\n<b>', /<b> of line 2 is never closed/],
    ['<a/><b/>', /<b> follows the end/],
    ['</a>', /closes nothing/],
    ['<a x=1/>', /line 1: cannot read/],
    ['', /there is no element/],
  ] as const) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseXml(text), message);
    });
  }
});
