import type { Compiled } from "./compile.ts";
import type { CompiledStatement } from "./work.ts";

const SCOPES = {
  database: "once per database",
  place: "once per place",
  tenant: "once per tenant",
} as const;

/** The adopted SQL for review. Adopting it again gives the same text, so it can also be kept as the source. */
export function printAdopted(compiled: Pick<Compiled, "files" | "shared">): string {
  const lines: string[] = [];
  for (const file of compiled.files) {
    if (lines.length > 0) lines.push("");
    lines.push(`-- tenancy: file ${file.name}`);
    if (file === compiled.files[0] && compiled.shared.length > 0) {
      lines.push(`-- tenancy: shared ${compiled.shared.join(", ")}`);
    }
    let scope: CompiledStatement["scope"] | null = null;
    let line = 0;
    for (const statement of file.statements) {
      if (statement.scope !== scope) lines.push("", `-- ${SCOPES[statement.scope]}`);
      if (statement.source.line !== line) lines.push(`-- line ${statement.source.line}`);
      scope = statement.scope;
      line = statement.source.line;
      lines.push(`${statement.sql};`);
    }
  }
  return `${lines.join("\n")}\n`;
}
