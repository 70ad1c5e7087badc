import { createHash } from "node:crypto";
import { basename } from "node:path/posix";
import type { StoredFile } from "../isolation/storage.ts";
import type { ByteRange } from "../isolation/storage-driver.ts";

/** Header values that say what a stranger's file is, without letting it act in a browser. */
export function fileHeaders(file: StoredFile, secondsLeft: number): Readonly<Record<string, string>> {
  return {
    "content-type": safeType(file.contentType),
    "content-disposition": attachment(basename(file.path)),
    // Should a browser show it all the same, it is a page of no site, without scripts.
    "content-security-policy": "default-src 'none'; sandbox",
    // The URL is the credential: an app's own pages may embed what it opens.
    "cross-origin-resource-policy": "cross-origin",
    "cache-control": `private, max-age=${secondsLeft}, must-revalidate`,
    "accept-ranges": "bytes",
    etag: entityTag(file),
    "last-modified": file.updatedAt.toUTCString(),
  };
}

/** Strong: a file is replaced whole, and its time has microseconds in the catalogue. */
export function entityTag({ path, sizeBytes, updatedAt }: StoredFile): string {
  const facts = `${path}\0${sizeBytes}\0${updatedAt.toISOString()}`;
  return `"${createHash("sha256").update(facts).digest("base64url").slice(0, 22)}"`;
}

const TYPE =
  /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}(; ?charset=[a-z0-9_-]{1,40})?$/i;

/** The app said the type; one that is no type would be guessed, or would end the header early. */
function safeType(contentType: string | null): string {
  return contentType !== null && TYPE.test(contentType) ? contentType : "application/octet-stream";
}

/** RFC 6266: an ASCII name for all, the true one (RFC 8187) for those who read it. */
function attachment(name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]|["\\%]/g, "_");
  const exact = encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${exact}`;
}

/**
 * What a Range header asks for (RFC 9110, 14.2). Undefined: the whole file, also for units and lists of ranges that
 * we do not serve, which the RFC allows. Null: the range begins beyond the end.
 */
export function parseRange(header: string | undefined, sizeBytes: number): ByteRange | null | undefined {
  const [, from, to] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? "") ?? [];
  if (from === undefined || to === undefined || (from === "" && to === "")) return undefined;
  if (from === "") {
    const length = Math.min(Number(to), sizeBytes);
    return length === 0 ? null : { first: sizeBytes - length, last: sizeBytes - 1 };
  }
  const [first, last] = [Number(from), to === "" ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1)];
  if (to !== "" && Number(to) < first) return undefined;
  return first >= sizeBytes ? null : { first, last };
}
