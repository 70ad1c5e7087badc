import { findHidden, show } from "../tenants/name-fault.ts";
import { isolationError } from "./errors.ts";

/** S3 keys have 1024 bytes; `tenants/<id>/` and a prefix of the bucket's owner come before the path. */
export const PATH_BYTES_MAX = 900;
/** What Linux file systems allow. */
const SEGMENT_BYTES_MAX = 255;
const SEGMENTS_MAX = 64;
const WINDOWS_DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\.|$)/iu;

/**
 * A path that means the same file to every file system and object store, or none at all.
 *
 * @throws `storage.bad_path`
 * @example parseStoragePath("mixes/2026/final.wav")
 */
export function parseStoragePath(path: unknown): string {
  if (typeof path !== "string") throw badPath(path, "a path is a text");
  const reason = pathFault(path);
  if (reason !== undefined) throw badPath(path, reason);
  return path;
}

/** The beginning of paths, for lists: it may end anywhere. */
export function parseStoragePrefix(prefix: unknown): string {
  if (typeof prefix !== "string") throw badPath(prefix, "a prefix is a text");
  const reason = textFault(prefix);
  if (reason !== undefined) throw badPath(prefix, reason);
  return prefix;
}

export function badPath(path: unknown, reason: string) {
  return isolationError("storage.bad_path", { path: show(path), reason });
}

function pathFault(path: string): string | undefined {
  if (path === "") return "it is empty";
  const fault = textFault(path);
  if (fault !== undefined) return fault;
  if (path.includes("\\")) return "it has a backslash";
  if (path.startsWith("/")) return "it is absolute";
  if (/^[a-z]:/iu.test(path)) return "it begins with a drive";
  const segments = path.split("/");
  if (segments.length > SEGMENTS_MAX) return `it has ${segments.length} segments`;
  for (const segment of segments) {
    const reason = segmentFault(segment);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function textFault(text: string): string | undefined {
  if (text.length > PATH_BYTES_MAX) return `it has ${text.length} characters`;
  if (!text.isWellFormed()) return "it holds half a character (a lone surrogate)";
  const bytes = Buffer.byteLength(text);
  if (bytes > PATH_BYTES_MAX) return `it has ${bytes} bytes`;
  const hidden = findHidden(text);
  if (hidden !== undefined) return hidden;
  // Two spellings of one name would be one file here and two there.
  if (text !== text.normalize("NFC")) return "it is not in Unicode normal form C";
  if (/[\p{Zl}\p{Zp}]/u.test(text)) return "it has a line break";
  return undefined;
}

function segmentFault(segment: string): string | undefined {
  if (segment === "") return "it has an empty segment";
  if (segment === "." || segment === "..") return `it has the segment \`${segment}\``;
  if (/[.\s]$/u.test(segment)) return `the segment ${show(segment)} ends in a dot or a space`;
  const bytes = Buffer.byteLength(segment);
  if (bytes > SEGMENT_BYTES_MAX) return `a segment has ${bytes} bytes`;
  if (WINDOWS_DEVICE.test(segment)) return `${show(segment)} is a device on Windows`;
  return undefined;
}
