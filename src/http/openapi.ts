import type { Route } from "./route.ts";

export function renderOpenApi(_routes: readonly Route[], version: string): unknown {
  return { openapi: "3.1.0", info: { title: "Tenancy", version } };
}
