import { isIPv4, isIPv6 } from "node:net";
import { domainToASCII, domainToUnicode } from "node:url";
import { labelFault } from "./homograph.ts";
import { codePoint, findHidden, nameFault } from "./name-fault.ts";
import { isPublicSuffix } from "./reserved.ts";

export interface DomainName {
  /** As people read it: U-labels. */
  readonly domain: string;
  /** As DNS has it: A-labels, lower case, no trailing dot. */
  readonly ascii: string;
}

export interface DomainRules {
  /** Domains of the platform itself: neither they nor what is below them can belong to a tenant. */
  readonly platformDomains?: readonly string[];
}

/** RFC 1035, section 2.3.4, without the root's dot. */
const DOMAIN_BYTES_MAX = 253;
const LABEL_BYTES_MAX = 63;
const INPUT_UNITS_MAX = 1_000;
const LABEL_FORM = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

/**
 * A host name, in Unicode or ASCII, normalised by UTS #46 and checked for look-alikes by UTS #39.
 *
 * @throws `tenant.domain_invalid`
 * @example parseDomain("Bücher.example.") // { domain: "bücher.example", ascii: "xn--bcher-kva.example" }
 */
export function parseDomain(text: unknown, rules: DomainRules = {}): DomainName {
  const refuse = (reason: string, suggestion?: string) =>
    nameFault("tenant.domain_invalid", "domain", text, reason, suggestion);
  if (typeof text !== "string") throw refuse("a domain is a text");
  const input = text.trim();
  const reason = inputFault(input);
  if (reason !== undefined) throw refuse(reason, suggestHost(input));

  const ascii = domainToASCII(input).replace(/\.$/, "");
  const asciiReason = asciiFault(ascii);
  if (asciiReason !== undefined) throw refuse(asciiReason);

  const domain = domainToUnicode(ascii);
  const labels = domain.split(".");
  // Node decodes what it can; a label that stays encoded, or that comes back otherwise, was never a real one.
  if (domainToASCII(domain) !== ascii || labels.some((label) => label.startsWith("xn--"))) {
    throw refuse("it is not a well-formed international name");
  }
  for (const label of labels) {
    const fault = labelFault(label, labels.at(-1) ?? "");
    if (fault === undefined) continue;
    const { reason, suggestion } = fault;
    throw refuse(reason, suggestion && labels.map((l) => (l === label ? suggestion : l)).join("."));
  }
  const ownReason = ownershipFault(ascii, rules.platformDomains ?? []);
  if (ownReason !== undefined) throw refuse(ownReason);
  return { domain, ascii };
}

function inputFault(input: string): string | undefined {
  if (input === "") return "it is empty";
  if (input.length > INPUT_UNITS_MAX) return `it has ${input.length} characters`;
  if (!input.isWellFormed()) return "it holds half a character (a lone surrogate)";
  const hidden = findHidden(input);
  if (hidden !== undefined) return hidden;
  if (/\s/u.test(input)) return "it has a space";
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(input)) return "it is a URL; leave out the scheme";
  if (input.includes("@")) return "it has an `@`, as a user or an e-mail address";
  if (isIPv6(input.replace(/^\[|\]$/g, ""))) return "it is an IP address";
  if (/[/\\?#]/.test(input)) return "it has a path";
  if (/:\d*$/.test(input)) return "it has a port";
  if (input.startsWith("*.")) return "it is a wildcard";
  if (input.includes("_")) return "it has an underscore, which host names cannot have";
  const odd = /(?=\p{ASCII})[^A-Za-z0-9.-]/u.exec(input);
  if (odd) return `it has ${odd[0] === "`" ? codePoint("`") : `\`${odd[0]}\``}`;
  if (input.startsWith(".") || input.includes("..")) return "it has an empty label";
  return undefined;
}

function asciiFault(ascii: string): string | undefined {
  if (ascii === "") return "it has characters that international names cannot have";
  const labels = ascii.split(".");
  // The WHATWG host parser reads 1.2, 0x7f.1 and the like as IPv4 addresses, so a browser would, too.
  if (isIPv4(ascii) || /^(\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? "")) return "it is an IP address";
  for (const label of labels) {
    if (label === "") return "it has an empty label";
    if (label.length > LABEL_BYTES_MAX)
      return `the label \`${label.slice(0, 20)}…\` has ${label.length} characters`;
    if (/^-|-$/.test(label)) return `the label \`${label}\` begins or ends with a hyphen`;
    if (!LABEL_FORM.test(label)) return `the label \`${label}\` has characters that host names cannot have`;
    if (label.startsWith("--", 2) && !label.startsWith("xn--")) {
      return `the label \`${label}\` has two hyphens in the third and fourth place`;
    }
  }
  if (ascii.length > DOMAIN_BYTES_MAX) return `it has ${ascii.length} characters in DNS`;
  if (labels.length === 1) return "it is a single label";
  return undefined;
}

function ownershipFault(ascii: string, platformDomains: readonly string[]): string | undefined {
  if (isPublicSuffix(ascii)) return "anybody can register names below it, so nobody owns it";
  const owner = platformDomains.find((own) => ascii === own || ascii.endsWith(`.${own}`));
  return owner === undefined ? undefined : `\`${owner}\` belongs to the platform`;
}

/** The host in what looks like a URL, an e-mail address or a wildcard. */
function suggestHost(input: string): string | undefined {
  if (input.length > INPUT_UNITS_MAX) return undefined;
  const host = input
    .replace(/^[a-z][a-z0-9+.-]*:\/\//i, "")
    .replace(/[/\\?#].*$/s, "")
    .replace(/^.*@/s, "")
    .replace(/:\d*$/, "")
    .replace(/^\*\./, "")
    .replaceAll("_", "-");
  if (host === input) return undefined;
  try {
    return parseDomain(host).domain;
  } catch {
    return undefined;
  }
}
