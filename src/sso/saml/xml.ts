/**
 * A reader of the part of XML 1.0 that signed SAML needs, and of nothing else: elements, attributes, text, the five
 * named entities and character references. What else XML has (DOCTYPE, entities, comments, processing instructions,
 * CDATA) is where parsers disagree, and where two parsers disagree a signature covers one document and the app reads
 * another. So it is refused before any parser sees it.
 */
import { type SamlFault, SamlRefusal } from "./refusal.ts";

export interface XmlAttribute {
  /** As written, such as `xsi:type`. */
  readonly name: string;
  readonly prefix: string;
  readonly local: string;
  readonly value: string;
}

export interface XmlElement {
  /** As written, such as `saml:Assertion`. */
  readonly name: string;
  readonly local: string;
  /** Empty: none. */
  readonly namespace: string;
  /** Namespace declarations included. */
  readonly attributes: readonly XmlAttribute[];
  readonly children: readonly XmlElement[];
  /** Its own text, without that of its children. */
  readonly text: string;
}

/** Real responses have about 40 elements at depth 8; with 200 groups some hundreds. */
const DEPTH_MAX = 32;
const ELEMENTS_MAX = 5_000;
const ATTRIBUTES_MAX = 48;

const DECLARATION =
  /^<\?xml version=(?:"1\.0"|'1\.0')(?: +encoding=(?:"utf-8"|'utf-8'))?(?: +standalone=(?:"(?:yes|no)"|'(?:yes|no)'))? *\?>/i;
const NAME = /(?:([A-Za-z_][\w.-]*):)?([A-Za-z_][\w.-]*)/y;
const SPACE = /[ \t\n]+/y;
const ENTITY = /&(?:(lt|gt|amp|quot|apos)|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));/y;
const NAMED: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };
const XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace";

interface Open {
  readonly name: string;
  readonly element: { children: XmlElement[]; text: string } & Omit<XmlElement, "children" | "text">;
  readonly namespaces: ReadonlyMap<string, string>;
}

/** Reads a document. Throws SamlRefusal; never anything else, whatever the text is. */
export function readXml(source: string): XmlElement {
  refuseWhat(source);
  // XML 1.0, section 2.11: a parser sees line ends as \n.
  return new Reader(source.replace(/\r\n?/g, "\n")).document();
}

