/** Writes openapi.json from the declared routes. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderOpenApi } from "../src/http/openapi.ts";
import { routes } from "../src/http/routes.ts";

const ROOT = join(import.meta.dirname, "..");
export const OPENAPI_FILE = join(ROOT, "openapi.json");

export function renderOpenApiFile(): string {
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
  return `${JSON.stringify(renderOpenApi(routes, version), null, 2)}\n`;
}

if (import.meta.main) writeFileSync(OPENAPI_FILE, renderOpenApiFile());
