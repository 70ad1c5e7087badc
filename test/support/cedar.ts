import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { schemaToJson } from "@cedar-policy/cedar-wasm/nodejs";
import type { EntityJson, UidJson, ValueJson } from "../../src/access/cedar/json.ts";

export interface CorpusCase {
  readonly policies: string;
  readonly entities: string;
  readonly schema: string;
  readonly requests: readonly {
    readonly description: string;
    readonly principal: UidJson;
    readonly action: UidJson;
    readonly resource: UidJson;
    readonly context: Readonly<Record<string, ValueJson>>;
    readonly decision: "allow" | "deny";
    readonly reason: readonly string[];
    readonly errors: readonly string[];
  }[];
}

/** Where the official tests lie: cedar-policy/cedar-integration-tests, unchanged. */
export const CEDAR_DATA =
  process.env["CEDAR_DATA"] ?? join(import.meta.dirname, "../../../shared/data/cedar");

/** The regular files of a .tar.gz, by name. */
export function readTarball(path: string): Map<string, string> {
  const bytes = gunzipSync(readFileSync(path));
  const files = new Map<string, string>();
  for (let at = 0; at + 512 <= bytes.length; ) {
    const header = bytes.subarray(at, at + 512);
    const text = (from: number, to: number) => header.subarray(from, to).toString().replace(/\0.*$/s, "");
    const size = Number.parseInt(text(124, 136).trim() || "0", 8);
    if (text(156, 157) === "0" || text(156, 157) === "") {
      if (text(0, 100) !== "") files.set(text(0, 100), bytes.subarray(at + 512, at + 512 + size).toString());
    }
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

/** JSON with integers that a double cannot hold as bigint. */
export function parseExact(text: string): unknown {
  return JSON.parse(text, (_, value: unknown, context?: { source?: string }) =>
    typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? "")
      ? BigInt(context?.source as string)
      : value,
  );
}

/** The actions of a schema with what they are in; the official engine adds them to the entities itself. */
export function actionsOf(schema: string): EntityJson[] {
  const answer = schemaToJson(schema);
  if (answer.type === "failure") throw new Error(answer.errors.map(({ message }) => message).join("; "));
  return Object.entries(answer.json).flatMap(([namespace, { actions }]) => {
    const own = namespace === "" ? "Action" : `${namespace}::Action`;
    return Object.entries(actions).map(([id, { memberOf }]) => ({
      uid: { type: own, id },
      parents: (memberOf ?? []).map((parent) => ({ type: parent.type ?? own, id: parent.id })),
    }));
  });
}
