import type { TenancyError } from "../base/errors.ts";
import { tenantError } from "./errors.ts";

type NameErrorCode =
  | "tenant.name_invalid"
  | "tenant.slug_invalid"
  | "tenant.slug_reserved"
  | "tenant.domain_invalid";

/** A refused name, slug or domain: what was expected, what came, and a way out. */
export function nameFault(
  code: NameErrorCode,
  field: "name" | "slug" | "domain",
  value: unknown,
  reason: string,
  suggestion?: string,
): TenancyError {
  const hint = suggestion === undefined ? "" : ` Did you mean \`${suggestion}\`?`;
  const details = { field, value: shorten(value), reason, suggestion, shown: show(value), hint };
  const { message } = tenantError(code, details);
  return tenantError(code, details, { problems: [{ path: field, message: message + hint }] });
}

const SHOWN_MAX = 80;
/** What would vanish from a message or rearrange it. */
const UNSHOWABLE = /[\p{Cc}\p{Cs}\p{Cn}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}`]/gu;

/** The value as it may stand in a message: escaped, and cut when long. */
export function show(value: unknown): string {
  if (typeof value !== "string") return value === null ? "null" : `a value of type ${typeof value}`;
  if (value === "") return "an empty text";
  const characters = [...value.slice(0, SHOWN_MAX * 2)];
  const isCut = value.length > SHOWN_MAX * 2 || characters.length > SHOWN_MAX;
  const text = characters.slice(0, SHOWN_MAX).join("").replace(UNSHOWABLE, escaped);
  return `\`${text}${isCut ? "…" : ""}\``;
}

function escaped(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return `\\u{${hex}}`;
}

function shorten(value: unknown): unknown {
  return typeof value === "string" ? value.slice(0, SHOWN_MAX * 2) : typeof value;
}

/** `U+202E`, as reasons name a character that cannot be shown. */
export function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

const BIDI = /\p{Bidi_Control}/u;
const CONTROL = /\p{Cc}/u;
// U+FE0F asks for a coloured emoji; U+2800 is the blank Braille pattern; U+FFF9 to U+FFFB hide annotations.
const INVISIBLE = /(?!\uFE0F)[\p{Default_Ignorable_Code_Point}\u2800\uFFF9-\uFFFB]/u;
const UNASSIGNED = /[\p{Cn}\p{Co}]/u;

/** What the name hides from its reader, as a reason. */
export function findHidden(text: string): string | undefined {
  const bidi = BIDI.exec(text);
  if (bidi) return `${codePoint(bidi[0])} changes the direction of writing`;
  const control = CONTROL.exec(text);
  if (control) return `${codePoint(control[0])} is a control character`;
  const invisible = INVISIBLE.exec(text);
  if (invisible) return `${codePoint(invisible[0])} cannot be seen`;
  const unassigned = UNASSIGNED.exec(text);
  if (unassigned) return `${codePoint(unassigned[0])} is not a known character`;
  return undefined;
}
