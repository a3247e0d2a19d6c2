import { SbeError } from './sbe-error.ts';

export interface XmlElement {
  /** Without its namespace prefix. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** The text directly inside, trimmed. */
  readonly text: string;
  /** Line of the opening tag, from 1. */
  readonly line: number;
  /** What the text is called; empty for the one that was asked for. */
  readonly source: string;
}

interface OpenElement {
  name: string;
  tag: string;
  attributes: Record<string, string>;
  children: XmlElement[];
  text: string;
  line: number;
}

const TOKEN =
  /<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\?[\s\S]*?\?>|<\/([^\s>]+)\s*>|<([^\s/>!?]+)((?:\s+[^\s=/>]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|([^<]+)/g;
const ATTRIBUTE = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * The root element of an XML text: as much of XML as message schemas use (no document type, no entities of
 * one's own). `source` is what faults call the text.
 * @throws SbeError SBE_XML naming the line.
 */
export function parseXml(text: string, source = ''): XmlElement {
  const open: OpenElement[] = [];
  let root: XmlElement | undefined;
  let end = 0;
  const lineAt = (index: number) => text.slice(0, index).split('\n').length;
  const fail = (index: number, why: string) => new SbeError('SBE_XML', `${placeOf(source, lineAt(index))}: ${why}`);
  const close = (element: OpenElement) => {
    const { name, attributes, children, line } = element;
    const closed: XmlElement = { name, attributes, children, line, source, text: element.text.trim() };
    const parent = open.at(-1);
    if (parent === undefined) {
      root = closed;
    } else {
      parent.children.push(closed);
    }
  };

  for (const match of text.matchAll(TOKEN)) {
    if (match.index !== end) {
      throw fail(end, `cannot read '${text.slice(end, end + 20)}'`);
    }
    end = match.index + match[0].length;
    const [, cdata, closing, opening, attributes, selfClosing, characters] = match;
    if (opening !== undefined) {
      if (root !== undefined) {
        throw fail(match.index, `<${opening}> follows the end of the root element`);
      }
      const element: OpenElement = {
        name: localName(opening),
        tag: opening,
        attributes: {},
        children: [],
        text: '',
        line: lineAt(match.index),
      };
      for (const [, name, double, single] of attributes!.matchAll(ATTRIBUTE)) {
        element.attributes[localName(name!)] = unescapeXml(double ?? single!);
      }
      if (selfClosing === '/') {
        close(element);
      } else {
        open.push(element);
      }
    } else if (closing !== undefined) {
      const element = open.pop();
      if (element?.tag !== closing) {
        throw fail(match.index, `</${closing}> closes ${element === undefined ? 'nothing' : `<${element.tag}>`}`);
      }
      close(element);
    } else if (open.length > 0) {
      open.at(-1)!.text += cdata ?? unescapeXml(characters ?? '');
    }
  }
  if (end !== text.length) {
    throw fail(end, `cannot read '${text.slice(end, end + 20)}'`);
  }
  if (open.length > 0) {
    const { tag, line } = open.at(-1)!;
    throw new SbeError('SBE_XML', `<${tag}> of ${placeOf(source, line)} is never closed`);
  }
  if (root === undefined) {
    throw fail(0, 'there is no element');
  }
  return root;
}

/** Where something stands, for messages. */
export function placeOf(source: string, line: number): string {
  return source === '' ? `line ${line}` : `${source}, line ${line}`;
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function unescapeXml(text: string): string {
  return text.replace(/&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g, (whole, hex, decimal, name) => {
    if (name !== undefined) {
      return ENTITIES[name] ?? whole;
    }
    return String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
  });
}
