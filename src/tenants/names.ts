import { randomBytes } from "node:crypto";
import { isUuid } from "../base/ids.ts";
import { codePoint, findHidden, nameFault } from "./name-fault.ts";
import { isReservedSlug } from "./reserved.ts";
import { transliterate } from "./transliterate.ts";

const NAME_CHARACTERS_MAX = 100;
/** Longer input is refused before anything looks into it. */
const UNITS_MAX = 4_000;
/** A DNS label: the slug becomes a host name. */
const SLUG_CHARACTERS_MAX = 63;
/** The check constraint tenants_slug_form. */
const SLUG_FORM = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * A display name: NFC, trimmed, runs of white space made one space.
 *
 * @throws `tenant.name_invalid`
 * @example parseTenantName("  Music   Studio XYZ ") // "Music Studio XYZ"
 */
export function parseTenantName(text: unknown): string {
  const refuse = (reason: string) => nameFault("tenant.name_invalid", "name", text, reason);
  if (typeof text !== "string") throw refuse("a name is a text");
  if (text.length > UNITS_MAX) throw refuse(`it has ${text.length} characters`);
  if (!text.isWellFormed()) throw refuse("it holds half a character (a lone surrogate)");
  const name = text
    .normalize("NFC")
    .replace(/[\s\u0085]+/gu, (space) => (space.includes("\uFEFF") ? space : " "))
    .replace(/^ | $/g, "");
  if (name === "") throw refuse("it has nothing to read");
  const hidden = findHidden(name);
  if (hidden !== undefined) throw refuse(hidden);
  const length = [...name].length;
  if (length > NAME_CHARACTERS_MAX) throw refuse(`it has ${length} characters`);
  if (!/[\p{L}\p{N}]/u.test(name)) throw refuse("it has no letter and no digit");
  return name;
}

/**
 * A slug exactly as it must be; nothing is mended silently, a mended form is suggested.
 *
 * @throws `tenant.slug_invalid`, `tenant.slug_reserved`
 */
export function parseSlug(text: unknown): string {
  if (typeof text !== "string") throw nameFault("tenant.slug_invalid", "slug", text, "a slug is a text");
  const reason = slugFault(text);
  if (reason !== undefined) {
    throw nameFault("tenant.slug_invalid", "slug", text, reason, suggestSlug(text));
  }
  if (isReservedSlug(text))
    throw nameFault("tenant.slug_reserved", "slug", text, "it is reserved", `${text}-team`);
  return text;
}

function slugFault(slug: string): string | undefined {
  if (slug === "") return "it is empty";
  if (slug.length > SLUG_CHARACTERS_MAX) return `it has ${slug.length} characters`;
  if (/^-|-$/.test(slug)) return "it begins or ends with a hyphen";
  if (/[A-Z]/.test(slug) && SLUG_FORM.test(slug.toLowerCase())) return "it has capital letters";
  const odd = /[^a-z0-9-]/u.exec(slug);
  if (odd) return odd[0] === " " ? "it has a space" : `it has ${shownCharacter(odd[0])}`;
  if (slug.startsWith("--", 2))
    return "two hyphens in the third and fourth place mark an encoded name (xn--)";
  if (isUuid(slug)) return "it could be mistaken for a tenant's id";
  return SLUG_FORM.test(slug) ? undefined : "it has another form";
}

function shownCharacter(character: string): string {
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(character) && character !== "`"
    ? `\`${character}\``
    : codePoint(character);
}

function suggestSlug(text: string): string | undefined {
  const slug = squeeze(text);
  return isGoodSlug(slug) ? slug : undefined;
}

function isGoodSlug(slug: string): boolean {
  return slug !== "" && slugFault(slug) === undefined && !isReservedSlug(slug);
}

function squeeze(text: string): string {
  // A letter may become three; what lies beyond cannot be reached.
  return transliterate(text.slice(0, 4 * SLUG_CHARACTERS_MAX).toWellFormed())
    .replace(/['’ʼ`´]/g, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+/, "")
    .slice(0, SLUG_CHARACTERS_MAX)
    .replace(/-+$/, "");
}

/**
 * A slug for a name: its letters in ASCII. A reserved word gets a random end, and where no letter is left the slug
 * is `tenant-` and six random characters. It always passes `parseSlug`.
 *
 * @example slugFromName("Łódź & Søn Straße") // "lodz-son-strasse"
 */
export function slugFromName(name: string, random: (size: number) => Uint8Array = randomBytes): string {
  const slug = squeeze(name);
  if (isGoodSlug(slug)) return slug;
  const isWord = slug !== "" && isReservedSlug(slug);
  return `${isWord ? slug : "tenant"}-${base32(random(6))}`;
}

/** Crockford's alphabet: no i, l, o, u, so nothing is misread and no word comes out. */
const BASE32 = "0123456789abcdefghjkmnpqrstvwxyz";

function base32(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => BASE32[byte & 31]).join("");
}
