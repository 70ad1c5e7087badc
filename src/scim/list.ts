import { ScimFault } from "./fault.ts";
import type { Filter } from "./filter.ts";
import { type JsonObject, matches } from "./matches.ts";

/** Resources on one page (Okta asks for 100, Entra for fewer). */
export const PAGE_MAX = 200;
/** Resources that a filter without an index looks through. */
const SCANNED_MAX = 20_000;
const CHUNK = 1_000;

export interface ListQuery {
  readonly filter: Filter | null;
  /** From 1 (RFC 7644, section 3.4.2.4). */
  readonly startIndex: number;
  readonly count: number;
}

export interface Listed {
  readonly total: number;
  readonly resources: readonly JsonObject[];
}

interface Source {
  count(): Promise<number>;
  read(offset: number, limit: number): Promise<readonly JsonObject[]>;
  /** The source has few enough to look at each. */
  readonly isNarrow: boolean;
}

/** One page. Throws ScimFault tooMany when a filter would have to look through more than 20,000. */
export async function listAll(query: ListQuery, source: Source): Promise<Listed> {
  const { filter, startIndex, count } = query;
  const offset = Math.max(0, startIndex - 1);
  if (!filter)
    return { total: await source.count(), resources: count === 0 ? [] : await source.read(offset, count) };
  if (!source.isNarrow && (await source.count()) > SCANNED_MAX) {
    throw new ScimFault(
      400,
      "tooMany",
      "The filter fits too many; ask by userName, displayName or externalId.",
    );
  }
  const hits: JsonObject[] = [];
  for (let at = 0; ; at += CHUNK) {
    const chunk = await source.read(at, CHUNK);
    hits.push(...chunk.filter((resource) => matches(filter, resource)));
    if (chunk.length < CHUNK) return { total: hits.length, resources: hits.slice(offset, offset + count) };
  }
}

/** If-Match or If-None-Match of a request; null: neither. */
export type Precondition = string | null;

/** Throws ScimFault 412 when the resource has changed since the client saw it. */
export function requireVersion(precondition: Precondition, version: string): void {
  if (precondition === null || precondition.trim() === "*") return;
  const wanted = precondition.split(",").map((tag) => tag.trim().replace(/^W\//, "").replaceAll('"', ""));
  if (!wanted.includes(version))
    throw new ScimFault(412, null, "The resource has changed since; read it again.");
}