function refuseWhat(source: string): void {
  const forbidden: readonly (readonly [RegExp, SamlFault])[] = [
    [/<!DOCTYPE/i, "doctype"],
    [/<!ENTITY/i, "doctype"],
    [/<!--/, "comment"],
    [/<!\[CDATA\[/i, "cdata"],
    [/<!/, "markup_declaration"],
    [/(?!^)<\?/, "processing_instruction"],
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what XML does not allow, and what some parsers take for a line end
    [/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/, "character"],
  ];
  for (const [pattern, fault] of forbidden) if (pattern.test(source)) throw new SamlRefusal(fault);
  if (!source.isWellFormed()) throw new SamlRefusal("character");
}

class Reader {
  readonly #text: string;
  #at = 0;
  #elements = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): XmlElement {
    const declaration = DECLARATION.exec(this.#text)?.[0];
    if (declaration) this.#at = declaration.length;
    else if (this.#text.startsWith("<?")) throw new SamlRefusal("processing_instruction");
    this.#match(SPACE);
    const stack: Open[] = [];
    let root: XmlElement | undefined;
    while (this.#at < this.#text.length) {
      if (root) {
        this.#match(SPACE);
        if (this.#at < this.#text.length) throw new SamlRefusal("several_roots");
        break;
      }
      const top = stack.at(-1);
      if (this.#text[this.#at] !== "<") {
        if (!top) throw new SamlRefusal("not_xml");
        top.element.text += this.#readText("<");
      } else if (this.#text[this.#at + 1] === "/") {
        if (!top) throw new SamlRefusal("not_xml");
        this.#readEnd(top.name);
        stack.pop();
        if (stack.length === 0) root = top.element;
      } else {
        const { open, isEmpty } = this.#readStart(top?.namespaces);
        top?.element.children.push(open.element);
        if (!isEmpty) stack.push(open);
        else if (!top) root = open.element;
        if (stack.length > DEPTH_MAX) throw new SamlRefusal("too_deep");
      }
    }
    if (!root) throw new SamlRefusal("not_xml");
    return root;
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (!found) return undefined;
    this.#at = pattern.lastIndex;
    return found;
  }

  #take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #readEnd(name: string): void {
    if (!this.#take(`</${name}`)) throw new SamlRefusal("not_xml");
    this.#match(SPACE);
    if (!this.#take(">")) throw new SamlRefusal("not_xml");
  }

  #readStart(outer: ReadonlyMap<string, string> | undefined): { open: Open; isEmpty: boolean } {
    this.#elements += 1;
    if (this.#elements > ELEMENTS_MAX) throw new SamlRefusal("too_many_elements");
    this.#at += 1;
    const found = this.#match(NAME);
    if (!found) throw new SamlRefusal("not_xml");
    const [name, prefix = "", local = ""] = found;
    const { attributes, isEmpty } = this.#readAttributes();
    const namespaces = withDeclared(outer ?? new Map([["xml", XML_NAMESPACE]]), attributes);
    refuseDuplicates(attributes, namespaces);
    const element = {
      name,
      local,
      namespace: namespaceOf(prefix, namespaces),
      attributes,
      children: [],
      text: "",
    };
    return { open: { name, element, namespaces }, isEmpty };
  }

  #readAttributes(): { attributes: XmlAttribute[]; isEmpty: boolean } {
    const attributes: XmlAttribute[] = [];
    for (;;) {
      const hasSpace = this.#match(SPACE) !== undefined;
      if (this.#take("/>")) return { attributes, isEmpty: true };
      if (this.#take(">")) return { attributes, isEmpty: false };
      if (!hasSpace) throw new SamlRefusal("not_xml");
      const found = this.#match(NAME);
      if (!found) throw new SamlRefusal("not_xml");
      const [name, prefix = "", local = ""] = found;
      this.#match(SPACE);
      if (!this.#take("=")) throw new SamlRefusal("not_xml");
      this.#match(SPACE);
      const quote = this.#text[this.#at];
      if (quote !== '"' && quote !== "'") throw new SamlRefusal("not_xml");
      this.#at += 1;
      const value = this.#readText(quote);
      this.#at += 1;
      attributes.push({ name, prefix, local, value });
      if (attributes.length > ATTRIBUTES_MAX) throw new SamlRefusal("too_many_attributes");
    }
  }

  /** Up to `end`, which stays. In a value, line ends and tabs count as spaces (XML 1.0, section 3.3.3). */
  #readText(end: string): string {
    const parts: string[] = [];
    const isValue = end !== "<";
    for (;;) {
      let to = this.#at;
      while (
        to < this.#text.length &&
        !(this.#text[to] === end || this.#text[to] === "&" || this.#text[to] === "<")
      )
        to += 1;
      const plain = this.#text.slice(this.#at, to);
      if (plain.includes("]]>")) throw new SamlRefusal("not_xml");
      parts.push(isValue ? plain.replace(/[\t\n]/g, " ") : plain);
      this.#at = to;
      if (to === this.#text.length) throw new SamlRefusal("not_xml");
      if (this.#text[to] === end) return parts.join("");
      if (this.#text[to] === "<") throw new SamlRefusal("not_xml");
      parts.push(this.#readReference());
    }
  }

  #readReference(): string {
    const found = this.#match(ENTITY);
    if (!found) throw new SamlRefusal("entity");
    const [, name, decimal, hex] = found;
    if (name !== undefined) return NAMED[name] as string; // one of the five
    const code = decimal !== undefined ? Number(decimal) : Number.parseInt(hex as string, 16);
    const isAllowed =
      code === 0x9 ||
      code === 0xa ||
      code === 0xd ||
      (code >= 0x20 && code <= 0x7e) ||
      (code >= 0xa0 && code <= 0xd7ff) ||
      (code >= 0xe000 && code <= 0xfffd && code !== 0xfeff) ||
      (code >= 0x10000 && code <= 0x10ffff);
    if (!isAllowed) throw new SamlRefusal("character");
    return String.fromCodePoint(code);
  }
}

function withDeclared(
  outer: ReadonlyMap<string, string>,
  attributes: readonly XmlAttribute[],
): ReadonlyMap<string, string> {
  const declared = attributes.filter(({ name, prefix }) => name === "xmlns" || prefix === "xmlns");
  if (declared.length === 0) return outer;
  const inner = new Map(outer);
  for (const { name, local, value } of declared) {
    const prefix = name === "xmlns" ? "" : local;
    if (prefix === "xml" || prefix === "xmlns" || value === XML_NAMESPACE) throw new SamlRefusal("namespace");
    // Relative ones make canonicalisers fail or sign nothing ("void canonicalisation").
    if (!/^[a-z][a-z0-9+.-]*:[^\s]+$/i.test(value)) throw new SamlRefusal("namespace");
    inner.set(prefix, value);
  }
  return inner;
}

function namespaceOf(prefix: string, namespaces: ReadonlyMap<string, string>): string {
  const namespace = namespaces.get(prefix);
  if (namespace === undefined && prefix !== "") throw new SamlRefusal("namespace");
  return namespace ?? "";
}

/** The same attribute twice: by its name, or by two prefixes of one namespace. */
function refuseDuplicates(
  attributes: readonly XmlAttribute[],
  namespaces: ReadonlyMap<string, string>,
): void {
  const seen = new Set<string>();
  for (const { name, prefix, local } of attributes) {
    const isDeclaration = name === "xmlns" || prefix === "xmlns";
    const key = isDeclaration || prefix === "" ? name : `{${namespaceOf(prefix, namespaces)}}${local}`;
    if (seen.has(key)) throw new SamlRefusal("duplicate_attribute");
    seen.add(key);
  }
}

/** The value of an attribute without prefix. */
export function attributeOf(element: XmlElement, name: string): string | undefined {
  return element.attributes.find((attribute) => attribute.name === name)?.value;
}

export function childrenOf(element: XmlElement, namespace: string, local: string): XmlElement[] {
  return element.children.filter((child) => child.local === local && child.namespace === namespace);
}

/** The one child of this name; undefined when there is none. Two are refused. */
export function childOf(element: XmlElement, namespace: string, local: string): XmlElement | undefined {
  const found = childrenOf(element, namespace, local);
  if (found.length > 1) throw new SamlRefusal("structure");
  return found[0];
}

/** An element and all below it, in document order. */
export function* withDescendants(element: XmlElement): Generator<XmlElement> {
  yield element;
  for (const child of element.children) yield* withDescendants(child);
}

/** For text and attribute values of documents that we write ourselves. */
export function escapeXml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&apos;");
}
