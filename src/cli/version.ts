import { readFile } from "node:fs/promises";

/** Of the package that this file lies in: two folders up in the sources, as in the build. */
export async function readVersion(): Promise<string> {
  const text = await readFile(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
