import { domainToASCII } from "node:url";

/** RFC 5321 4.5.3.1: 64 octets before the @; RFC 3696 erratum 1690: 254 in all. */
const LOCAL_MAX = 64;
const ADDRESS_MAX = 254;
/** RFC 5322 dot-atom. Quoted local parts and letters beyond ASCII are refused: they make look-alikes of accounts. */
const LOCAL = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const DOMAIN = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;

/**
 * The one form of an address: lower case, the domain in A-labels. Undefined when it is none.
 *
 * @example
 * normalizeEmail(" Ada@Example.COM "); // "ada@example.com"
 */
export function normalizeEmail(text: string): string | undefined {
  const trimmed = text.trim();
  const at = trimmed.lastIndexOf("@");
  if (at < 1 || trimmed.length > ADDRESS_MAX) return undefined;
  const local = trimmed.slice(0, at).toLowerCase();
  const domain = domainToASCII(trimmed.slice(at + 1)).toLowerCase();
  const isAddress = local.length <= LOCAL_MAX && LOCAL.test(local) && DOMAIN.test(domain);
  const address = `${local}@${domain}`;
  return isAddress && address.length <= ADDRESS_MAX ? address : undefined;
}
